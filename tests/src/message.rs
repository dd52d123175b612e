//! The framing of LSP messages: a `Content-Length` header, a blank line, JSON.

use std::io::{BufRead, Write};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// Writes one message.
pub(crate) fn write(to: &mut impl Write, message: &Value) -> Result<()> {
    let body = message.to_string();
    write!(to, "Content-Length: {}\r\n\r\n{body}", body.len())?;
    Ok(to.flush()?)
}

/// Reads one message; `None` at the end of the stream.
///
/// # Errors
/// If there is anything else on the stream: a server must not print.
pub(crate) fn read(from: &mut impl BufRead) -> Result<Option<Value>> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if from.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        match line.trim_end().split_once(':') {
            Some(("Content-Length", value)) => length = Some(value.trim().parse::<usize>()?),
            Some(("Content-Type", _)) => {}
            None if line.trim_end().is_empty() => break,
            _ => bail!("the server wrote what is not LSP: {line:?}"),
        }
    }
    let mut body = vec![0; length.context("a message without a Content-Length")?];
    from.read_exact(&mut body)?;
    Ok(Some(serde_json::from_slice(&body)?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn messages_come_back_as_they_were_written() {
        let messages = [json!({"id": 1}), json!({"method": "ö"})];
        let mut stream = Vec::new();
        for message in &messages {
            write(&mut stream, message).unwrap();
        }
        let mut stream = stream.as_slice();
        for message in &messages {
            assert_eq!(read(&mut stream).unwrap().as_ref(), Some(message));
        }
        assert_eq!(read(&mut stream).unwrap(), None);
    }

    #[test]
    fn a_print_to_standard_output_is_an_error() {
        assert!(read(&mut "loaded the model\n".as_bytes()).is_err());
    }
}
