//! What tower-lsp 0.20 leaves undone between messages and handlers.
//!
//! [`Wire`] wraps its service: it reads what the client can do, lets in who may
//! come in, announces inline completion, gives every message a tracing span,
//! turns a panic in a handler into an error answer, and knows how the session
//! ends.

use std::future::{Future, poll_fn, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Instant;

use assistant::session::Session;
use serde_json::{Value, json};
use tokio::sync::watch;
use tower_lsp::jsonrpc::{Error, ErrorCode, Id, Request, Response};
use tower_service::Service;
use tracing::{Instrument, debug, error, field, info, info_span};

use super::ending::{self, Ending};
use super::link::Link;
use crate::lsp::peer::{self, Peer};
use crate::lsp::protocol::{self, INLINE_COMPLETION_PROVIDER};

/// What [`Wire`] and the handlers have in common.
#[derive(Clone)]
pub(in crate::lsp) struct Ties {
    session: Arc<Session>,
    /// Set by the first `initialize`, before its handler runs.
    pub(in crate::lsp) peer: Arc<OnceLock<Peer>>,
    pub(in crate::lsp) ending: Arc<watch::Sender<Ending>>,
}

impl Ties {
    /// Those of a client that has not said anything yet.
    pub(in crate::lsp) fn new(session: Arc<Session>) -> Self {
        Self {
            session,
            peer: Arc::default(),
            ending: Arc::default(),
        }
    }
}

/// The layer around tower-lsp's service.
pub(in crate::lsp) struct Wire<S> {
    inner: S,
    ties: Ties,
    link: Link,
}

impl<S> Wire<S> {
    /// Wraps `inner`.
    pub(in crate::lsp) fn new(inner: S, ties: Ties, link: Link) -> Self {
        Self { inner, ties, link }
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
        let request = match self.admit(request) {
            Ok(Some(request)) => request,
            Ok(None) => return Box::pin(ready(Ok(None))),
            Err(error) => {
                let answer = id.map(|id| Response::from_error(id, error));
                return Box::pin(ready(Ok(answer)));
            }
        };
        let answer = span.in_scope(|| self.inner.call(request));
        let expected = id.is_some();
        let answer = catch_panic(answer, id.clone());
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
            // tower-lsp passes over requests in `$/` as if they were notifications.
            Ok(answer.or_else(|| id.map(unknown)))
        };
        Box::pin(finished.instrument(span))
    }
}

impl<S> Wire<S> {
    /// The request as tower-lsp can take it; `None` if that is better not told.
    fn admit(&self, request: Request) -> Result<Option<Request>, Error> {
        let ending = &self.ties.ending;
        if ending.borrow().is_exit() {
            return Err(Error::invalid_request());
        }
        Ok(match request.method() {
            // tower-lsp would cancel a `shutdown` sent just before.
            "exit" => {
                ending::exit(ending);
                self.ties.session.cancel_all();
                None
            }
            "shutdown" => {
                // At once: the `exit` after it may be read before it is answered.
                ending::shut_down(ending);
                // It has no parameters; some clients send `null` or `{}`.
                Some(with_params(request, None))
            }
            "initialize" => {
                let mut params = request.params().cloned().unwrap_or_default();
                if !self.link.admits(params.get_mut("initializationOptions")) {
                    ending::exit(ending);
                    return Err(Error {
                        message: "`token` in initializationOptions is missing or wrong".into(),
                        ..Error::new(ErrorCode::InvalidRequest)
                    });
                }
                // A second `initialize` changes nothing and is refused further on.
                let _ = self.ties.peer.set(Peer::read(&params));
                Some(with_params(request, Some(peer::readable_initialize())))
            }
            // It has none; some clients leave them out.
            "initialized" => Some(with_params(request, Some(json!({})))),
            protocol::STATUS | protocol::RELOAD if request.params().is_none() => {
                Some(with_params(request, Some(Value::Null)))
            }
            method => match protocol::own_name(method).filter(|_| request.id().is_none()) {
                Some(own) => Some(renamed(request, own)),
                None => Some(request),
            },
        })
    }
}

/// The notification under another name.
fn renamed(notification: Request, method: &'static str) -> Request {
    let params = notification.into_parts().2;
    with_params(Request::build(method).finish(), params)
}

fn with_params(request: Request, params: Option<Value>) -> Request {
    let (method, id, _) = request.into_parts();
    let mut request = Request::build(method);
    if let Some(id) = id {
        request = request.id(id);
    }
    if let Some(params) = params {
        request = request.params(params);
    }
    request.finish()
}

/// The answer to a request that no handler knows.
fn unknown(id: Id) -> Response {
    Response::from_error(id, Error::method_not_found())
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
