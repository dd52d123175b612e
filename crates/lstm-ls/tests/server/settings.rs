//! Settings that come and change after `initialize`.

use serde_json::{Value, json};

use crate::client::{Client, at};

const KNOWN: &str = "abcdefgh\n";

/// How many items a popup has: as many as `candidates` says.
async fn candidates(client: &mut Client, position: &Value) -> usize {
    let list = client
        .call("textDocument/completion", at(position))
        .await
        .unwrap();
    list["items"].as_array().unwrap().len()
}

fn options(candidates: usize) -> Value {
    json!({"candidates": candidates, "temperature": 2, "topP": 1, "deadlineMs": 60000})
}

#[tokio::test]
async fn a_client_is_asked_for_its_settings_and_they_go_over_its_options() {
    let mut client = Client::connect(KNOWN);
    let capabilities = json!({"workspace": {
        "configuration": true, "didChangeConfiguration": {"dynamicRegistration": true},
    }});
    client
        .initialize(json!({"capabilities": capabilities, "initializationOptions": options(2)}))
        .await;
    let registered = client.server_request("client/registerCapability").await;
    let method = &registered["params"]["registrations"][0]["method"];
    assert_eq!(method, "workspace/didChangeConfiguration");
    client.reply(&registered, Value::Null).await;

    let asked = client.server_request("workspace/configuration").await;
    assert_eq!(asked["params"]["items"], json!([{"section": "lstm-ls"}]));
    client
        .reply(&asked, json!([{"candidates": 3, "topP": "x"}]))
        .await;
    let complaint = client.notification("window/logMessage").await;
    let expected =
        "setting `topP` is \"x\", expected a number above 0 and up to 1; it stays as it was";
    assert_eq!(complaint["message"], expected);
    let position = client.open_at_cursor("abc$0").await;
    assert_eq!(candidates(&mut client, &position).await, 3);

    let changed = json!({"settings": null});
    client
        .notify("workspace/didChangeConfiguration", changed)
        .await;
    let asked = client.server_request("workspace/configuration").await;
    client.reply(&asked, json!([null])).await;
    client.settle().await;
    assert_eq!(candidates(&mut client, &position).await, 2);
    client.finish().await;
}

#[tokio::test]
async fn settings_that_are_sent_along_apply() {
    let mut client = Client::connect(KNOWN);
    client
        .initialize(json!({"capabilities": {}, "initializationOptions": options(2)}))
        .await;
    let position = client.open_at_cursor("abc$0").await;
    for settings in [
        json!({"candidates": 3}),
        json!({"lstm-ls": {"candidates": 3}}),
    ] {
        let changed = json!({"settings": {"candidates": 1}});
        client
            .notify("workspace/didChangeConfiguration", changed)
            .await;
        assert_eq!(candidates(&mut client, &position).await, 1);
        let changed = json!({"settings": settings});
        client
            .notify("workspace/didChangeConfiguration", changed)
            .await;
        assert_eq!(candidates(&mut client, &position).await, 3);
    }
    client.finish().await;
}
