//! What a client says of the text of its documents: `didOpen`, `didChange`, `didSave`.
//!
//! Owns: how much of it must be there. Read by hand, not through lsp-types: one member
//! that is missing or of another type costs only itself, and not the whole message, after
//! which the text would be another one than the client's.

use assistant::documents::Document;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use tower_lsp::lsp_types::{Range, TextDocumentIdentifier, Url};

use super::position::Misfit;

/// Parameters of `textDocument/didOpen`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OpenParams {
    /// The document.
    pub(crate) text_document: Opened,
}

/// A document as it is opened.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Opened {
    /// Its name.
    pub(crate) uri: Url,
    /// What the client calls its language; nothing where the client does not say.
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) language_id: String,
    /// Its version.
    #[serde(default, deserialize_with = "version")]
    pub(crate) version: Option<i32>,
    /// Its text; `None` where the client does not say.
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) text: Option<String>,
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
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChangeParams {
    /// The document.
    pub(crate) text_document: Versioned,
    /// Its changes, in the order in which they were made; `None` where there is no such
    /// list.
    #[serde(default, deserialize_with = "or_default")]
    content_changes: Option<Vec<Value>>,
}

/// A document and its version.
#[derive(Debug, Deserialize)]
pub(crate) struct Versioned {
    /// Its name.
    pub(crate) uri: Url,
    /// Its version after the changes; `None` where the client does not count.
    #[serde(default, deserialize_with = "version")]
    pub(crate) version: Option<i32>,
}

impl ChangeParams {
    /// The changes in order, as far as they can be read.
    pub(crate) fn changes(self) -> Vec<Result<TextChange, Misfit>> {
        match self.content_changes {
            Some(changes) => changes.into_iter().map(TextChange::read).collect(),
            None => vec![Err(Misfit::NoChanges)],
        }
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
    pub fn read(mut change: Value) -> Result<Self, Misfit> {
        let range = match change.get_mut("range").map(Value::take) {
            None | Some(Value::Null) => None,
            Some(range) => Some(Range::deserialize(range).map_err(|_| Misfit::NoRange)?),
        };
        match change.get_mut("text").map(Value::take) {
            Some(Value::String(text)) => Ok(Self { range, text }),
            _ => Err(Misfit::NoText),
        }
    }
}

/// Parameters of `textDocument/didSave`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SaveParams {
    /// The document.
    pub(crate) text_document: TextDocumentIdentifier,
    /// What was saved, where the client says so.
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) text: Option<String>,
}

/// A value of another type counts as not said.
fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    let value = Value::deserialize(deserializer)?;
    Ok(T::deserialize(value).unwrap_or_default())
}

/// A number that the protocol has no room for is the nearest that it has room for.
fn version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i32>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    // `as` stops at the ends of the range.
    Ok(value.as_f64().map(|version| version as i32))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read<T: DeserializeOwned>(document: Value) -> T {
        let params = json!({"textDocument": document, "contentChanges": document["changes"]});
        T::deserialize(params).expect("it is read")
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
        let changes = json!([
            {"text": "a"},
            {"range": null, "text": "b"},
            {"range": {"start": 1, "end": 2}, "text": "c"},
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
        let expected = [
            whole("a"),
            whole("b"),
            Err(Misfit::NoRange),
            Err(Misfit::NoText),
            Err(Misfit::NoText),
        ];
        assert_eq!(params.changes(), expected);
        let none: ChangeParams = read(json!({"uri": "file:///a", "changes": "x"}));
        assert_eq!(none.changes(), [Err(Misfit::NoChanges)]);
    }
}
