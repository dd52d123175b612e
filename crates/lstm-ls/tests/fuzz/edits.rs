//! What a client does to a document.

use assistant::documents::Document;
use lstm_ls::lsp::position::{self, Encoding};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;
use tower_lsp::lsp_types::{DidChangeTextDocumentParams, Position, TextDocumentContentChangeEvent};

use crate::Target;
use crate::mutation::{mutate, pick};

pub(crate) const TARGET: Target = Target {
    name: "edits",
    generate,
    take,
};

const PIECES: [&str; 12] = [
    "a",
    "let ",
    "\n",
    "\r\n",
    "\r",
    "é",
    "😀",
    "👩‍👧",
    "\u{2028}",
    "\0",
    "",
    "}",
];

const TOKENS: [&[u8]; 8] = [
    b"4294967295",
    b"-1",
    b"null",
    b"\\r\\n",
    b"\\ud83d",
    b"\"range\":null",
    b"9",
    b"{}",
];

/// The beginning of the text, a `|`, and the parameters of `didChange`.
fn generate(random: &mut ChaCha8Rng) -> Vec<u8> {
    let text = |random: &mut ChaCha8Rng| {
        let pieces = 0..random.random_range(0..12);
        pieces.map(|_| pick(&PIECES, random)).collect::<String>()
    };
    let begun = text(random);
    let changes: Vec<_> = (0..random.random_range(1..6))
        .map(|_| {
            let position = |random: &mut ChaCha8Rng| {
                let number = |random: &mut ChaCha8Rng| match random.random_range(0..20) {
                    0 => u32::MAX,
                    _ => random.random_range(0..9),
                };
                serde_json::json!({"line": number(random), "character": number(random)})
            };
            let mut change = serde_json::json!({"text": text(random)});
            if random.random_bool(0.9) {
                change["range"] = serde_json::json!({
                    "start": position(random), "end": position(random),
                });
            }
            change
        })
        .collect();
    let params = serde_json::json!({
        "textDocument": {"uri": "file:///a.rs", "version": 2}, "contentChanges": changes,
    });
    let mut params = params.to_string().into_bytes();
    if random.random_bool(0.2) {
        mutate(&mut params, &TOKENS, random);
    }
    [begun.as_bytes(), b"|", &params].concat()
}

fn take(input: &[u8]) {
    let middle = input.iter().position(|&byte| byte == b'|');
    let (begun, params) = input.split_at(middle.unwrap_or(input.len()));
    let begun = String::from_utf8_lossy(begun);
    let params = serde_json::from_slice(params.get(1..).unwrap_or_default());
    let Ok(value): Result<serde_json::Value, _> = params else {
        return;
    };
    let Ok(params) = DidChangeTextDocumentParams::deserialize(value) else {
        return;
    };
    for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
        let mut document = Document::new(&begun, 1, "rust".to_owned());
        let mut text = begun.clone().into_owned();
        for change in &params.content_changes {
            document.apply(position::to_change(
                &document.text,
                change.clone(),
                encoding,
            ));
            edit(&mut text, change, encoding);
            assert_eq!(document.text.to_string(), text);
        }
        check_places(&document, &text, encoding);
    }
}

/// Places have positions that lead back to them, and can be completed at.
fn check_places(document: &Document, text: &str, encoding: Encoding) {
    let places = (0..=text.len()).filter(|&at| text.is_char_boundary(at));
    let places = places.step_by(text.len() / 8 + 1);
    // Between CR and LF is no place, though there may be one after a lone CR.
    for offset in places.filter(|&at| !text.as_bytes()[..at].ends_with(b"\r")) {
        let position = position::to_position(&document.text, offset, encoding);
        let back = position::to_offset(&document.text, position, encoding);
        assert_eq!(back, offset);
        let tail = document.tail(offset, 5);
        let before = text[..offset].replace("\r\n", "\n");
        assert!(before.ends_with(&tail.text), "{before:?} {tail:?}");
        let head = document.head(offset, 5);
        assert!(
            text[offset..]
                .replace("\r\n", "\n")
                .starts_with(head.trim_end_matches('\r'))
        );
    }
}

/// The same as the document does, on a string and as plainly as can be.
fn edit(text: &mut String, change: &TextDocumentContentChangeEvent, encoding: Encoding) {
    let Some(range) = change.range else {
        text.clone_from(&change.text);
        return;
    };
    let a = offset_in(text, range.start, encoding);
    let b = offset_in(text, range.end, encoding);
    text.replace_range(a.min(b)..a.max(b), &change.text);
}

fn offset_in(text: &str, position: Position, encoding: Encoding) -> usize {
    let mut starts = vec![0];
    let bytes = text.as_bytes();
    for (i, &b) in bytes.iter().enumerate() {
        if b == b'\n' || (b == b'\r' && bytes.get(i + 1) != Some(&b'\n')) {
            starts.push(i + 1);
        }
    }
    let Some(&start) = starts.get(position.line as usize) else {
        return text.len();
    };
    let line = text[start..].split(['\r', '\n']).next().unwrap();
    let mut units = 0;
    for (i, c) in line.char_indices() {
        units += match encoding {
            Encoding::Utf8 => c.len_utf8(),
            Encoding::Utf16 => c.len_utf16(),
            Encoding::Utf32 => 1,
        };
        if units > position.character as usize {
            return start + i;
        }
    }
    start + line.len()
}
