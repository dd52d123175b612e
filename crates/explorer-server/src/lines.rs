//! Answers that come line by line, from a thread that may take a while.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use explorer::now;
use explorer::question::{Explorer, Lines, Question};
use futures_util::stream;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::App;

/// Lines that wait for a slow client; the work waits with them.
const WAITING: usize = 8;

/// A client that reads nothing for so long has gone away.
const PATIENCE: Duration = Duration::from_secs(30);

/// Lines on their way to a client.
type Sender = mpsc::Sender<Result<Bytes, std::convert::Infallible>>;

/// Has `explorer` answer `question` once a thread is free, and sends the lines as they
/// come. The work is broken off when a line can no longer be sent.
pub(crate) async fn answer(app: App, explorer: Arc<Explorer>, question: Question) -> Response {
    let permit = app.workers.acquire_owned().await;
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::task::spawn_blocking(move || {
        let send = |line| send(&sender, line);
        let work = || now(question.answer(&explorer, &Lines::new(&send)));
        if catch_unwind(AssertUnwindSafe(work)).is_err() {
            let line = r#"{"error":"something went wrong in the program; its log says more"}"#;
            // A client that has gone away does not need the message.
            let _ = send(line.to_owned());
        }
        drop(permit);
    });
    let next = |mut receiver: mpsc::Receiver<_>| async move {
        let line = receiver.recv().await?;
        Some((line, receiver))
    };
    let body = Body::from_stream(stream::unfold(receiver, next));
    ([(CONTENT_TYPE, "application/x-ndjson")], body).into_response()
}

/// Sends a line; breaks once the client has gone away, or does not read.
fn send(sender: &Sender, mut line: String) -> ControlFlow<()> {
    line.push('\n');
    let sent = timeout(PATIENCE, sender.send(Ok(line.into())));
    match Handle::current().block_on(sent) {
        Ok(Ok(())) => ControlFlow::Continue(()),
        _ => ControlFlow::Break(()),
    }
}
