//! Serves the page and its JSON on loopback.
//!
//! Every computation answers with lines of JSON as they come, the last of them
//! the result or `{"error": …}`. A client that goes away stops its work.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post};
use tokio::sync::Semaphore;

use crate::reading::Document;
use crate::subject::Subject;

mod about;
mod assets;
mod guard;
mod lines;
mod problem;
mod question;
mod views;

/// Ghost text at a cursor: file name, text before it, text after it.
pub type Complete = Box<dyn Fn(&str, &str, &str) -> Option<String> + Send + Sync>;

/// What the page looks into.
pub struct Explorer {
    /// The model.
    pub subject: Subject,
    /// Texts to begin with: the first is shown, all are searched.
    pub documents: Vec<Document>,
    /// What stands in the box to try it.
    pub example: String,
    /// What completes there; none for models that cannot.
    pub complete: Option<Complete>,
}

/// Most bytes of a request: texts of [`question::MOST_TEXT`], escaped at worst
/// sixfold.
const MOST_BODY: usize = 4 << 20;

/// Requests that wait or run at once; more are turned away.
const MOST_REQUESTS: usize = 32;

/// What all requests share.
#[derive(Clone)]
struct App {
    explorer: Arc<Explorer>,
    requests: Arc<Semaphore>,
    /// A permit for each computation that may run at once.
    workers: Arc<Semaphore>,
}

/// Serves `explorer` on `listener` until the process ends.
///
/// # Errors
/// If the listener cannot be used.
pub fn serve(explorer: Explorer, listener: TcpListener) -> io::Result<()> {
    let port = listener.local_addr()?.port();
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        axum::serve(listener, router(explorer, port)).await
    })
}

fn router(explorer: Explorer, port: u16) -> Router {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let app = App {
        explorer: Arc::new(explorer),
        requests: Arc::new(Semaphore::new(MOST_REQUESTS)),
        workers: Arc::new(Semaphore::new(cores)),
    };
    Router::new()
        .route("/", get(assets::page))
        .route("/{*path}", get(assets::file))
        .route("/api/about", get(about::about))
        .route("/api/unit", post(views::unit))
        .route("/api/layer", post(views::layer))
        .route("/api/gates", post(views::gates))
        .route("/api/next", post(views::next))
        .route("/api/search", post(views::search))
        .route("/api/matches", post(views::matches))
        .route("/api/steer", post(views::steer))
        .route("/api/picture", post(views::picture))
        .route("/api/ghost", post(views::ghost))
        .fallback(problem::no_such_page)
        .method_not_allowed_fallback(problem::wrong_method)
        .layer(DefaultBodyLimit::max(MOST_BODY))
        .layer(middleware::from_fn_with_state(
            (app.requests.clone(), port),
            guard::guard,
        ))
        .with_state(app)
}
