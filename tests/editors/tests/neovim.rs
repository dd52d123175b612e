//! The server in Neovim with the plugin. What is typed and checked there is in
//! `neovim/*.lua`.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};
use end_to_end::{LIMIT, neovim, run_limited, server};

const TEXT: &str = "fn main() {\n    let mut names: Vec<String> = Vec::new();\n\n}\n";

/// Runs the script of that name on a file with `TEXT`; what it printed.
fn check(script: &str) -> Result<String> {
    let lua = Path::new(env!("CARGO_MANIFEST_DIR")).join("neovim");
    let home = tempfile::tempdir()?;
    let file = home.path().join("main.rs");
    fs::write(&file, TEXT)?;
    let mut command = Command::new(neovim()?);
    command
        .args(["--clean", "--headless", "-n", "-u"])
        .arg(lua.join("init.lua"))
        .arg(&file)
        .arg("-c")
        .arg(format!("luafile {}", lua.join(script).display()))
        .current_dir(&home)
        .env("HOME", home.path())
        .env("LSTM_LS_SERVER", server()?);
    // Nothing of the user's Neovim, and nothing left behind in it.
    for variable in [
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "XDG_STATE_HOME",
        "XDG_CACHE_HOME",
    ] {
        command.env(variable, home.path().join(variable));
    }
    let finished = run_limited(&mut command, LIMIT)?;
    ensure!(
        finished.code == Some(0),
        "{}{}",
        finished.stdout,
        finished.stderr
    );
    Ok(finished.stdout)
}

#[test]
fn ghost_text_is_shown_typed_along_and_accepted() -> Result<()> {
    check("ghost_text.lua").map(drop)
}

#[test]
fn ghost_text_goes_when_it_should_and_never_comes_late() -> Result<()> {
    check("no_ghost_text.lua").map(drop)
}

#[test]
fn keys_do_what_they_did_where_there_is_no_ghost_text() -> Result<()> {
    check("keys.lua").map(drop)
}

#[test]
fn commands_status_health_and_a_server_that_dies() -> Result<()> {
    check("commands.lua").map(drop)
}

#[test]
fn the_popup_lists_suggestions_and_inserts_one() -> Result<()> {
    check("popup.lua").map(drop)
}
