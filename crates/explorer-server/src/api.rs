//! What the page asks: which models there are, and questions about one of them, which
//! the address names as `?model=NAME`; the first where it names none.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Path, Query, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use explorer::question::{self, Explorer, MOST_TEXT, Question};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::App;
use crate::lines::answer;
use crate::problem::Problem;

/// Longest wait for a request's body.
const BODY_TIME: Duration = Duration::from_secs(5);

/// Which model is meant.
#[derive(Deserialize)]
pub(crate) struct Chosen {
    model: Option<String>,
}

/// The models there are.
pub(crate) async fn models(State(app): State<App>) -> Json<Value> {
    let models = app.exhibits.iter();
    let models = models.map(|model| json!({"name": model.name, "title": model.title}));
    Json(models.collect())
}

/// What the page shows before anything is computed.
pub(crate) async fn about(
    State(app): State<App>,
    Query(chosen): Query<Chosen>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(question::about(&*explorer(&app, chosen).await?)))
}

/// A view, computed.
pub(crate) async fn view(
    State(app): State<App>,
    Path(view): Path<String>,
    Query(chosen): Query<Chosen>,
    request: Request,
) -> Result<Response, Problem> {
    let body = body(request).await?;
    let explorer = explorer(&app, chosen).await?;
    let question = Question::read(&view, &body, &explorer)?;
    Ok(answer(app, explorer, question).await)
}

/// The model that is meant, ready to be asked.
async fn explorer(app: &App, Chosen { model }: Chosen) -> Result<Arc<Explorer>, Problem> {
    let exhibits = &app.exhibits;
    let place = match &model {
        None => (!exhibits.is_empty()).then_some(0),
        Some(name) => exhibits.iter().position(|exhibit| exhibit.name == *name),
    };
    let Some(place) = place else {
        let names: Vec<_> = exhibits.iter().map(|exhibit| &*exhibit.name).collect();
        let line = format!(
            "there is no model {:?}; there are {}",
            model.unwrap_or_default(),
            names.join(", ")
        );
        return Err(Problem::bad(line));
    };
    let exhibits = Arc::clone(exhibits);
    let opened = tokio::task::spawn_blocking(move || exhibits[place].explorer()).await;
    opened
        .map_err(|_| "the model cannot be made ready; the log says more".to_owned())
        .flatten()
        .map_err(|line| Problem(StatusCode::INTERNAL_SERVER_ERROR, line))
}

/// All that a request brings, unless it brings too much or takes too long.
async fn body(request: Request) -> Result<Bytes, Problem> {
    let body = timeout(BODY_TIME, Bytes::from_request(request, &())).await;
    let late = |_| {
        Problem(
            StatusCode::REQUEST_TIMEOUT,
            "the question took too long".into(),
        )
    };
    body.map_err(late)?
        .map_err(|rejection: BytesRejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!(
                    "that is more than a look takes in; send at most {} KB of text",
                    MOST_TEXT >> 10
                ),
            ),
            status => Problem(status, rejection.body_text()),
        })
}
