//! A client that misbehaves, which other clients should not notice.

use std::io::{ErrorKind, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use end_to_end::LanguageClient;
use serde_json::{Value, json};

/// What it does.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// A thousand requests a second, each at a different place.
    Floods,
    /// Sends requests without end and reads no answer.
    DoesNotRead,
}

/// Between two requests of a flood.
const PERIOD: Duration = Duration::from_millis(1);

/// Misbehaves until `over` is set.
pub(super) fn be(kind: Kind, socket: &Path, over: &AtomicBool) -> Result<()> {
    match kind {
        Kind::Floods => flood(socket, over),
        Kind::DoesNotRead => fall_silent(socket, over),
    }
}

fn document() -> Value {
    let text = "fn main() { let names: Vec<String> = Vec::new(); }\n".repeat(200);
    let uri = super::uri(usize::MAX);
    json!({"textDocument": {"uri": uri, "languageId": "rust", "version": 1, "text": text}})
}

fn place(number: u64) -> Value {
    json!({
        "textDocument": {"uri": super::uri(usize::MAX)},
        "position": {"line": 60 + number % 100, "character": number % 40},
        "context": {"triggerKind": 2},
    })
}

fn flood(socket: &Path, over: &AtomicBool) -> Result<()> {
    let mut client = LanguageClient::connect(socket)?;
    client.initialize(json!({}))?;
    client.notify("textDocument/didOpen", document())?;
    let started = Instant::now();
    for number in 0.. {
        if over.load(Ordering::Relaxed) {
            break;
        }
        client.ask("textDocument/inlineCompletion", place(number))?;
        while client.message_within(Duration::ZERO)?.is_some() {}
        let due = started + PERIOD * u32::try_from(number)?;
        thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    Ok(())
}

fn fall_silent(socket: &Path, over: &AtomicBool) -> Result<()> {
    let mut stream = UnixStream::connect(socket)?;
    // The daemon stops reading, so a write would block for ever; the limit lets this
    // thread look whether the phase is over.
    stream.set_write_timeout(Some(Duration::from_millis(50)))?;
    let mut say = |message: Value| {
        let body = message.to_string();
        let mut rest = format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes();
        while !rest.is_empty() && !over.load(Ordering::Relaxed) {
            match stream.write(&rest) {
                Ok(written) => drop(rest.drain(..written)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                // The daemon has disconnected this client, as it should.
                Err(_) => return false,
            }
        }
        true
    };
    say(
        json!({"jsonrpc": "2.0", "id": "hello", "method": "initialize", "params": {"capabilities": {}}}),
    );
    say(json!({"jsonrpc": "2.0", "method": "initialized", "params": {}}));
    say(json!({"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": document()}));
    let method = "textDocument/inlineCompletion";
    let mut number = 0;
    while !over.load(Ordering::Relaxed)
        && say(json!({"jsonrpc": "2.0", "id": number, "method": method, "params": place(number)}))
    {
        number += 1;
    }
    Ok(())
}
