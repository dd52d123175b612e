//! Whole sessions: what a client says from its first message to its last, a little wrong.

use std::io::Cursor;
use std::sync::{Arc, LazyLock};

use assistant::models::ModelSource;
use assistant::session::{Kept, Shared};
use lstm_ls::lsp;
use lstm_ls::lsp::transport::Link;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::Target;
use crate::mutation::{mutate, pick};

pub(crate) const TARGET: Target = Target {
    name: "sessions",
    generate,
    take,
};

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| lsp::runtime().unwrap());

static SHARED: LazyLock<Arc<Shared>> = LazyLock::new(|| {
    let source = ModelSource {
        engines: Arc::new(|_| anyhow::bail!("none here")),
        default_path: None,
        embedded: Vec::new(),
        folder: None,
    };
    Shared::new(source, Kept::default())
});

const TOKENS: [&[u8]; 14] = [
    b"null",
    b"-1",
    b"4294967296",
    b"1e999",
    b"\"\"",
    b"[]",
    b"{}",
    b"[[[[[[[[",
    b"\\ud800",
    b"\"id\":1,",
    b"\"method\":\"exit\",",
    b"file:///%00",
    b"untitled:a",
    b"\xff",
];

const URIS: [&str; 6] = [
    "file:///no/such/a.rs",
    "file:///no/such/b.py",
    "untitled:Untitled-1",
    "vscode-notebook-cell:/no/such/n.ipynb#a",
    "git:/no/such/a.rs?ref",
    "",
];

/// What is asked about a place in a document.
const ASKED: [&str; 4] = [
    "textDocument/completion",
    "textDocument/inlineCompletion",
    "textDocument/diagnostic",
    "textDocument/hover",
];

fn generate(random: &mut ChaCha8Rng) -> Vec<u8> {
    let mut messages = vec![
        json!({"id": 0, "method": "initialize", "params": {
            "capabilities": {}, "initializationOptions": {"deadlineMs": 50},
        }}),
        json!({"method": "initialized", "params": {}}),
    ];
    for id in 1..random.random_range(2..9) {
        messages.push(message(id, random));
    }
    let mut stream = Vec::new();
    for mut message in messages {
        message["jsonrpc"] = "2.0".into();
        let mut body = message.to_string().into_bytes();
        if random.random_bool(0.4) {
            mutate(&mut body, &TOKENS, random);
        }
        stream.extend(format!("Content-Length: {}\r\n\r\n", body.len()).bytes());
        stream.extend(body);
    }
    stream
}

fn message(id: i32, random: &mut ChaCha8Rng) -> Value {
    let uri = pick(&URIS, random);
    let position =
        json!({"line": random.random_range(0..3), "character": random.random_range(0..9)});
    match random.random_range(0..8) {
        0 | 1 => json!({"method": "textDocument/didOpen", "params": {"textDocument": {
            "uri": uri, "languageId": "rust", "version": 1, "text": "fn main() {\n    let a = 1;\n",
        }}}),
        2 => json!({"method": "textDocument/didChange", "params": {
            "textDocument": {"uri": uri, "version": id},
            "contentChanges": [{"range": {"start": position, "end": position}, "text": "é"}],
        }}),
        3 => json!({"method": "workspace/didChangeConfiguration", "params": {"settings": {
            "lstm-ls": {"enabled": true, "workspaceMegabytes": 0},
        }}}),
        4 => json!({"method": "textDocument/didClose", "params": {"textDocument": {"uri": uri}}}),
        5 => json!({"id": id, "method": "lstm-ls/status", "params": {}}),
        _ => json!({"id": id, "method": pick(&ASKED, random), "params": {
            "textDocument": {"uri": uri}, "position": position,
            "context": {"triggerKind": 1},
        }}),
    }
}

fn take(input: &[u8]) {
    let (input, output) = (Cursor::new(input.to_vec()), tokio::io::sink());
    RUNTIME.block_on(lsp::serve(
        input,
        output,
        Arc::clone(&SHARED),
        Link::pipes(),
    ));
}
