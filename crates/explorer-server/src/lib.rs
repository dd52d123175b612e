//! Serves the page that looks inside models, on loopback, and computes for it.
//!
//! Owns: HTTP, who may ask, how much at once. Must not know: what the questions and their
//! answers are (`explorer` does), LSP, files.
//!
//! Every computation answers with lines of JSON as they come, the last of them
//! the result or `{"error": …}`. A client that goes away stops its work, and one that
//! neither asks nor reads is hung up on.
//!
//! Architecture invariant: nothing is kept between two requests but the models and the
//! texts it was started with. Each request reads its text anew, within bounds, on a bounded
//! number of threads; so any number of browsers may look.

#![forbid(unsafe_code)]

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::sync::Semaphore;

mod api;
mod assets;
mod exhibit;
mod guard;
mod lines;
mod problem;
mod token;

pub use exhibit::Exhibit;
pub use token::Token;

/// Most bytes of a request: texts of [`explorer::question::MOST_TEXT`], escaped at worst
/// sixfold.
const MOST_BODY: usize = 2 << 20;

/// Most bytes of a request's head, and most headers in it.
const MOST_HEAD: usize = 16 << 10;
const MOST_HEADERS: usize = 64;

/// Longest wait for a request's head, and how long a connection may be without one.
const HEAD_TIME: Duration = Duration::from_secs(5);

/// Connections at once; more wait until one is closed.
const MOST_CONNECTIONS: usize = 64;

/// Pause after a connection that could not be taken, as for want of files.
const BREATH: Duration = Duration::from_millis(100);

/// Requests that wait or run at once; more are turned away.
const MOST_REQUESTS: usize = 32;

/// What all requests share.
#[derive(Clone)]
struct App {
    exhibits: Arc<[Exhibit]>,
    requests: Arc<Semaphore>,
    /// A permit for each computation that may run at once.
    workers: Arc<Semaphore>,
}

/// Serves `exhibits`, the first of which is shown, on `listener`, to pages that name the
/// `token`, until the process ends.
///
/// # Errors
/// If the listener cannot be used.
pub fn serve(exhibits: Vec<Exhibit>, listener: TcpListener, token: Token) -> io::Result<()> {
    let port = listener.local_addr()?.port();
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        accept(&listener, router(exhibits, port, token)).await
    })
}

/// Takes connections, a bounded number at once. axum's own loop knows no limits of time.
async fn accept(listener: &tokio::net::TcpListener, router: Router) -> io::Result<()> {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(MOST_HEAD)
        .max_headers(MOST_HEADERS);
    let connections = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        let connection = Arc::clone(&connections).acquire_owned().await;
        let connection = connection.map_err(io::Error::other)?;
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(BREATH).await;
            continue;
        };
        let service = TowerToHyperService::new(router.clone());
        let serving = http.serve_connection(TokioIo::new(stream), service);
        tokio::spawn(async move {
            // A client that goes away, or sends what is no HTTP, is no trouble of ours.
            let _ = serving.await;
            drop(connection);
        });
    }
}

fn router(exhibits: Vec<Exhibit>, port: u16, token: Token) -> Router {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let app = App {
        exhibits: exhibits.into(),
        requests: Arc::new(Semaphore::new(MOST_REQUESTS)),
        workers: Arc::new(Semaphore::new(cores)),
    };
    Router::new()
        .route("/", get(assets::page))
        .route("/{*path}", get(assets::file))
        .route("/api/models", get(api::models))
        .route("/api/about", get(api::about))
        .route("/api/{view}", post(api::view))
        .fallback(problem::no_such_page)
        .method_not_allowed_fallback(problem::wrong_method)
        .layer(DefaultBodyLimit::max(MOST_BODY))
        .layer(middleware::from_fn_with_state(
            guard::Door {
                requests: Arc::clone(&app.requests),
                port,
                token,
            },
            guard::guard,
        ))
        .with_state(app)
}
