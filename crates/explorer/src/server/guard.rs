//! Who may ask: pages of this server on this machine, a bounded number at once.
//!
//! Another site could have its name point to loopback (DNS rebinding) or send
//! forms across sites; names and origins that are not ours are turned away. The
//! page may load nothing from elsewhere.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderName, ORIGIN,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

use super::problem::Problem;

/// Charts bring a style of their own, and draw heat maps as images within.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 4] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    // A newer program has a newer page.
    (CACHE_CONTROL, "no-cache"),
];

pub(super) async fn guard(
    State((requests, port)): State<(Arc<Semaphore>, u16)>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = match (
        check(request.method(), request.headers(), port),
        requests.try_acquire(),
    ) {
        (Err(problem), _) => problem.into_response(),
        (_, Err(_)) => {
            let line = "too many requests at once; try again in a moment";
            Problem(StatusCode::SERVICE_UNAVAILABLE, line.into()).into_response()
        }
        (Ok(()), Ok(_permit)) => next.run(request).await,
    };
    for (name, value) in HEADERS {
        let headers = response.headers_mut();
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn check(method: &Method, headers: &HeaderMap, port: u16) -> Result<(), Problem> {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or(""));
    let host = text(HOST).unwrap_or_default();
    let name = host.strip_suffix(&format!(":{port}")).unwrap_or(host);
    if !["127.0.0.1", "localhost", "[::1]"].contains(&name) {
        let line = format!("this is http://127.0.0.1:{port}/, for this machine alone");
        return Err(Problem(StatusCode::FORBIDDEN, line));
    }
    if text(ORIGIN).is_some_and(|origin| origin != format!("http://{host}")) {
        let line = "only its own page may ask".to_owned();
        return Err(Problem(StatusCode::FORBIDDEN, line));
    }
    let kind = text(CONTENT_TYPE).unwrap_or_default();
    if method == Method::POST && !kind.starts_with("application/json") {
        let line = "a question is JSON: send Content-Type: application/json".to_owned();
        return Err(Problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, line));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn status(headers: &[(HeaderName, &'static str)], expected: u16) {
        let headers = headers.iter().cloned();
        let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
        let headers: HeaderMap = headers.collect();
        let got = check(&Method::POST, &headers, 7332).map_or_else(|p| p.0.as_u16(), |()| 200);
        assert_eq!(got, expected, "{headers:?}");
    }

    #[test]
    fn only_this_machine_may_ask() {
        let json = (CONTENT_TYPE, "application/json");
        status(&[(HOST, "127.0.0.1:7332"), json.clone()], 200);
        status(&[(HOST, "localhost:7332"), json.clone()], 200);
        status(&[(HOST, "evil.example:7332"), json.clone()], 403);
        status(&[(HOST, "127.0.0.1.evil.example"), json.clone()], 403);
        status(std::slice::from_ref(&json), 403);
    }

    #[test]
    fn other_sites_may_not_ask_through_the_users_browser() {
        let host = (HOST, "localhost:7332");
        let json = (CONTENT_TYPE, "application/json");
        let own = (ORIGIN, "http://localhost:7332");
        status(&[host.clone(), own, json.clone()], 200);
        status(&[host.clone(), (ORIGIN, "https://evil.example"), json], 403);
        status(&[host.clone(), (CONTENT_TYPE, "text/plain")], 415);
        status(&[host], 415);
    }
}
