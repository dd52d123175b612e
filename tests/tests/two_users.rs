//! Two users of one machine: of what one of them has, the other reads nothing and learns
//! nothing through any listener of the product, or from any file that it writes.
//!
//! The other user is a second process of this test with another user's id, which only root
//! may start. Elsewhere the test says so, and checks the modes of files alone.
#![cfg(unix)]

use std::fs::{self, File};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};
use end_to_end::{Daemon, LIMIT, LanguageClient, run_limited, server};
use serde_json::{Value, json};

/// The other user's id, which no person has on most systems.
const OTHER: u32 = 65534;

/// Stands in the first user's text and nowhere else.
const SECRET: &str = "swordfish_of_the_first_user";

/// Names what the other user is to try.
const PLACES: &str = "LSTM_LS_TEST_PLACES";

/// Folders in which the product keeps what is the user's.
const KEPT: [&str; 4] = [
    "XDG_STATE_HOME",
    "XDG_CACHE_HOME",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
];

/// What the first user has, in a folder that both may enter.
struct First {
    folder: tempfile::TempDir,
    _daemon: Daemon,
    tcp: Daemon,
    explorer: Child,
    /// Where the page is, with its token.
    page: String,
}

impl Drop for First {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.explorer.kill();
        let _ = self.explorer.wait();
    }
}

impl First {
    fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let at = |name: &str| folder.path().join(name);
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
        for name in KEPT {
            // Generous, so that what the product does itself is all that protects.
            fs::create_dir(at(name))?;
            fs::set_permissions(at(name), fs::Permissions::from_mode(0o755))?;
        }
        fs::create_dir(at("project"))?;
        fs::set_permissions(at("project"), fs::Permissions::from_mode(0o700))?;
        let text = format!("fn {SECRET}() {{}}\n").repeat(200);
        fs::write(at("project/main.rs"), &text)?;
        let paths = KEPT.map(at);
        let variables: Vec<(&str, &Path)> = KEPT
            .into_iter()
            .zip(paths.iter().map(PathBuf::as_path))
            .collect();
        let socket = at("XDG_RUNTIME_DIR/lstm-ls");
        let daemon = Daemon::start_in(&server()?, &["--socket", plain(&socket)?], &variables)?;
        let tcp = Daemon::start_in(&server()?, &["--tcp", "127.0.0.1:0"], &variables)?;
        let mut explorer = Command::new(server()?)
            .args(["explore", "--port", "0"])
            .arg(at("project/main.rs"))
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut page = String::new();
        let stdout = explorer.stdout.take().context("it is a pipe")?;
        BufReader::new(stdout).read_line(&mut page)?;
        let first = Self {
            folder,
            _daemon: daemon,
            tcp,
            explorer,
            page: page.trim().to_owned(),
        };
        first.use_all()?;
        Ok(first)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn socket(&self) -> PathBuf {
        self.at("XDG_RUNTIME_DIR/lstm-ls")
    }

    fn tcp_address(&self) -> &str {
        let said = &self.tcp.listens_on;
        said.split(',').next().unwrap_or(said)
    }

    /// Has every listener hold the secret, and every file written.
    fn use_all(&self) -> Result<()> {
        let token = fs::read_to_string(self.at("XDG_STATE_HOME/lstm-ls/tcp-token"))?;
        let clients = [
            LanguageClient::connect(&self.socket())?,
            LanguageClient::connect_tcp(self.tcp_address())?,
        ];
        for mut client in clients {
            let root = format!("file://{}", self.at("project").display());
            let options = json!({"token": token.trim(), "deadlineMs": 10_000});
            client.initialize_in(json!(root), options)?;
            let document = json!({
                "uri": format!("{root}/new.rs"), "languageId": "rust", "version": 1,
                "text": format!("fn main() {{ {SECRET}(); sword"),
            });
            client.notify("textDocument/didOpen", json!({"textDocument": document}))?;
            while client.request("lstm-ls/status", json!({}))?["workspace"]["reading"]
                != json!(false)
            {}
            let at = json!({"line": 0, "character": 11});
            let at = json!({
                "textDocument": {"uri": format!("{root}/new.rs")}, "position": at,
                "context": {"triggerKind": 1},
            });
            client.request("textDocument/inlineCompletion", at)?;
            client.request("shutdown", Value::Null)?;
            client.notify("exit", Value::Null)?;
        }
        let asked = ask_page(&self.page, "GET", "/api/about", true)?;
        ensure!(
            asked.contains(SECRET),
            "the page does not show the text: {asked}"
        );
        Ok(())
    }
}

fn plain(path: &Path) -> Result<&str> {
    path.to_str().context("a plain name")
}

/// What the page's server answers, with or without the token of its address.
fn ask_page(page: &str, method: &str, path: &str, with_token: bool) -> Result<String> {
    let (host, token) = page
        .strip_prefix("http://")
        .and_then(|rest| rest.split_once("/?token="))
        .context("an address with a token")?;
    let said = if with_token { token } else { "guessed" };
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(LIMIT))?;
    let body = "{}";
    write!(
        stream,
        "{method} {path} HTTP/1.0\r\nHost: {host}\r\nAuthorization: Bearer {said}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn is_root() -> Result<bool> {
    let mut id = Command::new("id");
    Ok(run_limited(id.arg("-u"), LIMIT)?.stdout.trim() == "0")
}

/// Runs the test `name` of this program as the other user.
fn other_user(name: &str, folder: &Path, places: &Value) -> Result<Command> {
    // Where the tests were built may be closed to others.
    let program = folder.join("other-user");
    if !program.exists() {
        fs::copy(std::env::current_exe()?, &program)?;
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
    }
    let mut command = Command::new(program);
    command
        .args([name, "--exact", "--nocapture"])
        .current_dir("/")
        .env(PLACES, places.to_string())
        // Further groups are dropped with the user's id.
        .gid(OTHER)
        .uid(OTHER);
    Ok(command)
}

#[test]
fn the_other_user_learns_nothing() -> Result<()> {
    let first = First::start()?;
    for name in KEPT {
        check_modes(&first.at(name))?;
    }
    if !is_root()? {
        println!("not root: there is no other user to be, so the modes of files were all");
        return Ok(());
    }
    // A socket whose mode lets everyone in, as a system without modes of sockets has it.
    let open = first.at("XDG_RUNTIME_DIR/open");
    let open_daemon = Daemon::start(&server()?, &["--socket", plain(&open)?])?;
    fs::set_permissions(&open, fs::Permissions::from_mode(0o666))?;
    let places = json!({
        "folder": first.folder.path(), "socket": first.socket(), "open": open,
        "tcp": first.tcp_address(), "page": first.page.split("?token=").next(),
    });
    let mut other = other_user("as_the_other_user", first.folder.path(), &places)?;
    let finished = run_limited(&mut other, LIMIT)?;
    println!("{}", finished.stdout);
    ensure!(
        finished.code == Some(0),
        "{}{}",
        finished.stdout,
        finished.stderr
    );
    ensure!(
        finished.stdout.contains("tried everything"),
        "{}",
        finished.stdout
    );
    ensure!(!finished.stdout.contains(SECRET), "{}", finished.stdout);
    // All are still there for the first user.
    for socket in [&first.socket(), &open] {
        LanguageClient::connect(socket)?.initialize(json!({}))?;
    }
    drop(open_daemon);
    Ok(())
}

/// What the product wrote is its user's alone: its folders are closed, and so are its files.
fn check_modes(path: &Path) -> Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        let mode = metadata.mode() & 0o777;
        let closed = mode & 0o077 == 0;
        ensure!(closed, "{} has the mode {mode:o}", entry.path().display());
        if metadata.is_dir() {
            check_modes(&entry.path())?;
        }
    }
    Ok(())
}

/// Not a test of its own: what [`the_other_user_learns_nothing`] runs as the other user.
#[test]
fn as_the_other_user() -> Result<()> {
    let Some(places) = std::env::var_os(PLACES) else {
        return Ok(());
    };
    let places: Value = serde_json::from_str(&places.to_string_lossy())?;
    let place = |name: &str| places[name].as_str().context("it is named");
    let folder = PathBuf::from(place("folder")?);

    let refused = UnixStream::connect(place("socket")?)
        .err()
        .context("refused")?;
    assert_eq!(refused.kind(), ErrorKind::PermissionDenied);
    // Connected, and hung up on without a word.
    let heard = heard(UnixStream::connect(place("open")?)?, &hello(&folder, None))?;
    assert_eq!(heard, "");

    for token in [None, Some(""), Some("guessed")] {
        let mut answers = Vec::new();
        for root in ["project", "missing"] {
            let said = hello(&folder.join(root), token);
            let answer = self::heard(TcpStream::connect(place("tcp")?)?, &said)?;
            // What follows the first answer depends on when it is hung up.
            let first = answer.split("Content-Length").nth(1).unwrap_or_default();
            ensure!(first.contains("-32600"), "{answer}");
            answers.push(first.to_owned());
        }
        // Not even whether there is such a folder.
        assert_eq!(answers[0], answers[1]);
    }

    let page = format!("{}?token=none", place("page")?);
    let title = ask_page(&page, "GET", "/", false)?;
    ensure!(
        title.contains("200"),
        "the page is the same for all: {title}"
    );
    let mut refusals = Vec::new();
    for (method, path) in [
        ("GET", "/api/about"),
        ("POST", "/api/unit"),
        ("POST", "/api/ghost"),
        ("POST", "/api/none"),
    ] {
        let answer = ask_page(&page, method, path, false)?;
        ensure!(answer.contains(" 401 "), "{path}: {answer}");
        let body = answer.split("\r\n\r\n").nth(1).map(str::to_owned);
        refusals.push(body);
    }
    refusals.dedup();
    assert_eq!(refusals.len(), 1);

    let mut seen = Vec::new();
    for name in KEPT {
        look(&folder.join(name), &mut seen);
    }
    look(&folder.join("project"), &mut seen);
    assert_eq!(seen, Vec::<String>::new());
    println!(
        "tried everything: two sockets, TCP, the page, {} folders",
        KEPT.len() + 1
    );
    Ok(())
}

/// Notes every file below `path` that can be read, and every folder within it.
fn look(path: &Path, seen: &mut Vec<String>) {
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        let path = entry.path();
        if fs::read_dir(&path).is_ok() || File::open(&path).is_ok() {
            seen.push(path.display().to_string());
            look(&path, seen);
        }
    }
}

fn hello(root: &Path, token: Option<&str>) -> String {
    let params = json!({
        "capabilities": {}, "rootUri": format!("file://{}", root.display()),
        "initializationOptions": {"token": token},
    });
    let ask = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params});
    let status = json!({"jsonrpc": "2.0", "id": 2, "method": "lstm-ls/status", "params": {}});
    let frame = |message: Value| {
        let body = message.to_string();
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    };
    frame(ask) + &frame(status)
}

/// What is answered to `said` until the other end hangs up.
fn heard(mut stream: impl Read + Write, said: &str) -> Result<String> {
    // It may have hung up before it was told everything.
    let _ = stream.write_all(said.as_bytes());
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    // An error is an end as well: what was not read resets the connection.
    while let Ok(length @ 1..) = stream.read(&mut piece) {
        answer.extend_from_slice(&piece[..length]);
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[test]
fn a_daemon_of_the_other_user_is_told_nothing() -> Result<()> {
    if !is_root()? {
        println!("not root: there is no other user to be, so nothing was tried");
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777))?;
    let socket = folder.path().join("s");
    let places = json!({"socket": socket});
    let mut other = other_user("as_a_daemon_of_the_other_user", folder.path(), &places)?;
    let mut other = other.stdout(Stdio::piped()).spawn()?;
    let mut lines = BufReader::new(other.stdout.take().context("it is a pipe")?).lines();
    let mut next = |wanted: &str| -> Result<String> {
        loop {
            let line = lines.next().context("it has ended")??;
            if line.starts_with(wanted) {
                return Ok(line);
            }
        }
    };
    next("listening")?;
    // Whatever it is, everyone may connect to it.
    let mut client = LanguageClient::start_with(&server()?, &["connect", plain(&socket)?])?;
    client.initialize(json!({}))?;
    let status = client.request("lstm-ls/status", json!({}))?;
    assert_eq!(
        status["processId"].as_u64(),
        client.process_id().map(u64::from)
    );
    assert_eq!(next("heard")?, "heard 0 bytes");
    other.wait()?;
    Ok(())
}

/// Not a test of its own: what [`a_daemon_of_the_other_user_is_told_nothing`] runs.
#[test]
fn as_a_daemon_of_the_other_user() -> Result<()> {
    let Some(places) = std::env::var_os(PLACES) else {
        return Ok(());
    };
    let places: Value = serde_json::from_str(&places.to_string_lossy())?;
    let socket = places["socket"].as_str().context("it is named")?;
    let listener = UnixListener::bind(socket)?;
    fs::set_permissions(socket, fs::Permissions::from_mode(0o777))?;
    println!("\nlistening");
    let (mut stream, _) = listener.accept()?;
    let mut heard = Vec::new();
    // Hung up on before it was read: an error, and nothing heard.
    let _ = stream.read_to_end(&mut heard);
    println!("heard {} bytes", heard.len());
    Ok(())
}
