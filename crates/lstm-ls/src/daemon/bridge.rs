//! `lstm-ls connect`: an editor's pipes on one side, a daemon on the other.
//!
//! Starts the daemon if none is there, in the place of one that an older program
//! started, and again if it dies: then the new one is told what the editor told the
//! old one, and the editor learns of it only by errors to what was under way. Where none
//! can be started, this process serves the editor itself.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use anyhow::{Context, bail};
use assistant::heap;
use assistant::session::Shared;
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tracing::{debug, info, warn};

use super::SERVED_ALREADY;
use super::socket::{self, Built, NotConnected, Stream};
use crate::lsp;
use crate::lsp::transport::framing::{self, Frame, FrameReader, MAX_MESSAGE_BYTES};
use crate::lsp::transport::room::{Room, Taken};
use crate::lsp::transport::{Link, process};

mod session;

use session::{Session, To};

/// Longest wait for a daemon to listen.
const START: Duration = Duration::from_secs(10);

/// Between two attempts to connect to a daemon that is starting.
const ATTEMPTS: Duration = Duration::from_millis(10);

/// Before a daemon that made way for another is started again: that one may be on its way
/// out. Twice as long each time.
const AGAIN: Duration = Duration::from_millis(100);

/// Longest wait for a daemon to answer `initialize`, which depends on no file.
const HELLO: Duration = Duration::from_secs(5);

/// Longest wait for a daemon to say why it cannot serve.
const REASON: Duration = Duration::from_secs(1);

/// Longest wait for the last answers when the editor has hung up.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// Bytes on the way to and from a server that is this process.
const PIPE: usize = 1 << 16;

/// Messages that are read ahead, and how many bytes of them.
const AHEAD: usize = 16;
const AHEAD_BYTES: usize = 32 << 20;

/// Messages that wait for the editor to read them.
const UNREAD: usize = 2;

/// Once a message of so many bytes is passed on, memory is given back to the system.
const LARGE: usize = 4 << 20;

/// Where the daemon is and how one is started.
pub struct Daemon {
    /// Its socket.
    pub path: PathBuf,
    /// The program that serves it, with its arguments.
    pub command: Vec<std::ffi::OsString>,
    /// When that program's file was written.
    pub built: Option<Built>,
    /// What this process serves the editor with, where no daemon can be started.
    pub alone: Box<dyn Fn() -> Arc<Shared> + Send + Sync>,
}

/// What serves the editor: a daemon, or this process.
struct Server {
    says: Box<dyn AsyncRead + Send + Unpin>,
    hears: Box<dyn AsyncWrite + Send + Unpin>,
    /// The server that is this process, and what it counts.
    alone: Option<(JoinHandle<bool>, Arc<Shared>)>,
}

impl Server {
    /// The daemon, or this process after one attempt to start one.
    async fn find(daemon: &Daemon) -> Self {
        let why = match connect(daemon).await {
            Ok(stream) => {
                let (says, hears) = stream.into_split();
                return Self {
                    says: Box::new(says),
                    hears: Box::new(hears),
                    alone: None,
                };
            }
            Err(why) => why,
        };
        warn!("{why:#}; this editor is served by a process of its own");
        Self::alone(daemon)
    }

    /// This process.
    fn alone(daemon: &Daemon) -> Self {
        let shared = (daemon.alone)();
        let (ours, theirs) = tokio::io::duplex(PIPE);
        let (says, hears) = tokio::io::split(ours);
        let (input, output) = tokio::io::split(theirs);
        let link = Link {
            // Its end is seen here.
            watches_process: false,
            ..Link::pipes()
        };
        let serving = tokio::spawn(lsp::serve(input, output, Arc::clone(&shared), link));
        Self {
            says: Box::new(says),
            hears: Box::new(hears),
            alone: Some((serving, shared)),
        }
    }
}

/// Why messages stopped going to and fro.
#[derive(Debug, PartialEq, Eq)]
enum Break {
    /// The editor hung up, said `exit`, or its process is gone.
    EditorLeft,
    /// The editor is there but does not read.
    EditorDeaf,
    /// The daemon is gone.
    DaemonLost,
    /// The daemon is there but does not say hello.
    DaemonSilent,
}

/// Bodies of the messages of a stream, of which so many bytes are read ahead.
struct Bodies(mpsc::Receiver<(Vec<u8>, Taken)>);

impl Bodies {
    /// The next one; `None` at the end of the stream.
    async fn next(&mut self) -> Option<Vec<u8>> {
        Some(self.0.recv().await?.0)
    }
}

/// Both ends of the editor, as long as the bridge lives.
struct Editor {
    says: Bodies,
    hears: mpsc::Sender<Vec<u8>>,
}

/// Carries messages until the editor leaves. True if it left in order.
///
/// # Errors
/// If the editor does not read.
pub async fn run<I, O>(input: I, output: O, daemon: &Daemon) -> anyhow::Result<bool>
where
    I: AsyncRead + Unpin + Send + 'static,
    O: AsyncWrite + Unpin + Send + 'static,
{
    let (hears, unread) = mpsc::channel(UNREAD);
    let writing = tokio::spawn(speak(output, unread));
    let mut editor = Editor {
        says: listen(input),
        hears,
    };
    let session = Mutex::new(Session::default());
    let mut server = Server::find(daemon).await;
    loop {
        let Server {
            says,
            hears: mut writer,
            alone,
        } = server;
        let mut answers = listen(says);
        let told = timeout(HELLO, replay(&session, &mut writer, &mut answers)).await;
        let reason = match told {
            Ok(true) => carry(&session, &mut editor, &mut answers, &mut writer).await,
            Ok(false) => Break::DaemonLost,
            Err(_) => Break::DaemonSilent,
        };
        match reason {
            Break::EditorLeft => finish(&session, &editor, &mut answers, writer).await,
            Break::EditorDeaf => bail!("the editor does not read"),
            Break::DaemonLost | Break::DaemonSilent => {
                match reason {
                    Break::DaemonSilent => warn!(
                        "the daemon does not answer; this editor is served by a process of its own"
                    ),
                    _ => info!("the daemon is gone; another one takes over"),
                }
                let answers = session.lock().abandon();
                for answer in answers {
                    let answer = answer.to_string().into_bytes();
                    let heard = editor.hears.send(answer).await;
                    heard.context("the editor does not read")?;
                }
                server = match reason {
                    Break::DaemonSilent => Server::alone(daemon),
                    _ => Server::find(daemon).await,
                };
                continue;
            }
        }
        drop(editor);
        if let Some((serving, shared)) = alone {
            let _ = timeout(LAST_ANSWERS, serving).await;
            shared.finish();
        }
        // What was said last may still be on its way.
        let _ = timeout(LAST_ANSWERS, writing).await;
        let orderly = session.lock().left_in_order();
        return Ok(orderly);
    }
}

/// Bodies of the messages of a stream.
fn listen(input: impl AsyncRead + Unpin + Send + 'static) -> Bodies {
    let (sender, receiver) = mpsc::channel(AHEAD);
    tokio::spawn(async move {
        let ahead = Room::new(AHEAD_BYTES);
        let limit = Arc::new(AtomicUsize::new(MAX_MESSAGE_BYTES));
        let mut frames = FrameReader::new(BufReader::new(input), limit);
        while let Ok(Some(frame)) = frames.next().await {
            let body = match frame {
                Frame::Body(body) => body,
                Frame::Stray(problem) => {
                    warn!("not a message: {problem}");
                    // No JSON either, and the daemon answers it as such.
                    Vec::new()
                }
            };
            let room = ahead.take(body.len()).await;
            if sender.send((body, room)).await.is_err() {
                break;
            }
        }
    });
    Bodies(receiver)
}

/// Writes messages to the editor. Never broken off half-way through one,
/// whatever happens to the daemon.
async fn speak(mut output: impl AsyncWrite + Unpin, mut messages: mpsc::Receiver<Vec<u8>>) {
    while let Some(body) = messages.recv().await {
        if framing::write(&mut output, &body).await.is_err() {
            break;
        }
    }
}

/// Carries messages both ways at once, so that neither waits for the other.
async fn carry(
    session: &Mutex<Session>,
    editor: &mut Editor,
    answers: &mut Bodies,
    writer: &mut (impl AsyncWrite + Unpin),
) -> Break {
    let (own, mut asides) = mpsc::unbounded_channel();
    let to_daemon = async {
        let process = session.lock().process_id();
        let mut gone = Box::pin(end_of(process));
        let mut watched = process.is_some();
        // One that was said again to this daemon counts from now on.
        let mut hello = session
            .lock()
            .awaits_hello()
            .then(|| Instant::now() + HELLO);
        loop {
            let to = tokio::select! {
                body = editor.says.next() => match body {
                    Some(body) => session.lock().editor_said(body),
                    None => return Break::EditorLeft,
                },
                Some(body) = asides.recv() => To::Daemon(body),
                () = &mut gone => return Break::EditorLeft,
                () = sleep_until(hello.unwrap_or_else(Instant::now)), if hello.is_some() => {
                    hello = None;
                    if session.lock().awaits_hello() {
                        return Break::DaemonSilent;
                    }
                    continue;
                }
            };
            if hello.is_none() && session.lock().awaits_hello() {
                hello = Some(Instant::now() + HELLO);
            }
            if let To::Daemon(body) = to {
                if framing::write(writer, &body).await.is_err() {
                    return Break::DaemonLost;
                }
                if body.len() >= LARGE {
                    drop(body);
                    tokio::task::spawn_blocking(heap::give_back);
                }
            }
            if session.lock().has_exited() {
                return Break::EditorLeft;
            }
            if let Some(id) = session.lock().process_id().filter(|_| !watched) {
                watched = true;
                gone = Box::pin(end_of(Some(id)));
            }
        }
    };
    let to_editor = async {
        loop {
            // First the room, then the message: so none can get lost between.
            let Ok(room) = editor.hears.reserve().await else {
                return Break::EditorDeaf;
            };
            let Some(body) = answers.next().await else {
                return Break::DaemonLost;
            };
            match session.lock().daemon_said(body) {
                To::Editor(body) => room.send(body),
                // The other half goes only together with this one.
                To::Daemon(body) => drop(own.send(body)),
                To::Nowhere => {}
            }
        }
    };
    tokio::select! {
        reason = to_daemon => reason,
        reason = to_editor => reason,
    }
}

/// The end of the editor's process, if that is known.
async fn end_of(process: Option<u32>) {
    match process {
        Some(id) => process::gone(id).await,
        None => std::future::pending().await,
    }
}

/// Lets the daemon say its last words.
async fn finish(
    session: &Mutex<Session>,
    editor: &Editor,
    answers: &mut Bodies,
    mut writer: impl AsyncWrite + Unpin,
) {
    // The daemon, or the editor, may be gone as well.
    let _ = writer.shutdown().await;
    let last = async {
        while let Some(body) = answers.next().await {
            let to = session.lock().daemon_said(body);
            if let To::Editor(body) = to
                && editor.hears.send(body).await.is_err()
            {
                break;
            }
        }
    };
    let _ = timeout(LAST_ANSWERS, last).await;
}

/// Tells a new daemon what the old one knew. False if it is gone as well.
async fn replay(
    session: &Mutex<Session>,
    writer: &mut (impl AsyncWrite + Unpin),
    answers: &mut Bodies,
) -> bool {
    let Some((initialize, is_answered)) = session.lock().replayed_initialize() else {
        return true;
    };
    if framing::write(writer, initialize.to_string().as_bytes())
        .await
        .is_err()
    {
        return false;
    }
    if !is_answered {
        return true;
    }
    // Nothing else comes before its answer, which the editor has had.
    if answers.next().await.is_none() {
        return false;
    }
    let state = session.lock().replayed_state();
    for message in state {
        if framing::write(writer, message.to_string().as_bytes())
            .await
            .is_err()
        {
            return false;
        }
    }
    true
}

/// Connects to the daemon, starting one if none listens.
async fn connect(daemon: &Daemon) -> anyhow::Result<Stream> {
    let connect = || socket::connect(&daemon.path);
    match connect().await {
        Err(NotConnected::Foreign) => bail!("{} is another user's", daemon.path.display()),
        Err(NotConnected::System(_)) => {}
        Ok(stream) => {
            let older = |built| stream.relieve(&daemon.path, built);
            let Some(older) = daemon.built.and_then(older) else {
                return Ok(stream);
            };
            drop(stream);
            debug!("a daemon of an older program leaves");
            let given_up = Instant::now() + START;
            // Another bridge may have started the next one before it is seen to be gone.
            while Instant::now() < given_up
                && let Ok(stream) = connect().await
                && stream.process().as_ref() == Some(&older)
            {
                sleep(ATTEMPTS).await;
            }
        }
    }
    let given_up = Instant::now() + START;
    let mut pause = AGAIN;
    let cannot = || format!("no daemon listens on {}", daemon.path.display());
    let mut child = start(daemon)?;
    loop {
        match connect().await {
            Ok(stream) => {
                tokio::spawn(see_off(child));
                return Ok(stream);
            }
            Err(error) if Instant::now() > given_up => {
                return Err(error).with_context(cannot);
            }
            Err(_) => sleep(ATTEMPTS).await,
        }
        match child.try_wait()?.map(|status| status.code()) {
            None => {}
            // It made way for one that is on its way out, or was faster. Either shows soon,
            // unless that one hangs: so fewer and fewer processes are started.
            Some(Some(code)) if code == i32::from(SERVED_ALREADY) => {
                let until = Instant::now() + pause;
                pause *= 2;
                while Instant::now() < until {
                    if let Ok(stream) = connect().await {
                        return Ok(stream);
                    }
                    sleep(ATTEMPTS).await;
                }
                child = start(daemon)?;
            }
            // Another attempt would end like this one.
            Some(_) => bail!("{}: {}", cannot(), last_words(child).await),
        }
    }
}

/// Starts a daemon that outlives this process. Where another one listens, it
/// ends by itself.
fn start(daemon: &Daemon) -> anyhow::Result<Child> {
    debug!("starting a daemon");
    let mut command = command(daemon)?;
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let child = command.spawn();
    child.with_context(|| format!("cannot start {}", command.as_std().get_program().display()))
}

/// Reads what a daemon says before it listens, and waits for its end, so that it does not
/// stay behind as a zombie.
async fn see_off(mut child: Child) {
    if let Some(mut stderr) = child.stderr.take() {
        let _ = tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await;
    }
    let _ = child.wait().await;
}

/// The last line that a daemon said that has ended.
async fn last_words(child: Child) -> String {
    let output = timeout(REASON, child.wait_with_output()).await;
    let said = output.ok().and_then(Result::ok).map(|output| output.stderr);
    let said = String::from_utf8_lossy(&said.unwrap_or_default()).into_owned();
    let line = said.lines().rfind(|line| !line.trim().is_empty());
    let line = line.unwrap_or("it ended without a word");
    let own = concat!(env!("CARGO_PKG_NAME"), ": ");
    line.strip_prefix(own).unwrap_or(line).to_owned()
}

fn command(daemon: &Daemon) -> anyhow::Result<Command> {
    let (program, arguments) = daemon.command.split_first().context("a program to start")?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null());
    // Ctrl-C in the editor's terminal is not meant for it.
    #[cfg(unix)]
    command.process_group(0);
    #[cfg(windows)]
    {
        command.creation_flags(win32::process::DETACHED_PROCESS);
        // It outlives this process, and the editor waits for the end of what it reads.
        win32::process::keep_standard_streams();
    }
    Ok(command)
}
