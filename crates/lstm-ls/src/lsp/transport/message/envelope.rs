//! What a message says of itself, without its parameters: these are read over.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use tower_lsp::jsonrpc::Id;

use crate::lsp::protocol;
use crate::lsp::transport::tolerance;

/// The members of a message that are no parameters.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct Envelope<'a> {
    #[serde(borrow, default)]
    jsonrpc: Cow<'a, str>,
    /// The method, if it is a request or a notification.
    #[serde(borrow)]
    method: Option<Cow<'a, str>>,
    /// The id, if there is one; the inner `None` is one of no kind that there is.
    #[serde(default, deserialize_with = "present")]
    pub(crate) id: Option<Option<Id>>,
}

impl<'a> Envelope<'a> {
    /// That of the message in `body`; `None` if it is none.
    pub(crate) fn read(body: &'a [u8]) -> Option<Self> {
        let body = tolerance::unmarked(body);
        serde_json::from_slice(body).ok()
    }

    /// What the method is called here, where it is a notification of a text.
    pub(crate) fn text_method(&self) -> Option<&'static str> {
        let is_notification = self.id.is_none() && self.jsonrpc == "2.0";
        let method = self.method.as_deref().filter(|_| is_notification);
        method.and_then(protocol::text_method)
    }
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<Id>>, D::Error> {
    Ok(Some(AnyId::deserialize(deserializer)?.0))
}

/// An id, and nothing where another value stands, however large that is.
struct AnyId(Option<Id>);

impl<'de> Deserialize<'de> for AnyId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Option<Id>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Option<Id>, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Option<Id>, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, number: i64) -> Result<Option<Id>, E> {
        Ok(Some(Id::Number(number)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Option<Id>, E> {
        Ok(number.try_into().ok().map(Id::Number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Option<Id>, E> {
        let is_whole = number.fract() == 0.0 && number.abs() <= i64::MAX as f64;
        Ok(is_whole.then_some(Id::Number(number as i64)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Option<Id>, E> {
        Ok(Some(Id::String(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Option<Id>, A::Error> {
        while values.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Option<Id>, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}
