//! A language client: starts a server, asks, and waits for the answer.

use std::io::{self, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde_json::{Value, json};

use crate::{LIMIT, limited, message};

/// A running server and the pipes, or the socket, to it.
pub struct LanguageClient {
    child: Option<Child>,
    stdin: Option<Box<dyn Write + Send>>,
    /// Closes the socket, which the thread that reads from it would keep open.
    leave: Option<Box<dyn Fn() -> io::Result<()> + Send>>,
    messages: Receiver<Result<Value>>,
    last_id: i64,
}

impl LanguageClient {
    /// Starts `server`. Its log goes where the test's own standard error goes.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start(server: &Path) -> Result<Self> {
        Self::start_with(server, &[])
    }

    /// Starts `server` with `arguments`.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start_with(server: &Path, arguments: &[&str]) -> Result<Self> {
        Self::spawn(isolated(server).args(arguments))
    }

    /// Starts `server`, which keeps what it reads of workspaces in `caches`.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start_with_caches(server: &Path, caches: &Path) -> Result<Self> {
        Self::spawn(isolated(server).env("XDG_CACHE_HOME", caches))
    }

    /// Starts `server` with variables of its environment set.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start_in(server: &Path, variables: &[(&str, &Path)]) -> Result<Self> {
        Self::spawn(isolated(server).envs(variables.iter().copied()))
    }

    /// Starts `server` with `arguments` and variables of its environment set.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start_with_in(
        server: &Path,
        arguments: &[&str],
        variables: &[(&str, &Path)],
    ) -> Result<Self> {
        let variables = variables.iter().copied();
        Self::spawn(isolated(server).args(arguments).envs(variables))
    }

    /// Answers a request of the server's with `null`.
    ///
    /// # Errors
    /// If the server is gone.
    pub fn reply_null(&mut self, request: &Value) -> Result<()> {
        self.send(&json!({"jsonrpc": "2.0", "id": request["id"], "result": null}))
    }

    fn spawn(command: &mut Command) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("could not start {}", command.get_program().display()))?;
        let stdout = child.stdout.take().context("standard output is a pipe")?;
        let stdin = child.stdin.take().context("standard input is a pipe")?;
        Ok(Self::over(stdout, stdin, Some(child)))
    }

    /// Connects to the server that listens on a socket.
    ///
    /// # Errors
    /// If none does.
    pub fn connect(socket: &Path) -> Result<Self> {
        let stream = UnixStream::connect(socket)?;
        let (output, whole) = (stream.try_clone()?, stream.try_clone()?);
        let mut client = Self::over(output, stream, None);
        client.leave = Some(Box::new(move || whole.shutdown(Shutdown::Both)));
        Ok(client)
    }

    /// Connects to the server that listens on a TCP address.
    ///
    /// # Errors
    /// If none does.
    pub fn connect_tcp(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        let (output, whole) = (stream.try_clone()?, stream.try_clone()?);
        let mut client = Self::over(output, stream, None);
        client.leave = Some(Box::new(move || whole.shutdown(Shutdown::Both)));
        Ok(client)
    }

    fn over(
        output: impl Read + Send + 'static,
        input: impl Write + Send + 'static,
        child: Option<Child>,
    ) -> Self {
        let mut output = BufReader::new(output);
        let (sender, messages) = mpsc::channel();
        thread::spawn(move || {
            while let Some(message) = message::read(&mut output).transpose() {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        Self {
            stdin: Some(Box::new(input)),
            leave: None,
            child,
            messages,
            last_id: 0,
        }
    }

    /// Sends a request without waiting for its answer; its id.
    ///
    /// # Errors
    /// If the server is gone.
    pub fn ask(&mut self, method: &str, params: Value) -> Result<i64> {
        self.last_id += 1;
        let id = self.last_id;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))?;
        Ok(id)
    }

    /// The next message, if one comes within `limit`.
    ///
    /// # Errors
    /// If the server is gone.
    pub fn message_within(&mut self, limit: Duration) -> Result<Option<Value>> {
        match self.messages.recv_timeout(limit) {
            Ok(message) => message.map(Some),
            Err(mpsc::RecvTimeoutError::Timeout) => Ok(None),
            Err(mpsc::RecvTimeoutError::Disconnected) => bail!("the server is gone"),
        }
    }

    /// The next message of the server, whatever it is.
    ///
    /// # Errors
    /// If none comes.
    pub fn next_message(&mut self) -> Result<Value> {
        self.messages
            .recv_timeout(LIMIT)
            .map_err(|_| anyhow!("no message"))?
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
                bail!("an answer to no request: {message}");
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
        self.initialize_in(Value::Null, options)
    }

    /// The same with the folder `root` open, given as a URI.
    ///
    /// # Errors
    /// As [`LanguageClient::request`].
    pub fn initialize_in(&mut self, root: Value, options: Value) -> Result<Value> {
        self.initialize_with(root, options, json!({}))
    }

    /// The same with these capabilities for the workspace.
    ///
    /// # Errors
    /// As [`LanguageClient::request`].
    pub fn initialize_with(
        &mut self,
        root: Value,
        options: Value,
        workspace: Value,
    ) -> Result<Value> {
        let capabilities = json!({
            "general": {"positionEncodings": ["utf-8", "utf-16"]},
            "workspace": workspace,
            "textDocument": {"inlineCompletion": {}, "completion": {}, "synchronization": {}},
        });
        let mut result = self.request(
            "initialize",
            json!({
                "processId": null,
                "rootUri": root,
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
        // The pipe stays open: a server must end for the reason that is tested, not
        // because its input is over.
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
        let child = self.child.as_mut().context("a server of our own")?;
        child.wait()?.code().context("a signal ended the server")
    }

    /// The process of a server that this client started, for tests that read its memory.
    pub fn process_id(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// Closes the server's standard input, as an editor that dies does.
    pub fn hang_up(&mut self) {
        self.stdin = None;
    }

    /// Sends bytes that may be no message.
    ///
    /// # Errors
    /// If the server is gone.
    pub fn send_bytes(&mut self, bytes: &[u8]) -> Result<()> {
        let stdin = self.stdin.as_mut().context("the connection is closed")?;
        stdin.write_all(bytes)?;
        Ok(stdin.flush()?)
    }

    fn send(&mut self, message: &Value) -> Result<()> {
        let stdin = self.stdin.as_mut().context("the connection is closed")?;
        message::write(stdin, message).context("the server does not listen")
    }
}

impl Drop for LanguageClient {
    fn drop(&mut self) {
        // Both fail only if the server has already ended.
        if let Some(leave) = &self.leave {
            let _ = leave();
        }
        if let Some(child) = &mut self.child {
            let _ = limited::kill(child);
        }
    }
}

/// The program without the models, counts and caches of the user who runs the tests.
pub(crate) fn isolated(server: &Path) -> Command {
    let mut command = Command::new(server);
    command
        .env("XDG_DATA_HOME", "/nonexistent")
        .env("XDG_STATE_HOME", "/nonexistent")
        .env("XDG_CACHE_HOME", "/nonexistent")
        .env_remove("LSTM_LS_TOKEN");
    command
}
