//! `textDocument/diagnostic`, and the quick fix for what it says.

use serde_json::{Value, json};

use crate::client::{CONTENT_MODIFIED, Client, INVALID_PARAMS, URI, range};

const DIAGNOSTIC: &str = "textDocument/diagnostic";

/// What the parrot knows by heart.
const KNOWN: &str = "fn area(width: u8, height: u8) -> u8 {\n    let double = height + height;\n    width * height + double\n}\n";

/// The same with another variable in one place.
const SWAPPED: &str = "fn area(width: u8, height: u8) -> u8 {\n    let double = height + height;\n    double * height + double\n}\n";

/// A client that asks for diagnostics, of a server that gives them if `on`.
async fn start(on: bool) -> Client {
    start_with(json!({"surprise": on})).await
}

async fn start_with(options: Value) -> Client {
    let mut client = Client::connect(KNOWN);
    let capabilities = json!({
        "textDocument": {"diagnostic": {}, "codeAction": {"codeActionLiteralSupport": {}}},
    });
    let params = json!({"capabilities": capabilities, "initializationOptions": options});
    let result = client.initialize(params).await;
    let capabilities = &result["capabilities"];
    assert_eq!(capabilities["diagnosticProvider"]["identifier"], "lstm-ls");
    assert_eq!(
        capabilities["codeActionProvider"]["codeActionKinds"],
        json!(["quickfix"])
    );
    client
}

async fn ask(client: &mut Client) -> Value {
    let params = json!({"textDocument": {"uri": URI}});
    client.call(DIAGNOSTIC, params).await.unwrap()
}

#[tokio::test]
async fn a_swapped_variable_is_marked_and_can_be_put_right() {
    for line_end in ["\n", "\r\n"] {
        let mut client = start(true).await;
        client.open("rust", &SWAPPED.replace('\n', line_end)).await;
        let report = ask(&mut client).await;
        let items = report["items"].as_array().unwrap();
        assert_eq!(items.len(), 1, "{report}");
        let item = &items[0];
        assert_eq!(range(&item["range"]), "2:4-10");
        assert_eq!(item["severity"], 4);
        assert_eq!(item["source"], "lstm-ls");
        assert_eq!(item["message"], "unlikely here: `double`; expected `width`");

        let params = json!({
            "textDocument": {"uri": URI}, "range": item["range"],
            "context": {"diagnostics": [item, {"range": item["range"], "message": "another's"}]},
        });
        let actions = client
            .call("textDocument/codeAction", params)
            .await
            .unwrap();
        assert_eq!(actions.as_array().unwrap().len(), 1);
        assert_eq!(actions[0]["kind"], "quickfix");
        assert_eq!(actions[0]["diagnostics"][0], *item);
        let edit = &actions[0]["edit"]["changes"][URI][0];
        assert_eq!(edit["range"], item["range"]);
        assert_eq!(edit["newText"], "width");
        client.finish().await;
    }
}

#[tokio::test]
async fn what_is_known_by_heart_is_not_marked() {
    let mut client = start(true).await;
    client.open("rust", KNOWN).await;
    assert_eq!(ask(&mut client).await["items"], json!([]));
    client.finish().await;
}

#[tokio::test]
async fn nothing_is_marked_unasked() {
    let mut client = start(false).await;
    client.open("rust", SWAPPED).await;
    let report = ask(&mut client).await;
    assert_eq!(report, json!({"kind": "full", "items": []}));
    client.finish().await;
}

#[tokio::test]
async fn nothing_is_marked_where_nothing_is_suggested() {
    for off in [
        json!({"enabled": false}),
        json!({"disabledLanguages": ["rust"]}),
        json!({"disabledFiles": ["src/"]}),
    ] {
        let mut options = off;
        options["surprise"] = json!(true);
        let mut client = start_with(options).await;
        client.open("rust", SWAPPED).await;
        assert_eq!(ask(&mut client).await["items"], json!([]));
        client.finish().await;
    }
}

#[tokio::test]
async fn large_documents_are_not_looked_at() {
    let mut client = start(true).await;
    client.gate.close();
    client.open("rust", &SWAPPED.repeat(2000)).await;
    assert_eq!(ask(&mut client).await["items"], json!([]));
    client.gate.open();
    client.finish().await;
}

#[tokio::test]
async fn the_same_text_is_not_looked_at_again() {
    let mut client = start(true).await;
    client.open("rust", SWAPPED).await;
    let id = ask(&mut client).await["resultId"].clone();
    let params = json!({"textDocument": {"uri": URI}, "previousResultId": id});
    let report = client.call(DIAGNOSTIC, params).await.unwrap();
    assert_eq!(report, json!({"kind": "unchanged", "resultId": id}));
    client.finish().await;
}

#[tokio::test]
async fn an_edit_ends_the_look() {
    let mut client = start(true).await;
    client.open("rust", SWAPPED).await;
    client.gate.close();
    let params = json!({"textDocument": {"uri": URI}});
    let id = client.request(DIAGNOSTIC, params).await;
    client.wait_for_work().await;
    client.change(2, json!([{"text": KNOWN}])).await;
    assert_eq!(client.answer(id).await.unwrap_err().0, CONTENT_MODIFIED);
    client.gate.open();
    assert_eq!(ask(&mut client).await["items"], json!([]));
    client.finish().await;
}

#[tokio::test]
async fn only_clients_that_ask_hear_of_it() {
    let mut client = Client::connect("");
    let result = client.initialize(json!({"capabilities": {}})).await;
    assert_eq!(result["capabilities"]["diagnosticProvider"], Value::Null);
    assert_eq!(result["capabilities"]["codeActionProvider"], Value::Null);
    let params = json!({"textDocument": {"uri": URI}});
    let answer = client.call(DIAGNOSTIC, params).await;
    assert_eq!(answer.unwrap_err().0, INVALID_PARAMS);
    client.finish().await;
}

#[tokio::test]
async fn turning_it_on_brings_a_new_look() {
    let mut client = Client::connect(KNOWN);
    let capabilities = json!({
        "textDocument": {"diagnostic": {}},
        "workspace": {"diagnostics": {"refreshSupport": true}},
    });
    client
        .initialize(json!({"capabilities": capabilities}))
        .await;
    let settings = json!({"settings": {"lstm-ls": {"surprise": true}}});
    client
        .notify("workspace/didChangeConfiguration", settings)
        .await;
    let request = client.server_request("workspace/diagnostic/refresh").await;
    client.reply(&request, Value::Null).await;
    client.finish().await;
}
