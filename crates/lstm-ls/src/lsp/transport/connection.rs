//! One client's messages: read, handed to their handlers in order, answered.
//!
//! tower-lsp's own loop ends at the first message it cannot decode and polls
//! handlers in an order of its own. Here a handler runs up to its first wait
//! before the next message is looked at, so that edits cannot change places,
//! and what is not a message is answered with an error. What waits is bounded in bytes:
//! messages until they are handled, answers until the client reads them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use assistant::heap;
use futures_util::future::poll_immediate;
use futures_util::stream::FuturesUnordered;
use futures_util::{SinkExt, StreamExt};
use serde::Serialize;
use tokio::io::{AsyncRead, AsyncWrite, BufReader};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout};
use tower_lsp::ClientSocket;
use tower_lsp::jsonrpc::{Request, Response};
use tower_lsp::lsp_types::notification::{DidCloseTextDocument, Notification};
use tower_service::Service;
use tracing::{debug, warn};

use super::ending::{Ending, exited};
use super::framing::{self, Frame, FrameReader, MAX_MESSAGE_BYTES};
use super::link::Link;
use super::message::{MOST_STRUCTURE, Message};
use super::room::{Room, Taken};

/// Most requests of one client that wait for their answers; more are not read.
const MOST_REQUESTS: usize = 1024;

/// Messages that are parsed ahead.
const AHEAD: usize = 16;

/// Bytes of messages that are parsed ahead.
const AHEAD_BYTES: usize = 32 << 20;

/// Messages that wait for a client to read them; then nothing more of it is read.
const UNREAD: usize = 64;

/// Bytes of those messages.
const UNREAD_BYTES: usize = 8 << 20;

/// Once a message of so many bytes is dealt with, memory is given back to the system.
const LARGE: usize = 4 << 20;

/// Until memory is given back once more: what is made of a large document on other threads
/// is done by then.
const LATER: Duration = Duration::from_secs(2);

/// Longest wait, when the session is over, for answers that are still under way.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// Time that a client has to say its token.
const HELLO: Duration = Duration::from_secs(10);

/// Longest message before `initialize` was answered, and most that its structure may take
/// up.
const HELLO_BYTES: usize = 256 << 10;
const HELLO_STRUCTURE: usize = 2 << 20;

/// A message, how many bytes it takes up, and the room that it has until it is handled.
struct Incoming {
    message: Message,
    bytes: usize,
    room: Taken,
}

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
    let limit = Arc::new(AtomicUsize::new(HELLO_BYTES));
    let mut until = link.token.as_ref().map(|_| Instant::now() + HELLO);
    let (parsed, mut messages) = mpsc::channel(AHEAD);
    let reader = tokio::spawn(read(input, Arc::clone(&limit), link.resynchronises, parsed));
    let (unread, queue) = mpsc::channel(UNREAD);
    let mut writer = tokio::spawn(write(output, queue, link.patience));
    let unread = Unread {
        queue: unread,
        room: Room::new(UNREAD_BYTES),
    };
    let (mut requests, mut answers) = socket.split();
    let mut handlers = FuturesUnordered::new();
    let mut background = FuturesUnordered::new();
    let mut reading = true;
    let mut was_large = false;

    while reading || !handlers.is_empty() {
        let sent = tokio::select! {
            Some(answer) = handlers.next() => match answer {
                Ok(Some(answer)) => unread.send(&answer).await,
                _ => true,
            },
            Some(_) = background.next() => true,
            Some(request) = requests.next() => unread.send(&request).await,
            incoming = messages.recv(), if reading && handlers.len() < MOST_REQUESTS => match incoming {
                None => { reading = false; true }
                Some(Incoming { message, bytes, room }) => {
                    was_large |= bytes >= LARGE;
                    let mut gives_back = bytes >= LARGE;
                    let sent = match message {
                        Message::Refused(answer) => unread.send(&answer).await,
                        // Fails only after an end that tower-lsp is never told of.
                        Message::Response(response) => answers.send(response).await.is_ok(),
                        Message::Request(request) => {
                            let hello = request.method() == "initialize";
                            gives_back |= was_large && request.method() == DidCloseTextDocument::METHOD;
                            let awaited = request.id().is_some();
                            let mut handler = service.call(request);
                            let done = poll_immediate(&mut handler).await;
                            if hello && !ending.borrow().is_exit() {
                                limit.store(MAX_MESSAGE_BYTES, Ordering::Relaxed);
                                link.place.give_up();
                                until = None;
                            }
                            match done {
                                Some(Ok(Some(answer))) => unread.send(&answer).await,
                                Some(_) => true,
                                None => {
                                    if awaited {
                                        handlers.push(holding(room, handler));
                                    } else {
                                        background.push(handler);
                                    }
                                    true
                                }
                            }
                        }
                    };
                    if gives_back {
                        give_back();
                    }
                    sent
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
    if was_large {
        give_back();
    }
}

/// `handler`, whose message has `room` until it is done.
async fn holding<F: Future>(room: Taken, handler: F) -> F::Output {
    let answer = handler.await;
    drop(room);
    answer
}

/// Gives memory back to the system that nothing uses any more, now and a little later.
fn give_back() {
    tokio::spawn(async {
        for pause in [Duration::ZERO, LATER] {
            tokio::time::sleep(pause).await;
            // It walks through all of the heap.
            let _ = tokio::task::spawn_blocking(heap::give_back).await;
        }
    });
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

/// Messages that wait for the client to read them.
struct Unread {
    queue: mpsc::Sender<(Vec<u8>, Taken)>,
    room: Room,
}

impl Unread {
    /// Waits until there is room for `message`. False if the client does not listen any
    /// more.
    async fn send(&self, message: &impl Serialize) -> bool {
        let body = serde_json::to_vec(message).expect("messages are plain data");
        let room = tokio::select! {
            room = self.room.take(body.len()) => room,
            () = self.queue.closed() => return false,
        };
        self.queue.send((body, room)).await.is_ok()
    }
}

/// Parses messages until the input ends or the session is over.
async fn read(
    input: impl AsyncRead + Unpin,
    limit: Arc<AtomicUsize>,
    resynchronises: bool,
    to: mpsc::Sender<Incoming>,
) {
    let ahead = Room::new(AHEAD_BYTES);
    let longest = Arc::clone(&limit);
    let mut frames = FrameReader::new(BufReader::new(input), limit);
    if !resynchronises {
        frames = frames.strict();
    }
    loop {
        let (message, bytes) = match frames.next().await {
            Ok(Some(Frame::Body(body))) => {
                let greeted = longest.load(Ordering::Relaxed) == MAX_MESSAGE_BYTES;
                let structure = if greeted {
                    MOST_STRUCTURE
                } else {
                    HELLO_STRUCTURE
                };
                Message::weighed(body.into(), structure)
            }
            Ok(Some(Frame::Stray(problem))) if resynchronises => {
                warn!("not a message: {problem}");
                (Message::not_json(), 0)
            }
            Ok(Some(Frame::Stray(problem))) => {
                return warn!("a client that does not speak LSP: {problem}");
            }
            Ok(None) => return,
            Err(error) => return debug!("the client's stream ended: {error}"),
        };
        let room = ahead.take(bytes).await;
        let incoming = Incoming {
            message,
            bytes,
            room,
        };
        if to.send(incoming).await.is_err() {
            return;
        }
    }
}

/// Writes messages until there are no more or the client does not read them.
async fn write(
    mut output: impl AsyncWrite + Unpin,
    mut from: mpsc::Receiver<(Vec<u8>, Taken)>,
    patience: Option<Duration>,
) {
    while let Some((body, room)) = from.recv().await {
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
        let is_large = body.len() >= LARGE;
        drop((body, room));
        if is_large {
            give_back();
        }
    }
}
