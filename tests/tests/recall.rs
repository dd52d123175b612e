//! Top-5 recall on files of repositories the model was not trained on.
//!
//! At 200 cursors, chosen by hash among the token starts of the committed
//! validation files, is the true next token the first one of any of five
//! sampled candidates? The rank at each cursor is committed in
//! `tests/data/recall.txt`; a new model is let in with `UPDATE_EXPECT=1`.

use std::fmt::Write;
use std::process::Command;

use end_to_end::{LIMIT, ValidationFile, run_limited, server, validation_files};
use expect_test::expect_file;
use sha2::{Digest, Sha256};

const CURSORS: usize = 200;

/// Share of cursors, in percent, at which the true token must be offered.
const LEAST_RECALL: usize = 55;

#[test]
fn the_next_token_is_among_five_candidates() {
    let files = validation_files().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut table = String::new();
    let mut found = 0;
    for (file, offset) in cursors(&files) {
        // The text ends at the cursor, as when typing at the end of a file.
        let name = file.path.rsplit('/').next().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, &file.text[..offset]).unwrap();
        let mut command = Command::new(server().unwrap());
        command
            .arg("complete")
            .arg(&path)
            .args(["--candidates", "5", "--format", "json"]);
        let output = run_limited(&mut command, LIMIT).unwrap();
        let reply: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
        let candidates = reply["candidates"].as_array().unwrap();
        let truth = first_token(&file.text[offset..]);
        let rank = candidates.iter().position(|candidate| {
            let text = candidate["text"].as_str().unwrap();
            first_token(text.trim_start()) == truth
        });
        found += usize::from(rank.is_some());
        let rank = rank.map_or("-".to_owned(), |rank| (rank + 1).to_string());
        writeln!(table, "{rank}\t{}:{offset}\t{truth}", file.path).unwrap();
    }
    writeln!(table, "{found} of {CURSORS}").unwrap();
    print!("{table}");
    assert!(
        found * 100 >= CURSORS * LEAST_RECALL,
        "recall is {found} of {CURSORS}"
    );
    expect_file![concat!(env!("CARGO_MANIFEST_DIR"), "/data/recall.txt")].assert_eq(&table);
}

/// The cursors whose hash is lowest, in order of file and offset.
fn cursors(files: &[ValidationFile]) -> Vec<(&ValidationFile, usize)> {
    let mut all: Vec<(Vec<u8>, usize, usize)> = Vec::new();
    for (index, file) in files.iter().enumerate() {
        for offset in token_starts(&file.text) {
            let hash = Sha256::digest(format!("{}:{offset}", file.path));
            all.push((hash.to_vec(), index, offset));
        }
    }
    all.sort_unstable();
    let mut chosen: Vec<_> = (all.iter().take(CURSORS))
        .map(|&(_, file, offset)| (file, offset))
        .collect();
    chosen.sort_unstable();
    chosen
        .into_iter()
        .map(|(file, offset)| (&files[file], offset))
        .collect()
}

/// Offsets at which a token starts, outside the first line.
fn token_starts(text: &str) -> Vec<usize> {
    let from = text.find('\n').unwrap_or(text.len());
    let mut starts = Vec::new();
    let mut offset = from;
    while offset < text.len() {
        let rest = &text[offset..];
        let token = first_token(rest);
        if token.trim().is_empty() {
            offset += rest.chars().next().map_or(1, char::len_utf8);
        } else {
            starts.push(offset);
            offset += token.len();
        }
    }
    starts
}

/// The identifier or number `text` starts with, else its first character.
fn first_token(text: &str) -> &str {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    match text.find(|c| !word(c)) {
        None => text,
        Some(0) => &text[..text.chars().next().map_or(0, char::len_utf8)],
        Some(end) => &text[..end],
    }
}
