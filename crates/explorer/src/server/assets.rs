//! The page's files, inside the binary.

use axum::extract::Path;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::problem::{Problem, no_such_page};

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";
const MARKDOWN: &str = "text/markdown; charset=utf-8";

macro_rules! files {
    ($($path:literal: $kind:ident),* $(,)?) => {
        /// Path, content type, content.
        const FILES: &[(&str, &str, &str)] = &[
            $(($path, $kind, include_str!(concat!("../../page/", $path)))),*
        ];
    };
}

files! {
    "index.html": HTML,
    "style.css": CSS,
    "icon.svg": SVG,
    "main.js": JAVASCRIPT,
    "api.js": JAVASCRIPT,
    "color.js": JAVASCRIPT,
    "controls.js": JAVASCRIPT,
    "places.js": JAVASCRIPT,
    "surface.js": JAVASCRIPT,
    "tabs.js": JAVASCRIPT,
    "trace.js": JAVASCRIPT,
    "view.js": JAVASCRIPT,
    "panels/dom.js": JAVASCRIPT,
    "panels/gates.js": JAVASCRIPT,
    "panels/lab.js": JAVASCRIPT,
    "panels/layer.js": JAVASCRIPT,
    "panels/matches.js": JAVASCRIPT,
    "panels/next.js": JAVASCRIPT,
    "panels/search.js": JAVASCRIPT,
    "panels/steer.js": JAVASCRIPT,
    "panels/try.js": JAVASCRIPT,
    "panels/unit.js": JAVASCRIPT,
    "vendor/d3.min.js": JAVASCRIPT,
    "vendor/plot.umd.min.js": JAVASCRIPT,
}

/// What `lstm-train lab compare` found, as it is committed.
const LAB: &[(&str, &str, &str)] = &[
    (
        "lab/compare.md",
        MARKDOWN,
        include_str!("../../../../models/lab/compare.md"),
    ),
    (
        "lab/compare.svg",
        SVG,
        include_str!("../../../../models/lab/compare.svg"),
    ),
];

pub(super) async fn page() -> Result<Response, Problem> {
    named("index.html").await
}

pub(super) async fn file(Path(path): Path<String>) -> Result<Response, Problem> {
    named(&path).await
}

async fn named(path: &str) -> Result<Response, Problem> {
    match FILES.iter().chain(LAB).find(|(known, ..)| *known == path) {
        Some((_, kind, content)) => Ok(([(CONTENT_TYPE, *kind)], *content).into_response()),
        None => Err(no_such_page().await),
    }
}
