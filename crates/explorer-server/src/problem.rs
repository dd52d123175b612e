//! What a client is told when something is wrong: a status, and one line.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use explorer::question;
use serde_json::json;

/// One line, with the status that goes with it.
#[derive(Debug)]
pub(crate) struct Problem(pub(crate) StatusCode, pub(crate) String);

impl Problem {
    /// The request makes no sense.
    pub(crate) fn bad(line: impl Into<String>) -> Self {
        Self(StatusCode::BAD_REQUEST, line.into())
    }
}

impl From<question::Problem> for Problem {
    fn from(problem: question::Problem) -> Self {
        let status = match problem {
            question::Problem::NoSuchView => StatusCode::NOT_FOUND,
            question::Problem::TooMuch(_) => StatusCode::PAYLOAD_TOO_LARGE,
            question::Problem::Senseless(_) => StatusCode::BAD_REQUEST,
        };
        Self(status, problem.to_string())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"error": self.1}))).into_response()
    }
}

pub(crate) async fn no_such_page() -> Problem {
    Problem(StatusCode::NOT_FOUND, "there is no such page".into())
}

pub(crate) async fn wrong_method() -> Problem {
    let line = "pages are read with GET, views asked for with POST";
    Problem(StatusCode::METHOD_NOT_ALLOWED, line.into())
}
