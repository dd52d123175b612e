//! `lstm-ls/status` and what is told of its changes.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use assistant::models::{ModelSource, Source};
use assistant::session::{Kept, Shared};
use lstm_format::{Engine, ModelConfig, ModelFile, Precision, Provenance, TensorSpec};
use serde_json::{Value, json};

use crate::client::{Client, URI, at};
use crate::parrot::{Gate, Parrot};

/// What a test can know of a status.
fn stable(mut status: Value) -> Value {
    let known = status.as_object_mut().unwrap();
    for key in ["version", "memoryBytes", "lastLatencyMicros", "processId"] {
        known.remove(key);
    }
    status
}

async fn status(client: &mut Client) -> Value {
    let about = json!({"textDocument": {"uri": URI}});
    stable(client.call("lstm-ls/status", about).await.unwrap())
}

#[tokio::test]
async fn it_says_what_serves_a_document_and_how_the_last_request_went() {
    let mut client = Client::start("let answer = 42;\n").await;
    let position = client.open_at_cursor("let a$0").await;
    let list = client.call("textDocument/completion", at(&position)).await;
    assert_ne!(list.unwrap()["items"], json!([]));
    let model = json!({"name": "rust 1x48", "language": "rust", "path": null, "embedded": true});
    let expected = json!({
        "languages": ["rust"], "language": "rust", "model": model, "enabled": true,
        "state": "ready", "workspace": null, "lastReason": null, "clients": 1,
    });
    assert_eq!(status(&mut client).await, expected);
    let whole = client.call("lstm-ls/status", Value::Null).await.unwrap();
    assert!(whole["lastLatencyMicros"].as_u64().is_some_and(|n| n > 0));
    assert_eq!(stable(whole), expected);
    client.finish().await;
}

#[tokio::test]
async fn it_says_why_nothing_was_offered() {
    let cases = [
        (
            "go",
            json!({}),
            "not-worth-a-look",
            "What came to mind has a chance of 0 %, not worth a look (`eagerness`).",
        ),
        (
            "rust",
            json!({"disabledLanguages": ["rust"]}),
            "language-off",
            "`rust` is one of the `disabledLanguages` in the settings.",
        ),
        (
            "rust",
            json!({"enabled": false}),
            "off",
            "The setting `enabled` is false.",
        ),
        (
            "rust",
            json!({"disabledFiles": ["src/"]}),
            "file-off",
            "The file is one of the `disabledFiles` in the settings.",
        ),
    ];
    for (language, mut settings, code, message) in cases {
        // A busy machine is no reason.
        settings["deadlineMs"] = json!(60_000);
        let mut client = Client::connect("let answer = 42;\n");
        client
            .initialize(json!({"capabilities": {}, "initializationOptions": settings}))
            .await;
        client.open(language, "let a").await;
        let position = json!({"line": 0, "character": 5});
        let list = client.call("textDocument/completion", at(&position)).await;
        assert_eq!(list.unwrap()["items"], json!([]), "{code}");
        let reason = &status(&mut client).await["lastReason"];
        let expected = json!({"code": code, "message": message});
        assert_eq!(*reason, expected);
        let about = json!({"textDocument": {"uri": URI}});
        assert_eq!(client.call("lstm-ls/explain", about).await, Ok(expected));
        // What it says of its state may come later than what was asked for.
        client.finish_amid_news().await;
    }
}

#[tokio::test]
async fn a_named_model_that_cannot_be_used_is_said_to_have_failed() {
    let engine: Arc<dyn Engine> = Arc::new(Parrot::new("let answer = 42;\n", Gate::default()));
    let mut client = Client::with_source(Arc::new(move |source| match source.path() {
        Some(path) => anyhow::bail!("there is no {}", path.display()),
        None => Ok(Arc::clone(&engine)),
    }));
    let options = json!({"model": "/no/such.safetensors"});
    client
        .initialize(json!({"capabilities": {}, "initializationOptions": options}))
        .await;
    client.notification("window/showMessage").await;
    client.open("rust", "let a").await;
    assert_eq!(status(&mut client).await["state"], "failed");
    client.finish().await;
}

#[tokio::test]
async fn a_list_does_not_hide_why_there_is_no_ghost_text() {
    let mut client = Client::start("let answer = 42;\n").await;
    let position = client.open_at_cursor("let answer = 42;$0\n").await;
    let about = json!({"textDocument": {"uri": URI}});
    let nothing = client.call("textDocument/inlineCompletion", at(&position));
    assert_eq!(nothing.await.unwrap()["items"], json!([]));
    let why = client.call("lstm-ls/explain", about.clone()).await.unwrap();
    assert_eq!(why["code"], "nothing-to-add");
    client.change(2, json!([{"text": "let a"}])).await;
    let start = json!({"line": 0, "character": 5});
    let list = client.call("textDocument/completion", at(&start)).await;
    assert_ne!(list.unwrap()["items"], json!([]));
    assert_eq!(client.call("lstm-ls/explain", about.clone()).await, Ok(why));
    let ghost = client
        .call("textDocument/inlineCompletion", at(&start))
        .await;
    assert_ne!(ghost.unwrap()["items"], json!([]));
    assert_eq!(client.call("lstm-ls/explain", about).await, Ok(Value::Null));
    client.finish().await;
}

#[tokio::test]
async fn a_client_that_has_asked_is_told_of_every_change() {
    let mut client = Client::start("let answer = 42;\n").await;
    client.open("rust", "let a").await;
    let position = json!({"line": 0, "character": 5});
    let list = client.call("textDocument/completion", at(&position)).await;
    list.unwrap();
    assert_eq!(status(&mut client).await["state"], "ready");
    for (settings, state) in [(json!({"enabled": false}), "off"), (json!({}), "ready")] {
        let changed = json!({"settings": {"lstm-ls": settings}});
        client
            .notify("workspace/didChangeConfiguration", changed)
            .await;
        let told = client.notification("lstm-ls/statusChanged").await;
        assert_eq!(told["state"], state);
    }
    client.open("go", "x").await;
    let told = client.notification("lstm-ls/statusChanged").await;
    assert_eq!(
        (&told["state"], &told["language"]),
        (&json!("memory only"), &json!("go"))
    );
    client.finish().await;
}

/// Writes a model that has nothing in mind but `letter`.
fn write_model(path: &Path, language: &str, letter: u8) {
    let config = ModelConfig::small(language);
    let value = |spec: &TensorSpec, i| {
        let is_letter = spec.name == "head.bias" && i == usize::from(letter);
        0.01 + 9.0 * f32::from(is_letter)
    };
    let file = ModelFile::from_fn(config, Provenance::default(), Precision::Int8, value);
    file.unwrap().write(path).unwrap();
}

fn shared(folder: &Path) -> Arc<Shared> {
    let default = folder.join("default.model");
    write_model(&default, "rust", b'r');
    let engines = move |source: &Source| {
        assistant::models::int8_engine(&ModelFile::read(source.path().unwrap_or(&default))?)
    };
    let source = ModelSource {
        engines: Arc::new(engines),
        default_path: None,
        embedded: Vec::new(),
        folder: Some(folder.to_owned()),
    };
    Shared::new(source, Kept::default())
}

async fn offered(client: &mut Client, language: &str) -> Value {
    client.open(language, "x ").await;
    let mut params = at(&json!({"line": 0, "character": 2}));
    params["context"] = json!({"triggerKind": 1});
    let list = client.call("textDocument/inlineCompletion", params).await;
    let list = list.unwrap();
    let text = list.pointer("/items/0/insertText").and_then(Value::as_str);
    json!(text.and_then(|text| text.chars().next()))
}

#[tokio::test]
async fn each_language_has_its_own_model_and_a_new_file_needs_no_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut client = Client::of(shared(folder.path()));
    let options = json!({"deadlineMs": 60000});
    client
        .initialize(json!({"capabilities": {}, "initializationOptions": options}))
        .await;
    assert_eq!(offered(&mut client, "rust").await, "r");
    assert_eq!(offered(&mut client, "go").await, Value::Null);

    let go = folder.path().join("go.safetensors");
    for (seconds, letter) in [(1, "g"), (2, "h")] {
        write_model(&go, "go", letter.as_bytes()[0]);
        // Two writes within one tick of the file system's clock look the same.
        let file = std::fs::File::options().append(true).open(&go).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
            .unwrap();
        client.notify("lstm-ls/reload", Value::Null).await;
        client.call("lstm-ls/reload", Value::Null).await.unwrap();
        assert_eq!(offered(&mut client, "go").await, letter);
        assert_eq!(offered(&mut client, "rust").await, "r");
    }
    client.finish().await;
}

#[tokio::test]
async fn a_language_is_known_by_its_other_names_and_by_the_file() {
    let folder = tempfile::tempdir().unwrap();
    write_model(&folder.path().join("t.safetensors"), "typescript", b't');
    let mut client = Client::of(shared(folder.path()));
    client
        .initialize(json!({"capabilities": {}, "initializationOptions": {"deadlineMs": 60000}}))
        .await;
    for name in ["Rust", "rs", "", "no language at all"] {
        assert_eq!(offered(&mut client, name).await, "r", "{name}");
    }
    for name in ["typescript", "ts", "typescriptreact", "JavaScript"] {
        assert_eq!(offered(&mut client, name).await, "t", "{name}");
    }
    assert_eq!(offered(&mut client, "go").await, Value::Null);
    client.finish().await;
}

#[tokio::test]
async fn a_file_that_is_no_model_leaves_the_old_one_at_work() {
    let folder = tempfile::tempdir().unwrap();
    let go = folder.path().join("go.safetensors");
    write_model(&go, "go", b'g');
    let mut client = Client::of(shared(folder.path()));
    client
        .initialize(json!({"capabilities": {}, "initializationOptions": {"deadlineMs": 60000}}))
        .await;
    assert_eq!(offered(&mut client, "go").await, "g");
    std::fs::write(&go, "half a model").unwrap();
    client.call("lstm-ls/reload", Value::Null).await.unwrap();
    assert_eq!(offered(&mut client, "go").await, "g");
    client.finish().await;
}
