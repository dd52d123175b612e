//! Who may ask: pages of this server that know its token, a bounded number at once.
//!
//! Another site could have its name point to loopback (DNS rebinding) or send
//! forms across sites; names, origins and sites that are not ours are turned away, and
//! what another user's program asks lacks the token. The page itself, which is the same
//! for all, needs none; it may load nothing from elsewhere, nor be loaded there.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderName, ORIGIN,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

use crate::problem::Problem;
use crate::token::Token;

/// Charts bring a style of their own, and draw heat maps as images within.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

/// What browsers say of where a request comes from.
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const DESTINATION: HeaderName = HeaderName::from_static("sec-fetch-dest");

const HEADERS: [(HeaderName, &str); 5] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    // A newer program has a newer page.
    (CACHE_CONTROL, "no-cache"),
];

/// What is looked at before a request is let in.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) requests: Arc<Semaphore>,
    pub(crate) port: u16,
    pub(crate) token: Token,
}

pub(crate) async fn guard(State(door): State<Door>, request: Request, next: Next) -> Response {
    let mut response = match (door.check(&request), door.requests.try_acquire()) {
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

impl Door {
    fn check<B>(&self, request: &axum::http::Request<B>) -> Result<(), Problem> {
        let (headers, port) = (request.headers(), self.port);
        let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or(""));
        let refuse = |line: String| Err(Problem(StatusCode::FORBIDDEN, line));
        let host = text(HOST).unwrap_or_default();
        let name = host.strip_suffix(&format!(":{port}")).unwrap_or(host);
        if !["127.0.0.1", "localhost", "[::1]"].contains(&name) {
            return refuse(format!(
                "this is http://127.0.0.1:{port}/, for this machine alone"
            ));
        }
        let is_foreign = text(ORIGIN).is_some_and(|origin| origin != format!("http://{host}"));
        // The user may follow a link from anywhere; that shows the page and asks nothing.
        let is_visit = text(MODE) == Some("navigate") && text(DESTINATION) == Some("document");
        let is_cross = text(SITE).is_some_and(|site| !["same-origin", "none"].contains(&site));
        if is_foreign || (is_cross && !is_visit) {
            return refuse("only its own page may ask".to_owned());
        }
        if !request.uri().path().starts_with("/api/") {
            return Ok(());
        }
        let said = text(AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
        if !said.is_some_and(|said| self.token.is(said)) {
            let line = "open the whole address that the program printed, with its token";
            return Err(Problem(StatusCode::UNAUTHORIZED, line.to_owned()));
        }
        let kind = text(CONTENT_TYPE).unwrap_or_default();
        if request.method() == Method::POST && !kind.starts_with("application/json") {
            let line = "a question is JSON: send Content-Type: application/json".to_owned();
            return Err(Problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, line));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn status(path: &str, headers: &[(HeaderName, &str)], expected: u16) {
        let door = Door {
            requests: Arc::new(Semaphore::new(1)),
            port: 7332,
            token: Token::random(),
        };
        let mut request = axum::http::Request::post(path);
        for (name, value) in headers {
            let value = value.replace("TOKEN", &door.token.to_string());
            request = request.header(name, value);
        }
        let request = request.body(()).expect("it is one");
        let got = door.check(&request).map_or_else(|p| p.0.as_u16(), |()| 200);
        assert_eq!(got, expected, "{path} {headers:?}");
    }

    const JSON: (HeaderName, &str) = (CONTENT_TYPE, "application/json");
    const TOKEN: (HeaderName, &str) = (AUTHORIZATION, "Bearer TOKEN");

    #[test]
    fn only_this_machine_may_ask() {
        for (host, expected) in [
            ("127.0.0.1:7332", 200),
            ("localhost:7332", 200),
            ("evil.example:7332", 403),
            ("127.0.0.1.evil.example", 403),
            ("", 403),
        ] {
            status("/api/unit", &[(HOST, host), JSON, TOKEN], expected);
            status("/", &[(HOST, host)], expected);
        }
        status("/api/unit", &[JSON, TOKEN], 403);
    }

    #[test]
    fn who_does_not_know_the_token_sees_the_page_and_no_more() {
        let host = (HOST, "127.0.0.1:7332");
        for said in [
            "",
            "Bearer",
            "Bearer ",
            "TOKEN",
            "Bearer TOKENx",
            "Bearer 1",
        ] {
            let said = (AUTHORIZATION, said);
            status("/api/about", &[host.clone(), said.clone(), JSON], 401);
            status("/main.js", &[host.clone(), said], 200);
        }
        status("/api/about", &[host.clone(), JSON], 401);
        status("/api/about", &[host, TOKEN, JSON], 200);
    }

    #[test]
    fn other_sites_may_not_ask_through_the_users_browser() {
        let host = (HOST, "localhost:7332");
        let own = (ORIGIN, "http://localhost:7332");
        let evil = (ORIGIN, "https://evil.example");
        let view = "/api/unit";
        status(view, &[host.clone(), own, JSON, TOKEN], 200);
        status(view, &[host.clone(), evil.clone(), JSON, TOKEN], 403);
        status("/", &[host.clone(), evil], 403);
        let plain = (CONTENT_TYPE, "text/plain");
        status(view, &[host.clone(), plain, TOKEN], 415);
        status(view, &[host.clone(), TOKEN], 415);
        for site in ["cross-site", "same-site"] {
            let site = (SITE, site);
            status(view, &[host.clone(), site.clone(), JSON, TOKEN], 403);
            status("/main.js", &[host.clone(), site.clone()], 403);
            let visit = [(MODE, "navigate"), (DESTINATION, "document")];
            status(
                "/",
                &[&[host.clone(), site.clone()][..], &visit].concat(),
                200,
            );
            let frame = [(MODE, "navigate"), (DESTINATION, "iframe")];
            status("/", &[&[host.clone(), site][..], &frame].concat(), 403);
        }
        status(view, &[host, (SITE, "same-origin"), JSON, TOKEN], 200);
    }
}
