//! Workspaces of servers that are killed.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::{Result, ensure};
use end_to_end::{LanguageClient, server};
use serde_json::{Value, json};

const FILES: usize = 8;
const KILLS: u64 = 50;

/// Enough text for reading, indexing and saving to take a while each.
fn write(folder: &Path, file: usize, kill: u64) -> Result<()> {
    let line = |i| format!("    let value{i}_{file}_{kill} = read_value(stream{i}, {kill})?;\n");
    let text: String = (0..6000).map(line).collect();
    Ok(fs::write(folder.join(format!("{file}.rs")), text)?)
}

fn start(folder: &Path, caches: &Path) -> Result<LanguageClient> {
    let mut client = LanguageClient::start_with_caches(&server()?, caches)?;
    let root = json!(format!("file://{}", folder.display()));
    client.initialize_in(root, json!({"deadlineMs": 10_000}))?;
    Ok(client)
}

fn workspace(client: &mut LanguageClient) -> Result<Value> {
    Ok(client.request("lstm-ls/status", json!({}))?["workspace"].take())
}

#[test]
fn a_server_killed_while_it_reads_or_saves_or_files_change_starts_again() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let caches = tempfile::tempdir()?;
    (0..FILES).try_for_each(|file| write(folder.path(), file, 0))?;
    for kill in 1..=KILLS {
        // More has changed than is kept beside an index, so there is much to do.
        let change = || (0..FILES).try_for_each(|file| write(folder.path(), file, kill));
        let is_checkout = kill % 2 == 0;
        if !is_checkout {
            change()?;
        }
        let mut client = start(folder.path(), caches.path())?;
        while is_checkout && workspace(&mut client)?["reading"] == true {}
        let killed = thread::spawn(move || {
            // The server is killed at a different moment each time; any will do.
            thread::sleep(Duration::from_millis(kill * 7 % 250));
            // Dropping it kills the process.
            drop(client);
        });
        if is_checkout {
            // It watches, and is killed while this goes on or while it takes it over.
            change()?;
        }
        killed.join().expect("it does not panic");
    }
    let mut client = start(folder.path(), caches.path())?;
    while workspace(&mut client)?["reading"] == true {}
    ensure!(workspace(&mut client)?["files"] == FILES);
    let uri = format!("file://{}/new.rs", folder.path().display());
    let text = format!("fn f() {{\n    let value7_3_{KILLS} = read_value(stre");
    let document = json!({"uri": uri, "languageId": "rust", "version": 1, "text": text});
    client.notify("textDocument/didOpen", json!({"textDocument": document}))?;
    let position = json!({"line": 1, "character": 99});
    let params = json!({
        "textDocument": {"uri": uri}, "position": position, "context": {"triggerKind": 1},
    });
    let result = client.request("textDocument/inlineCompletion", params)?;
    let first = &result["items"][0]["insertText"];
    ensure!(
        first
            .as_str()
            .is_some_and(|text| text.starts_with("stream")),
        "{result}"
    );
    Ok(())
}
