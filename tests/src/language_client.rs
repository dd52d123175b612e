//! A language client: starts a server, asks, and waits for the answer.

use std::io::BufReader;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde_json::{Value, json};

use crate::{LIMIT, limited, message};

/// A running server and the pipes to it.
pub struct LanguageClient {
    child: Child,
    stdin: Option<ChildStdin>,
    messages: Receiver<Result<Value>>,
    last_id: i64,
}

impl LanguageClient {
    /// Starts `server`. Its log goes where the test's own standard error goes.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start(server: &Path) -> Result<Self> {
        let mut child = Command::new(server)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Neither models nor counts of whoever runs the tests.
            .env("XDG_DATA_HOME", "/nonexistent")
            .env("XDG_STATE_HOME", "/nonexistent")
            .spawn()
            .with_context(|| format!("could not start {}", server.display()))?;
        let mut stdout = BufReader::new(child.stdout.take().context("standard output is a pipe")?);
        let (sender, messages) = mpsc::channel();
        thread::spawn(move || {
            while let Some(message) = message::read(&mut stdout).transpose() {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        Ok(Self {
            stdin: child.stdin.take(),
            child,
            messages,
            last_id: 0,
        })
    }

    /// Sends a request and returns its result. Requests of the server that come
    /// in between are answered with `null`, its notifications are passed over.
    ///
    /// # Errors
    /// If the answer is an error, or none comes.
    pub fn request(&mut self, method: &str, params: Value) -> Result<Value> {
        self.last_id += 1;
        let id = json!(self.last_id);
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))?;
        loop {
            let mut message = self
                .messages
                .recv_timeout(LIMIT)
                .map_err(|_| anyhow!("no answer to {method}"))??;
            if message["method"].is_string() {
                if message["id"] != Value::Null {
                    let answer = json!({"jsonrpc": "2.0", "id": message["id"], "result": null});
                    self.send(&answer)?;
                }
            } else if message["id"] != id {
                bail!("an answer that nobody asked for: {message}");
            } else if message["error"] != Value::Null {
                bail!("{method} failed: {}", message["error"]);
            } else {
                return Ok(message["result"].take());
            }
        }
    }

    /// Sends a notification.
    ///
    /// # Errors
    /// If the server is gone.
    pub fn notify(&mut self, method: &str, params: Value) -> Result<()> {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}))
    }

    /// Initializes the server as an editor with inline completion would, with
    /// its settings in `options`, and returns its capabilities.
    ///
    /// # Errors
    /// As [`LanguageClient::request`].
    pub fn initialize(&mut self, options: Value) -> Result<Value> {
        let capabilities = json!({
            "general": {"positionEncodings": ["utf-8", "utf-16"]},
            "textDocument": {"inlineCompletion": {}, "completion": {}, "synchronization": {}},
        });
        let mut result = self.request(
            "initialize",
            json!({
                "processId": null,
                "rootUri": null,
                "capabilities": capabilities,
                "initializationOptions": options,
            }),
        )?;
        self.notify("initialized", json!({}))?;
        Ok(result["capabilities"].take())
    }

    /// Waits until the server has ended, and returns its exit code.
    ///
    /// # Errors
    /// If it does not end by itself (it is killed then), or still has something
    /// to say.
    pub fn wait(mut self) -> Result<i32> {
        // The pipe stays open: a server must end when told to, not for want of input.
        loop {
            match self.messages.recv_timeout(LIMIT) {
                Ok(message) => {
                    let message = message?;
                    ensure!(
                        message["id"] == Value::Null,
                        "a message left over: {message}"
                    );
                }
                // The server's standard output is closed by its end.
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
                Err(mpsc::RecvTimeoutError::Timeout) => bail!("the server does not end"),
            }
        }
        self.child
            .wait()?
            .code()
            .context("a signal ended the server")
    }

    /// Closes the server's standard input, as an editor that dies does.
    pub fn hang_up(&mut self) {
        self.stdin = None;
    }

    fn send(&mut self, message: &Value) -> Result<()> {
        let stdin = self.stdin.as_mut().context("the connection is closed")?;
        message::write(stdin, message).context("the server does not listen")
    }
}

impl Drop for LanguageClient {
    fn drop(&mut self) {
        // A server that has ended is not affected; nothing can be done for another.
        let _ = limited::kill(&mut self.child);
    }
}
