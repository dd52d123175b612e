//! Many clients and one server: `serve` and `connect`.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, ensure};
use end_to_end::{Daemon, LIMIT, LanguageClient, run_limited, server, signal};
use serde_json::{Value, json};

const URI: &str = "file:///project/src/main.rs";

fn text(path: &Path) -> &str {
    path.to_str().expect("a temporary folder has a plain name")
}

fn socket() -> Result<(tempfile::TempDir, PathBuf)> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("s");
    Ok((folder, path))
}

fn open(client: &mut LanguageClient, text: &str) -> Result<()> {
    let document = json!({"uri": URI, "languageId": "rust", "version": 1, "text": text});
    client.notify("textDocument/didOpen", json!({"textDocument": document}))
}

/// Types `text` at the start of the first line.
fn type_first(client: &mut LanguageClient, version: i32, text: &str) -> Result<()> {
    let start = json!({"line": 0, "character": 0});
    let changes = json!([{"range": {"start": start, "end": start}, "text": text}]);
    let document = json!({"uri": URI, "version": version});
    let params = json!({"textDocument": document, "contentChanges": changes});
    client.notify("textDocument/didChange", params)
}

fn ghost_at(character: usize) -> Value {
    json!({
        "textDocument": {"uri": URI}, "position": {"line": 0, "character": character},
        "context": {"triggerKind": 2},
    })
}

fn ghost(client: &mut LanguageClient, character: usize) -> Result<Value> {
    let list = client.request("textDocument/inlineCompletion", ghost_at(character))?;
    Ok(list["items"].clone())
}

fn hello(client: &mut LanguageClient) -> Result<()> {
    client.initialize(json!({"deadlineMs": 10_000})).map(drop)
}

fn leave(client: &mut LanguageClient) -> Result<()> {
    ensure!(client.request("shutdown", Value::Null)? == Value::Null);
    client.notify("exit", Value::Null)
}

#[test]
fn clients_of_one_daemon_have_their_own_text_under_the_same_name() -> Result<()> {
    let (_folder, path) = socket()?;
    let daemon = Daemon::start(&server()?, &["--socket", text(&path)])?;
    let texts = ["let names: Vec<String> = Vec::n", "impl fmt::Dis"];
    let mut clients = Vec::new();
    for line in texts {
        let mut client = LanguageClient::connect(&path)?;
        hello(&mut client)?;
        open(&mut client, line)?;
        clients.push((client, line));
    }
    let mut alone = LanguageClient::start(&server()?)?;
    hello(&mut alone)?;
    for (client, line) in &mut clients {
        open(&mut alone, line)?;
        let expected = ghost(&mut alone, line.len())?;
        assert_ne!(expected, json!([]));
        assert_eq!(ghost(client, line.len())?, expected);
    }
    let status = clients[0].0.request("lstm-ls/status", json!({}))?;
    assert_eq!(status["clients"], 2);
    for (client, _) in &mut clients {
        leave(client)?;
    }
    signal("TERM", daemon.id())?;
    assert_eq!(daemon.wait()?, 0);
    assert!(!path.exists());
    Ok(())
}

#[test]
fn a_socket_is_the_user_s_own_and_a_second_daemon_is_turned_away() -> Result<()> {
    let (_folder, path) = socket()?;
    let _daemon = Daemon::start(&server()?, &["--socket", text(&path)])?;
    let mode = fs::metadata(&path)?.permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let mut second = Command::new(server()?);
    second.args(["serve", "--socket", text(&path)]);
    let finished = run_limited(&mut second, LIMIT)?;
    assert_eq!(finished.code, Some(3));
    let expected = format!("lstm-ls: {} is served already\n", path.display());
    assert_eq!(finished.stderr, expected);
    let mut client = LanguageClient::connect(&path)?;
    hello(&mut client)
}

#[test]
fn a_daemon_told_to_stop_answers_what_is_under_way() -> Result<()> {
    let (_folder, path) = socket()?;
    let daemon = Daemon::start(&server()?, &["--socket", text(&path)])?;
    let mut client = LanguageClient::connect(&path)?;
    hello(&mut client)?;
    let line = "fn main() { let names = Vec::";
    open(&mut client, line)?;
    ghost(&mut client, line.len())?;
    let id = client.ask("textDocument/inlineCompletion", ghost_at(line.len()))?;
    // Behind it in the stream, so it has been read when this is answered.
    client.ask("lstm-ls/status", json!({}))?;
    let first = client.next_message()?;
    signal("TERM", daemon.id())?;
    let answered = if first["id"] == id {
        first
    } else {
        client.next_message()?
    };
    assert_eq!(answered["id"], id);
    assert!(answered["result"]["items"].is_array(), "{answered}");
    assert_eq!(daemon.wait()?, 0);
    assert!(!path.exists());
    Ok(())
}

#[test]
fn a_daemon_without_clients_ends() -> Result<()> {
    let (_folder, path) = socket()?;
    let arguments = ["--socket", text(&path), "--idle-exit", "0"];
    assert_eq!(Daemon::start(&server()?, &arguments)?.wait()?, 0);
    Ok(())
}

#[test]
fn tcp_asks_for_the_token() -> Result<()> {
    let (folder, _) = socket()?;
    let token = folder.path().join("token");
    fs::write(&token, "open sesame\n")?;
    let arguments = ["--tcp", "127.0.0.1:0", "--token-file", text(&token)];
    fs::set_permissions(&token, fs::Permissions::from_mode(0o644))?;
    let mut readable = Command::new(server()?);
    readable.arg("serve").args(arguments);
    let refused = run_limited(&mut readable, LIMIT)?;
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("other users can read"));
    fs::set_permissions(&token, fs::Permissions::from_mode(0o600))?;
    let daemon = Daemon::start(&server()?, &arguments)?;
    for wrong in [json!({}), json!({"token": "open"})] {
        let mut client = LanguageClient::connect_tcp(&daemon.listens_on)?;
        let error = client.initialize(wrong).err().context("a refusal")?;
        assert!(error.to_string().contains("-32600"), "{error}");
        assert!(client.next_message().is_err(), "it has hung up");
    }
    let mut client = LanguageClient::connect_tcp(&daemon.listens_on)?;
    client.initialize(json!({"token": "open sesame"}))?;
    open(&mut client, "let x = Vec::n")?;
    assert_ne!(ghost(&mut client, 14)?, json!([]));
    Ok(())
}

#[test]
fn without_a_token_one_is_made_for_tcp_that_only_the_user_can_read() -> Result<()> {
    let state = tempfile::tempdir()?;
    let variables = [("XDG_STATE_HOME", state.path())];
    let arguments = ["--tcp", "127.0.0.1:0"];
    let path = state.path().join("lstm-ls/tcp-token");
    let mut made = Vec::new();
    for _ in 0..2 {
        let daemon = Daemon::start_in(&server()?, &arguments, &variables)?;
        let said = daemon.listens_on.split_once(", with the token in ");
        let (address, named) = said.context("it says where the token is")?;
        assert_eq!(Path::new(named), path);
        assert_eq!(fs::metadata(&path)?.permissions().mode() & 0o777, 0o600);
        let mut client = LanguageClient::connect_tcp(address)?;
        assert!(client.initialize(json!({})).is_err());
        let token = fs::read_to_string(&path)?;
        let mut client = LanguageClient::connect_tcp(address)?;
        client.initialize(json!({"token": token.trim()}))?;
        made.push(token);
    }
    made.dedup();
    assert_eq!(made.len(), 1);
    Ok(())
}

#[test]
fn strangers_that_say_nothing_do_not_keep_the_user_out() -> Result<()> {
    let state = tempfile::tempdir()?;
    let variables = [("XDG_STATE_HOME", state.path())];
    let daemon = Daemon::start_in(&server()?, &["--tcp", "127.0.0.1:0"], &variables)?;
    let address = daemon.listens_on.split(',').next().context("an address")?;
    let token = fs::read_to_string(state.path().join("lstm-ls/tcp-token"))?;
    let hello = json!({"token": token.trim(), "deadlineMs": 10_000});
    let mut before = LanguageClient::connect_tcp(address)?;
    before.initialize(hello.clone())?;
    // More than there is room for, and they stay until their time is up.
    let connect = || std::net::TcpStream::connect(address);
    let strangers: Vec<_> = (0..80).map(|_| connect()).collect::<Result<_, _>>()?;
    let mut after = LanguageClient::connect_tcp(address)?;
    after.initialize(hello)?;
    before.request("lstm-ls/status", json!({}))?;
    drop(strangers);
    Ok(())
}

#[test]
fn a_socket_that_hears_no_lsp_hangs_up() -> Result<()> {
    let (_folder, path) = socket()?;
    let state = tempfile::tempdir()?;
    let variables = [("XDG_STATE_HOME", state.path())];
    let tcp = Daemon::start_in(&server()?, &["--tcp", "127.0.0.1:0"], &variables)?;
    let address = tcp.listens_on.split(',').next().context("an address")?;
    let _daemon = Daemon::start(&server()?, &["--socket", text(&path)])?;
    let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {}});
    let hello = hello.to_string();
    let lsp = format!("Content-Length: {}\r\n\r\n{hello}", hello.len());
    for other in [
        format!("POST / HTTP/1.1\r\nHost: a\r\n{lsp}"),
        format!("GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n{lsp}"),
        format!("\r\n{lsp}"),
        format!("a=1&b={lsp}"),
        format!("{{}}{lsp}"),
    ] {
        let tcp = std::net::TcpStream::connect(address)?;
        assert_eq!(answer(tcp, &other)?, "", "{other}");
        let unix = std::os::unix::net::UnixStream::connect(&path)?;
        assert_eq!(answer(unix, &other)?, "", "{other}");
    }
    Ok(())
}

/// What is answered to `said` until the other end hangs up.
fn answer(mut stream: impl Read + Write, said: &str) -> Result<String> {
    stream.write_all(said.as_bytes())?;
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        // It did not read all of it.
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        read => drop(read?),
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[test]
fn a_daemon_whose_socket_is_deleted_ends() -> Result<()> {
    let (_folder, path) = socket()?;
    let daemon = Daemon::start(&server()?, &["--socket", text(&path)])?;
    fs::remove_file(&path)?;
    assert_eq!(daemon.wait()?, 0);
    Ok(())
}

#[test]
fn a_second_signal_ends_a_daemon_at_once() -> Result<()> {
    let (_folder, path) = socket()?;
    let daemon = Daemon::start(&server()?, &["--socket", text(&path)])?;
    // A client that reads nothing is waited for at the end.
    let mut client = std::os::unix::net::UnixStream::connect(&path)?;
    let say = |client: &mut std::os::unix::net::UnixStream, message: Value| {
        let body = message.to_string();
        write!(client, "Content-Length: {}\r\n\r\n{body}", body.len())
    };
    let hello = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {}});
    say(&mut client, hello)?;
    client.read_exact(&mut [0; 64])?;
    let document = json!({
        "uri": URI, "languageId": "rust", "version": 1, "text": "fn f() {}\n".repeat(100_000),
    });
    let params = json!({"textDocument": document});
    say(
        &mut client,
        json!({"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": params}),
    )?;
    for id in 1..=20 {
        let params = json!({"textDocument": {"uri": URI}});
        let ask =
            json!({"jsonrpc": "2.0", "id": id, "method": "lstm-ls/document", "params": params});
        say(&mut client, ask)?;
    }
    // Two that come together count as one, so it is told until it is gone.
    while signal("TERM", daemon.id()).is_ok() && !daemon.has_ended()? {}
    assert_eq!(daemon.wait()?, 1);
    Ok(())
}

#[test]
fn a_daemon_that_waits_for_a_model_can_be_stopped() -> Result<()> {
    let (folder, path) = socket()?;
    let model = folder.path().join("model.safetensors");
    let made = Command::new("mkfifo").arg(&model).status()?;
    ensure!(made.success(), "no pipe was made");
    let arguments = ["--socket", text(&path), "--model", text(&model)];
    let daemon = Daemon::start(&server()?, &arguments)?;
    let mut client = LanguageClient::connect(&path)?;
    hello(&mut client)?;
    signal("TERM", daemon.id())?;
    assert_eq!(daemon.wait()?, 0);
    Ok(())
}

#[test]
fn a_lock_that_is_another_program_s_is_left_alone() -> Result<()> {
    let (folder, _) = socket()?;
    let lock = folder.path().join("Cargo.lock");
    fs::write(&lock, "version = 4\n")?;
    let mut daemon = Command::new(server()?);
    daemon.args(["serve", "--socket", text(&folder.path().join("Cargo"))]);
    let finished = run_limited(&mut daemon, LIMIT)?;
    assert_eq!(finished.code, Some(2));
    assert!(
        finished.stderr.contains("no lock of ours"),
        "{}",
        finished.stderr
    );
    assert_eq!(fs::read_to_string(&lock)?, "version = 4\n");
    Ok(())
}

#[test]
fn a_bridge_whose_daemon_hangs_serves_by_itself() -> Result<()> {
    let (_folder, path) = socket()?;
    let daemon = Daemon::start(&server()?, &["--socket", text(&path)])?;
    signal("STOP", daemon.id())?;
    let mut client = LanguageClient::start_with(&server()?, &["connect", text(&path)])?;
    hello(&mut client)?;
    assert_eq!(Some(process_id(&mut client)?), client.process_id());
    leave(&mut client)?;
    assert_eq!(client.wait()?, 0);
    Ok(())
}

#[test]
fn other_machines_are_let_in_only_on_purpose_and_with_a_token() -> Result<()> {
    for (arguments, complaint) in [
        (
            vec![],
            "other machines can reach 0.0.0.0:0: say --allow-remote",
        ),
        (vec!["--allow-remote"], "--allow-remote needs a token"),
    ] {
        let mut command = Command::new(server()?);
        command
            .args(["serve", "--tcp", "0.0.0.0:0"])
            .args(arguments);
        let finished = run_limited(command.env_remove("LSTM_LS_TOKEN"), LIMIT)?;
        assert_eq!(finished.code, Some(2));
        assert!(finished.stderr.contains(complaint), "{}", finished.stderr);
    }
    Ok(())
}

/// A bridge to a daemon that it started, and the daemon's process.
fn bridged(path: &Path) -> Result<(LanguageClient, u32)> {
    let mut client = LanguageClient::start_with(&server()?, &["connect", text(path)])?;
    hello(&mut client)?;
    let daemon = process_id(&mut client)?;
    Ok((client, daemon))
}

#[test]
fn where_no_daemon_can_be_started_the_bridge_serves() -> Result<()> {
    let (folder, _) = socket()?;
    let file = folder.path().join("file");
    fs::write(&file, "no socket")?;
    let long = "x".repeat(200);
    for path in ["missing/socket", "file", "file/socket", "", &long] {
        let path = folder.path().join(path);
        let log = folder.path().join("log");
        let arguments = ["connect", text(&path), "--log-file", text(&log)];
        let variables = [("LSTM_LS_LOG", Path::new("lstm_ls=debug"))];
        let mut client = LanguageClient::start_with_in(&server()?, &arguments, &variables)?;
        hello(&mut client)?;
        assert_eq!(Some(process_id(&mut client)?), client.process_id());
        open(&mut client, "names: Vec<String> = Vec::n\n")?;
        type_first(&mut client, 2, "let ")?;
        assert_ne!(
            ghost(&mut client, "let names: Vec<String> = Vec::n".len())?,
            json!([])
        );
        leave(&mut client)?;
        assert_eq!(client.wait()?, 0);
        let said = fs::read_to_string(&log)?;
        assert_eq!(said.matches("starting a daemon").count(), 1, "{said}");
        let why = format!("no daemon listens on {}: ", path.display());
        assert_eq!(said.matches(&why).count(), 1, "{said}");
        fs::remove_file(&log)?;
    }
    assert_eq!(fs::read_to_string(&file)?, "no socket");
    Ok(())
}

fn process_id(client: &mut LanguageClient) -> Result<u32> {
    let status = client.request("lstm-ls/status", json!({}))?;
    let id = status["processId"].as_u64().context("a process")?;
    Ok(u32::try_from(id)?)
}

#[test]
fn an_editor_does_not_notice_that_the_daemon_was_killed() -> Result<()> {
    let (_folder, path) = socket()?;
    let (mut client, first) = bridged(&path)?;
    let mut alone = LanguageClient::start(&server()?)?;
    hello(&mut alone)?;
    for client in [&mut client, &mut alone] {
        open(client, "names: Vec<String> = Vec::n\n")?;
        type_first(client, 2, "mut ")?;
    }
    signal("KILL", first)?;
    for client in [&mut client, &mut alone] {
        type_first(client, 3, "let ")?;
    }
    let end = "let mut names: Vec<String> = Vec::n".len();
    let expected = ghost(&mut alone, end)?;
    assert_ne!(expected, json!([]));
    // What was under way when it was killed is answered with an error.
    let offered = ghost(&mut client, end).or_else(|error| {
        ensure!(error.to_string().contains("-32801"), "{error}");
        ghost(&mut client, end)
    })?;
    assert_eq!(offered, expected);
    let second = process_id(&mut client).or_else(|_| process_id(&mut client))?;
    assert_ne!(second, first);
    leave(&mut client)?;
    assert_eq!(client.wait()?, 0);
    signal("TERM", second)
}

#[test]
fn a_newer_program_takes_over_from_the_daemon_of_an_older_one() -> Result<()> {
    let (folder, path) = socket()?;
    let program = folder.path().join("lstm-ls");
    let connect = || -> Result<(LanguageClient, u32)> {
        let mut client = LanguageClient::start_with(&program, &["connect", text(&path)])?;
        hello(&mut client)?;
        let daemon = process_id(&mut client)?;
        Ok((client, daemon))
    };
    let install = |age: u64| -> Result<()> {
        let partial = folder.path().join("partial");
        fs::copy(server()?, &partial)?;
        let written = SystemTime::now() - Duration::from_secs(age);
        fs::File::options()
            .write(true)
            .open(&partial)?
            .set_modified(written)?;
        Ok(fs::rename(&partial, &program)?)
    };
    install(3_600)?;
    let (mut old, first) = connect()?;
    open(&mut old, "names: Vec<String> = Vec::n\n")?;
    let (mut same, second) = connect()?;
    assert_eq!(first, second);
    leave(&mut same)?;

    install(0)?;
    let (mut new, third) = connect()?;
    assert_ne!(third, first);
    // The editor of the older program is carried on to the new daemon, and stays.
    let moved = process_id(&mut old).or_else(|_| process_id(&mut old))?;
    assert_eq!(moved, third);
    assert_ne!(
        ghost(&mut old, "names: Vec<String> = Vec::n".len())?,
        json!([])
    );
    assert_eq!(process_id(&mut new)?, third);
    leave(&mut old)?;
    leave(&mut new)?;
    signal("TERM", third)
}

#[test]
fn bridges_that_start_at_once_share_one_daemon() -> Result<()> {
    let (_folder, path) = socket()?;
    let mut clients = Vec::new();
    for _ in 0..4 {
        let arguments = ["connect", text(&path)];
        clients.push(LanguageClient::start_with(&server()?, &arguments)?);
    }
    let mut processes = Vec::new();
    for client in &mut clients {
        hello(client)?;
        processes.push(process_id(client)?);
    }
    processes.dedup();
    assert_eq!(processes.len(), 1);
    for mut client in clients {
        client.hang_up();
        assert_eq!(client.wait()?, 1);
    }
    // It leaves with its socket, on systems that have no signals too.
    Ok(fs::remove_file(path)?)
}
