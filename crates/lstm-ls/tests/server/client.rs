//! An LSP client over in-memory pipes. Every message must be asked for: what
//! is left over at the end fails the test.

use std::sync::Arc;
use std::time::Duration;

use assistant::models::{EngineSource, ModelSource};
use assistant::session::{Kept, Shared};
use lstm_format::Engine;
use lstm_ls::lsp::serve;
use lstm_ls::lsp::transport::Link;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::io::{DuplexStream, ReadHalf, WriteHalf};
use tokio::task::JoinHandle;

use crate::parrot::{Gate, Parrot};

pub(crate) const URI: &str = "file:///src/main.rs";

/// Error codes of the protocol.
pub(crate) const INVALID_PARAMS: i64 = -32602;
pub(crate) const INTERNAL_ERROR: i64 = -32603;
pub(crate) const REQUEST_CANCELLED: i64 = -32800;
pub(crate) const CONTENT_MODIFIED: i64 = -32801;

/// Longest wait for a message: an answer that is lost fails the test.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Client {
    input: WriteHalf<DuplexStream>,
    output: BufReader<ReadHalf<DuplexStream>>,
    server: JoinHandle<bool>,
    inbox: Vec<Value>,
    requests: i64,
    pub(crate) gate: Gate,
}

impl Client {
    /// A client of a server whose model knows `text`; nothing is sent yet.
    pub(crate) fn connect(text: &str) -> Self {
        let gate = Gate::default();
        let engine: Arc<dyn Engine> = Arc::new(Parrot::new(text, gate.clone()));
        let mut client = Self::with_source(Arc::new(move |_| Ok(Arc::clone(&engine))));
        client.gate = gate;
        client
    }

    /// A client of a server whose only model comes from `engines`.
    pub(crate) fn with_source(engines: EngineSource) -> Self {
        let source = ModelSource {
            engines,
            default_path: None,
            embedded: Vec::new(),
            folder: None,
        };
        Self::of(Shared::new(source, Kept::default()))
    }

    /// One more client of that server.
    pub(crate) fn of(shared: Arc<Shared>) -> Self {
        Self::linked(shared, Link::pipes())
    }

    pub(crate) fn linked(shared: Arc<Shared>, link: Link) -> Self {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        let (output, input) = tokio::io::split(ours);
        let (server_input, server_output) = tokio::io::split(theirs);
        Self {
            input,
            output: BufReader::new(output),
            server: tokio::spawn(serve(server_input, server_output, shared, link)),
            inbox: Vec::new(),
            requests: 0,
            gate: Gate::default(),
        }
    }

    /// A client that has said hello, with a minute for each answer.
    pub(crate) async fn start(text: &str) -> Self {
        let mut client = Self::connect(text);
        let params = json!({"capabilities": {}, "initializationOptions": {"deadlineMs": 60000, "eagerness": 1}});
        client.initialize(params).await;
        client
    }

    pub(crate) async fn initialize(&mut self, params: Value) -> Value {
        let result = self.call("initialize", params).await.unwrap();
        self.notify("initialized", json!({})).await;
        result
    }

    pub(crate) async fn open(&mut self, language: &str, text: &str) {
        let document = json!({"uri": URI, "languageId": language, "version": 1, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": document}))
            .await;
    }

    /// Opens a document with a `$0`; the position of that, in UTF-16 units.
    pub(crate) async fn open_at_cursor(&mut self, fixture: &str) -> Value {
        let (before, _) = fixture::split(fixture);
        self.open("rust", &fixture::cut(fixture).0).await;
        let line = before.rsplit('\n').next().expect("split gives one piece");
        let character = line.encode_utf16().count();
        json!({"line": before.matches('\n').count(), "character": character})
    }

    pub(crate) async fn change(&mut self, version: i32, changes: Value) {
        let document = json!({"uri": URI, "version": version});
        let params = json!({"textDocument": document, "contentChanges": changes});
        self.notify("textDocument/didChange", params).await;
    }

    /// Sends a request and returns its id.
    pub(crate) async fn request(&mut self, method: &str, params: Value) -> i64 {
        self.requests += 1;
        let id = self.requests;
        let mut message = json!({"jsonrpc": "2.0", "id": id, "method": method});
        if !params.is_null() {
            message["params"] = params;
        }
        self.send(&message.to_string()).await;
        id
    }

    pub(crate) async fn notify(&mut self, method: &str, params: Value) {
        let message = json!({"jsonrpc": "2.0", "method": method, "params": params});
        self.send(&message.to_string()).await;
    }

    pub(crate) async fn send(&mut self, body: &str) {
        let frame = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        self.input.write_all(frame.as_bytes()).await.unwrap();
    }

    /// Sends a request and waits for the answer: the result, or code and message.
    pub(crate) async fn call(
        &mut self,
        method: &str,
        params: Value,
    ) -> Result<Value, (i64, String)> {
        let id = self.request(method, params).await;
        self.answer(id).await
    }

    pub(crate) async fn answer(&mut self, id: i64) -> Result<Value, (i64, String)> {
        let mut message = self
            .find(|m| m.get("method").is_none() && m["id"] == id)
            .await;
        match message.get_mut("error") {
            None => Ok(message["result"].take()),
            Some(error) => {
                let text = error["message"].as_str().expect("a message").to_owned();
                Err((error["code"].as_i64().expect("a code"), text))
            }
        }
    }

    /// The whole message that answers the request with this id.
    pub(crate) async fn raw_answer(&mut self, id: impl Into<Value>) -> Value {
        let id = id.into();
        self.find(|m| m["id"] == id).await
    }

    /// The error that answers a message without a readable id.
    pub(crate) async fn raw_answer_to_nobody(&mut self) -> Value {
        self.find(|m| m["id"].is_null() && m.get("error").is_some())
            .await
    }

    /// Waits for a notification and returns its parameters.
    pub(crate) async fn notification(&mut self, method: &str) -> Value {
        self.find(|m| m["method"] == method).await["params"].take()
    }

    /// Waits for a request of the server and returns all of it.
    pub(crate) async fn server_request(&mut self, method: &str) -> Value {
        self.find(|m| m["method"] == method && !m["id"].is_null())
            .await
    }

    /// Answers a request of the server.
    pub(crate) async fn reply(&mut self, request: &Value, result: Value) {
        let answer = json!({"jsonrpc": "2.0", "id": request["id"], "result": result});
        self.send(&answer.to_string()).await;
    }

    /// Waits until everything sent so far has reached its handler.
    pub(crate) async fn settle(&mut self) {
        let at = json!({
            "textDocument": {"uri": "file:///never/opened"}, "position": {"line": 0, "character": 0},
        });
        let (code, _) = self.call("textDocument/completion", at).await.unwrap_err();
        assert_eq!(code, INVALID_PARAMS);
    }

    /// Waits until work has come to the closed gate.
    pub(crate) async fn wait_for_work(&self) {
        let gate = self.gate.clone();
        tokio::task::spawn_blocking(move || gate.wait_for_work())
            .await
            .unwrap();
    }

    /// Leaves in order; nothing may be left over.
    pub(crate) async fn finish(mut self) {
        assert_eq!(self.call("shutdown", Value::Null).await, Ok(Value::Null));
        self.notify("exit", Value::Null).await;
        assert!(self.left_in_order().await);
    }

    /// The same of a client that is told of changes, of which some may still come.
    pub(crate) async fn finish_amid_news(mut self) {
        assert_eq!(self.call("shutdown", Value::Null).await, Ok(Value::Null));
        self.notify("exit", Value::Null).await;
        self.output.read_to_end(&mut Vec::new()).await.unwrap();
        assert!(self.server.await.unwrap());
    }

    /// Waits for the server's end; what it says on leaving must be nothing.
    pub(crate) async fn left_in_order(mut self) -> bool {
        let mut rest = Vec::new();
        self.output.read_to_end(&mut rest).await.unwrap();
        assert_eq!(String::from_utf8_lossy(&rest), "");
        assert_eq!(self.inbox, Vec::<Value>::new());
        self.server.await.unwrap()
    }

    async fn find(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            if let Some(at) = self.inbox.iter().position(&wanted) {
                return self.inbox.remove(at);
            }
            let message = tokio::time::timeout(PATIENCE, self.read()).await;
            let message = message
                .unwrap_or_else(|_| panic!("no answer in {PATIENCE:?}; unread: {:?}", self.inbox));
            self.inbox.push(message);
        }
    }

    async fn read(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut header = String::new();
            let read = self.output.read_line(&mut header).await.unwrap();
            assert_ne!(read, 0, "the server left; unread: {:?}", self.inbox);
            match header.trim_end().split_once(": ") {
                Some(("Content-Length", value)) => length = value.parse().unwrap(),
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).await.unwrap();
        serde_json::from_slice(&body).unwrap()
    }
}

/// Document and position of a request.
pub(crate) fn at(position: &Value) -> Value {
    json!({"textDocument": {"uri": URI}, "position": position})
}

/// `0:4-6`: a range within a line.
pub(crate) fn range(range: &Value) -> String {
    let (start, end) = (&range["start"], &range["end"]);
    assert_eq!(start["line"], end["line"]);
    format!(
        "{}:{}-{}",
        start["line"], start["character"], end["character"]
    )
}
