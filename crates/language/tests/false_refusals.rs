//! How many string literals of real code are taken for secrets: of this repository's own,
//! or of the folder of Rust code in `SECRETS_IN`.
//!
//! `SECRETS_IN=DIR cargo test --release -p language --test false_refusals -- --nocapture`
//! prints the figure, and what was taken for one.

// `allow-unwrap-in-tests` does not reach helpers outside test functions.
#![allow(clippy::unwrap_used)]

use std::ops::Range;
use std::path::{Path, PathBuf};

use language::Lexer;
use language::secrets::secrets;

/// No more than one literal in so many.
const LITERALS: usize = 2_000;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let (path, kind) = (entry.path(), entry.file_type().unwrap());
        if kind.is_dir() {
            files(&path, found);
        } else if kind.is_file() && path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// Where the string literals of `text`, which is Rust, stand.
fn literals(text: &[u8]) -> Vec<Range<usize>> {
    let mut lexer = Lexer::new(&language::row("rust").lexis);
    let (mut found, mut at, mut begun) = (Vec::new(), 0, None);
    while at < text.len() {
        at += lexer.advance(&text[at..]);
        match (begun, lexer.mode().is_string()) {
            (None, true) => begun = Some(at),
            (Some(start), false) => {
                found.push(start..at);
                begun = None;
            }
            _ => {}
        }
    }
    found
}

#[test]
fn real_code_has_hardly_any_secrets() {
    let mut paths = Vec::new();
    match std::env::var("SECRETS_IN") {
        Ok(folder) => files(Path::new(&folder), &mut paths),
        Err(_) => {
            let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
            files(&crates, &mut paths);
            files(&crates.join("../tests/data/validation"), &mut paths);
            // Where secrets are planted.
            paths.retain(|path| {
                !path.components().any(|part| part.as_os_str() == "tests")
                    || path.components().any(|part| part.as_os_str() == "data")
            });
        }
    }
    let (mut all, mut refused) = (0, 0);
    for path in &paths {
        let text = std::fs::read(path).unwrap();
        let (secrets, literals) = (secrets(&text), literals(&text));
        all += literals.len();
        for literal in literals {
            let overlaps =
                |secret: &&Range<usize>| secret.start < literal.end && literal.start < secret.end;
            if let Some(secret) = secrets.iter().find(overlaps) {
                refused += 1;
                let secret = String::from_utf8_lossy(&text[secret.clone()]);
                println!("{}: {}", path.display(), secret.escape_debug());
            }
        }
    }
    println!("{} files, {all} literals, {refused} refused", paths.len());
    assert!(all > LITERALS, "{all} literals say too little");
    assert!(refused * LITERALS <= all);
}
