//! What a client says of the text of its documents: `didOpen`, `didChange`, `didSave`.
//!
//! Owns: how much of it must be there. Read by hand, not through lsp-types: one member
//! that is missing or of another type costs only itself, and not the whole message, after
//! which the text would be another one than the client's. A message stays the bytes that
//! the client sent until a handler reads it, so that it takes up what its texts do.

use assistant::documents::Document;
use serde::de::{Deserialize, Deserializer, Error};
use tower_lsp::lsp_types::{Position, Range, Url};

use super::position::Misfit;
use super::sketch::Sketch;
use super::transport::tolerance::with_valid_strings;

/// A whole message as text, of which a handler wants the parameters.
#[derive(Debug)]
pub(crate) struct Raw<T>(pub(crate) T);

impl<'de, T: Params> Deserialize<'de> for Raw<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let message = String::deserialize(deserializer)?;
        let params = T::of_message(message.as_bytes());
        params.map(Self).ok_or(D::Error::custom("no document"))
    }
}

/// Parameters that name a document.
pub(crate) trait Params: Sized {
    /// Those that `params` say.
    fn read(params: Sketch) -> Option<Self>;

    /// Those of the message with this text.
    fn of_message(message: &[u8]) -> Option<Self> {
        let read = serde_json::from_slice::<Sketch>(message);
        let read = read.or_else(|_| serde_json::from_slice(&with_valid_strings(message)));
        Self::read(read.ok()?.take("params"))
    }
}

/// Parameters of `textDocument/didOpen`.
#[derive(Debug)]
pub(crate) struct OpenParams {
    /// The document.
    pub(crate) text_document: Opened,
}

/// A document as it is opened.
#[derive(Debug)]
pub(crate) struct Opened {
    /// Its name.
    pub(crate) uri: Url,
    /// What the client calls its language; nothing where the client does not say.
    pub(crate) language_id: String,
    /// Its version.
    pub(crate) version: Option<i32>,
    /// Its text; `None` where the client does not say.
    pub(crate) text: Option<String>,
}

impl Params for OpenParams {
    fn read(mut params: Sketch) -> Option<Self> {
        let mut document = params.take("textDocument");
        Some(Self {
            text_document: Opened {
                uri: uri(&mut document)?,
                language_id: document.take("languageId").text().unwrap_or_default(),
                version: version(&mut document),
                text: document.take("text").text(),
            },
        })
    }
}

impl Opened {
    /// Its name, and the document, in what `language` makes of the client's word for it.
    /// Without its text it is out of step from the first.
    pub(crate) fn into_document(self, language: impl FnOnce(&str) -> String) -> (Url, Document) {
        let text = self.text.as_deref();
        let version = self.version.unwrap_or_default();
        let language = language(&self.language_id);
        let mut document = Document::new(text.unwrap_or_default(), version, language);
        if text.is_none() {
            document.lose_step(&Misfit::NoText.to_string());
        }
        (self.uri, document)
    }
}

/// Parameters of `textDocument/didChange`.
#[derive(Debug)]
pub(crate) struct ChangeParams {
    /// The document.
    pub(crate) text_document: Versioned,
    /// Its changes, in the order in which they were made; those that can't be read say
    /// why, and what stood before a change of all of the text is left out.
    pub(crate) changes: Vec<Result<TextChange, Misfit>>,
}

/// A document and its version.
#[derive(Debug)]
pub(crate) struct Versioned {
    /// Its name.
    pub(crate) uri: Url,
    /// Its version after the changes; `None` where the client does not count.
    pub(crate) version: Option<i32>,
}

impl Params for ChangeParams {
    fn read(mut params: Sketch) -> Option<Self> {
        let mut document = params.take("textDocument");
        Some(Self {
            text_document: Versioned {
                uri: uri(&mut document)?,
                version: version(&mut document),
            },
            changes: match params.take("contentChanges") {
                Sketch::Changes(changes) => changes,
                _ => vec![Err(Misfit::NoChanges)],
            },
        })
    }
}

/// A change of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextChange {
    /// What is replaced; `None` is all of it.
    pub range: Option<Range>,
    /// What takes its place.
    pub text: String,
}

impl TextChange {
    /// Reads one of the `contentChanges`.
    ///
    /// # Errors
    /// If it has no text, or a range that is none.
    pub fn read(change: serde_json::Value) -> Result<Self, Misfit> {
        Self::from_sketch(Sketch::deserialize(change).unwrap_or_default())
    }

    pub(super) fn from_sketch(mut change: Sketch) -> Result<Self, Misfit> {
        let range = match change.take("range") {
            Sketch::Null => None,
            range => Some(to_range(range).ok_or(Misfit::NoRange)?),
        };
        let text = change.take("text").text().ok_or(Misfit::NoText)?;
        Ok(Self { range, text })
    }
}

fn to_range(mut range: Sketch) -> Option<Range> {
    let start = to_position(range.take("start"))?;
    let end = to_position(range.take("end"))?;
    Some(Range { start, end })
}

fn to_position(mut position: Sketch) -> Option<Position> {
    let mut count = |member| match position.take(member) {
        // `as` stops at the end of the range: some clients say the largest number that
        // they know for "the end".
        Sketch::Number(n) if n >= 0.0 && (n.fract() == 0.0 || n > f64::from(u32::MAX)) => {
            Some(n as u32)
        }
        _ => None,
    };
    Some(Position {
        line: count("line")?,
        character: count("character")?,
    })
}

/// Parameters of `textDocument/didSave`.
#[derive(Debug)]
pub(crate) struct SaveParams {
    /// The document's name.
    pub(crate) uri: Url,
    /// What was saved, where the client says so.
    pub(crate) text: Option<String>,
}

impl Params for SaveParams {
    fn read(mut params: Sketch) -> Option<Self> {
        Some(Self {
            uri: uri(&mut params.take("textDocument"))?,
            text: params.take("text").text(),
        })
    }
}

fn uri(document: &mut Sketch) -> Option<Url> {
    Url::parse(&document.take("uri").text()?).ok()
}

/// A number that the protocol has no room for is the nearest that it has room for.
fn version(document: &mut Sketch) -> Option<i32> {
    match document.take("version") {
        // `as` stops at the ends of the range.
        Sketch::Number(version) => Some(version as i32),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read<T: Params>(document: Value) -> T {
        let params = json!({"textDocument": document, "contentChanges": document["changes"]});
        let message = json!({"jsonrpc": "2.0", "params": params}).to_string();
        T::of_message(message.as_bytes()).expect("it is read")
    }

    #[test]
    fn versions_of_every_kind_are_read() {
        let version = |version: Value| {
            let document = json!({"uri": "file:///a", "version": version});
            read::<ChangeParams>(document).text_document.version
        };
        assert_eq!(version(json!(7)), Some(7));
        assert_eq!(version(json!(null)), None);
        assert_eq!(version(json!("7")), None);
        assert_eq!(version(json!(1_764_450_000_000_u64)), Some(i32::MAX));
        assert_eq!(version(json!(-1e300)), Some(i32::MIN));
        let absent: ChangeParams = read(json!({"uri": "file:///a"}));
        assert_eq!(absent.text_document.version, None);
    }

    #[test]
    fn all_but_the_name_of_an_opened_document_may_be_missing() {
        let opened: OpenParams = read(json!({"uri": "file:///a"}));
        let opened = opened.text_document;
        assert_eq!(
            (opened.language_id.as_str(), opened.version, opened.text),
            ("", None, None)
        );
        let odd = json!({"uri": "file:///a", "languageId": 7, "version": [], "text": "x"});
        let opened = read::<OpenParams>(odd).text_document;
        assert_eq!((opened.language_id.as_str(), opened.version), ("", None));
        assert_eq!(opened.text.as_deref(), Some("x"));
    }

    #[test]
    fn changes_that_are_none_are_told_from_the_others() {
        let at = json!({"line": 1.0, "character": 9e300});
        let changes = json!([
            {"text": "a"},
            {"range": null, "text": "b"},
            {"range": {"start": at, "end": at}, "text": "c"},
            {"range": {"start": 1, "end": 2}, "text": "d"},
            {"text": null},
            7,
        ]);
        let params: ChangeParams = read(json!({"uri": "file:///a", "changes": changes}));
        let whole = |text: &str| {
            Ok(TextChange {
                range: None,
                text: text.to_owned(),
            })
        };
        let at = Position::new(1, u32::MAX);
        let edit = TextChange {
            range: Some(Range::new(at, at)),
            text: "c".to_owned(),
        };
        // What stood before all of the text, and what fails after the first, is left out.
        let expected = [whole("b"), Ok(edit), Err(Misfit::NoRange)];
        assert_eq!(params.changes, expected);
        let none: ChangeParams = read(json!({"uri": "file:///a", "changes": "x"}));
        assert_eq!(none.changes, [Err(Misfit::NoChanges)]);
    }

    #[test]
    fn positions_are_whole_numbers_from_zero_on() {
        for (line, expected) in [
            ("0", Ok(0)),
            ("7.0", Ok(7)),
            ("5000000000.5", Ok(u32::MAX)),
            ("0.5", Err(Misfit::NoRange)),
            ("-1", Err(Misfit::NoRange)),
            ("null", Err(Misfit::NoRange)),
            ("[{}]", Err(Misfit::NoRange)),
        ] {
            let at = format!(r#"{{"line":{line},"character":0}}"#);
            let change = format!(r#"{{"range":{{"start":{at},"end":{at}}},"text":"x"}}"#);
            let change = serde_json::from_str(&change).expect("JSON");
            let change = TextChange::read(change);
            let line = change.map(|change| change.range.expect("it has one").start.line);
            assert_eq!(line, expected, "{at}");
        }
    }

    #[test]
    fn members_without_a_meaning_are_read_over() {
        let deep = format!("{}1{}", r#"{"range":"#.repeat(60), "}".repeat(60));
        let message = format!(
            r#"{{"x":[{deep},{{}}],"params":{{"textDocument":{{"uri":[],"uri":"file:///a","y":{deep}}},
               "contentChanges":{{}},"contentChanges":[{{"text":"b","range":null,"rangeLength":[]}}]}}}}"#
        );
        let params = ChangeParams::of_message(message.as_bytes()).expect("it is read");
        assert_eq!(params.text_document.uri.as_str(), "file:///a");
        assert_eq!(params.changes.len(), 1);
        assert!(OpenParams::of_message(b"{\"params\":{\"textDocument\":{}}}").is_none());
        assert!(SaveParams::of_message(b"[]").is_none());
    }
}
