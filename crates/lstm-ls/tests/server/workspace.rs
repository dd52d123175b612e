//! What the server knows of the client's folders and other documents.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;
use tower_lsp::lsp_types::Url;

use crate::client::Client;

/// Many functions that end alike, as code does.
pub(crate) fn functions(end: &str) -> String {
    let function = |i| format!("func (r *Registry) Lookup{i}() error {{\n{BODY}{end}\n}}\n");
    (0..40).map(function).collect()
}

pub(crate) const BODY: &str = "\tr.lock.Lock()\n\tdefer r.lock.Unlock()\n\treturn ";

/// Up to where what such a function returns is to be typed.
pub(crate) fn begun() -> String {
    format!("func (r *Registry) Remove() error {{\n{BODY}")
}

pub(crate) fn uri(folder: &Path, name: &str) -> Value {
    json!(Url::from_file_path(folder.join(name)).unwrap())
}

/// A client that has `folder` open and knows that its files have been read.
pub(crate) async fn client(folder: &TempDir, settings: Value) -> Client {
    let mut client = Client::connect("");
    let mut options = json!({"deadlineMs": 60000});
    options
        .as_object_mut()
        .unwrap()
        .extend(settings.as_object().unwrap().clone());
    let folders = json!([{"uri": uri(folder.path(), ""), "name": "it"}]);
    let params = json!({
        "capabilities": {}, "workspaceFolders": folders, "initializationOptions": options,
    });
    client.initialize(params).await;
    while status(&mut client).await["workspace"]["reading"] == true {}
    client
}

pub(crate) async fn status(client: &mut Client) -> Value {
    client.call("lstm-ls/status", json!({})).await.unwrap()
}

pub(crate) async fn open(client: &mut Client, uri: &Value, text: &str) {
    let document = json!({"uri": uri, "languageId": "go", "version": 1, "text": text});
    let params = json!({"textDocument": document});
    client.notify("textDocument/didOpen", params).await;
}

/// The ghost text behind `return` in the first function.
pub(crate) async fn ghost(client: &mut Client, uri: &Value) -> Value {
    let params = json!({
        "textDocument": {"uri": uri}, "position": {"line": 3, "character": 8},
        "context": {"triggerKind": 2},
    });
    let list = client.call("textDocument/inlineCompletion", params).await;
    let list = list.unwrap();
    let text = list.pointer("/items/0/insertText");
    text.cloned().unwrap_or_default()
}

#[tokio::test]
async fn files_of_the_folders_are_known_and_saved_ones_at_once() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("b.go"), functions("r.closed")).unwrap();
    let mut client = client(&folder, json!({})).await;
    assert_eq!(status(&mut client).await["workspace"]["files"], 1);
    let document = uri(folder.path(), "a.go");
    open(&mut client, &document, &begun()).await;
    assert_eq!(ghost(&mut client, &document).await, "r.closed");

    std::fs::write(folder.path().join("b.go"), functions("ErrGone")).unwrap();
    let saved = json!({"textDocument": {"uri": uri(folder.path(), "b.go")}});
    client.notify("textDocument/didSave", saved).await;
    while ghost(&mut client, &document).await != "ErrGone" {}
    client.finish_amid_news().await;
}

#[tokio::test]
async fn other_documents_are_known_as_they_are_in_the_editor() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("b.go"), functions("r.closed")).unwrap();
    let mut client = client(&folder, json!({})).await;
    let (document, other) = (uri(folder.path(), "a.go"), uri(folder.path(), "b.go"));
    open(&mut client, &document, &begun()).await;
    open(&mut client, &other, "").await;
    let changed = json!({
        "textDocument": {"uri": other, "version": 2},
        "contentChanges": [{"text": functions("ErrGone")}],
    });
    client.notify("textDocument/didChange", changed).await;
    assert_eq!(ghost(&mut client, &document).await, "ErrGone");
    client.finish_amid_news().await;
}

#[tokio::test]
async fn what_may_hold_secrets_is_not_known_from_the_editor_either() {
    let folder = tempfile::tempdir().unwrap();
    let mut client = client(&folder, json!({})).await;
    let (document, other) = (uri(folder.path(), "a.go"), uri(folder.path(), ".env.go"));
    open(&mut client, &document, &begun()).await;
    open(&mut client, &other, "").await;
    let changed = json!({
        "textDocument": {"uri": other, "version": 2},
        "contentChanges": [{"text": functions("ErrGone")}],
    });
    client.notify("textDocument/didChange", changed).await;
    assert_eq!(ghost(&mut client, &document).await, Value::Null);
    client.finish_amid_news().await;
}

#[tokio::test]
async fn a_document_does_not_know_its_own_end() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("{}\n}}\n{}", begun(), functions("r.closed"));
    std::fs::write(folder.path().join("a.go"), &text).unwrap();
    let mut client = client(&folder, json!({})).await;
    let document = uri(folder.path(), "a.go");
    open(&mut client, &document, &text).await;
    assert_eq!(ghost(&mut client, &document).await, Value::Null);
    client.finish_amid_news().await;
}

#[tokio::test]
async fn nothing_is_read_where_the_user_wants_that() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("b.go"), functions("r.closed")).unwrap();
    let mut client = client(&folder, json!({"workspaceMegabytes": 0})).await;
    assert_eq!(status(&mut client).await["workspace"], Value::Null);
    let document = uri(folder.path(), "a.go");
    open(&mut client, &document, &begun()).await;
    assert_eq!(ghost(&mut client, &document).await, Value::Null);
    client.finish_amid_news().await;
}
