//! From `initialize` to `exit`.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::client::{Client, REQUEST_CANCELLED, at};

#[tokio::test]
async fn inline_completion_and_the_rest_are_announced() {
    let mut client = Client::connect("");
    let result = client.initialize(json!({"capabilities": {}})).await;
    let capabilities = &result["capabilities"];
    assert_eq!(capabilities["inlineCompletionProvider"], true);
    assert_eq!(capabilities["positionEncoding"], "utf-16");
    assert_eq!(capabilities["textDocumentSync"]["change"], 2);
    assert!(capabilities["completionProvider"].is_object());
    assert_eq!(result["serverInfo"]["name"], "lstm-ls");
    client.finish().await;
}

#[tokio::test]
async fn the_client_s_favourite_encoding_is_taken() {
    for favourite in ["utf-8", "utf-16", "utf-32"] {
        let mut client = Client::connect("");
        let capabilities =
            json!({"general": {"positionEncodings": ["utf-7", 5, favourite, "utf-16"]}});
        let result = client
            .initialize(json!({"capabilities": capabilities}))
            .await;
        assert_eq!(result["capabilities"]["positionEncoding"], favourite);
        client.finish().await;
    }
}

#[tokio::test]
async fn capabilities_of_a_later_protocol_do_no_harm() {
    let mut client = Client::connect("");
    let capabilities = json!({
        "workspace": {"workspaceEdit": {"failureHandling": "of a kind yet to come"}},
        "textDocument": {"foldingRange": {"foldingRangeKind": {"valueSet": [{}]}}, "completion": 7},
    });
    let params = json!({
        "processId": null, "rootUri": null, "trace": "loudly", "capabilities": capabilities,
        "workspaceFolders": "none",
    });
    let result = client.initialize(params).await;
    assert_eq!(result["capabilities"]["inlineCompletionProvider"], true);
    client.finish().await;
}

#[tokio::test]
async fn what_nothing_reads_may_be_anything() {
    let mut client = Client::connect("");
    let params = json!({"rootUri": "", "processId": "x", "clientInfo": 3, "capabilities": 4});
    let result = client.initialize(params).await;
    assert_eq!(result["capabilities"]["inlineCompletionProvider"], true);
    client.finish().await;
}

#[tokio::test]
async fn each_bad_setting_is_named_once_and_the_rest_applies() {
    let mut client = Client::connect("let answer = 42;\n");
    let options = json!({"candidates": 1, "colour": "red", "maxBytes": -1});
    client
        .initialize(json!({"capabilities": {}, "initializationOptions": options}))
        .await;
    let mut messages = Vec::new();
    for _ in 0..2 {
        messages.push(client.notification("window/logMessage").await["message"].clone());
    }
    let wrong =
        "setting `maxBytes` is -1, expected a whole number from 1 to 4096; it stays as it was";
    assert_eq!(messages, ["unknown setting `colour` is ignored", wrong]);
    client.finish().await;
}

#[tokio::test]
async fn a_model_that_cannot_be_loaded_is_reported_once_and_suggests_nothing() {
    let source = |source: &assistant::models::Source| {
        assert_eq!(source.path(), Some("m.safetensors".as_ref()));
        anyhow::bail!("m.safetensors: it is a picture of a cat")
    };
    let mut client = Client::with_source(Arc::new(source));
    let options = json!({"model": "m.safetensors"});
    client
        .initialize(json!({"capabilities": {}, "initializationOptions": options}))
        .await;
    let message = client.notification("window/showMessage").await;
    let expected = "lstm-ls suggests nothing: m.safetensors: it is a picture of a cat";
    assert_eq!(message, json!({"type": 1, "message": expected}));
    let position = client.open_at_cursor("let a$0").await;
    let list = client
        .call("textDocument/completion", at(&position))
        .await
        .unwrap();
    assert_eq!(list["items"], json!([]));
    client.finish().await;
}

#[tokio::test]
async fn a_model_that_takes_long_to_load_shows_progress() {
    let (load, loading) = std::sync::mpsc::channel::<()>();
    let loading = std::sync::Mutex::new(loading);
    let source = move |_: &assistant::models::Source| {
        // Until the test has seen that it takes long.
        let _ = loading.lock().unwrap().recv();
        anyhow::bail!("it is late")
    };
    let mut client = Client::with_source(Arc::new(source));
    let capabilities = json!({"window": {"workDoneProgress": true}});
    client
        .initialize(json!({"capabilities": capabilities}))
        .await;
    let create = client
        .server_request("window/workDoneProgress/create")
        .await;
    client.reply(&create, Value::Null).await;
    let begin = client.notification("$/progress").await;
    assert_eq!(begin["token"], create["params"]["token"]);
    assert_eq!(begin["value"]["kind"], "begin");
    drop(load);
    let end = client.notification("$/progress").await;
    assert_eq!(end["value"]["kind"], "end");
    client.notification("window/showMessage").await;
    client.finish().await;
}

#[tokio::test]
async fn requests_before_initialize_are_refused() {
    let mut client = Client::connect("");
    let position = json!({"line": 0, "character": 0});
    let answer = client.call("textDocument/completion", at(&position)).await;
    assert_eq!(answer.unwrap_err().0, -32002);
    client.initialize(json!({"capabilities": {}})).await;
    client.finish().await;
}

#[tokio::test]
async fn unknown_methods_are_refused_and_unknown_notifications_ignored() {
    let mut client = Client::start("").await;
    assert_eq!(
        client.call("no/such", json!({})).await.unwrap_err().0,
        -32601
    );
    client.notify("$/setTrace", json!({"value": "off"})).await;
    client.notify("no/such", json!({})).await;
    client.finish().await;
}

#[tokio::test]
async fn shutdown_with_null_for_parameters_is_a_shutdown() {
    let mut client = Client::start("").await;
    client
        .send(r#"{"jsonrpc":"2.0","id":"bye","method":"shutdown","params":null}"#)
        .await;
    client.send(r#"{"jsonrpc":"2.0","method":"exit"}"#).await;
    let answer = client.raw_answer("bye").await;
    assert_eq!(
        answer,
        json!({"jsonrpc": "2.0", "id": "bye", "result": Value::Null})
    );
    assert!(client.left_in_order().await);
}

#[tokio::test]
async fn exit_without_shutdown_is_not_in_order() {
    let mut client = Client::start("").await;
    client.notify("exit", json!({})).await;
    assert!(!client.left_in_order().await);
}

#[tokio::test]
async fn exit_does_not_wait_for_work_under_way() {
    let mut client = Client::start("let answer = 42;\n").await;
    let position = client.open_at_cursor("let a$0").await;
    client.gate.close();
    let id = client
        .request("textDocument/completion", at(&position))
        .await;
    client.wait_for_work().await;
    assert_eq!(client.call("shutdown", Value::Null).await, Ok(Value::Null));
    client.notify("exit", Value::Null).await;
    assert_eq!(client.answer(id).await.unwrap_err().0, REQUEST_CANCELLED);
    let gate = client.gate.clone();
    assert!(client.left_in_order().await);
    gate.open();
}

#[tokio::test]
async fn a_message_that_is_not_json_is_refused_and_the_next_one_served() {
    let mut client = Client::start("let answer = 42;\n").await;
    client.send("{\"jsonrpc\":").await;
    let refused = client.raw_answer_to_nobody().await;
    assert_eq!(refused["error"]["code"], -32700);
    client.settle().await;
    client.finish().await;
}

#[tokio::test]
async fn json_that_is_no_request_is_refused_under_its_id() {
    let mut client = Client::start("").await;
    client
        .send(r#"{"jsonrpc":"2.0","id":500,"method":7}"#)
        .await;
    assert_eq!(client.raw_answer(500).await["error"]["code"], -32600);
    client.send(r#"{"method":"m","id":"a"}"#).await;
    assert_eq!(client.raw_answer("a").await["error"]["code"], -32600);
    client.send("[]").await;
    let refused = client.raw_answer_to_nobody().await;
    assert_eq!(refused["error"]["code"], -32600);
    client.finish().await;
}
