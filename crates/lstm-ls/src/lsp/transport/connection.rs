//! One client's messages: read, handed to their handlers in order, answered.
//!
//! tower-lsp's own loop ends at the first message it cannot decode and polls
//! handlers in an order of its own. Here a handler runs up to its first wait
//! before the next message is looked at, so that edits cannot change places,
//! and what is not a message is answered with an error.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::poll_immediate;
use futures_util::stream::FuturesUnordered;
use futures_util::{SinkExt, StreamExt};
use serde::Serialize;
use tokio::io::{AsyncRead, AsyncWrite, BufReader};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout};
use tower_lsp::ClientSocket;
use tower_lsp::jsonrpc::{Request, Response};
use tower_service::Service;
use tracing::{debug, warn};

use super::ending::{Ending, exited};
use super::framing::{self, Frame, FrameReader, MAX_MESSAGE_BYTES};
use super::link::Link;
use super::message::Message;

/// Most requests of one client that wait for their answers; more are not read.
const MOST_REQUESTS: usize = 1024;

/// Messages that are parsed ahead.
const AHEAD: usize = 16;

/// Messages that wait for a client to read them; then nothing more of it is read.
const UNREAD: usize = 64;

/// Longest wait, when the session is over, for answers that are still under way.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// Time that a client has to say its token, and longest message until then.
const HELLO: Duration = Duration::from_secs(10);
const HELLO_BYTES: usize = 1 << 20;

/// Serves one client by `service` until it exits, its stream ends, or the
/// server stops.
pub(in crate::lsp) async fn serve<I, O, S>(
    (input, output): (I, O),
    mut service: S,
    socket: ClientSocket,
    mut ending: watch::Receiver<Ending>,
    mut link: Link,
) where
    I: AsyncRead + Unpin + Send + 'static,
    O: AsyncWrite + Unpin + Send + 'static,
    S: Service<Request, Response = Option<Response>>,
    S::Future: Unpin,
{
    let limit = Arc::new(AtomicUsize::new(MAX_MESSAGE_BYTES));
    let mut until = None;
    if link.token.is_some() {
        limit.store(HELLO_BYTES, Ordering::Relaxed);
        until = Some(Instant::now() + HELLO);
    }
    let (parsed, mut messages) = mpsc::channel(AHEAD);
    let reader = tokio::spawn(read(input, Arc::clone(&limit), link.resynchronises, parsed));
    let (unread, queue) = mpsc::channel(UNREAD);
    let mut writer = tokio::spawn(write(output, queue, link.patience));
    let (mut requests, mut answers) = socket.split();
    let mut handlers = FuturesUnordered::new();
    let mut background = FuturesUnordered::new();
    let mut reading = true;

    while reading || !handlers.is_empty() {
        let sent = tokio::select! {
            Some(answer) = handlers.next() => match answer {
                Ok(Some(answer)) => send(&unread, &answer).await,
                _ => true,
            },
            Some(_) = background.next() => true,
            Some(request) = requests.next() => send(&unread, &request).await,
            message = messages.recv(), if reading && handlers.len() < MOST_REQUESTS => match message {
                None => { reading = false; true }
                Some(Message::Refused(answer)) => send(&unread, &answer).await,
                // Fails only after an end that tower-lsp is never told of.
                Some(Message::Response(response)) => answers.send(response).await.is_ok(),
                Some(Message::Request(request)) => {
                    let hello = request.method() == "initialize";
                    let awaited = request.id().is_some();
                    let mut handler = service.call(request);
                    let done = poll_immediate(&mut handler).await;
                    if hello && !ending.borrow().is_exit() {
                        limit.store(MAX_MESSAGE_BYTES, Ordering::Relaxed);
                        until = None;
                    }
                    match done {
                        Some(Ok(Some(answer))) => send(&unread, &answer).await,
                        Some(_) => true,
                        None => {
                            if awaited { handlers.push(handler) } else { background.push(handler) }
                            true
                        }
                    }
                }
            },
            () = over(&mut ending, &mut link.stop), if reading => {
                reading = false;
                until = Some(Instant::now() + LAST_ANSWERS);
                true
            },
            () = sleep_until(until.unwrap_or_else(Instant::now)), if until.is_some() => {
                warn!("left with answers still under way, or without a greeting");
                break;
            },
        };
        if !sent {
            break;
        }
    }
    reader.abort();
    drop(unread);
    if timeout(LAST_ANSWERS, &mut writer).await.is_err() {
        writer.abort();
    }
}

/// Waits for the end of the session or of the server.
async fn over(ending: &mut watch::Receiver<Ending>, stop: &mut watch::Receiver<bool>) {
    let stopped = async {
        if stop.wait_for(|&stop| stop).await.is_err() {
            // The server cannot be stopped any more.
            std::future::pending().await
        }
    };
    tokio::select! {
        () = exited(ending) => {}
        () = stopped => {}
    }
}

/// False if the client does not listen any more.
async fn send(unread: &mpsc::Sender<Vec<u8>>, message: &impl Serialize) -> bool {
    let body = serde_json::to_vec(message).expect("messages are plain data");
    unread.send(body).await.is_ok()
}

/// Parses messages until the input ends or the session is over.
async fn read(
    input: impl AsyncRead + Unpin,
    limit: Arc<AtomicUsize>,
    resynchronises: bool,
    to: mpsc::Sender<Message>,
) {
    let mut frames = FrameReader::new(BufReader::new(input), limit);
    if !resynchronises {
        frames = frames.strict();
    }
    loop {
        let message = match frames.next().await {
            Ok(Some(Frame::Body(body))) => Message::parse(&body),
            Ok(Some(Frame::Stray(problem))) if resynchronises => {
                warn!("not a message: {problem}");
                Message::not_json()
            }
            Ok(Some(Frame::Stray(problem))) => {
                return warn!("a client that does not speak LSP: {problem}");
            }
            Ok(None) => return,
            Err(error) => return debug!("the client's stream ended: {error}"),
        };
        if to.send(message).await.is_err() {
            return;
        }
    }
}

/// Writes messages until there are no more or the client does not read them.
async fn write(
    mut output: impl AsyncWrite + Unpin,
    mut from: mpsc::Receiver<Vec<u8>>,
    patience: Option<Duration>,
) {
    while let Some(body) = from.recv().await {
        let written = framing::write(&mut output, &body);
        let written = match patience {
            None => written.await,
            Some(patience) => timeout(patience, written)
                .await
                .unwrap_or_else(|late| Err(late.into())),
        };
        if let Err(error) = written {
            return debug!("the client does not read: {error}");
        }
    }
}
