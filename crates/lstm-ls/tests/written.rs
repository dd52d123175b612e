//! All that a server writes: for its user alone, and without a secret.

#![cfg(unix)]
// `allow-unwrap-in-tests` does not reach helpers outside test functions.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};

use fixture::secrets::{ORDINARY, holds_a_piece, planted};
use fixture::written;
use serde_json::{Value, json};

/// A server that is spoken to.
struct Spoken(ChildStdin, BufReader<ChildStdout>);

impl Spoken {
    fn tell(&mut self, mut message: Value) {
        message["jsonrpc"] = "2.0".into();
        let body = message.to_string();
        write!(self.0, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    }

    /// The answer to a request.
    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.tell(json!({"id": 1, "method": method, "params": params}));
        loop {
            let mut length = 0;
            loop {
                let mut line = String::new();
                assert_ne!(self.1.read_line(&mut line).unwrap(), 0, "it hangs up");
                match line.trim_end().strip_prefix("Content-Length: ") {
                    Some(told) => length = told.parse().unwrap(),
                    None if line.trim_end().is_empty() => break,
                    None => {}
                }
            }
            let mut body = vec![0; length];
            self.1.read_exact(&mut body).unwrap();
            let message: Value = serde_json::from_slice(&body).unwrap();
            if message["method"].is_null() {
                return message;
            }
        }
    }
}

/// A program that is run with a home of its own, where new files are open to all unless
/// the program says otherwise.
fn program(home: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", r#"umask 000; exec "$0" "$@""#]);
    command.arg(env!("CARGO_BIN_EXE_lstm-ls"));
    for variable in ["XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"] {
        command.env(variable, home);
    }
    command
        .env_remove("LSTM_LS_LOG")
        .env_remove("LSTM_LS_TOKEN");
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

#[test]
fn all_that_a_server_writes_is_its_users_and_holds_no_secret() {
    let (home, project) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for name in ["one.rs", "two.py", "three.ts"] {
        fs::write(project.path().join(name), planted()).unwrap();
    }
    let log = home.path().join("log");
    let mut command = program(home.path());
    let mut child = command.arg("--log-file").arg(&log).spawn().unwrap();
    let (stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut server = Spoken(stdin, BufReader::new(stdout));
    let root = format!("file://{}", project.path().display());
    let options = json!({"deadlineMs": 60_000, "eagerness": 1});
    server.ask(
        "initialize",
        json!({"capabilities": {}, "rootUri": root, "initializationOptions": options}),
    );
    server.tell(json!({"method": "initialized", "params": {}}));
    let uri = format!("{root}/unsaved.rs");
    let text = planted() + ORDINARY.0;
    let position = json!({"line": text.matches('\n').count(), "character": ORDINARY.0.len()});
    let document = json!({"uri": uri, "languageId": "rust", "version": 1, "text": text});
    server.tell(json!({"method": "textDocument/didOpen", "params": {"textDocument": document}}));
    while server.ask("lstm-ls/status", json!({}))["result"]["workspace"]["reading"] == true {}
    let place =
        json!({"textDocument": {"uri": uri}, "position": position, "context": {"triggerKind": 1}});
    server.ask("textDocument/completion", place);
    server.ask("shutdown", Value::Null);
    server.tell(json!({"method": "exit"}));
    assert!(child.wait().unwrap().success());

    // And the token of a daemon, which it says when it listens.
    let mut daemon = program(home.path());
    let mut daemon = daemon
        .args(["serve", "--tcp", "127.0.0.1:0"])
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut said = BufReader::new(daemon.stdout.take().unwrap());
    said.read_line(&mut line).unwrap();
    daemon.kill().unwrap();
    daemon.wait().unwrap();

    let files = written::check(home.path());
    let all = format!("{files:?}");
    for wanted in [
        "log",
        ".memory",
        "statistics.json",
        "statistics.lock",
        "tcp-token",
    ] {
        assert!(all.contains(wanted), "no {wanted} in {all}, {line}");
    }
    let ordinary = |path| holds_a_piece(&fs::read(path).unwrap(), ORDINARY.1);
    assert!(files.iter().any(ordinary), "nothing was remembered");
}
