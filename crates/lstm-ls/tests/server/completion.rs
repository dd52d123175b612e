//! `textDocument/completion`.

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use crate::client::{Client, at, range};

async fn check(known: &str, fixture: &str, expect: Expect) {
    let mut client = Client::start(known).await;
    let position = client.open_at_cursor(fixture).await;
    let list = client
        .call("textDocument/completion", at(&position))
        .await
        .unwrap();
    assert_eq!(list["isIncomplete"], true);
    expect.assert_eq(&render(&list));
    client.finish().await;
}

/// The first item, and what must hold for all.
fn render(list: &Value) -> String {
    let items = list["items"].as_array().unwrap();
    for (rank, item) in items.iter().enumerate() {
        let sort_text = item["sortText"].as_str().unwrap();
        assert_eq!(sort_text.trim_start_matches('~'), format!("{rank:03}"));
        assert_eq!(item["filterText"], item["textEdit"]["newText"]);
    }
    let Some(first) = items.first() else {
        return "nothing\n".to_owned();
    };
    let edit = &first["textEdit"];
    format!(
        "{} {} {}\n",
        range(&edit["range"]),
        edit["newText"],
        first["label"]
    )
}

#[tokio::test]
async fn the_half_typed_word_is_replaced() {
    let known = "let total = items.iter().sum();\n";
    check(
        known,
        "let total = it$0",
        expect![[r#"
        0:12-14 "items.iter().sum();" "items.iter().sum();"
    "#]],
    )
    .await;
}

#[tokio::test]
async fn ranges_are_in_the_units_of_the_client() {
    let known = "/* 😀 */ value.len();\n";
    check(
        known,
        "/* 😀 */ va$0",
        expect![[r#"
        0:9-11 "value.len();" "value.len();"
    "#]],
    )
    .await;
}

#[tokio::test]
async fn lines_of_a_crlf_document_are_the_lines_of_the_model() {
    let known = "first();\nsecond();\n";
    check(
        known,
        "first();\r\nsec$0\r\nother\r\n",
        expect![[r#"
        1:0-3 "second();" "second();"
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_candidate_is_one_line() {
    let known = "fn f() {\n    g();\n}\n";
    check(
        known,
        "fn f$0",
        expect![[r#"
        0:3-4 "f() {" "f() {"
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_language_without_a_model_gets_nothing() {
    let mut client = Client::start("let x = 1;\n").await;
    client.open("go", "let x").await;
    let position = json!({"line": 0, "character": 5});
    let list = client
        .call("textDocument/completion", at(&position))
        .await
        .unwrap();
    assert_eq!(list["items"], json!([]));
    let list = client
        .call("textDocument/inlineCompletion", at(&position))
        .await
        .unwrap();
    assert_eq!(list["items"], json!([]));
    client.finish().await;
}

#[tokio::test]
async fn the_number_of_candidates_can_be_set() {
    let mut client = Client::connect("abcdefgh\n");
    let options = json!({"candidates": 2, "temperature": 2, "topP": 1, "deadlineMs": 60000});
    client
        .initialize(json!({"capabilities": {}, "initializationOptions": options}))
        .await;
    let position = client.open_at_cursor("abc$0").await;
    let list = client
        .call("textDocument/completion", at(&position))
        .await
        .unwrap();
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    client.finish().await;
}
