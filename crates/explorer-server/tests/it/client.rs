//! A server on a free port, and a client that speaks plain HTTP/1.0, in which
//! an answer ends with its connection.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use explorer_server::{Exhibit, Token, serve};
use lstm_format::ModelFile;
use serde_json::Value;

use crate::models::explorer;

/// Nothing here takes a second; what takes so long hangs.
const LIMIT: Duration = Duration::from_secs(60);

/// A server that lives as long as the test.
pub(crate) struct Server {
    address: SocketAddr,
    token: Token,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    /// The body's lines as JSON.
    pub(crate) fn lines(&self) -> Vec<Value> {
        let lines = self.body.lines();
        lines
            .map(|line| serde_json::from_str(line).expect(line))
            .collect()
    }

    /// The line that says what is wrong.
    pub(crate) fn error(&self) -> String {
        let last = self.lines().pop().expect("an answer");
        last["error"].as_str().expect("an error").to_owned()
    }
}

impl Server {
    pub(crate) fn start(model: &ModelFile) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let model = model.clone();
        let first = Exhibit::new("first".into(), "the first".into(), move || {
            Ok(explorer(&model))
        });
        let broken = Exhibit::new("broken".into(), "a broken one".into(), || {
            Err("it is broken".to_owned())
        });
        let token = Token::random();
        let said = token.clone();
        std::thread::spawn(move || serve(vec![first, broken], listener, said));
        Self { address, token }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send(&format!(
            "GET {path} HTTP/1.0\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\r\n",
            self.address, self.token
        ))
    }

    pub(crate) fn ask(&self, view: &str, question: &Value) -> Answer {
        self.post(view, &question.to_string())
    }

    pub(crate) fn post(&self, view: &str, body: &str) -> Answer {
        self.send(&self.question(view, body))
    }

    /// The request that asks for `view`.
    pub(crate) fn question(&self, view: &str, body: &str) -> String {
        format!(
            "POST /api/{view} HTTP/1.0\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            self.token,
            body.len()
        )
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("the server listens");
        stream.set_read_timeout(Some(LIMIT)).expect("not zero");
        stream.set_write_timeout(Some(LIMIT)).expect("not zero");
        stream
    }

    pub(crate) fn send(&self, request: &str) -> Answer {
        let mut stream = self.connect();
        // A server that has heard enough may answer before it has read all.
        let _ = stream.write_all(request.as_bytes());
        let mut bytes = Vec::new();
        let mut piece = [0; 4096];
        loop {
            match stream.read(&mut piece) {
                Ok(0) => break,
                Ok(length) => bytes.extend_from_slice(&piece[..length]),
                Err(error) if bytes.is_empty() => panic!("no answer: {error}"),
                Err(_) => break,
            }
        }
        let answer = String::from_utf8(bytes).expect("text");
        let (head, body) = answer.split_once("\r\n\r\n").expect(&answer);
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        Answer {
            status: status.expect("a status line"),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }
}
