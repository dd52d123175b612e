//! A client's byte stream, and the messages in it.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use lstm_ls::lsp::transport::framing::{Frame, FrameReader, MAX_MESSAGE_BYTES};
use lstm_ls::lsp::transport::message::Message;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::Target;
use crate::mutation::{mutate, pick};

pub(crate) const TARGET: Target = Target {
    name: "framing",
    generate,
    take,
};

const TOKENS: [&[u8]; 12] = [
    b"Content-Length: ",
    b"content-length:",
    b"Content-Length: 99999999999999999999",
    b"Content-Length: 268435456\r\n\r\n",
    b"\r\n\r\n",
    b"\n",
    b":",
    b"{\"jsonrpc\":\"2.0\",",
    b"\"id\":null",
    b"[[[[[[[[[[[[",
    "😀".as_bytes(),
    b"\xff\0",
];

const BODIES: [&str; 5] = [
    r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}"#,
    r#"{"jsonrpc":"2.0","method":"exit"}"#,
    r#"{"jsonrpc":"2.0","id":"a","result":[1.5e300,{"a":null}]}"#,
    r#"{"jsonrpc":"2.0","id":7,"error":{"code":-1,"message":"no"}}"#,
    "",
];

fn generate(random: &mut ChaCha8Rng) -> Vec<u8> {
    let mut stream = Vec::new();
    for _ in 0..random.random_range(1..5) {
        let body = pick(&BODIES, random);
        let header = pick(&["", "X: y\r\n", "Content-Type: a\r\n"], random);
        let message = format!("{header}Content-Length: {}\r\n\r\n{body}", body.len());
        stream.extend_from_slice(message.as_bytes());
    }
    mutate(&mut stream, &TOKENS, random);
    stream
}

fn take(input: &[u8]) {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(async {
        let limit = Arc::new(AtomicUsize::new(MAX_MESSAGE_BYTES));
        let mut reader = FrameReader::new(input, limit);
        let mut left = input.len();
        while let Some(frame) = reader.next().await.unwrap() {
            if let Frame::Body(body) = frame {
                left = left.checked_sub(body.len()).expect("read twice");
                Message::parse(&body);
            }
        }
    });
}
