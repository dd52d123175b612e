//! The page's files. It is one page, served or not: a page that is served asks its server,
//! one of a site that is only files asks a worker of its own, and the two differ in
//! `program.js` and in what a site has besides.

/// A file of the page.
#[derive(Clone, Copy, Debug)]
pub struct File {
    /// Where it lies, seen from the page.
    pub path: &'static str,
    /// Its MIME type.
    pub kind: &'static str,
    /// What it says.
    pub content: &'static str,
}

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const JSON: &str = "application/json";
const MANIFEST: &str = "application/manifest+json";
const SVG: &str = "image/svg+xml";
const MARKDOWN: &str = "text/markdown; charset=utf-8";

macro_rules! files {
    ($($path:literal: $kind:ident = $from:literal),* $(,)?) => {
        &[$(File {
            path: $path,
            kind: $kind,
            content: include_str!(concat!("../", $from)),
        }),*]
    };
}

/// Files of every page.
const COMMON: &[File] = files! {
    "index.html": HTML = "page/index.html",
    "style.css": CSS = "page/style.css",
    "icon.svg": SVG = "page/icon.svg",
    "main.js": JAVASCRIPT = "page/main.js",
    "color.js": JAVASCRIPT = "page/color.js",
    "controls.js": JAVASCRIPT = "page/controls.js",
    "latest.js": JAVASCRIPT = "page/latest.js",
    "places.js": JAVASCRIPT = "page/places.js",
    "surface.js": JAVASCRIPT = "page/surface.js",
    "tabs.js": JAVASCRIPT = "page/tabs.js",
    "trace.js": JAVASCRIPT = "page/trace.js",
    "view.js": JAVASCRIPT = "page/view.js",
    "panels/dom.js": JAVASCRIPT = "page/panels/dom.js",
    "panels/folder.js": JAVASCRIPT = "page/panels/folder.js",
    "panels/gates.js": JAVASCRIPT = "page/panels/gates.js",
    "panels/keys.js": JAVASCRIPT = "page/panels/keys.js",
    "panels/lab.js": JAVASCRIPT = "page/panels/lab.js",
    "panels/layer.js": JAVASCRIPT = "page/panels/layer.js",
    "panels/matches.js": JAVASCRIPT = "page/panels/matches.js",
    "panels/next.js": JAVASCRIPT = "page/panels/next.js",
    "panels/quiz.js": JAVASCRIPT = "page/panels/quiz.js",
    "panels/search.js": JAVASCRIPT = "page/panels/search.js",
    "panels/steer.js": JAVASCRIPT = "page/panels/steer.js",
    "panels/tour.js": JAVASCRIPT = "page/panels/tour.js",
    "panels/try.js": JAVASCRIPT = "page/panels/try.js",
    "panels/unit.js": JAVASCRIPT = "page/panels/unit.js",
    "panels/write.js": JAVASCRIPT = "page/panels/write.js",
    "vendor/d3.min.js": JAVASCRIPT = "page/vendor/d3.min.js",
    "vendor/plot.umd.min.js": JAVASCRIPT = "page/vendor/plot.umd.min.js",
    "tour.json": JSON = "page/tour.json",
    // What `lstm-train lab compare` found, as it is committed.
    "lab/compare.md": MARKDOWN = "../../models/lab/compare.md",
    "lab/compare.svg": SVG = "../../models/lab/compare.svg",
};

/// Files of a page that a server computes for.
const SERVED: &[File] = files! {
    "program.js": JAVASCRIPT = "page/program/served.js",
};

/// Files of a page that computes for itself.
const ALONE: &[File] = files! {
    "program.js": JAVASCRIPT = "page/program/alone.js",
    "worker.js": JAVASCRIPT = "page/program/worker.js",
    "manifest.webmanifest": MANIFEST = "page/program/manifest.webmanifest",
};

/// The service worker of a page that computes for itself: it expects its files, as a JSON
/// list called `FILES`, and a `VERSION` to be defined before it.
pub const OFFLINE: &str = include_str!("../page/program/offline.js");

/// The files of a page that a server computes for.
pub fn served() -> impl Iterator<Item = &'static File> {
    COMMON.iter().chain(SERVED)
}

/// The files of a page that computes for itself, but for [`index`], the engine, the models
/// and the service worker.
pub fn alone() -> impl Iterator<Item = &'static File> {
    let common = COMMON.iter().filter(|file| file.path != INDEX);
    common.chain(ALONE)
}

/// The page's first file.
const INDEX: &str = "index.html";

/// Where what stands first in the page's head ends.
const HEAD: &str = "<meta charset=\"utf-8\">\n";

/// What a server says in its answers' heads and a file has to say of itself: nothing is
/// loaded from elsewhere, nor asked there. And that it can be installed.
const ALONE_HEAD: &str = r##"<meta http-equiv="Content-Security-Policy" content="default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<meta name="theme-color" content="#1f5fd0">
<link rel="manifest" href="manifest.webmanifest">
"##;

/// The first file, `index.html`, of a page that computes for itself.
pub fn index() -> String {
    let page = include_str!("../page/index.html");
    page.replacen(HEAD, &format!("{HEAD}{ALONE_HEAD}"), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_by_itself_says_what_it_may_load_before_it_loads_anything() {
        let index = index();
        let policy = index.find("Content-Security-Policy").expect("a policy");
        assert!(policy < index.find("<link").expect("a link"));
        assert!(policy < index.find("<script").expect("a script"));
    }
}
