//! The server in Emacs, through eglot, as `editors/README.md` sets it up. What
//! is typed and checked there is in `emacs/popup.el`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use editor_tests::Home;
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
    let server = server()?.canonicalize()?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folder = server.parent().context("a program is in a folder")?;
    let folders = std::iter::once(folder.to_path_buf()).chain(std::env::split_paths(&path));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("emacs/popup.el");
    let named = std::env::var_os("LSTM_LS_EMACS").map(PathBuf::from);
    let mut command = home.command(named.unwrap_or_else(|| PathBuf::from("emacs")));
    command
        .args(["--batch", "--load"])
        .arg(script)
        .env("FILE", &file)
        .env("PATH", std::env::join_paths(folders)?);
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
