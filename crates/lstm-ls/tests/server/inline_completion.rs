//! `textDocument/inlineCompletion`.

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use crate::client::{Client, at, range};

const INLINE: &str = "textDocument/inlineCompletion";

async fn ask(known: &str, fixture: &str, context: Value) -> Value {
    let mut client = Client::start(known).await;
    let position = client.open_at_cursor(fixture).await;
    let mut params = at(&position);
    params["context"] = context;
    let list = client.call(INLINE, params).await.unwrap();
    client.finish().await;
    list["items"].clone()
}

fn render(items: &Value) -> String {
    let items = items.as_array().unwrap().iter().map(|item| {
        assert_eq!(item["filterText"], item["insertText"]);
        format!("{} {}\n", range(&item["range"]), item["insertText"])
    });
    items.collect()
}

async fn check(known: &str, fixture: &str, expect: Expect) {
    let items = ask(known, fixture, json!({"triggerKind": 2})).await;
    expect.assert_eq(&render(&items));
}

const BLOCK: &str = "fn f() {\n    g();\n    h();\n}\n";

#[tokio::test]
async fn typing_brings_the_likeliest_text() {
    check(
        "let total = items.len();\n",
        "let total = it$0",
        expect![[r#"
        0:12-14 "items.len();"
    "#]],
    )
    .await;
}

#[tokio::test]
async fn several_lines_are_offered_where_a_block_opens() {
    check(
        BLOCK,
        "fn f() {$0",
        expect![[r#"
        0:8-8 "\n    g();\n    h();\n}"
    "#]],
    )
    .await;
}

#[tokio::test]
async fn one_line_is_offered_after_a_colon() {
    check(
        "let v = Vec::new();\nlet w = 2;\n",
        "let v = Vec::$0",
        expect![[r#"
        0:13-13 "new();"
    "#]],
    )
    .await;
}

#[tokio::test]
async fn one_line_is_offered_elsewhere() {
    check(
        BLOCK,
        "fn f$0",
        expect![[r#"
        0:3-4 "f() {"
    "#]],
    )
    .await;
}

#[tokio::test]
async fn asking_by_hand_brings_alternatives_after_the_best() {
    let known = "let total = items.len();\n";
    let best = ask(known, "let total = it$0", json!({"triggerKind": 2})).await;
    for invoked in [0, 1] {
        let items = ask(known, "let total = it$0", json!({"triggerKind": invoked})).await;
        let items = items.as_array().unwrap();
        assert_eq!(items[0], best[0]);
        assert!(items.len() <= 5);
        let texts: Vec<_> = items
            .iter()
            .map(|i| i["insertText"].as_str().unwrap())
            .collect();
        let distinct = texts
            .iter()
            .enumerate()
            .all(|(i, t)| !texts[..i].contains(t));
        assert!(distinct, "{texts:?}");
    }
}

#[tokio::test]
async fn the_selected_entry_is_extended_in_its_own_range() {
    let selected = json!({
        "range": {"start": {"line": 0, "character": 12}, "end": {"line": 0, "character": 14}},
        "text": "items.len",
    });
    let context = json!({"triggerKind": 2, "selectedCompletionInfo": selected});
    let items = ask("let total = items.len();\n", "let total = it$0", context).await;
    expect![[r#"
        0:12-14 "items.len();"
    "#]]
    .assert_eq(&render(&items));
}

#[tokio::test]
async fn a_selected_entry_over_several_lines_gets_nothing() {
    let selected = json!({
        "range": {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 0}},
        "text": "abc",
    });
    let context = json!({"triggerKind": 2, "selectedCompletionInfo": selected});
    assert_eq!(ask("abcdef\n", "a\n$0", context).await, json!([]));
}

#[tokio::test]
async fn what_stands_after_the_cursor_is_not_offered_again() {
    check(
        "call(first, second);\n",
        "call(fi$0);",
        expect![[r#"
        0:5-7 "first, second"
    "#]],
    )
    .await;
}
