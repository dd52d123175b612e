//! A checkout that changes half of many files, under a client that goes on typing.

use anyhow::{Result, ensure};
use end_to_end::{LanguageClient, branch_file, check_out, first_words, next_words, server};
use serde_json::{Value, json};

const FILES: usize = 3000;
const CHANGED: usize = FILES / 2;

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
        let line = first_words(file);
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
        ensure!(offered.contains(&next_words(file, "old")), "{offered}");
    }

    check_out(folder.path(), CHANGED, "new")?;
    if tells {
        let all: Vec<usize> = (0..CHANGED).collect();
        for some in all.chunks(150) {
            let change = |file: &usize| {
                let uri = format!("file://{}", branch_file(folder.path(), *file).display());
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
            if offered.contains(&next_words(file, "new")) {
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
    ensure!(offered.contains(&next_words(FILES - 1, "old")), "{offered}");
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
