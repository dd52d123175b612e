//! The framing of LSP messages: headers, a blank line, a body.
//!
//! Owns: where a message begins and ends, and how a stream is found again after
//! it was lost. Must not know what is in a message.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// No message is longer; a length beyond it is a sign of lost framing.
pub const MAX_MESSAGE_BYTES: usize = 1 << 28;

/// No header line is longer.
const MAX_LINE_BYTES: u64 = 1024;

/// With so much between two messages nothing of the kind is to be expected.
const MAX_STRAY_BYTES: usize = 1 << 20;

const LENGTH: &str = "content-length:";

/// What was read up to the next boundary.
#[derive(Debug, PartialEq, Eq)]
pub enum Frame {
    /// The body of a message.
    Body(Vec<u8>),
    /// Something that is not a message, in words. The next frame begins at the
    /// next header.
    Stray(String),
}

/// Reads frames. Memory grows with what arrives, not with what is announced.
#[derive(Debug)]
pub struct FrameReader<R> {
    input: R,
    /// Longest body that is read; may change between two.
    limit: Arc<AtomicUsize>,
    /// A length found while looking for the next message.
    length: Option<usize>,
    /// Whether the next message is looked for behind what is none.
    resynchronises: bool,
}

impl<R: AsyncBufRead + Unpin> FrameReader<R> {
    /// Reads from `input` bodies of at most `limit` bytes.
    pub fn new(input: R, limit: Arc<AtomicUsize>) -> Self {
        Self {
            input,
            limit,
            length: None,
            resynchronises: true,
        }
    }

    /// Reads no further than to the first line that is no header. What then comes is
    /// [`Frame::Stray`] for good.
    pub fn strict(mut self) -> Self {
        self.resynchronises = false;
        self
    }

    /// The next frame; `None` at the end of the input, also in the middle of a
    /// message or after a megabyte of something else.
    ///
    /// # Errors
    /// If the input cannot be read.
    pub async fn next(&mut self) -> std::io::Result<Option<Frame>> {
        let mut length = self.length.take();
        // A length that is none only at this moment.
        let mut too_long = None;
        loop {
            let Some(line) = self.line().await? else {
                return Ok(None);
            };
            let text = line.trim_end();
            match (length_in(text), length) {
                _ if text.is_empty() && too_long.is_some() => {
                    return self.pass_over(too_long.unwrap_or_default()).await;
                }
                _ if text.is_empty() && length.is_some() => break,
                // Read only now: it may have changed while the line was waited for.
                (Found::Length(bytes), _) if bytes <= self.limit.load(Ordering::Relaxed) => {
                    length = Some(bytes);
                }
                (Found::Length(bytes), _) if self.resynchronises && bytes <= MAX_MESSAGE_BYTES => {
                    too_long = Some(bytes);
                }
                (Found::Length(_) | Found::NoLength, _) => {
                    let problem = format!("{text:?} is not a length");
                    return self.skip(problem, line).await;
                }
                (Found::Header, _) => {}
                (Found::Blank, _) => return self.skip("no Content-Length".to_owned(), line).await,
                (Found::Stray, _) => {
                    let problem = format!("{text:?} is not a header");
                    return self.skip(problem, line).await;
                }
            }
        }
        let length = length.unwrap_or_default();
        let mut body = Vec::new();
        let mut input = (&mut self.input).take(length as u64);
        let read = input.read_to_end(&mut body).await?;
        Ok((read == length).then_some(Frame::Body(body)))
    }

    /// Reads past a body that is longer than the limit, and keeps nothing of it.
    async fn pass_over(&mut self, length: usize) -> std::io::Result<Option<Frame>> {
        let mut body = (&mut self.input).take(length as u64);
        let read = tokio::io::copy_buf(&mut body, &mut tokio::io::sink()).await?;
        let problem = format!("{length} bytes are more than a message may have now");
        Ok((read == length as u64).then_some(Frame::Stray(problem)))
    }

    /// Looks for the next Content-Length, from `line` on, which ends what
    /// `problem` began.
    async fn skip(&mut self, problem: String, line: String) -> std::io::Result<Option<Frame>> {
        let mut line = Some(line).filter(|_| self.resynchronises);
        let mut skipped = 0;
        while let Some(text) = line {
            // It may stand behind the end of a body that was cut too short.
            let start = text.to_ascii_lowercase().rfind(LENGTH);
            if let Some(Found::Length(bytes)) = start.map(|at| length_in(text[at..].trim_end()))
                && bytes <= self.limit.load(Ordering::Relaxed)
            {
                self.length = Some(bytes);
                break;
            }
            skipped += text.len();
            if skipped > MAX_STRAY_BYTES {
                return Ok(None);
            }
            line = self.line().await?;
        }
        Ok(Some(Frame::Stray(problem)))
    }

    /// A line, or as much of it as a line may have; `None` at the end.
    async fn line(&mut self) -> std::io::Result<Option<String>> {
        let mut line = Vec::new();
        let mut limited = (&mut self.input).take(MAX_LINE_BYTES);
        let read = limited.read_until(b'\n', &mut line).await?;
        Ok((read > 0).then(|| String::from_utf8_lossy(&line).into_owned()))
    }
}

enum Found {
    Length(usize),
    NoLength,
    Header,
    Blank,
    Stray,
}

fn length_in(line: &str) -> Found {
    match line.split_once(':') {
        Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
            value.trim().parse().map_or(Found::NoLength, Found::Length)
        }
        Some((name, _)) if is_header_name(name) => Found::Header,
        None if line.is_empty() => Found::Blank,
        _ => Found::Stray,
    }
}

/// Letters, digits and hyphens, which no JSON begins with.
fn is_header_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !name.is_empty() && name.bytes().all(plain)
}

/// Longest body that is copied behind its header, so that both are one write.
const COPIED_BYTES: usize = 1 << 16;

/// Writes one message.
///
/// # Errors
/// If the output is closed.
pub async fn write(output: &mut (impl AsyncWrite + Unpin), body: &[u8]) -> std::io::Result<()> {
    let mut start = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    let (copied, rest) = match body.len() <= COPIED_BYTES {
        true => (body, &[][..]),
        false => (&[][..], body),
    };
    start.extend_from_slice(copied);
    output.write_all(&start).await?;
    output.write_all(rest).await?;
    output.flush().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(stream: &[u8], frames: &[Result<&str, &str>]) {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let found = runtime.expect("a runtime").block_on(async {
            let mut reader =
                FrameReader::new(stream, Arc::new(AtomicUsize::new(MAX_MESSAGE_BYTES)));
            let mut found = Vec::new();
            while let Some(frame) = reader.next().await.expect("memory can be read") {
                found.push(match frame {
                    Frame::Body(body) => Ok(String::from_utf8(body).expect("text")),
                    Frame::Stray(problem) => Err(problem),
                });
            }
            found
        });
        let found: Vec<_> = found
            .iter()
            .map(|frame| frame.as_deref().map_err(String::as_str))
            .collect();
        assert_eq!(found, frames);
    }

    #[test]
    fn headers_come_in_any_case_and_order() {
        let stream = b"content-length: 2\r\nContent-Type: any/thing\r\n\r\n{}X-Y: z\r\nContent-Length:1\r\n\r\n1";
        check(stream, &[Ok("{}"), Ok("1")]);
    }

    #[test]
    fn a_message_that_breaks_off_is_the_end() {
        check(b"Content-Length: 9\r\n\r\n{}", &[]);
        check(b"Content-Len", &[Err("\"Content-Len\" is not a header")]);
    }

    #[test]
    fn the_message_after_a_bad_length_is_read() {
        let good = "Content-Length: 2\r\n\r\n{}";
        for bad in ["-1", "two", "99999999999", "99999999999999999999999"] {
            let problem = format!("\"Content-Length: {bad}\" is not a length");
            let stream = format!("Content-Length: {bad}\r\n\r\n{{\"a\":1}}{good}");
            check(stream.as_bytes(), &[Err(&problem), Ok("{}")]);
        }
    }

    #[test]
    fn the_message_after_a_length_too_short_is_read() {
        let stream = b"Content-Length: 3\r\n\r\n{\"a\":1}Content-Length: 2\r\n\r\n{}";
        let stray = r#""\":1}Content-Length: 2" is not a header"#;
        check(stream, &[Ok("{\"a"), Err(stray), Ok("{}")]);
    }

    #[test]
    fn what_is_no_message_at_all_is_said_once() {
        check(
            b"GET / HTTP/1.1\r\nHost: here\r\n\r\n",
            &[Err("\"GET / HTTP/1.1\" is not a header")],
        );
        check(b"X: y\r\n\r\n", &[Err("no Content-Length")]);
    }

    #[test]
    fn what_is_no_message_is_read_no_further_where_that_is_wanted() {
        let good = "Content-Length: 2\r\n\r\n{}";
        let stream = format!("{good}POST / HTTP/1.1\r\n{good}");
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.expect("it starts").block_on(async {
            let limit = Arc::new(AtomicUsize::new(MAX_MESSAGE_BYTES));
            let mut frames = FrameReader::new(stream.as_bytes(), limit).strict();
            let first = frames.next().await.expect("a slice");
            assert_eq!(first, Some(Frame::Body(b"{}".to_vec())));
            let second = frames.next().await.expect("a slice");
            let problem = "\"POST / HTTP/1.1\" is not a header".to_owned();
            assert_eq!(second, Some(Frame::Stray(problem)));
        });
    }

    #[test]
    fn a_length_is_held_to_the_limit_of_the_moment() {
        let (input, mut output) = tokio::io::duplex(64);
        let limit = Arc::new(AtomicUsize::new(1));
        let mut frames = FrameReader::new(tokio::io::BufReader::new(input), Arc::clone(&limit));
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.expect("it starts").block_on(async {
            let mut next = Box::pin(frames.next());
            // It waits for the header, and the limit changes meanwhile.
            assert!(
                futures_util::future::poll_immediate(&mut next)
                    .await
                    .is_none()
            );
            limit.store(2, Ordering::Relaxed);
            write(&mut output, b"{}").await.expect("there is room");
            let frame = next.await.expect("a pipe");
            assert_eq!(frame, Some(Frame::Body(b"{}".to_vec())));
        });
    }

    #[test]
    fn a_body_beyond_the_limit_is_passed_over_at_once() {
        let stream = b"Content-Length: 9\r\nX: y\r\n\r\n123456789Content-Length: 2\r\n\r\n{}";
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.expect("it starts").block_on(async {
            // All but the last message.
            let (input, mut output) = tokio::io::duplex(64);
            let limit = Arc::new(AtomicUsize::new(2));
            let mut frames = FrameReader::new(tokio::io::BufReader::new(input), limit);
            output
                .write_all(&stream[..36])
                .await
                .expect("there is room");
            let frame = frames.next().await.expect("a pipe");
            let problem = "9 bytes are more than a message may have now".to_owned();
            assert_eq!(frame, Some(Frame::Stray(problem)));
            output
                .write_all(&stream[36..])
                .await
                .expect("there is room");
            let frame = frames.next().await.expect("a pipe");
            assert_eq!(frame, Some(Frame::Body(b"{}".to_vec())));
        });
    }

    #[test]
    fn long_bodies_are_written_as_they_are() {
        for length in [0, 1, COPIED_BYTES, COPIED_BYTES + 1] {
            let body = vec![b'x'; length];
            let mut written = Vec::new();
            let runtime = tokio::runtime::Builder::new_current_thread().build();
            let runtime = runtime.expect("it starts");
            runtime
                .block_on(write(&mut written, &body))
                .expect("memory");
            let header = format!("Content-Length: {length}\r\n\r\n");
            assert_eq!(written, [header.as_bytes(), &body].concat());
        }
    }

    #[test]
    fn endless_noise_ends_the_stream() {
        let noise = vec![b'x'; 4 << 20];
        check(&noise, &[]);
    }
}
