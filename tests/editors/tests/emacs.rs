//! The server in Emacs, through eglot, as `docs/editors/emacs.md` sets it up. What
//! is typed and checked in batch mode is in `emacs/popup.el`.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use editor_tests::{Home, Outside, Terminal, results, svg};
use end_to_end::{LIMIT, run_limited, server};

const TEXT: &str = "use std::collections::HashMap;

pub fn count_words(text: &str) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for word in text.split_whitespace() {
";

#[test]
fn eglot_lists_suggestions_and_inserts_one() -> Result<()> {
    let home = Home::new()?;
    let file = home.path().join("main.rs");
    fs::write(&file, TEXT)?;
    let mut command = home.command(emacs());
    command
        .args(["--batch", "--load"])
        .arg(script("popup.el"))
        .env("FILE", &file)
        .env("PATH", path()?);
    let finished = run_limited(&mut command, LIMIT)?;
    println!("{}", finished.stderr);
    ensure!(finished.code == Some(0), "{}", finished.stderr);
    let saved = fs::read_to_string(&file)?;
    ensure!(
        saved.len() > TEXT.len() && saved.starts_with(TEXT),
        "saved:\n{saved}"
    );
    Ok(())
}

/// Keys that take away what stands before the cursor in its line.
const EMPTY_LINE: &str = "\x150\x0b";
/// Keys that complete it.
const COMPLETE: &str = "\x1b\t";

#[test]
fn what_another_program_writes_is_known_to_the_next_completion() -> Result<()> {
    let home = Home::new()?;
    let mut outside = Outside::new(&home)?;
    let mut command = home.terminal_command(emacs());
    command.args(["-nw", "--no-init-file", "--load"]);
    command.arg(script("init.el"));
    command.arg(outside.file());
    command.env("PATH", path()?);
    let terminal = Terminal::start(command)?;
    terminal.wait_for_text("[eglot:project")?;
    // To the empty line at the end of the text.
    terminal.press("\x1b>")?;
    while let Some(written) = outside.write()? {
        let keys = format!("{EMPTY_LINE}{}{COMPLETE}", written.typed);
        let shown = terminal.press_until(&keys, written.end, |screen| {
            written.is_in(&screen.contents()).then_some(())
        });
        fs::write(
            results()?.join(format!("emacs-outside-{}.svg", written.number)),
            svg(
                &terminal.screen(),
                "Emacs with a name that another program has just written",
            ),
        )?;
        shown?;
    }
    Ok(())
}

fn emacs() -> PathBuf {
    let named = std::env::var_os("LSTM_LS_EMACS").map(PathBuf::from);
    named.unwrap_or_else(|| PathBuf::from("emacs"))
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("emacs")
        .join(name)
}

/// Where programs are looked for, the server under test first.
fn path() -> Result<OsString> {
    let server = server()?.canonicalize()?;
    let folder = server.parent().context("a program is in a folder")?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder.to_path_buf()).chain(std::env::split_paths(&path));
    Ok(std::env::join_paths(folders)?)
}
