//! The server as a daemon: many clients, one copy of the weights.
//!
//! Owns: who may connect, and when it ends. Must not know what clients say.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use assistant::session::Shared;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tracing::{info, warn};

use crate::lsp;
use crate::lsp::transport::{Link, Place};

pub mod bridge;
pub mod socket;
pub mod token;

use token::Origin;

/// The exit code of a daemon that another one was faster than.
pub const SERVED_ALREADY: u8 = 3;

/// A client that reads nothing for so long has left without a word.
const PATIENCE: Duration = Duration::from_secs(30);

/// Clients that have not named their token: of more nothing is read until one of them has,
/// or its time is up.
const MOST_STRANGERS: usize = 64;

/// Longest wait for clients to be told goodbye; longer than each of them gets.
const GOODBYE: Duration = Duration::from_secs(5);

/// Longest wait, when all is over, for threads that are busy with files.
const LAST_THREADS: Duration = Duration::from_secs(1);

/// Between two looks whether the socket is there.
const LOOKS: Duration = Duration::from_secs(1);

/// The exit code after a second signal.
const ENDED_BY_FORCE: i32 = 1;

/// Pause after a connection that could not be taken, as for want of files.
const BREATH: Duration = Duration::from_millis(100);

/// Where the daemon listens.
#[derive(Clone, Debug)]
pub enum Endpoint {
    /// A socket in the file system, for this user alone.
    Socket(PathBuf),
    /// A TCP address.
    Tcp(SocketAddr),
}

/// How the daemon behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where it listens.
    pub endpoint: Endpoint,
    /// Whether TCP addresses that other machines can reach are allowed.
    pub allow_remote: bool,
    /// What clients must name: all of those that come over TCP, and others where the user
    /// said one.
    pub token: Option<Origin>,
    /// Without a client for so long it ends.
    pub idle_exit: Option<Duration>,
    /// Whether standard error is let go of once it listens: the process that reads it
    /// until then may end first.
    pub detach: bool,
}

/// Serves until SIGTERM or SIGINT, or until no client has been there for long
/// enough. Says on `out` where it listens.
///
/// # Errors
/// If it cannot listen there: someone else does, or it is not allowed.
pub fn serve(shared: Arc<Shared>, options: &Options, out: &mut dyn Write) -> anyhow::Result<()> {
    let served = serve_until_over(Arc::clone(&shared), options, out);
    shared.finish();
    served
}

fn serve_until_over(
    shared: Arc<Shared>,
    options: &Options,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    match &options.endpoint {
        Endpoint::Tcp(address) => serve_tcp(shared, *address, options, out),
        Endpoint::Socket(path) => {
            let token = options.token.as_ref().map(Origin::token).transpose()?;
            let mut bound = socket::bind(path)?;
            // One that a user keeps running is not taken over.
            if let Some(built) = options.idle_exit.and_then(|_| socket::Built::now()) {
                bound.sign(built).context("cannot write the lock")?;
            }
            let stop = Stop::on_signals()?;
            run(async {
                let listener = bound.listen()?;
                writeln!(out, "lstm-ls: listening on {}", path.display())?;
                out.flush()?;
                if options.detach {
                    let_go_of_stderr()?;
                }
                let accept = async move || listener.accept().await;
                let deleted = async {
                    let mut looks = tokio::time::interval(LOOKS);
                    while bound.is_there() {
                        looks.tick().await;
                    }
                    warn!("the socket was deleted; no client can come any more");
                };
                until_over(shared, options, token, accept, stop, deleted).await
            })
        }
    }
}

/// Lets go of standard error, which is read only until the daemon listens.
#[cfg(unix)]
fn let_go_of_stderr() -> anyhow::Result<()> {
    let nowhere = std::fs::File::options().write(true).open("/dev/null")?;
    rustix::stdio::dup2_stderr(nowhere).context("cannot let go of stderr")
}

/// Nothing is written to standard error any more, which is read only until the daemon
/// listens.
#[cfg(windows)]
fn let_go_of_stderr() -> anyhow::Result<()> {
    crate::logging::silence();
    Ok(())
}

fn serve_tcp(
    shared: Arc<Shared>,
    address: SocketAddr,
    options: &Options,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    if !address.ip().is_loopback() {
        ensure!(
            options.allow_remote,
            "other machines can reach {address}: say --allow-remote, or listen on 127.0.0.1"
        );
        if matches!(options.token, None | Some(Origin::Made(_))) {
            bail!("--allow-remote needs a token: --token-file FILE or LSTM_LS_TOKEN");
        }
    }
    let origin = options.token.as_ref();
    let token = origin.context("there is no folder for a token: say --token-file FILE")?;
    let made = match token {
        Origin::Made(path) => format!(", with the token in {}", path.display()),
        _ => String::new(),
    };
    let token = Some(token.token()?);
    let stop = Stop::on_signals()?;
    run(async {
        let listener = TcpListener::bind(address).await;
        let listener = listener.with_context(|| format!("cannot listen on {address}"))?;
        let address = listener.local_addr()?;
        writeln!(out, "lstm-ls: listening on {address}{made}")?;
        out.flush()?;
        let accept = async move || {
            let (stream, _) = listener.accept().await?;
            // Messages are small and a client waits for each of them.
            stream.set_nodelay(true)?;
            Ok(stream.into_split())
        };
        let deleted = std::future::pending();
        until_over(shared, options, token, accept, stop, deleted).await
    })
}

/// Runs `server` to its end, and leaves what then still keeps a thread busy alone.
fn run(server: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    let runtime = lsp::runtime()?;
    let ended = runtime.block_on(server);
    runtime.shutdown_timeout(LAST_THREADS);
    ended
}

/// Becomes true when the user, or the system, wants the process to end.
struct Stop(watch::Receiver<bool>);

impl Stop {
    /// On the first signal. The second ends the process at once, from a thread that waits
    /// for nothing else.
    fn on_signals() -> anyhow::Result<Self> {
        let (stop, stopping) = watch::channel(false);
        let signalled = move || {
            if stop.send_replace(true) {
                std::process::exit(ENDED_BY_FORCE);
            }
        };
        ctrlc::set_handler(signalled).context("cannot wait for signals")?;
        Ok(Self(stopping))
    }

    async fn signalled(&mut self) {
        if self.0.wait_for(|&stop| stop).await.is_err() {
            std::future::pending().await
        }
    }
}

/// Serves what `accept` brings until it is time to stop; then lets every client
/// finish.
async fn until_over<I, O>(
    shared: Arc<Shared>,
    options: &Options,
    token: Option<Arc<str>>,
    accept: impl AsyncFn() -> std::io::Result<(I, O)>,
    mut signals: Stop,
    deleted: impl Future<Output = ()>,
) -> anyhow::Result<()>
where
    I: tokio::io::AsyncRead + Unpin + Send + 'static,
    O: tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let (stop, stopping) = watch::channel(false);
    let strangers = match token {
        Some(_) => Arc::new(Semaphore::new(MOST_STRANGERS)),
        // All are the user's own.
        None => Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)),
    };
    let admit = async || {
        let place = Arc::clone(&strangers).acquire_owned().await;
        let place = place.map_err(std::io::Error::other)?;
        accept().await.map(|(input, output)| (input, output, place))
    };
    let link = Link {
        token,
        patience: Some(PATIENCE),
        watches_process: false,
        resynchronises: false,
        stop: stopping,
        place: Place::default(),
    };
    let mut clients = JoinSet::new();
    let over = async {
        tokio::select! {
            () = signals.signalled() => {}
            () = deserted(&shared, options.idle_exit) => {}
            () = deleted => {}
        }
    };
    let mut over = std::pin::pin!(over);
    loop {
        tokio::select! {
            accepted = admit() => match accepted {
                Ok((input, output, place)) => {
                    let link = Link { place: Place::taken(place), ..link.clone() };
                    let client = lsp::serve(input, output, Arc::clone(&shared), link);
                    clients.spawn(client);
                }
                Err(error) => {
                    warn!("cannot take a client: {error}");
                    tokio::time::sleep(BREATH).await;
                }
            },
            // A panic there has been logged, and ends that client only.
            Some(_) = clients.join_next() => {}
            () = &mut over => break,
        }
    }
    // A client that connects from now on is refused at once, and not left to wait.
    drop(accept);
    info!(clients = clients.len(), "stopping");
    stop.send_replace(true);
    let goodbye = async { while clients.join_next().await.is_some() {} };
    if tokio::time::timeout(GOODBYE, goodbye).await.is_err() {
        warn!("left with clients that would not go");
    }
    Ok(())
}

/// Waits until no client has come for `idle`.
async fn deserted(shared: &Shared, idle: Option<Duration>) {
    let Some(idle) = idle else {
        return std::future::pending().await;
    };
    let mut clients = shared.clients();
    loop {
        clients.until(|&clients| clients == 0).await;
        let arrival = clients.until(|&clients| clients > 0);
        if tokio::time::timeout(idle, arrival).await.is_err() {
            break;
        }
    }
}
