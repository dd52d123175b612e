//! Messages as clients write them, where that is not quite as the standard has it.
//!
//! Owns: what of a message is put right before any type of the protocol is asked of it, so
//! that no method needs a tolerance of its own. What was meant must be beyond doubt: a
//! whole number written as `1.0`, an optional member that is `null`, half a surrogate
//! pair. Must not know what a method does.

use serde::Deserialize;
use serde_json::{Map, Number, Value, json};
use tower_lsp::lsp_types::CompletionContext;
use tower_lsp::lsp_types::request::{CodeActionRequest, Completion, ExecuteCommand, Request};

/// Methods that begin like this have no parameter to which `null` is a value of its own.
const NULL_IS_NOTHING: [&str; 3] = ["textDocument/", "lstm-ls/", ExecuteCommand::METHOD];

/// What a half of a surrogate pair becomes: the character for what can't be shown.
const REPLACEMENT: &[u8] = r"\ufffd".as_bytes();

/// `body` without the mark that some clients begin a text with.
pub(crate) fn unmarked(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

/// The message in `body`; `None` if it is no JSON, whatever is put right.
pub(crate) fn read(body: &[u8]) -> Option<Value> {
    let body = unmarked(body);
    let message = serde_json::from_slice(body);
    let message = message.or_else(|_| serde_json::from_slice(&with_valid_strings(body)));
    let mut message: Value = message.ok()?;
    even_out(&mut message);
    settle_params(&mut message);
    Some(message)
}

/// Writes whole numbers as whole numbers, and brings positions into the range that the
/// protocol has for them: some clients say the largest number that they know for "the end".
fn even_out(value: &mut Value) {
    match value {
        Value::Number(number) => {
            if let Some(whole) = whole(number) {
                *number = whole;
            }
        }
        Value::Array(values) => values.iter_mut().for_each(even_out),
        Value::Object(members) => {
            members.values_mut().for_each(even_out);
            if members.contains_key("line") && members.contains_key("character") {
                clamp(members, "line");
                clamp(members, "character");
            }
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// `number`, written as a fraction, as the whole number that it is.
fn whole(number: &Number) -> Option<Number> {
    let value = number.as_f64().filter(|_| number.is_f64())?;
    // Beyond this a float is no count of anything.
    let counts = value.fract() == 0.0 && value.abs() <= i64::MAX as f64;
    counts.then(|| Number::from(value as i64))
}

fn clamp(position: &mut Map<String, Value>, member: &str) {
    let value = position.get_mut(member);
    if let Some(value) = value
        && value.as_f64().is_some_and(|n| n > f64::from(u32::MAX))
    {
        *value = json!(u32::MAX);
    }
}

/// Leaves out parameters that say nothing, and adds those that go without saying.
fn settle_params(message: &mut Value) {
    let method = message["method"].as_str().unwrap_or_default().to_owned();
    if !NULL_IS_NOTHING
        .iter()
        .any(|start| method.starts_with(start))
    {
        return;
    }
    let params = message.get_mut("params").and_then(Value::as_object_mut);
    let Some(params) = params else {
        return;
    };
    drop_nulls(params);
    // An empty table in Lua, which has no other list either.
    params.retain(|name, value| name != "context" || *value != json!([]));
    match method.as_str() {
        // What can't be read says nothing of why the client asks.
        Completion::METHOD => params.retain(|name, value| {
            name != "context" || CompletionContext::deserialize(&*value).is_ok()
        }),
        CodeActionRequest::METHOD => {
            let context = params.entry("context").or_insert_with(|| json!({}));
            if let Some(context) = context.as_object_mut() {
                context.entry("diagnostics").or_insert_with(|| json!([]));
            }
        }
        _ => {}
    }
}

/// Members that are `null` are as good as absent. In a list each place counts.
fn drop_nulls(members: &mut Map<String, Value>) {
    members.retain(|_, value| !value.is_null());
    for value in members.values_mut() {
        match value {
            Value::Object(members) => drop_nulls(members),
            Value::Array(values) => {
                let objects = values.iter_mut().filter_map(Value::as_object_mut);
                objects.for_each(drop_nulls);
            }
            _ => {}
        }
    }
}

/// `body` with strings that can be read: halves of surrogate pairs, escaped or not, and
/// bytes that are no UTF-8 are replaced, control characters escaped.
pub(crate) fn with_valid_strings(body: &[u8]) -> Vec<u8> {
    let mut valid = Vec::with_capacity(body.len() + REPLACEMENT.len());
    let (mut at, mut in_string) = (0, false);
    while let Some(&byte) = body.get(at) {
        let rest = &body[at..];
        let (length, written): (usize, &[u8]) = match byte {
            b'\\' if in_string => match escaped_unit(rest) {
                None => (2, &rest[..rest.len().min(2)]),
                Some(0xd800..=0xdbff) if is_low(&rest[6..]) => (12, &rest[..12]),
                Some(0xd800..=0xdfff) => (6, REPLACEMENT),
                Some(_) => (6, &rest[..6]),
            },
            b'"' => {
                in_string = !in_string;
                (1, &rest[..1])
            }
            ..0x20 if in_string => {
                valid.extend_from_slice(format!("\\u{byte:04x}").as_bytes());
                (1, &[])
            }
            0x80.. if in_string => match character(rest) {
                Ok(length) => (length, &rest[..length]),
                Err(length) => (length, REPLACEMENT),
            },
            _ => (1, &rest[..1]),
        };
        valid.extend_from_slice(written);
        at += length;
    }
    valid
}

/// The UTF-16 unit that `\u` and four digits at the start of `text` stand for.
fn escaped_unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(br"\u")?.get(..4)?;
    let digits = std::str::from_utf8(digits).ok()?;
    u16::from_str_radix(digits, 16).ok()
}

/// Whether `text` begins with the second half of a pair.
fn is_low(text: &[u8]) -> bool {
    matches!(escaped_unit(text), Some(0xdc00..=0xdfff))
}

/// Length of the character at the start of `text`; `Err` is the length of what is none.
fn character(text: &[u8]) -> Result<usize, usize> {
    // Half a pair in the encoding of WTF-8 is one unit to its client.
    if let [0xed, 0xa0..=0xbf, 0x80..=0xbf, ..] = text {
        return Err(3);
    }
    let start = &text[..text.len().min(4)];
    let chunk = start.utf8_chunks().next();
    let first = chunk
        .as_ref()
        .and_then(|chunk| chunk.valid().chars().next());
    match (first, chunk) {
        (Some(first), _) => Ok(first.len_utf8()),
        (None, Some(chunk)) => Err(chunk.invalid().len().max(1)),
        (None, None) => Err(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: impl AsRef<[u8]>, expect: Value) {
        assert_eq!(read(body.as_ref()), Some(expect));
    }

    #[test]
    fn what_is_right_stays_as_it_is() {
        let message = json!({
            "id": "a", "method": "m", "params": {"a": null, "b": [1.5, -2, 1e300], "c": "\u{1f600}\n"},
        });
        check(message.to_string(), message);
    }

    #[test]
    fn whole_numbers_are_whole_however_they_are_written() {
        check("[1.0, 1e3, -0.0, -7.0, 0.5]", json!([1, 1000, 0, -7, 0.5]));
        check(
            r#"{"id": 1.0, "params": {"x": [{"y": 2.0}]}}"#,
            json!({"id": 1, "params": {"x": [{"y": 2}]}}),
        );
    }

    #[test]
    fn positions_beyond_all_text_are_the_furthest_there_is() {
        let end = json!({"line": u32::MAX, "character": u32::MAX});
        check(r#"{"line": 9007199254740991, "character": 1.7e308}"#, end);
        let before = json!({"line": -1, "character": 0.5});
        check(before.to_string(), before);
        check(
            r#"{"line": 5000000000}"#,
            json!({"line": 5_000_000_000_u64}),
        );
    }

    #[test]
    fn half_a_pair_is_one_character_that_can_not_be_shown() {
        check(r#""a\ud83db""#, json!("a\u{fffd}b"));
        check(r#""\ude00\ud83d""#, json!("\u{fffd}\u{fffd}"));
        check(
            r#""\ud83d\ud83d\ude00\\ud83d""#,
            json!("\u{fffd}\u{1f600}\\ud83d"),
        );
        check(r#""\ud83d\n\"\u00e9""#, json!("\u{fffd}\n\"é"));
        check(
            b"\"x\xed\xa0\xbd\xed\xb8\x80y\"",
            json!("x\u{fffd}\u{fffd}y"),
        );
        // Cut off before the end.
        assert_eq!(read(br#""\ud83"#), None);
        assert_eq!(read(br#""\ud83d\ude0"#), None);
    }

    #[test]
    fn strings_hold_what_they_may_not() {
        check(b"\"caf\xe9 \xf0\x9f\x98\"", json!("caf\u{fffd} \u{fffd}"));
        check(
            b"{\"a\tb\":\"c\nd\xff\x01\"}",
            json!({"a\tb": "c\nd\u{fffd}\u{1}"}),
        );
        check(b"\xef\xbb\xbf[\"\xc3\xa9\"]", json!(["é"]));
        assert_eq!(read(b"\xff"), None);
        assert_eq!(read(b""), None);
        assert_eq!(read(b"\"\\"), None);
    }

    #[test]
    fn null_says_nothing_where_it_has_no_meaning_of_its_own() {
        let with = |method: &str, params: Value| {
            let message = json!({"method": method, "params": params});
            read(message.to_string().as_bytes()).map(|mut read| read["params"].take())
        };
        let inline = "textDocument/inlineCompletion";
        let odd = json!({"context": null, "position": {"line": 1, "x": null}, "l": [null]});
        let plain = json!({"position": {"line": 1}, "l": [null]});
        assert_eq!(with(inline, odd), Some(plain));
        assert_eq!(with(inline, json!({"context": []})), Some(json!({})));
        assert_eq!(with(inline, Value::Null), Some(Value::Null));
        let completion = json!({"context": {"triggerKind": "typed"}});
        assert_eq!(with("textDocument/completion", completion), Some(json!({})));
        let action = |context: Value| with("textDocument/codeAction", json!({"context": context}));
        for nothing in [
            json!(null),
            json!([]),
            json!({}),
            json!({"diagnostics": null}),
        ] {
            assert_eq!(
                action(nothing),
                Some(json!({"context": {"diagnostics": []}}))
            );
        }
        // There it means the default.
        let settings = json!({"settings": {"model": null}});
        let method = "workspace/didChangeConfiguration";
        assert_eq!(with(method, settings.clone()), Some(settings));
    }
}
