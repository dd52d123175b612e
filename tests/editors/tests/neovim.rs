//! The server in Neovim with the plugin. What is typed and checked there is in
//! `neovim/*.lua`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use editor_tests::{Home, Outside, Terminal, results, svg};
use end_to_end::{LIMIT, neovim, run_limited, server};
use vt100::Screen;

/// Breaks off where two functions before say what follows: whatever the model
/// is, something is sure enough to be shown.
const SALES: &str = include_str!("../data/sales.rs");

/// Runs the script of that name on a file with [`SALES`] and a blank line.
fn check(script: &str) -> Result<()> {
    check_on("sales.rs", &format!("{SALES}\n"), script, "").map(drop)
}

/// Runs it on a file of this name and text, where it finds `typed`; gives what it said.
fn check_on(file: &str, text: &str, script: &str, typed: &str) -> Result<String> {
    let home = Home::new()?;
    let file = home.path().join(file);
    fs::write(&file, text)?;
    let mut command = home.command(neovim()?);
    command
        .args(["--clean", "--headless", "-n", "-u"])
        .arg(lua("init.lua"))
        .arg(&file)
        .arg("-c")
        .arg(format!("luafile {}", lua(script).display()))
        .env("LSTM_LS_TEST_TYPED", typed)
        .env("LSTM_LS_SERVER", server()?);
    let finished = run_limited(&mut command, LIMIT)?;
    ensure!(
        finished.code == Some(0),
        "{}{}",
        finished.stdout,
        finished.stderr
    );
    Ok(finished.stdout)
}

fn lua(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("neovim")
        .join(name)
}

#[test]
fn ghost_text_is_shown_typed_along_and_accepted() -> Result<()> {
    check("ghost_text.lua")
}

/// How much of a new file is typed at most until something comes.
const FRESH: usize = 300;

#[test]
fn something_comes_in_a_new_file_of_each_language() -> Result<()> {
    let texts = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/fresh");
    for entry in fs::read_dir(texts)? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let text = fs::read_to_string(&path)?;
        let typed = &text[..FRESH.min(text.len())];
        let said = check_on(&name, "", "fresh.lua", typed);
        print!("{name} {}", said.with_context(|| name.to_string())?);
    }
    Ok(())
}

#[test]
fn ghost_text_goes_when_it_should_and_never_comes_late() -> Result<()> {
    check("no_ghost_text.lua")
}

#[test]
fn keys_do_what_they_did_where_there_is_no_ghost_text() -> Result<()> {
    check("keys.lua")
}

#[test]
fn the_server_is_told_where_the_cursor_rests() -> Result<()> {
    check("cursor.lua")
}

#[test]
fn commands_status_health_and_a_server_that_dies() -> Result<()> {
    check("commands.lua")
}

#[test]
fn the_program_comes_from_absolute_folders_outside_the_work_folder() -> Result<()> {
    check("program.lua")
}

#[test]
fn the_popup_lists_suggestions_and_inserts_one() -> Result<()> {
    check("popup.lua")
}

/// Neovim in a terminal, on a file with [`SALES`]; `script` runs once it has started.
fn on_sales(home: &Home, script: Option<&str>) -> Result<Terminal> {
    let file = home.path().join("sales.rs");
    fs::write(&file, SALES)?;
    in_terminal(home, &file, script)
}

fn in_terminal(home: &Home, file: &Path, script: Option<&str>) -> Result<Terminal> {
    let mut command = home.terminal_command(neovim()?);
    command.args(["--clean", "-n", "-u"]);
    command.arg(lua("init.lua"));
    command.arg(file);
    if let Some(script) = script {
        command.arg("-c");
        command.arg(format!("luafile {}", lua(script).display()));
    }
    command.env("LSTM_LS_SERVER", server()?);
    command.env("LSTM_LS_TEST_RESULTS", results()?);
    Terminal::start(command)
}

/// What is typed at the end of [`SALES`] until the rest of the line is sure.
const TYPED: &str = "        report.add_row(\"cus";

#[test]
fn a_person_sees_grey_text_and_accepts_it() -> Result<()> {
    let home = Home::new()?;
    let terminal = on_sales(&home, None)?;
    terminal.wait_for_text("sales.rs")?;
    terminal.press("Go")?;
    terminal.wait_for_text("-- INSERT --")?;
    // The indentation that came by itself goes.
    terminal.press(&format!("\x15{TYPED}"))?;
    let ghost = terminal.wait_for("ghost text", |screen| ghost(screen, TYPED));
    fs::write(
        results()?.join("neovim.svg"),
        svg(
            &terminal.screen(),
            "Neovim with a suggestion of lstm-ls as grey text behind the cursor",
        ),
    )?;
    let ghost = ghost?;
    terminal.press("\t")?;
    terminal.press("\x1b:write\r")?;
    terminal.wait_for_text("written")?;
    let saved = fs::read_to_string(home.path().join("sales.rs"))?;
    ensure!(
        saved == format!("{SALES}{TYPED}{ghost}\n"),
        "shown: {ghost}\nsaved:\n{saved}"
    );
    Ok(())
}

/// What stands behind `typed` in the line of the cursor, once it is drawn.
fn ghost(screen: &Screen, typed: &str) -> Option<String> {
    let (row, column) = screen.cursor_position();
    let line = screen.contents().lines().nth(row.into())?.to_owned();
    let ghost = line.strip_prefix(typed)?.trim_end();
    // Drawn to the end: the cursor is back behind what was typed.
    let is_drawn = usize::from(column) == typed.len();
    (is_drawn && !ghost.is_empty()).then(|| ghost.to_owned())
}

#[test]
fn what_another_program_writes_is_known_to_the_next_ghost_text() -> Result<()> {
    let home = Home::new()?;
    let mut outside = Outside::new(&home)?;
    let terminal = in_terminal(&home, &outside.file(), None)?;
    terminal.wait_for_text("sales.rs")?;
    terminal.press("Go")?;
    terminal.wait_for_text("-- INSERT --")?;
    while let Some(written) = outside.write()? {
        let typed = &written.typed;
        // In the place of what stands in the line.
        let shown = terminal.press_until(&format!("\x1b0C{typed}"), written.end, |screen| {
            ghost(screen, typed).filter(|ghost| written.is_in(ghost))
        });
        fs::write(
            results()?.join(format!("neovim-outside-{}.svg", written.number)),
            svg(
                &terminal.screen(),
                "Neovim with a name that another program has just written as grey text",
            ),
        )?;
        shown?;
    }
    Ok(())
}

#[test]
fn ghost_text_is_on_the_screen_in_no_time() -> Result<()> {
    let home = Home::new()?;
    let terminal = on_sales(&home, Some("latency.lua"))?;
    let code = terminal.finish()?;
    let log = results()?.join("failed.txt");
    ensure!(code == 0, "{}", fs::read_to_string(log)?);
    let measured = fs::read_to_string(results()?.join("neovim-latency.json"))?;
    println!("milliseconds from a key to its ghost text on the screen: {measured}");
    Ok(())
}
