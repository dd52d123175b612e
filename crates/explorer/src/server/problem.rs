//! What a client is told when something is wrong: a status, and one line.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::subject::Unknown;

/// One line, with the status that goes with it.
#[derive(Debug)]
pub(super) struct Problem(pub(super) StatusCode, pub(super) String);

impl Problem {
    /// The request makes no sense.
    pub(super) fn bad(line: impl Into<String>) -> Self {
        Self(StatusCode::BAD_REQUEST, line.into())
    }
}

impl From<Unknown> for Problem {
    fn from(unknown: Unknown) -> Self {
        Self::bad(unknown.to_string())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"error": self.1}))).into_response()
    }
}

pub(super) async fn no_such_page() -> Problem {
    Problem(StatusCode::NOT_FOUND, "there is no such page".into())
}

pub(super) async fn wrong_method() -> Problem {
    let line = "pages are read with GET, views asked for with POST";
    Problem(StatusCode::METHOD_NOT_ALLOWED, line.into())
}
