//! What a browser, or what pretends to be one, says to the explorer.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::LazyLock;
use std::time::Duration;

use explorer::question::Explorer;
use explorer::reading::Document;
use explorer_server::{Exhibit, Token, serve};
use lstm_format::{ModelConfig, ModelFile, Precision};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::Target;
use crate::mutation::{mutate, pick};

pub(crate) const TARGET: Target = Target {
    name: "http-heads",
    generate,
    take,
};

/// Where it listens, and the token that it wants to hear.
static SERVER: LazyLock<(SocketAddr, Token)> = LazyLock::new(|| {
    let config = ModelConfig::small("rust");
    let model = ModelFile::random(config, Precision::F32, 1.0, 1).unwrap();
    let documents = vec![Document {
        name: "a.rs".to_owned(),
        text: "fn main() {}\n".to_owned(),
    }];
    let explorer = Explorer::load(&model, "it".to_owned(), documents, "fn ".to_owned());
    let exhibit = Exhibit::opened("it".to_owned(), "it".to_owned(), explorer.unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let token = Token::random();
    let own = token.clone();
    std::thread::spawn(move || serve(vec![exhibit], listener, own));
    (address, token)
});

const HEADS: [&str; 8] = [
    "Content-Type: application/json",
    "Content-Length: 2",
    "Content-Length: 99999999999999999999",
    "Transfer-Encoding: chunked",
    "Expect: 100-continue",
    "Origin: http://example.com",
    "Upgrade: websocket\r\nConnection: Upgrade",
    "Cookie: a=b",
];

const TOKENS: [&[u8]; 10] = [
    b"\r\n",
    b"\r\n\r\n",
    b": ",
    b"%00",
    b"/../../etc/passwd",
    b"HTTP/9.9",
    b"\0",
    b"\xff",
    b"Host: 127.0.0.1",
    b"ffffffffffffffff\r\n",
];

const LINES: [&str; 5] = [
    "GET / HTTP/1.1",
    "GET /api/about HTTP/1.0",
    "POST /api/unit HTTP/1.1",
    "POST /api/search HTTP/1.0",
    "OPTIONS * HTTP/1.1",
];

fn generate(random: &mut ChaCha8Rng) -> Vec<u8> {
    let mut text = format!("{}\r\nHost: {}\r\n", pick(&LINES, random), SERVER.0);
    if random.random() {
        text += &format!("Authorization: Bearer {}\r\n", SERVER.1);
    }
    for _ in 0..random.random_range(0..5) {
        text += pick(&HEADS, random);
        text += "\r\n";
    }
    text += "\r\n{}";
    let mut bytes = text.into_bytes();
    mutate(&mut bytes, &TOKENS, random);
    bytes
}

fn take(input: &[u8]) {
    let mut stream = TcpStream::connect(SERVER.0).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    // A server that has heard enough may hang up before it has heard all.
    let _ = stream.write_all(input);
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => panic!("it waits"),
        _ => {}
    }
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1."));
}
