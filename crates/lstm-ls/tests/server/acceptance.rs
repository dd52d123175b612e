//! What becomes of suggestions is counted, where the user lets it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use assistant::models::ModelSource;
use assistant::session::{Kept, Shared};
use assistant::statistics::{Statistics, Tally};
use lstm_format::Engine;
use serde_json::{Value, json};

use crate::client::{Client, INVALID_PARAMS, at};
use crate::parrot::{Gate, Parrot};

const METHOD: &str = "textDocument/inlineCompletion";

/// A client whose server counts into `file`.
async fn client(file: &Path, settings: Value) -> Client {
    let engine: Arc<dyn Engine> = Arc::new(Parrot::new("let answer = 42;\n", Gate::default()));
    let source = ModelSource {
        engines: Arc::new(move |_| Ok(Arc::clone(&engine))),
        default_path: None,
        embedded: Vec::new(),
        folder: None,
    };
    let mut client = Client::of(Shared::new(
        source,
        Kept {
            statistics: Some(file.to_owned()),
            caches: None,
        },
    ));
    let capabilities = json!({"workspace": {"executeCommand": {}}});
    let result = client
        .initialize(json!({"capabilities": capabilities, "initializationOptions": settings}))
        .await;
    let commands = &result["capabilities"]["executeCommandProvider"]["commands"];
    let all = [
        "lstm-ls.accepted",
        "lstm-ls.retrain",
        "lstm-ls.stopRetraining",
    ];
    assert_eq!(*commands, json!(all));
    client
}

async fn item(client: &mut Client) -> Value {
    let position = client.open_at_cursor("let a$0").await;
    let mut params = at(&position);
    params["context"] = json!({"triggerKind": 2});
    client.call(METHOD, params).await.unwrap()["items"][0].take()
}

fn counted(file: &Path) -> Option<Tally> {
    let statistics = Statistics::read(file).unwrap();
    let mut tally = statistics.0.get("rust")?.get("rust 1x48")?.clone();
    tally.latency = Default::default();
    Some(tally)
}

#[tokio::test]
async fn what_a_client_tells_of_a_suggestion_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("statistics.json");
    let mut client = client(&file, json!({"deadlineMs": 60000})).await;
    let item = item(&mut client).await;
    assert_eq!(item["insertText"], "answer = 42;");
    let shown = json!({"item": item});
    client
        .notify("textDocument/didShowCompletion", shown.clone())
        .await;
    let part = json!({"item": item, "acceptedLength": 6});
    client
        .notify("textDocument/didPartiallyAcceptCompletion", part)
        .await;
    client.notify("lstm-ls/dismissed", shown).await;
    assert_eq!(accept(&mut client, &item).await, Ok(Value::Null));
    let other = json!({"command": "rm", "arguments": ["-rf"]});
    let refused = client.call("workspace/executeCommand", other).await;
    assert_eq!(refused.unwrap_err().0, INVALID_PARAMS);
    client.finish().await;
    let expected = Tally {
        requests: 1,
        offered: 1,
        shown: 1,
        accepted: 1,
        dismissed: 1,
        bytes_saved: "nswer = 42;".len() as u64,
        ..Tally::default()
    };
    assert_eq!(counted(&file), Some(expected));
}

async fn accept(client: &mut Client, item: &Value) -> Result<Value, (i64, String)> {
    let command = &item["command"];
    let run = json!({"command": command["command"], "arguments": command["arguments"]});
    client.call("workspace/executeCommand", run).await
}

/// Accepts a suggestion, makes the document `later`, and lets half a minute pass.
async fn kept(later: &str) -> (u64, u64) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("statistics.json");
    let mut client = client(&file, json!({"deadlineMs": 60000})).await;
    let item = item(&mut client).await;
    client
        .change(2, json!([{"text": "let answer = 42;"}]))
        .await;
    accept(&mut client, &item).await.unwrap();
    client.change(3, json!([{"text": later}])).await;
    // Answered once the change is made.
    client.call("lstm-ls/status", Value::Null).await.unwrap();
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(31)).await;
    tokio::task::yield_now().await;
    tokio::time::resume();
    client.finish().await;
    let tally = counted(&file).unwrap();
    (tally.looked_for, tally.kept)
}

#[tokio::test]
async fn accepted_text_that_still_stands_half_a_minute_later_was_kept() {
    assert_eq!(kept("// More.\nlet answer = 42;\nlet b = 1;").await, (1, 1));
    assert_eq!(kept("let animal = 42;").await, (1, 0));
}

#[tokio::test]
async fn nothing_is_counted_where_the_user_does_not_want_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("statistics.json");
    let mut client = client(&file, json!({"deadlineMs": 60000, "statistics": false})).await;
    assert_eq!(item(&mut client).await["command"], Value::Null);
    client.finish().await;
    assert!(!file.exists());
}
