//! From the body of a frame to a message, or to the error that answers it.
//!
//! What is said of texts is not taken apart here: its parameters stay the bytes that came,
//! and the handler reads them. All other messages are small, and one whose structure would
//! take up more than it may is refused before it is made.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;
use tower_lsp::jsonrpc::{Error, ErrorCode, Id, Request, Response};

use super::{structure, tolerance};

mod envelope;

pub(crate) use envelope::Envelope;

/// Most that the structure of a message may take up, in bytes: a list of fifty thousand
/// changed files.
pub(crate) const MOST_STRUCTURE: usize = 64 << 20;

/// What a client sent.
#[derive(Debug, PartialEq)]
pub enum Message {
    /// A request or a notification.
    Request(Request),
    /// The answer to a request of the server.
    Response(Response),
    /// Neither; this answers it.
    Refused(Response),
}

impl Message {
    /// Reads the body of a frame.
    pub fn parse<'a>(body: impl Into<Cow<'a, [u8]>>) -> Self {
        Self::weighed(body.into(), MOST_STRUCTURE).0
    }

    /// Reads the body of a frame, if its structure takes up at most `most` bytes; and how
    /// many bytes the message takes up.
    pub(crate) fn weighed(body: Cow<'_, [u8]>, most: usize) -> (Self, usize) {
        let readable = readable(body);
        let envelope = Envelope::read(&readable);
        let own = envelope.as_ref().and_then(Envelope::text_method);
        let id = envelope.and_then(|envelope| envelope.id.flatten());
        if let Some(own) = own {
            let text = text(readable);
            let bytes = text.len();
            let request = Request::build(own).params(Value::String(text));
            return (Self::Request(request.finish()), bytes);
        }
        let structure = structure::bytes(&readable);
        let bytes = readable.len() + structure;
        if structure > most {
            let error = Error {
                message: "the message has more parts than a message may have".into(),
                ..Error::new(ErrorCode::InvalidRequest)
            };
            let refused = Response::from_error(id.unwrap_or_default(), error);
            return (Self::Refused(refused), readable.len());
        }
        (Self::of_tree(&readable), bytes)
    }

    fn of_tree(body: &[u8]) -> Self {
        let Some(value) = tolerance::read(body) else {
            return Self::not_json();
        };
        let id = Id::deserialize(&value["id"]).unwrap_or_default();
        let read = if value.get("method").is_some() {
            Request::deserialize(value).map(Self::Request)
        } else {
            Response::deserialize(value).map(Self::Response)
        };
        read.unwrap_or_else(|_| Self::Refused(Response::from_error(id, Error::invalid_request())))
    }

    /// What stands for bytes that are not JSON, or not framed.
    pub fn not_json() -> Self {
        Self::Refused(Response::from_error(Id::Null, Error::parse_error()))
    }
}

/// `body` with what its strings must not hold put right, as far as that is needed to tell
/// what kind of message it is.
pub(crate) fn readable(body: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    match Envelope::read(&body) {
        Some(_) => body,
        None => Cow::Owned(tolerance::with_valid_strings(tolerance::unmarked(&body))),
    }
}

/// `body` as text, and without a copy where it is one already.
fn text(body: Cow<'_, [u8]>) -> String {
    match String::from_utf8(body.into_owned()) {
        Ok(text) if text.starts_with('\u{feff}') => text['\u{feff}'.len_utf8()..].to_owned(),
        Ok(text) => text,
        Err(error) => {
            let body = tolerance::unmarked(error.as_bytes());
            let valid = tolerance::with_valid_strings(body);
            String::from_utf8_lossy(&valid).into_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::protocol;

    #[track_caller]
    fn check(body: &str, expect: &str) {
        let text = match Message::parse(body.as_bytes()) {
            Message::Request(request) => format!("request {request}"),
            Message::Response(response) => format!("response {:?}", response.id()),
            Message::Refused(response) => {
                let code = response.error().expect("an error").code.code();
                format!("{code} to {}", response.id())
            }
        };
        assert_eq!(text, expect);
    }

    #[test]
    fn messages_are_told_apart() {
        let request = r#"{"jsonrpc":"2.0","method":"m","params":[],"id":"a"}"#;
        check(request, &format!("request {request}"));
        check(
            r#"{"jsonrpc":"2.0","id":7,"result":null}"#,
            "response Number(7)",
        );
    }

    #[test]
    fn what_is_no_message_is_refused_under_its_id() {
        check(r#"{"jsonrpc":"2.0","id":5,"method":7}"#, "-32600 to 5");
        check(r#"{"id":"a","method":"m"}"#, "-32600 to \"a\"");
        check(r#"{"jsonrpc":"2.0","id":[1],"method":7}"#, "-32600 to null");
        check("[]", "-32600 to null");
        check(r#"{"id":5,"#, "-32700 to null");
        check(r#"{"jsonrpc":"2.0","id":5.5,"method":7}"#, "-32600 to null");
    }

    #[test]
    fn what_is_said_of_texts_stays_as_it_came() {
        let body = r#"{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"a":[{}]}}"#;
        let expected = Request::build(protocol::OPENED).params(Value::String(body.to_owned()));
        let expected = Message::Request(expected.finish());
        assert_eq!(Message::parse(body.as_bytes()), expected);
        let marked = format!("\u{feff}{body}");
        assert_eq!(Message::parse(marked.as_bytes()), expected);
        let invalid = body.replace("[{}]", "\"\n\u{e9}\"").replace('\u{e9}', "?");
        let invalid: Vec<u8> = invalid
            .bytes()
            .map(|b| if b == b'?' { 0xe9 } else { b })
            .collect();
        let Message::Request(request) = Message::parse(invalid) else {
            panic!("it is a notification");
        };
        assert_eq!(request.method(), protocol::OPENED);
        // A request is one for the router, which knows none of that name.
        let asked = body.replace("\"method\"", "\"id\":1,\"method\"");
        assert!(
            matches!(Message::parse(asked.as_bytes()), Message::Request(r) if r.id().is_some())
        );
        check(&body.replace("2.0", "1.0"), "-32600 to null");
    }

    #[test]
    fn what_has_too_many_parts_is_refused_under_its_id() {
        let parts = "{},".repeat(1000);
        for (id, expected) in [
            ("7", Id::Number(7)),
            ("7.0", Id::Number(7)),
            ("\"a\"", Id::String("a".to_owned())),
            ("{\"a\":[]}", Id::Null),
        ] {
            let body = format!(r#"{{"jsonrpc":"2.0","params":[{parts}0],"id":{id},"method":"m"}}"#);
            let (message, bytes) = Message::weighed(body.as_bytes().into(), 100_000);
            let Message::Refused(response) = message else {
                panic!("{message:?}");
            };
            assert_eq!(*response.id(), expected);
            assert_eq!(bytes, body.len());
            let (message, bytes) = Message::weighed(body.as_bytes().into(), 1_000_000);
            assert!(matches!(message, Message::Request(_)) || expected == Id::Null);
            assert!(bytes > 500_000);
        }
    }

    #[test]
    fn an_id_is_the_number_that_it_is() {
        for id in ["1", "1.0", "10e-1"] {
            let body = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"m"}}"#);
            check(&body, r#"request {"jsonrpc":"2.0","method":"m","id":1}"#);
            let body = format!(r#"{{"jsonrpc":"2.0","id":{id},"result":0}}"#);
            check(&body, "response Number(1)");
        }
    }
}
