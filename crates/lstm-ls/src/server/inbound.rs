//! From the client's bytes to messages that tower-lsp can read.
//!
//! tower-lsp 0.20 ends the session at the first message it cannot decode, and
//! after `exit` waits for one message more. So messages pass through here: one
//! that is none is replaced by a request for [`UNREADABLE`] or [`INVALID`],
//! which `wire` answers with an error, and at `exit` the stream ends.

use anyhow::{Context, bail, ensure};
use serde_json::Value;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt};
use tokio::io::{AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::watch;
use tower_lsp::jsonrpc::{Id, Request, Response};
use tracing::warn;

use super::wire::{Ending, exited};

/// Method of the request that stands for a message that is not JSON.
pub(super) const UNREADABLE: &str = "$/lstm-ls/unreadable";

/// Method of the request that stands for JSON that is no message. Its id is
/// that of the message, where that has one.
pub(super) const INVALID: &str = "$/lstm-ls/invalid";

/// No message is longer; a length beyond it is a sign of lost framing.
const MAX_MESSAGE_BYTES: usize = 1 << 28;

/// Copies messages from `input` to `output` until the input ends, its framing
/// is lost, or `ending` is an exit.
pub(super) async fn relay<I, O>(input: I, mut output: O, ending: watch::Receiver<Ending>)
where
    I: AsyncRead + Unpin,
    O: AsyncWrite + Unpin,
{
    let mut input = BufReader::new(input);
    let copied = async {
        while let Some(body) = read_body(&mut input).await? {
            let body = readable(body);
            let header = format!("Content-Length: {}\r\n\r\n", body.len());
            output.write_all(header.as_bytes()).await?;
            output.write_all(&body).await?;
        }
        anyhow::Ok(())
    };
    tokio::select! {
        copied = copied => if let Err(error) = copied {
            warn!("the client's stream ended: {error:#}");
        },
        () = exited(ending) => {}
    }
}

/// The body of the next message; `None` at the end of the input.
async fn read_body(input: &mut (impl AsyncBufRead + Unpin)) -> anyhow::Result<Option<Vec<u8>>> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if input.take(1024).read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        let Some((name, value)) = line.trim_end().split_once(':') else {
            ensure!(
                line.trim_end().is_empty(),
                "{:?} is not a header",
                line.trim_end()
            );
            break;
        };
        if name.eq_ignore_ascii_case("content-length") {
            let bytes = value.trim().parse().ok();
            length = bytes.filter(|&bytes: &usize| bytes <= MAX_MESSAGE_BYTES);
            ensure!(length.is_some(), "{:?} is not a length", value.trim());
        }
    }
    let Some(length) = length else {
        bail!("a message without Content-Length");
    };
    // Grows with what arrives, not with what is announced.
    let mut body = Vec::new();
    let read = input.take(length as u64).read_to_end(&mut body).await;
    ensure!(
        read.context("reading a message")? == length,
        "a message breaks off"
    );
    Ok(Some(body))
}

/// `body` if it is a message, else the request that stands for what it is.
fn readable(body: Vec<u8>) -> Vec<u8> {
    let is_request = || serde_json::from_slice::<Request>(&body).is_ok();
    let is_response = || serde_json::from_slice::<Response>(&body).is_ok();
    if is_request() || is_response() {
        return body;
    }
    let (method, id) = match serde_json::from_slice::<Value>(&body) {
        Ok(value) => (INVALID, serde_json::from_value(value["id"].clone()).ok()),
        Err(_) => (UNREADABLE, None),
    };
    let request = Request::build(method).id(id.unwrap_or(Id::Null)).finish();
    request.to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(stream: &[u8], bodies: &[&str], error: Option<&str>) {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.expect("a runtime").block_on(async {
            let mut input = stream;
            for expected in bodies {
                let body = read_body(&mut input).await.expect("it is read");
                assert_eq!(body.as_deref(), Some(expected.as_bytes()));
            }
            match read_body(&mut input).await {
                Ok(body) => assert_eq!((body, error), (None, None)),
                Err(e) => assert_eq!(Some(e.to_string().as_str()), error),
            }
        });
    }

    #[track_caller]
    fn check_readable(body: &str, expect: &str) {
        let readable = readable(body.as_bytes().to_vec());
        assert_eq!(String::from_utf8_lossy(&readable), expect);
    }

    #[test]
    fn a_message_passes_as_it_is() {
        for body in [
            r#"{"jsonrpc":"2.0","method":"exit"}"#,
            r#"{"jsonrpc":"2.0", "id":"a", "method":"m", "params":[]}"#,
            r#"{"jsonrpc":"2.0","id":7,"result":null}"#,
        ] {
            check_readable(body, body);
        }
    }

    #[test]
    fn what_is_no_message_keeps_its_id() {
        let stands = |method: &str, id: &str| {
            format!(r#"{{"jsonrpc":"2.0","method":"{method}","id":{id}}}"#)
        };
        let invalid = |id| stands(INVALID, id);
        check_readable(r#"{"jsonrpc":"2.0","id":5,"method":7}"#, &invalid("5"));
        check_readable(r#"{"id":"a","method":"m"}"#, &invalid(r#""a""#));
        check_readable(r#"{"jsonrpc":"2.0","id":[1],"method":7}"#, &invalid("null"));
        check_readable("[]", &invalid("null"));
        check_readable(r#"{"id":5,"#, &stands(UNREADABLE, "null"));
    }

    #[test]
    fn headers_come_in_any_case_and_order() {
        let stream = b"content-length: 2\r\nContent-Type: any/thing\r\n\r\n{}X-Y: z\r\nContent-Length:1\r\n\r\n1";
        check(stream, &["{}", "1"], None);
    }

    #[test]
    fn lost_framing_is_said() {
        check(
            b"Content-Length: -1\r\n\r\n",
            &[],
            Some("\"-1\" is not a length"),
        );
        check(
            b"Content-Length: 99999999999\r\n\r\n",
            &[],
            Some("\"99999999999\" is not a length"),
        );
        check(
            b"GET / HTTP/1.1\r\n\r\n",
            &[],
            Some("\"GET / HTTP/1.1\" is not a header"),
        );
        check(
            b"X: y\r\n\r\n",
            &[],
            Some("a message without Content-Length"),
        );
        check(
            b"Content-Length: 9\r\n\r\n{}",
            &[],
            Some("a message breaks off"),
        );
    }
}
