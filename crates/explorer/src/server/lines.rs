//! Answers that come line by line, from a thread that may take a while.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Serialize;
use serde_json::json;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::{App, Explorer};

/// Lines that wait for a slow client; the work waits with them.
const WAITING: usize = 8;

/// A client that reads nothing for so long has gone away.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where a computation writes its answer.
pub(super) struct Lines(mpsc::Sender<Result<Bytes, std::convert::Infallible>>);

impl Lines {
    /// Writes one line; breaks once the client has gone away, or does not read.
    pub(super) fn write(&self, value: &impl Serialize) -> ControlFlow<()> {
        let Ok(mut line) = serde_json::to_vec(value) else {
            // What is written is made of strings and finite numbers.
            return ControlFlow::Break(());
        };
        line.push(b'\n');
        let sent = timeout(PATIENCE, self.0.send(Ok(line.into())));
        match Handle::current().block_on(sent) {
            Ok(Ok(())) => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        }
    }

    /// Says how far the work is; breaks once the client has gone away.
    pub(super) fn progress(&self, share: f64) -> ControlFlow<()> {
        self.write(&json!({"progress": (share * 1e3).round() / 1e3}))
    }
}

/// Runs `work` once a thread is free and answers with the lines it writes. `work`
/// breaks off when a line can no longer be written.
pub(super) async fn answer<W>(app: App, work: W) -> Response
where
    W: FnOnce(&Explorer, &Lines) -> ControlFlow<()> + Send + 'static,
{
    let permit = app.workers.acquire_owned().await;
    let (sender, receiver) = mpsc::channel(WAITING);
    let explorer = app.explorer;
    tokio::task::spawn_blocking(move || {
        let lines = Lines(sender);
        let outcome = catch_unwind(AssertUnwindSafe(|| work(&explorer, &lines)));
        if outcome.is_err() {
            // A client that has gone away does not need the message.
            let _ = lines
                .write(&json!({"error": "something went wrong in the program; its log says more"}));
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
