//! Hands out the page's files.

use axum::extract::Path;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use explorer::page;

use crate::problem::{Problem, no_such_page};

pub(crate) async fn page() -> Result<Response, Problem> {
    named("index.html").await
}

pub(crate) async fn file(Path(path): Path<String>) -> Result<Response, Problem> {
    named(&path).await
}

async fn named(path: &str) -> Result<Response, Problem> {
    match page::served().find(|file| file.path == path) {
        Some(file) => Ok(([(CONTENT_TYPE, file.kind)], file.content).into_response()),
        None => Err(no_such_page().await),
    }
}
