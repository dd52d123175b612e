//! As much of a JSON value as a notification of texts can mean: the members that it may
//! have, the texts and numbers in them, the list of changes. All else is read over.
//!
//! Made while the client's bytes are read, so that what a client writes beside a text
//! takes up no memory, however much of it there is.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};

use super::position::Misfit;
use super::texts::TextChange;

/// Members that are read.
const KEYS: [&str; 12] = [
    "params",
    "textDocument",
    "contentChanges",
    "uri",
    "languageId",
    "version",
    "text",
    "range",
    "start",
    "end",
    "line",
    "character",
];

/// Those of them whose strings are kept.
const TEXTS: [&str; 3] = ["uri", "languageId", "text"];

/// Objects within objects: message, parameters, change, range, position.
const DEEPEST: usize = 5;

/// A value, as far as it can mean anything.
#[derive(Debug, Default)]
pub(crate) enum Sketch {
    /// `null`, or not there at all.
    #[default]
    Null,
    Number(f64),
    Text(String),
    Members(Vec<(&'static str, Sketch)>),
    Changes(Vec<Result<TextChange, Misfit>>),
    /// Of another kind.
    Other,
}

impl Sketch {
    /// Takes out the member `key`.
    pub(super) fn take(&mut self, key: &str) -> Self {
        let Self::Members(members) = self else {
            return Self::Null;
        };
        let member = members.iter_mut().find(|(name, _)| *name == key);
        member
            .map(|(_, value)| std::mem::take(value))
            .unwrap_or_default()
    }

    /// The text, if it is one.
    pub(super) fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Sketch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Reader { key: "", depth: 0 }.deserialize(deserializer)
    }
}

/// Reads the value of the member `key`, within so many objects.
#[derive(Clone, Copy)]
struct Reader {
    key: &'static str,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Reader {
    type Value = Sketch;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Sketch, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader {
    type Value = Sketch;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Sketch, E> {
        Ok(Sketch::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Sketch, E> {
        Ok(Sketch::Other)
    }

    fn visit_i64<E>(self, number: i64) -> Result<Sketch, E> {
        Ok(Sketch::Number(number as f64))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Sketch, E> {
        Ok(Sketch::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Sketch, E> {
        Ok(Sketch::Number(number))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Sketch, E> {
        match TEXTS.contains(&self.key) {
            true => Ok(Sketch::Text(text.to_owned())),
            false => Ok(Sketch::Other),
        }
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Sketch, E> {
        match TEXTS.contains(&self.key) {
            true => Ok(Sketch::Text(text)),
            false => Ok(Sketch::Other),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Sketch, A::Error> {
        if self.key != "contentChanges" {
            while values.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Sketch::Other);
        }
        let mut changes = Vec::new();
        let change = Reader { key: "", ..self };
        while let Some(change) = values.next_element_seed(change)? {
            let change = TextChange::from_sketch(change);
            match &change {
                // All of the text: what was changed before it is gone.
                Ok(TextChange { range: None, .. }) => changes.clear(),
                // The first reason explains the others.
                Err(_) if changes.last().is_some_and(Result::is_err) => continue,
                _ => {}
            }
            changes.push(change);
        }
        Ok(Sketch::Changes(changes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Sketch, A::Error> {
        let mut kept: Vec<(&'static str, Sketch)> = Vec::new();
        while let Some(Key(key)) = members.next_key()? {
            let Some(key) = key.filter(|_| self.depth < DEEPEST) else {
                members.next_value::<IgnoredAny>()?;
                continue;
            };
            let depth = self.depth + 1;
            let value = members.next_value_seed(Reader { key, depth })?;
            // The last of several members of one name counts, as elsewhere.
            kept.retain(|(name, _)| *name != key);
            kept.push((key, value));
        }
        Ok(Sketch::Members(kept))
    }
}

/// The name of a member, if it is one of [`KEYS`].
struct Key(Option<&'static str>);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;
        impl Visitor<'_> for Name {
            type Value = Key;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a name")
            }

            fn visit_str<E>(self, name: &str) -> Result<Key, E> {
                Ok(Key(KEYS.into_iter().find(|key| *key == name)))
            }
        }
        deserializer.deserialize_str(Name)
    }
}
