//! A checkout that changes half of many files, under a client that goes on typing.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};
use end_to_end::{LanguageClient, server};
use serde_json::{Value, json};

const FILES: usize = 3000;
const CHANGED: usize = FILES / 2;

/// What a file holds in a branch: 6 KB with names of its own.
fn text(file: usize, branch: &str) -> String {
    let mut text = format!("let branch_of_{file} = read_{branch}_{file}(stream);\n");
    for line in 0.. {
        if text.len() > 6000 {
            break;
        }
        let _ = writeln!(
            text,
            "let value{line}_{file} = {branch}_value({file}, {line})?;"
        );
    }
    text
}

fn path(folder: &Path, file: usize) -> std::path::PathBuf {
    folder.join(format!("src/module{}/file{file}.rs", file % 40))
}

fn check_out(folder: &Path, files: usize, branch: &str) -> Result<()> {
    for file in 0..files {
        let path = path(folder, file);
        fs::create_dir_all(path.parent().expect("a folder"))?;
        // As git writes: the old file goes, the new one is another.
        let _ = fs::remove_file(&path);
        fs::write(path, text(file, branch))?;
    }
    Ok(())
}

/// A typist in a document of his own.
struct Typist {
    client: LanguageClient,
    uri: String,
    version: i64,
}

impl Typist {
    /// Types the start of the line with which file `file` begins; what is offered then.
    fn asks_for(&mut self, file: usize) -> Result<String> {
        self.version += 1;
        let line = format!("let branch_of_{file} = read_");
        let changed = json!({
            "textDocument": {"uri": self.uri, "version": self.version},
            "contentChanges": [{"text": format!("fn f() {{\n{line}")}],
        });
        self.client.notify("textDocument/didChange", changed)?;
        let params = json!({
            "textDocument": {"uri": self.uri},
            "position": {"line": 1, "character": line.len()},
            "context": {"triggerKind": 1},
        });
        let result = self
            .client
            .request("textDocument/inlineCompletion", params)?;
        let text = result["items"][0]["insertText"].as_str();
        Ok(text.unwrap_or_default().to_owned())
    }

    fn status(&mut self) -> Result<Value> {
        let mut status = self.client.request("lstm-ls/status", json!({}))?;
        Ok(status["workspace"].take())
    }
}

/// The checkout; `tells` is whether the client tells of the changes, in many messages as
/// editors do, or the server has to see for itself.
fn check(tells: bool) -> Result<()> {
    let folder = tempfile::tempdir()?;
    check_out(folder.path(), FILES, "old")?;
    let mut client = LanguageClient::start(&server()?)?;
    let root = json!(format!("file://{}", folder.path().display()));
    let files = json!({"didChangeWatchedFiles": {"dynamicRegistration": tells}});
    client.initialize_with(root, json!({"deadlineMs": 10_000}), files)?;
    let uri = format!("file://{}/new.rs", folder.path().display());
    let document = json!({"uri": uri, "languageId": "rust", "version": 1, "text": ""});
    client.notify("textDocument/didOpen", json!({"textDocument": document}))?;
    let mut typist = Typist {
        client,
        uri,
        version: 1,
    };
    while typist.status()?["reading"] == true {}
    ensure!(typist.status()?["files"] == FILES);
    for file in [0, CHANGED - 1, FILES - 1] {
        let offered = typist.asks_for(file)?;
        ensure!(offered.contains(&format!("old_{file}(")), "{offered}");
    }

    check_out(folder.path(), CHANGED, "new")?;
    if tells {
        let all: Vec<usize> = (0..CHANGED).collect();
        for some in all.chunks(150) {
            let change = |file: &usize| {
                let uri = format!("file://{}", path(folder.path(), *file).display());
                json!({"uri": uri, "type": 2})
            };
            let changes: Vec<Value> = some.iter().map(change).collect();
            let params = json!({"changes": changes});
            typist
                .client
                .notify("workspace/didChangeWatchedFiles", params)?;
        }
    }
    for file in [0, 7, CHANGED - 1] {
        // Every key is answered meanwhile, from the old branch or, as some of its files
        // speak for the others, the new one.
        loop {
            let offered = typist.asks_for(file)?;
            if offered.contains(&format!("new_{file}(")) {
                break;
            }
            ensure!(
                ["old_", "new_"]
                    .iter()
                    .any(|branch| offered.contains(branch)),
                "{offered}"
            );
        }
    }
    let offered = typist.asks_for(FILES - 1)?;
    ensure!(
        offered.contains(&format!("old_{}(", FILES - 1)),
        "{offered}"
    );
    ensure!(typist.status()?["files"] == FILES);
    Ok(())
}

#[test]
fn names_of_the_new_branch_come_once_the_client_tells() -> Result<()> {
    check(true)
}

#[test]
fn names_of_the_new_branch_come_where_the_client_cannot_tell() -> Result<()> {
    check(false)
}
