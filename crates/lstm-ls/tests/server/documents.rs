//! Edits, and requests that meet them.

use lstm_format::{WindowRule, document_header};
use serde_json::{Value, json};

use crate::client::{
    CONTENT_MODIFIED, Client, INTERNAL_ERROR, INVALID_PARAMS, REQUEST_CANCELLED, URI, at,
};

use crate::parrot::{PANIC, WINDOW};

fn edit(line: u32, from: u32, to: u32, text: &str) -> Value {
    let at = |character| json!({"line": line, "character": character});
    json!({"range": {"start": at(from), "end": at(to)}, "text": text})
}

async fn first(client: &mut Client, line: u32, character: u32) -> Value {
    let position = json!({"line": line, "character": character});
    let list = client
        .call("textDocument/completion", at(&position))
        .await
        .unwrap();
    list["items"][0]["textEdit"]["newText"].clone()
}

#[tokio::test]
async fn edits_apply_in_the_order_they_came() {
    let mut client = Client::start("abcdefghijklmnopqrstuvwxyz;\n").await;
    client.open("rust", "").await;
    for (at, letter) in ('a'..='m').enumerate() {
        let at = u32::try_from(at).unwrap();
        client
            .change(2, json!([edit(0, at, at, &letter.to_string())]))
            .await;
    }
    assert_eq!(
        first(&mut client, 0, 13).await,
        "abcdefghijklmnopqrstuvwxyz;"
    );
    client.finish().await;
}

#[tokio::test]
async fn one_notification_can_hold_several_edits_and_a_whole_text() {
    let mut client = Client::start("let answer = 42;\n").await;
    client.open("rust", "old\n").await;
    let changes = json!([{"text": "lt\n"}, edit(0, 1, 1, "e"), edit(0, 3, 3, " an")]);
    client.change(2, changes).await;
    assert_eq!(first(&mut client, 0, 6).await, "answer = 42;");
    client.finish().await;
}

#[tokio::test]
async fn edits_behind_the_end_of_a_line_are_at_its_end() {
    let mut client = Client::start("let answer = 42;\n").await;
    client.open("rust", "let").await;
    client.change(2, json!([edit(0, 9, 99, " answ")])).await;
    assert_eq!(first(&mut client, 3, 99).await, "answer = 42;");
    client.finish().await;
}

#[tokio::test]
async fn positions_count_what_was_agreed_on() {
    for (encoding, character) in [("utf-8", 9), ("utf-16", 7), ("utf-32", 6)] {
        let mut client = Client::connect("/*😀*/ item.len();\n");
        let capabilities = json!({"general": {"positionEncodings": [encoding]}});
        client
            .initialize(json!({"capabilities": capabilities}))
            .await;
        client.open("rust", "/*😀*/ ").await;
        client
            .change(2, json!([edit(0, character, character, "it")]))
            .await;
        assert_eq!(
            first(&mut client, 0, character + 2).await,
            "item.len();",
            "{encoding}"
        );
        client.finish().await;
    }
}

#[tokio::test]
async fn a_document_that_is_not_open_is_named() {
    let mut client = Client::start("").await;
    let position = json!({"line": 0, "character": 0});
    for method in ["textDocument/completion", "textDocument/inlineCompletion"] {
        let answer = client.call(method, at(&position)).await;
        assert_eq!(
            answer,
            Err((INVALID_PARAMS, format!("{URI} is not an open document")))
        );
    }
    client.open("rust", "x").await;
    client
        .notify(
            "textDocument/didClose",
            json!({"textDocument": {"uri": URI}}),
        )
        .await;
    let answer = client.call("textDocument/completion", at(&position)).await;
    assert_eq!(answer.unwrap_err().0, INVALID_PARAMS);
    client.finish().await;
}

#[tokio::test]
async fn a_request_on_text_that_has_changed_is_told_so_at_once() {
    let mut client = Client::start("let answer = 42;\n").await;
    let position = client.open_at_cursor("let a$0").await;
    client.gate.close();
    let completion = client
        .request("textDocument/completion", at(&position))
        .await;
    let inline = client
        .request("textDocument/inlineCompletion", at(&position))
        .await;
    client.wait_for_work().await;
    client.change(2, json!([edit(0, 5, 5, "n")])).await;
    for id in [completion, inline] {
        assert_eq!(client.answer(id).await.unwrap_err().0, CONTENT_MODIFIED);
    }
    client.gate.open();
    assert_eq!(first(&mut client, 0, 6).await, "answer = 42;");
    client.finish().await;
}

#[tokio::test]
async fn a_cancelled_request_is_answered_at_once() {
    let mut client = Client::start("let answer = 42;\n").await;
    let position = client.open_at_cursor("let a$0").await;
    client.gate.close();
    let id = client
        .request("textDocument/completion", at(&position))
        .await;
    client.wait_for_work().await;
    client.notify("$/cancelRequest", json!({"id": id})).await;
    assert_eq!(client.answer(id).await.unwrap_err().0, REQUEST_CANCELLED);
    client.gate.open();
    assert_eq!(first(&mut client, 0, 5).await, "answer = 42;");
    client.finish().await;
}

#[tokio::test]
async fn the_work_of_a_cancelled_request_stops_within_one_byte() {
    let mut client = Client::start("let answer = 42;\n").await;
    let position = client.open_at_cursor("let a$0").await;
    // Nothing is written ahead after a list, as it is after ghost text.
    let (method, typing) = ("textDocument/completion", at(&position));
    client.call(method, typing.clone()).await.unwrap();
    let gate = client.gate.clone();
    let before = gate.wait_for_rest();

    client.gate.close();
    let id = client.request(method, typing).await;
    client.wait_for_work().await;
    client.notify("$/cancelRequest", json!({"id": id})).await;
    assert_eq!(client.answer(id).await.unwrap_err().0, REQUEST_CANCELLED);
    client.gate.open();
    // The one that it was about to write.
    assert_eq!(gate.wait_for_rest() - before, 1);
    client.finish().await;
}

#[tokio::test]
async fn where_the_cursor_rested_the_text_is_read_before_the_first_key() {
    let mut client = Client::start("let answer = 42;\n").await;
    let position = client.open_at_cursor("let a$0").await;
    client.gate.let_in(0);
    client.notify("lstm-ls/cursorMoved", at(&position)).await;
    client.wait_for_work().await;
    client.gate.open();
    let gate = client.gate.clone();
    assert_eq!(gate.wait_for_rest(), 0, "nothing is written for it");
    gate.let_in(0);
    assert_eq!(first(&mut client, 0, 5).await, "answer = 42;");
    // Where nothing is open there is nothing to read, and nothing to say.
    let nowhere = json!({
        "textDocument": {"uri": "file:///nowhere.rs"}, "position": {"line": 0, "character": 0},
    });
    client.notify("lstm-ls/cursorMoved", nowhere).await;
    gate.open();
    client.finish().await;
}

#[tokio::test]
async fn a_newer_request_takes_the_place_of_one_that_waits() {
    let mut client = Client::start("let answer = 42;\n").await;
    let position = client.open_at_cursor("let a$0").await;
    client.gate.close();
    let mut ids = Vec::new();
    for _ in 0..12 {
        ids.push(
            client
                .request("textDocument/completion", at(&position))
                .await,
        );
    }
    // The last one is in line, or at work, when this is answered.
    client.settle().await;
    client.gate.open();
    let mut superseded = 0;
    for &id in &ids {
        match client.answer(id).await {
            Ok(list) => assert_ne!(list["items"], json!([])),
            Err((code, _)) => {
                assert_eq!(code, CONTENT_MODIFIED);
                superseded += 1;
            }
        }
    }
    // At most four are at work at once, and one waits.
    assert!(superseded >= 12 - 5, "{superseded}");
    client.finish().await;
}

#[tokio::test]
async fn an_answer_does_not_wait_for_the_window_that_follows() {
    let text: String = (0..400).map(|i| format!("call(name_{i});\n")).collect();
    let rule = WindowRule::new(WINDOW);
    let followed = |&end: &usize| {
        let before = &text.as_bytes()[..end];
        rule.boundaries(before, 0).pop() > Some(rule.start(before, 0))
    };
    let line_ends = text.match_indices('\n').map(|(at, _)| at).skip(200);
    let end = line_ends.into_iter().find(followed).unwrap();
    let start = rule.start(&text.as_bytes()[..end], 0);

    let mut client = Client::start(&text).await;
    client.open("rust", &text[..end]).await;
    let header = document_header("rust", URI).len();
    client.gate.let_in(header + end - start);
    let line = u32::try_from(text[..end].matches('\n').count()).unwrap();
    first(&mut client, line, 99).await;
    // Answered; now the window that follows is read, until there is an edit.
    client.wait_for_work().await;
    client.change(2, json!([edit(line, 0, 0, "x")])).await;
    client.gate.open();
    client.finish().await;
}

#[tokio::test]
async fn many_slow_requests_hold_up_no_edit() {
    let mut client = Client::start("let answer = 42;\n").await;
    let position = client.open_at_cursor("let a$0").await;
    client.gate.close();
    let mut waiting = Vec::new();
    for _ in 0..50 {
        waiting.push(
            client
                .request("textDocument/completion", at(&position))
                .await,
        );
    }
    client.change(2, json!([{"text": "let an"}])).await;
    for id in waiting {
        assert_eq!(client.answer(id).await.unwrap_err().0, CONTENT_MODIFIED);
    }
    client.gate.open();
    client.finish().await;
}

#[tokio::test]
async fn a_panic_answers_its_request_and_nothing_else_dies() {
    let mut client = Client::start("let answer = 42;\n").await;
    client
        .open("rust", &format!("let {}a", char::from(PANIC)))
        .await;
    let position = json!({"line": 0, "character": 6});
    let answer = client.call("textDocument/completion", at(&position)).await;
    assert_eq!(answer.unwrap_err().0, INTERNAL_ERROR);
    client.change(2, json!([{"text": "let a"}])).await;
    assert_eq!(first(&mut client, 0, 5).await, "answer = 42;");
    client.finish().await;
}
