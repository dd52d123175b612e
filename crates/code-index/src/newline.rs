//! CRLF to LF: models are trained on LF and would see every `\r` as a surprise, and
//! what is remembered has to match what is typed, whichever of the two ends its lines.

use std::borrow::Cow;

/// `text` with every `\r\n` as `\n`; a lone `\r` stays.
pub fn to_lf(text: &str) -> Cow<'_, str> {
    if text.contains("\r\n") {
        Cow::Owned(text.replace("\r\n", "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The same, but for text that its caller gives away: it is copied only where it changes.
pub fn into_lf(text: String) -> String {
    match to_lf(&text) {
        Cow::Owned(changed) => changed,
        Cow::Borrowed(_) => text,
    }
}
