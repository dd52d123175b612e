//! Editors as `lstm-ls setup EDITOR` leaves them: the server is there without a line that
//! the user wrote, and what the user wrote before is there afterwards.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use editor_tests::{Home, Terminal};
use end_to_end::{LIMIT, neovim, run_limited, server};

const TEXT: &str = "pub fn count(text: &str) -> usize {\n    text.\n}\n";

/// `lstm-ls setup` with `arguments`, where the program is not on the PATH.
fn set_up(home: &Home, arguments: &[&str]) -> Result<String> {
    let mut command = home.command(server()?.canonicalize()?);
    command.arg("setup").args(arguments);
    succeeded(&mut command)
}

/// What `command` prints.
fn succeeded(command: &mut Command) -> Result<String> {
    let finished = run_limited(command, LIMIT)?;
    let said = format!("{}{}", finished.stdout, finished.stderr);
    ensure!(finished.code == Some(0), "{said}");
    Ok(finished.stdout)
}

#[test]
fn neovim_starts_the_server_without_a_line_in_init_lua() -> Result<()> {
    let home = Home::new()?;
    let file = home.path().join("main.rs");
    fs::write(&file, TEXT)?;
    set_up(&home, &["neovim", "--yes"])?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("neovim/set_up.lua");
    let mut command = home.command(neovim()?);
    command
        .args(["--headless", "-n"])
        .arg(&file)
        .arg("-c")
        .arg(format!("luafile {}", script.display()))
        .env("LSTM_LS_SERVER", server()?.canonicalize()?);
    succeeded(&mut command)?;
    set_up(&home, &["neovim", "--undo", "--yes"])?;
    let packages = home.path().join(".local/share/nvim/site/pack");
    let left: Vec<_> = packages.read_dir()?.collect();
    ensure!(left.is_empty(), "{left:?}");
    Ok(())
}

#[test]
fn a_person_is_shown_what_would_be_written_and_asked() -> Result<()> {
    let home = Home::new()?;
    let file = home.path().join(".config/kate/lspclient/settings.json");
    for (answer, is_written) in [("\r", false), ("y\r", true)] {
        let mut command = home.terminal_command(server()?.canonicalize()?);
        command.args(["setup", "kate"]);
        let terminal = Terminal::start(command)?;
        terminal.wait_for_text("+  \"servers\": {")?;
        terminal.wait_for_text("[y/N]")?;
        terminal.press(answer)?;
        ensure!(terminal.finish()? == 0);
        ensure!(file.exists() == is_written);
    }
    Ok(())
}

#[test]
fn emacs_starts_the_server_beside_what_the_user_has_in_init_el() -> Result<()> {
    let home = Home::new()?;
    let folder = home.path().join("project");
    fs::create_dir(&folder)?;
    fs::write(folder.join("main.rs"), TEXT)?;
    let init = home.path().join(".emacs.d/init.el");
    let own = "(setq inhibit-startup-screen t\n      \
               native-comp-async-report-warnings-errors nil)\n";
    fs::create_dir(init.parent().context("it is in a folder")?)?;
    fs::write(&init, own)?;
    set_up(&home, &["emacs", "--yes"])?;
    let mut command = home.terminal_command(emacs());
    command.arg("-nw");
    command.arg(folder.join("main.rs"));
    let terminal = Terminal::start(command)?;
    terminal.wait_for_text("[eglot:project")?;
    drop(terminal);
    set_up(&home, &["emacs", "--undo", "--yes"])?;
    ensure!(fs::read_to_string(&init)? == own);
    ensure!(!init.with_file_name("lstm-ls.el").exists());
    Ok(())
}

fn emacs() -> PathBuf {
    let named = std::env::var_os("LSTM_LS_EMACS").map(PathBuf::from);
    named.unwrap_or_else(|| PathBuf::from("emacs"))
}
