//! What a client does to a document.

use assistant::documents::Document;
use lstm_ls::lsp::position::{self, Encoding};
use lstm_ls::lsp::texts::TextChange;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use tower_lsp::lsp_types::Position;

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
    let changes = value["contentChanges"].as_array().into_iter().flatten();
    let changes: Vec<_> = changes.cloned().map(TextChange::read).collect();
    for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
        let mut document = Document::new(&begun, 1, "rust".to_owned());
        let mut text = Some(begun.clone().into_owned());
        for change in changes.clone() {
            edit(&mut text, change.as_ref().ok(), encoding);
            let read = |text: &_, change| position::to_change(text, change?, encoding);
            document.change(None, [change], read);
            assert_eq!(document.is_whole(), text.is_some());
            assert_eq!(document.text.to_string(), text.clone().unwrap_or_default());
        }
        check_places(&document, &document.text.to_string(), encoding);
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

/// The same as the document does, on a string and as plainly as can be. There is no text
/// after a change that does not fit it, until all of it is replaced.
fn edit(text: &mut Option<String>, change: Option<&TextChange>, encoding: Encoding) {
    let Some(change) = change else {
        *text = None;
        return;
    };
    let (Some(range), Some(before)) = (change.range, &mut *text) else {
        if change.range.is_none() {
            *text = Some(change.text.clone());
        }
        return;
    };
    let start = offset_in(before, range.start, encoding);
    let end = offset_in(before, range.end, encoding);
    match (start, end) {
        (Some((start, true)), Some((end, _))) if range.start <= range.end => {
            before.replace_range(start..end, &change.text);
        }
        _ => *text = None,
    }
}

/// Offset of a position and whether there is such a line; `None` within a character.
fn offset_in(text: &str, position: Position, encoding: Encoding) -> Option<(usize, bool)> {
    let mut starts = vec![0];
    let bytes = text.as_bytes();
    for (i, &b) in bytes.iter().enumerate() {
        if b == b'\n' || (b == b'\r' && bytes.get(i + 1) != Some(&b'\n')) {
            starts.push(i + 1);
        }
    }
    let Some(&start) = starts.get(position.line as usize) else {
        return Some((text.len(), false));
    };
    let line = text[start..].split(['\r', '\n']).next().unwrap();
    let wanted = position.character as usize;
    let mut units = 0;
    for (i, c) in line.char_indices() {
        if units >= wanted {
            return (units == wanted).then_some((start + i, true));
        }
        units += match encoding {
            Encoding::Utf8 => c.len_utf8(),
            Encoding::Utf16 => c.len_utf16(),
            Encoding::Utf32 => 1,
        };
    }
    (units <= wanted).then_some((start + line.len(), true))
}
