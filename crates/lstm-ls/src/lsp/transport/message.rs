//! From the body of a frame to a message, or to the error that answers it.

use serde::Deserialize;
use tower_lsp::jsonrpc::{Error, Id, Request, Response};

use super::tolerance;

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
    pub fn parse(body: &[u8]) -> Self {
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

#[cfg(test)]
mod tests {
    use super::*;

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
    fn an_id_is_the_number_that_it_is() {
        for id in ["1", "1.0", "10e-1"] {
            let body = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"m"}}"#);
            check(&body, r#"request {"jsonrpc":"2.0","method":"m","id":1}"#);
            let body = format!(r#"{{"jsonrpc":"2.0","id":{id},"result":0}}"#);
            check(&body, "response Number(1)");
        }
    }
}
