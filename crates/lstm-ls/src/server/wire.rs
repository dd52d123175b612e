//! What tower-lsp 0.20 leaves undone between messages and handlers.
//!
//! [`Wire`] wraps its service: it announces inline completion, keeps client
//! capabilities that lsp-types 0.94 cannot read away from it, gives every
//! message a tracing span, turns a panic in a handler into an error answer, and
//! knows how the session ends.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use serde_json::{Value, json};
use tokio::sync::watch;
use tower_lsp::jsonrpc::{Error, Id, Request, Response};
use tower_service::Service;
use tracing::{Instrument, debug, error, field, info, info_span};

use super::documents::Documents;
use super::inbound::{INVALID, UNREADABLE};
use super::protocol::INLINE_COMPLETION_PROVIDER;

/// How far the session is from its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ending {
    /// Requests are welcome.
    #[default]
    Open,
    /// `shutdown` came.
    ShutDown,
    /// `exit` came out of turn.
    ExitedEarly,
    /// `exit` came after `shutdown`.
    Exited,
}

impl Ending {
    /// Whether no further message will be read.
    pub(super) fn is_exit(self) -> bool {
        self >= Self::ExitedEarly
    }

    fn exit(self) -> Self {
        match self {
            Self::ShutDown | Self::Exited => Self::Exited,
            Self::Open | Self::ExitedEarly => Self::ExitedEarly,
        }
    }
}

/// The layer around the service; see the top of the file.
pub(super) struct Wire<S> {
    inner: S,
    ending: watch::Sender<Ending>,
    documents: Arc<Documents>,
}

impl<S> Wire<S> {
    /// Wraps `inner`, which serves `documents`.
    pub(super) fn new(inner: S, documents: Arc<Documents>) -> (Self, watch::Receiver<Ending>) {
        let (ending, watcher) = watch::channel(Ending::Open);
        let wire = Self {
            inner,
            ending,
            documents,
        };
        (wire, watcher)
    }
}

type Answer<E> = Result<Option<Response>, E>;

impl<S> Service<Request> for Wire<S>
where
    S: Service<Request, Response = Option<Response>>,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
{
    type Response = Option<Response>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Answer<S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let started = Instant::now();
        let method = request.method().to_owned();
        let id = request.id().cloned();
        let span = info_span!(
            "request",
            method,
            id = id.as_ref().map(field::display),
            version = field::Empty,
            bytes = field::Empty,
            prefix_us = field::Empty,
            decode_us = field::Empty,
        );
        if method == "exit" {
            // Not passed on: tower-lsp would cancel a `shutdown` sent just before.
            self.ending.send_modify(|ending| *ending = ending.exit());
            self.documents.cancel_all();
            return Box::pin(async { Ok(None) });
        }
        let refusal = match method.as_str() {
            UNREADABLE => Some(Error::parse_error()),
            INVALID => Some(Error::invalid_request()),
            _ if self.ending.borrow().is_exit() => Some(Error::invalid_request()),
            _ => None,
        };
        if let Some(error) = refusal {
            let answer = id.map(|id| Response::from_error(id, error));
            return Box::pin(async { Ok(answer) });
        }
        let request = match method.as_str() {
            "initialize" => readable_initialize(request),
            "shutdown" => {
                // At once: the `exit` after it may be read before it is answered.
                let shut_down = |ending: &mut Ending| *ending = (*ending).max(Ending::ShutDown);
                self.ending.send_modify(shut_down);
                without_params(request)
            }
            _ => request,
        };
        let answer = span.in_scope(|| self.inner.call(request));
        let expected = id.is_some();
        let answer = catch_panic(answer, id);
        let finished = async move {
            let mut answer = answer.await?;
            if method == "initialize" {
                answer = answer.map(with_inline_completion);
            }
            let micros = started.elapsed().as_micros();
            match expected {
                true => info!(micros, "answered"),
                false => debug!(micros, "done"),
            }
            Ok(answer)
        };
        Box::pin(finished.instrument(span))
    }
}

/// An `initialize` request that lsp-types 0.94 can read, whatever a client or a
/// later protocol has put into it: all that is used are the user's settings and
/// which position encodings there are.
fn readable_initialize(request: Request) -> Request {
    let (method, id, params) = request.into_parts();
    let params = params.unwrap_or_default();
    let mut readable = json!({"capabilities": {}});
    if let Some(options) = params.get("initializationOptions") {
        readable["initializationOptions"] = options.clone();
    }
    if let Some(Value::Array(encodings)) = params.pointer("/capabilities/general/positionEncodings")
    {
        let names = encodings.iter().filter(|encoding| encoding.is_string());
        let names: Vec<&Value> = names.collect();
        readable["capabilities"] = json!({"general": {"positionEncodings": names}});
    }
    rebuild(method.into_owned(), id, Some(readable))
}

/// `shutdown` has no parameters; some clients send `null` or `{}`.
fn without_params(request: Request) -> Request {
    let (method, id, _) = request.into_parts();
    rebuild(method.into_owned(), id, None)
}

fn rebuild(method: String, id: Option<Id>, params: Option<Value>) -> Request {
    let mut request = Request::build(method);
    if let Some(id) = id {
        request = request.id(id);
    }
    if let Some(params) = params {
        request = request.params(params);
    }
    request.finish()
}

/// Adds the capability that lsp-types 0.94 has no field for.
fn with_inline_completion(response: Response) -> Response {
    let (id, mut body) = response.into_parts();
    if let Ok(result) = &mut body {
        result["capabilities"][INLINE_COMPLETION_PROVIDER] = Value::Bool(true);
    }
    Response::from_parts(id, body)
}

/// `answer`, or an error to `id` where it panics.
fn catch_panic<E>(
    answer: impl Future<Output = Answer<E>> + Send,
    mut id: Option<Id>,
) -> impl Future<Output = Answer<E>> + Send {
    let mut answer = Box::pin(answer);
    poll_fn(move |context| {
        let polled = catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(context)));
        polled.unwrap_or_else(|_| {
            error!("a handler panicked; its message is above");
            let respond = |id| Response::from_error(id, Error::internal_error());
            Poll::Ready(Ok(id.take().map(respond)))
        })
    })
}

/// Waits until `exit` has been read, or nothing more can be.
pub(super) async fn exited(mut ending: watch::Receiver<Ending>) {
    // An error says that the service is gone: just as well.
    let _ = ending.wait_for(|ending| ending.is_exit()).await;
}
