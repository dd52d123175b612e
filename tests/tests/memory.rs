//! Memory in bytes, not in messages: what a client can make the server hold, and that it is
//! given back. From `/proc`, so on Linux alone.
#![cfg(target_os = "linux")]

use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use end_to_end::{Daemon, LIMIT, LanguageClient, forget_peak, peak_bytes, resident_bytes, server};
use serde_json::{Value, json};

const MEGABYTE: u64 = 1 << 20;

/// The longest message that is read.
const LONGEST: usize = 256 << 20;

/// What may be left of a message once it is dealt with.
const LEFT: u64 = 32 * MEGABYTE;

const URI: &str = "file:///project/src/main.rs";

fn frame(body: &str) -> Vec<u8> {
    format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn open(text: &str) -> Value {
    let document = json!({"uri": URI, "languageId": "rust", "version": 1, "text": text});
    let params = json!({"textDocument": document});
    json!({"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": params})
}

fn ghost(client: &mut LanguageClient) -> Result<Value> {
    let params = json!({
        "textDocument": {"uri": URI}, "position": {"line": 0, "character": 9},
        "context": {"triggerKind": 1},
    });
    client.request("textDocument/inlineCompletion", params)
}

/// A server that has loaded its model and answered once, its process, and what it holds.
fn warm() -> Result<(LanguageClient, u32, u64)> {
    let mut client = LanguageClient::start(&server()?)?;
    let process = client.process_id().context("a server of its own")?;
    client.initialize(json!({"deadlineMs": 10_000}))?;
    client.send_bytes(&frame(&open("fn main() {}\n").to_string()))?;
    ghost(&mut client)?;
    let base = resident_bytes(process)?;
    forget_peak(process)?;
    Ok((client, process, base))
}

/// The most that the server held beside `base` since then, in bytes.
fn most(process: u32, base: u64) -> Result<u64> {
    Ok(peak_bytes(process)?.saturating_sub(base))
}

/// Waits until the server holds little more than `base`.
fn given_back(client: &mut LanguageClient, process: u32, base: u64) -> Result<()> {
    let began = Instant::now();
    loop {
        // Answered behind all that was said before.
        client.request("lstm-ls/status", json!({}))?;
        let now = resident_bytes(process)?;
        if now <= base + LEFT {
            return Ok(());
        }
        let kept = (now - base) / MEGABYTE;
        ensure!(began.elapsed() < LIMIT, "{kept} MB are kept");
    }
}

#[test]
fn the_longest_message_takes_up_six_times_itself_at_most_and_nothing_afterwards() -> Result<()> {
    let (mut client, process, base) = warm()?;
    let around = open("").to_string().len();
    // One that is kept, and one that is too large to be kept.
    for length in [30 << 20, LONGEST - around] {
        // Each line end is two bytes in JSON.
        let text = "let x = 1; // padding\n".repeat(length / 23);
        let body = open(&text).to_string();
        drop(text);
        ensure!(body.len() <= LONGEST && body.len() > length - 1024);
        forget_peak(process)?;
        client.send_bytes(&frame(&body))?;
        ghost(&mut client)?;
        let times = most(process, base)? as f64 / body.len() as f64;
        println!("{} MB take up {times:.1} times as much", body.len() >> 20);
        ensure!(times <= 6.0, "{times:.1} times as much");
        client.notify(
            "textDocument/didClose",
            json!({"textDocument": {"uri": URI}}),
        )?;
        given_back(&mut client, process, base)?;
    }
    Ok(())
}

#[test]
fn thirty_two_megabytes_of_tiny_objects_are_not_made() -> Result<()> {
    let (mut client, process, base) = warm()?;
    let objects = format!("[{}0]", r#"{"a":1},"#.repeat((32 << 20) / 8));
    let message = |id: &str, method: &str, params: &str| {
        format!(r#"{{"jsonrpc":"2.0",{id}"method":"{method}","params":{params}}}"#)
    };
    let document = format!(r#"{{"textDocument":{{"uri":"{URI}","version":2}}"#);
    let changes = format!(r#"{document},"contentChanges":{objects}}}"#);
    let beside = format!(r#"{document},"contentChanges":[],"more":{objects}}}"#);
    for (name, body, code) in [
        (
            "a request",
            message(r#""id":99,"#, "textDocument/completion", &objects),
            Some(-32600),
        ),
        (
            "an id",
            message(
                &format!(r#""id":{objects},"#),
                "textDocument/completion",
                "{}",
            ),
            Some(-32600),
        ),
        (
            "a notification",
            message("", "workspace/didChangeConfiguration", &objects),
            Some(-32600),
        ),
        (
            "changes",
            message("", "textDocument/didChange", &changes),
            None,
        ),
        (
            "members without a meaning",
            message("", "textDocument/didChange", &beside),
            None,
        ),
    ] {
        forget_peak(process)?;
        client.send_bytes(&frame(&body))?;
        if code.is_some() {
            let answer = client.next_message()?;
            assert_eq!(answer["error"]["code"].as_i64(), code, "{name}");
        }
        client.request("lstm-ls/status", json!({}))?;
        let megabytes = most(process, base)? / MEGABYTE;
        println!("32 MB of tiny objects as {name}: {megabytes} MB");
        ensure!(megabytes <= 6 * 32, "{name}: {megabytes} MB");
        given_back(&mut client, process, base)?;
    }
    Ok(())
}

#[test]
fn a_client_that_does_not_read_takes_64_megabytes_at_most() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("s");
    let name = path.to_str().context("a plain name")?;
    let daemon = Daemon::start(&server()?, &["--socket", name])?;
    let mut other = LanguageClient::connect(&path)?;
    other.initialize(json!({"deadlineMs": 10_000}))?;
    other.send_bytes(&frame(&open("fn main() {}\n").to_string()))?;
    ghost(&mut other)?;
    let base = resident_bytes(daemon.id())?;
    forget_peak(daemon.id())?;

    let mut stream = UnixStream::connect(&path)?;
    let hello = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {}});
    stream.write_all(&frame(&hello.to_string()))?;
    // Its answer is read: nothing but it may be sent before.
    stream.read_exact(&mut [0; 64])?;
    stream.write_all(&frame(&open(&"fn f() {}\n".repeat(900_000)).to_string()))?;
    stream.set_write_timeout(Some(Duration::from_secs(2)))?;
    let params = json!({"textDocument": {"uri": URI}});
    let mut asked = 0;
    let refused = loop {
        asked += 1;
        let ask = json!({
            "jsonrpc": "2.0", "id": asked, "method": "lstm-ls/document", "params": params,
        });
        if let Err(error) = stream.write_all(&frame(&ask.to_string())) {
            break error;
        }
        ensure!(asked < 1_000_000, "everything is read");
    };
    assert_eq!(refused.kind(), ErrorKind::WouldBlock);
    let megabytes = most(daemon.id(), base)? / MEGABYTE;
    println!("a client that asks {asked} times for 9 MB and reads nothing: {megabytes} MB");
    ensure!(megabytes <= 64, "{megabytes} MB");
    // The other client does not notice.
    ghost(&mut other)?;
    drop(stream);
    given_back(&mut other, daemon.id(), base)
}

#[test]
fn little_is_read_of_a_client_that_has_not_said_hello() -> Result<()> {
    let mut client = LanguageClient::start(&server()?)?;
    let large = json!({"capabilities": {}, "initializationOptions": {"x": "x".repeat(400 << 10)}});
    client.ask("initialize", large)?;
    let answer = client.next_message()?;
    assert_eq!(answer["error"]["code"], -32700);

    let many = json!({"capabilities": vec![json!({}); 10_000]});
    let mut client = LanguageClient::start(&server()?)?;
    let id = client.ask("initialize", many)?;
    let answer = client.next_message()?;
    assert_eq!(answer["id"], id);
    assert_eq!(answer["error"]["code"], -32600);
    // And says hello after all.
    client.initialize(json!({}))?;
    client.send_bytes(&frame(&open(&"x\n".repeat(1 << 20)).to_string()))?;
    client.request("lstm-ls/status", json!({})).map(drop)
}
