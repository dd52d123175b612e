//! What no editor should send. Each row of the table is answered as it says,
//! and the same server completes as before afterwards.

use anyhow::{Context, Result, ensure};
use end_to_end::{LanguageClient, server};
use serde_json::{Value, json};

const PARSE_ERROR: i64 = -32700;
const INVALID_REQUEST: i64 = -32600;
const METHOD_NOT_FOUND: i64 = -32601;
const INVALID_PARAMS: i64 = -32602;
const NOT_INITIALIZED: i64 = -32002;

const URI: &str = "file:///project/src/main.rs";
const LINE: &str = "let names: Vec<String> = Vec::n";

/// What is sent, and the answers to it: an error code, or `None` for a result.
struct Row {
    name: &'static str,
    bytes: Vec<u8>,
    answers: Vec<Option<i64>>,
}

fn row(name: &'static str, bytes: impl Into<Vec<u8>>, answers: &[Option<i64>]) -> Row {
    Row {
        name,
        bytes: bytes.into(),
        answers: answers.to_vec(),
    }
}

fn frame(body: &str) -> String {
    format!("Content-Length: {}\r\n\r\n{body}", body.len())
}

fn call(id: Value, method: &str, params: Value) -> String {
    frame(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string())
}

fn tell(method: &str, params: Value) -> String {
    frame(&json!({"jsonrpc": "2.0", "method": method, "params": params}).to_string())
}

fn open(uri: &str, text: &str) -> String {
    let document = json!({"uri": uri, "languageId": "rust", "version": 1, "text": text});
    tell("textDocument/didOpen", json!({"textDocument": document}))
}

fn at(uri: &str, line: u32, character: u32) -> Value {
    let position = json!({"line": line, "character": character});
    json!({"textDocument": {"uri": uri}, "position": position, "context": {"triggerKind": 1}})
}

fn ghost(id: i64, uri: &str, line: u32, character: u32) -> String {
    let method = "textDocument/inlineCompletion";
    call(json!(id), method, at(uri, line, character))
}

fn popup(id: i64, uri: &str, character: u32) -> String {
    call(json!(id), "textDocument/completion", at(uri, 0, character))
}

fn table() -> Vec<Row> {
    let status = |id: Value| call(id, "lstm-ls/status", json!({}));
    let bad = |header: &str| format!("{header}\r\n\r\n{{\"jsonrpc\":\"2.0\"}}");
    let large = "file:///large.rs";
    let wide = "file:///wide.rs";
    let many: String = (0..10_000)
        .map(|i| open(&format!("file:///many/{i}.rs"), "fn main() {\n"))
        .collect();
    vec![
        row(
            "unknown method",
            call(json!(1), "no/such", json!({})),
            &[Some(METHOD_NOT_FOUND)],
        ),
        row("unknown notification", tell("no/such", json!({})), &[]),
        row("bad JSON", frame("{\"jsonrpc\":"), &[Some(PARSE_ERROR)]),
        row(
            "not UTF-8",
            [b"Content-Length: 3\r\n\r\n".as_slice(), b"\"\xff\""].concat(),
            &[Some(INVALID_REQUEST)],
        ),
        row(
            "no message at all",
            frame("[1, 2]"),
            &[Some(INVALID_REQUEST)],
        ),
        row(
            "no version",
            frame(r#"{"id": 1, "method": "m"}"#),
            &[Some(INVALID_REQUEST)],
        ),
        row(
            "nested without end",
            frame(&"[".repeat(1 << 20)),
            // It has more parts than a message may have, and is not read at all.
            &[Some(INVALID_REQUEST)],
        ),
        row(
            "Content-Length too short",
            "Content-Length: 5\r\n\r\n{\"jsonrpc\":\"2.0\"}\r\n".to_owned() + &status(json!(1)),
            &[Some(PARSE_ERROR), Some(PARSE_ERROR), None],
        ),
        row(
            "Content-Length too long",
            "Content-Length: 40\r\n\r\n{\"jsonrpc\":\"2.0\"}".to_owned()
                + &status(json!(1))
                + &status(json!(2)),
            &[Some(PARSE_ERROR), Some(PARSE_ERROR), None],
        ),
        row(
            "Content-Length below zero",
            bad("Content-Length: -5") + &status(json!(1)),
            &[Some(PARSE_ERROR), None],
        ),
        row(
            "Content-Length of 8 GB",
            bad("Content-Length: 8589934592") + &status(json!(1)),
            &[Some(PARSE_ERROR), None],
        ),
        row(
            "no Content-Length",
            bad("Content-Type: x") + &status(json!(1)),
            &[Some(PARSE_ERROR), None],
        ),
        row(
            "HTTP",
            "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned() + &status(json!(1)),
            &[Some(PARSE_ERROR), None],
        ),
        row(
            "wrong parameters",
            call(json!(1), "textDocument/completion", json!({"a": 1})),
            &[Some(INVALID_PARAMS)],
        ),
        row(
            "unknown document",
            ghost(1, "file:///unknown.rs", 0, 0),
            &[Some(INVALID_PARAMS)],
        ),
        row(
            "edit of an unknown document",
            tell(
                "textDocument/didChange",
                json!({"textDocument": {"uri": "file:///unknown.rs", "version": 1}, "contentChanges": []}),
            ),
            &[],
        ),
        row(
            "position beyond everything",
            ghost(1, URI, u32::MAX, u32::MAX),
            &[None],
        ),
        row(
            "initialize again",
            call(json!(1), "initialize", json!({"capabilities": {}})),
            &[Some(INVALID_REQUEST)],
        ),
        row(
            "an answer to no request",
            frame(r#"{"jsonrpc": "2.0", "id": 99, "result": 1}"#),
            &[],
        ),
        row(
            "cancellation of nothing",
            tell("$/cancelRequest", json!({"id": 4711})),
            &[],
        ),
        row(
            "line of 1 MB",
            open(wide, &"let x = 1; ".repeat(100_000))
                + &popup(1, wide, 1_000_000)
                + &ghost(2, wide, 0, 500_000),
            &[None, None],
        ),
        row(
            "document of 100 MB",
            open(large, &"fn main() {}\n".repeat(8_000_000)) + &ghost(1, large, 9, 0),
            &[None],
        ),
        row(
            "10 000 open documents",
            many + &ghost(1, "file:///many/9999.rs", 0, 11),
            &[None],
        ),
    ]
}

/// The codes of the answers to `bytes`, in the order of ids where they have one.
fn answers(client: &mut LanguageClient, row: &Row) -> Result<Vec<Option<i64>>> {
    client.send_bytes(&row.bytes)?;
    let mut codes = Vec::new();
    for _ in &row.answers {
        let message = client.next_message().context("an answer is missing")?;
        ensure!(message["method"].is_null(), "{message}");
        codes.push(message["error"]["code"].as_i64());
    }
    Ok(codes)
}

#[test]
fn each_is_answered_and_the_server_lives_on() -> Result<()> {
    let mut client = LanguageClient::start(&server()?)?;
    client.send_bytes(ghost(0, URI, 0, 0).as_bytes())?;
    let early = client.next_message()?;
    assert_eq!(early["error"]["code"], NOT_INITIALIZED);

    client.initialize(json!({"deadlineMs": 10_000}))?;
    client.send_bytes(open(URI, LINE).as_bytes())?;
    let end = u32::try_from(LINE.len())?;
    let expected = client.request("textDocument/inlineCompletion", at(URI, 0, end))?;
    assert_ne!(expected["items"], json!([]));
    for row in table() {
        let codes = answers(&mut client, &row).with_context(|| row.name)?;
        assert_eq!(codes, row.answers, "{}", row.name);
        let again = client.request("textDocument/inlineCompletion", at(URI, 0, end));
        // What other documents say may be heard in those behind it.
        let likeliest = &again.context(row.name)?["items"][0];
        assert_eq!(*likeliest, expected["items"][0], "{}", row.name);
    }
    client.request("shutdown", Value::Null)?;
    client.notify("exit", Value::Null)?;
    assert_eq!(client.wait()?, 0);
    Ok(())
}

#[test]
fn of_two_requests_with_one_id_both_are_answered() -> Result<()> {
    let mut client = LanguageClient::start(&server()?)?;
    client.initialize(json!({"deadlineMs": 10_000}))?;
    let twice = ghost(77, URI, 0, 9);
    let both = open(URI, LINE) + &twice + &twice;
    client.send_bytes(both.as_bytes())?;
    for _ in 0..2 {
        let answer = client.next_message()?;
        assert_eq!(answer["id"], 77);
        let code = answer["error"]["code"].as_i64();
        assert!([None, Some(INVALID_REQUEST)].contains(&code), "{answer}");
    }
    client.request("shutdown", Value::Null)?;
    client.notify("exit", Value::Null)?;
    assert_eq!(client.wait()?, 0);
    Ok(())
}
