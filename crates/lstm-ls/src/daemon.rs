//! The server as a daemon: many clients, one copy of the weights.
//!
//! Owns: who may connect, and when it ends. Must not know what clients say.

#[cfg(unix)]
use std::fs::File;
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use assistant::session::Shared;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{info, warn};

use crate::lsp::{self, transport::Link};

#[cfg(unix)]
pub mod bridge;
#[cfg(unix)]
pub mod socket;

/// The exit code of a daemon that another one was faster than.
pub const SERVED_ALREADY: u8 = 3;

/// A client that reads nothing for so long has left without a word.
const PATIENCE: Duration = Duration::from_secs(30);

/// Longest wait for clients to be told goodbye; longer than each of them gets.
const GOODBYE: Duration = Duration::from_secs(5);

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
    /// What every client must name.
    pub token: Option<Arc<str>>,
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
        #[cfg(unix)]
        Endpoint::Socket(path) => {
            let bound = socket::bind(path)?;
            // One that a user keeps running is not taken over.
            if let Some(built) = options.idle_exit.and_then(|_| socket::Built::now()) {
                bound.sign(built).context("cannot write the lock")?;
            }
            writeln!(out, "lstm-ls: listening on {}", path.display())?;
            out.flush()?;
            if options.detach {
                let nowhere = File::options().write(true).open("/dev/null")?;
                rustix::stdio::dup2_stderr(nowhere).context("cannot let go of stderr")?;
            }
            lsp::runtime()?.block_on(async {
                let listener = bound.listen()?;
                let accept = async || Ok(listener.accept().await?.0.into_split());
                until_over(shared, options, accept).await
            })
        }
        #[cfg(not(unix))]
        Endpoint::Socket(_) => bail!("sockets in the file system are for Unix; use --tcp"),
    }
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
        if options.token.is_none() {
            bail!("--allow-remote needs a token: --token-file FILE or LSTM_LS_TOKEN");
        }
    }
    lsp::runtime()?.block_on(async {
        let listener = TcpListener::bind(address).await;
        let listener = listener.with_context(|| format!("cannot listen on {address}"))?;
        writeln!(out, "lstm-ls: listening on {}", listener.local_addr()?)?;
        out.flush()?;
        let accept = async || {
            let (stream, _) = listener.accept().await?;
            // Messages are small and a client waits for each of them.
            stream.set_nodelay(true)?;
            Ok(stream.into_split())
        };
        until_over(shared, options, accept).await
    })
}

/// Serves what `accept` brings until it is time to stop; then lets every client
/// finish.
async fn until_over<I, O>(
    shared: Arc<Shared>,
    options: &Options,
    accept: impl AsyncFn() -> std::io::Result<(I, O)>,
) -> anyhow::Result<()>
where
    I: tokio::io::AsyncRead + Unpin + Send + 'static,
    O: tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let (stop, stopping) = watch::channel(false);
    let link = Link {
        token: options.token.clone(),
        patience: Some(PATIENCE),
        watches_process: false,
        stop: stopping,
    };
    let mut clients = JoinSet::new();
    let mut over = std::pin::pin!(over(&shared, options.idle_exit));
    loop {
        tokio::select! {
            accepted = accept() => match accepted {
                Ok((input, output)) => {
                    let client = lsp::serve(input, output, Arc::clone(&shared), link.clone());
                    clients.spawn(client);
                }
                Err(error) => {
                    warn!("cannot take a client: {error}");
                    tokio::time::sleep(BREATH).await;
                }
            },
            // A panic there has been logged, and ends that client only.
            Some(_) = clients.join_next() => {}
            ended = &mut over => {
                ended?;
                break;
            }
        }
    }
    info!(clients = clients.len(), "stopping");
    stop.send_replace(true);
    let goodbye = async { while clients.join_next().await.is_some() {} };
    if tokio::time::timeout(GOODBYE, goodbye).await.is_err() {
        warn!("left with clients that would not go");
    }
    Ok(())
}

/// Waits for a signal, or until no client has come for `idle`.
async fn over(shared: &Shared, idle: Option<Duration>) -> anyhow::Result<()> {
    let deserted = async {
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
    };
    tokio::select! {
        result = signalled() => result.context("cannot wait for signals"),
        () = deserted => Ok(()),
    }
}

#[cfg(unix)]
async fn signalled() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn signalled() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
