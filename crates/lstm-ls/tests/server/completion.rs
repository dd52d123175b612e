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

/// What the list begins with where `fixture` is open and the client says why it asks.
async fn first_of_list(known: &str, fixture: &str, context: Value) -> String {
    let mut client = Client::start(known).await;
    let position = client.open_at_cursor(fixture).await;
    let mut params = at(&position);
    params["context"] = context;
    let list = client.call("textDocument/completion", params).await;
    client.finish().await;
    let list = list.unwrap();
    let first = list["items"][0]["textEdit"]["newText"].as_str();
    first.unwrap_or_default().to_owned()
}

#[tokio::test]
async fn lists_that_open_by_themselves_stay_out_of_sentences() {
    // Of 40 bytes the parrot holds all but the last few for less likely than one in four.
    let rest = "abcdefghij klmnopqrst uvwxyz abcdefghijkl";
    for (before, is_code) in [("// so.", false), ("\"so.", false), ("so.", true)] {
        let known = format!("{before}{rest}\n");
        let fixture = format!("{before}$0");
        let typed = json!({"triggerKind": 2, "triggerCharacter": "."});
        let unasked = first_of_list(&known, &fixture, typed).await;
        let asked = first_of_list(&known, &fixture, json!({"triggerKind": 1})).await;
        assert_eq!(asked, rest, "{before}");
        assert_eq!(unasked, if is_code { rest } else { "" }, "{before}");
        // While a word is typed, clients say that they were asked.
        let fixture = format!("{before}abc$0");
        let within = first_of_list(&known, &fixture, json!({"triggerKind": 1})).await;
        assert_eq!(within, if is_code { rest } else { "" }, "{before}");
    }
}

#[tokio::test]
async fn what_is_more_likely_wrong_comes_behind_what_servers_know() {
    let mut client = Client::start("let total = ab;\nlet other = abcdefghijklmnopqrstuv;\n").await;
    for (line, behind) in [("let total = $0", false), ("let other = $0", true)] {
        let position = client.open_at_cursor(line).await;
        let list = client.call("textDocument/completion", at(&position)).await;
        let list = list.unwrap();
        let sort_text = list["items"][0]["sortText"].as_str().unwrap();
        assert_eq!(sort_text, if behind { "~000" } else { "000" }, "{line}");
    }
    client.finish().await;
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
