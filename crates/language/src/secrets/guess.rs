//! Secrets that are told by the name they are given and by how little they look like words.

use std::ops::Range;

use super::shapes::different;
use super::{Beginnings, is_plain};

/// How sure a value has to look like a secret.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Name {
    /// What is called so is one that a person made up: a digit or a sign in it is enough.
    Password,
    /// What is called so is often something else, such as a token of a grammar.
    Key,
}

/// What the names of secrets hold, in lower case; a space stands for `_`, `-` or nothing.
const NAMES: &[(&str, Name)] = &[
    ("password", Name::Password),
    ("passwd", Name::Password),
    ("passphrase", Name::Password),
    ("pwd", Name::Password),
    ("passwort", Name::Password),
    ("secret", Name::Key),
    ("token", Name::Key),
    ("api key", Name::Key),
    ("access key", Name::Key),
    ("account key", Name::Key),
    ("auth key", Name::Key),
    ("private key", Name::Key),
    ("signing key", Name::Key),
    ("encryption key", Name::Key),
    ("master key", Name::Key),
    ("credential", Name::Key),
    ("authorization", Name::Key),
    ("bearer ", Name::Key),
];

/// How far a value may stand behind its name, and how long a name and a value may be.
const BETWEEN: usize = 64;
const LONGEST_NAME: usize = 64;
const LONGEST: usize = 512;

/// Words before a value that say how it is sent.
const SCHEMES: [&[u8]; 3] = [b"Bearer ", b"Basic ", b"token "];

/// What names, and passwords in an address, begin with.
pub(super) const fn mark(mut words: Beginnings) -> Beginnings {
    let mut at = 0;
    while at < NAMES.len() {
        words = words.with(NAMES[at].0.as_bytes(), false);
        at += 1;
    }
    words.with(b"://", true)
}

/// The secret that what stands at `at` is a name of.
pub(super) fn at(text: &[u8], at: usize) -> Option<Range<usize>> {
    if text[at] == b':' {
        return in_address(text, at);
    }
    let rest = &text[at..];
    let (name, length) = NAMES
        .iter()
        .find_map(|&(name, kind)| Some((kind, begins(rest, name)?)))?;
    let end = at + length;
    let name_ends = text[end..].iter().take(LONGEST_NAME);
    let end = end + name_ends.take_while(|&&byte| is_plain(byte)).count();
    let value = value(text, end)?;
    let looks = match value.is_quoted {
        true => looks_secret(&text[value.range.clone()], name),
        false => looks_random(&text[value.range.clone()], 16),
    };
    looks.then_some(value.range)
}

/// How many bytes of `text` at its beginning are `name`.
fn begins(text: &[u8], name: &str) -> Option<usize> {
    let mut length = 0;
    for wanted in name.bytes() {
        let byte = text.get(length).copied();
        if wanted == b' ' {
            length += usize::from(byte.is_some_and(|byte| matches!(byte, b'_' | b'-' | b' ')));
        } else if byte?.to_ascii_lowercase() == wanted {
            length += 1;
        } else {
            return None;
        }
    }
    Some(length)
}

struct Value {
    range: Range<usize>,
    is_quoted: bool,
}

/// What is given to the name that ends at `from`: the next literal, if only a type, signs of
/// assignment and brackets stand between, or else what follows such a sign.
fn value(text: &[u8], from: usize) -> Option<Value> {
    let mut at = from;
    let limit = text.len().min(from + BETWEEN);
    // The quote that closes the name, as in JSON.
    if at < limit && matches!(text[at], b'"' | b'\'' | b'`') {
        at += 1;
    }
    let mut assigned = None;
    while at < limit {
        match text[at] {
            quote @ (b'"' | b'`' | b'\'') if quote != b'\'' || is_literal(text, at) => {
                return literal(text, at, quote);
            }
            b'=' | b':' => {
                at += 1;
                assigned = Some(at);
            }
            b'\n' if assigned.is_none() => return None,
            // Types, calls, keys of maps, and `\` before an inner quote.
            b' ' | b'\t' | b'\r' | b'\n' | b'(' | b'[' | b']' | b',' | b'&' | b'<' | b'>'
            | b'*' | b'?' | b'.' | b'\'' | b'#' | b'\\' | b'-' => at += 1,
            byte if is_plain(byte) => at += 1,
            _ => break,
        }
    }
    let start = assigned?;
    let blanks = text[start..].iter().take(BETWEEN);
    let start = start
        + blanks
            .take_while(|&&byte| byte == b' ' || byte == b'\t')
            .count();
    let start = start + scheme(&text[start..]);
    let ahead = text[start..].iter().take(LONGEST);
    let is_value = |byte: &u8| is_plain(*byte) || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'~');
    let end = start + ahead.take_while(|byte| is_value(byte)).count();
    // A call, a field or a path: no value but the name of one.
    let is_code = text.get(end).is_some_and(|byte| b"(.[:<!".contains(byte));
    (!is_code).then_some(Value {
        range: start..end,
        is_quoted: false,
    })
}

/// Whether the quote at `at` begins a literal and no lifetime of Rust's.
fn is_literal(text: &[u8], at: usize) -> bool {
    if scheme(&text[at + 1..]) > 0 {
        return true;
    }
    let ahead = text[at + 1..].iter().take(LONGEST);
    let mut ahead = ahead.take_while(|&&byte| byte != b'\n' && byte != b' ');
    ahead.any(|&byte| byte == b'\'')
}

/// The literal whose opening quote stands at `at`.
fn literal(text: &[u8], at: usize, quote: u8) -> Option<Value> {
    let mut start = at + 1;
    // Three of them open a longer one; two are an empty one.
    if text[start..].starts_with(&[quote, quote]) {
        start += 2;
    }
    start += scheme(&text[start..]);
    let ahead = &text[start..text.len().min(start + LONGEST)];
    let end = ahead
        .iter()
        .position(|&byte| byte == quote || byte == b'\n');
    // One that is being typed has no end yet.
    let end = match end {
        Some(end) => end,
        None if start + ahead.len() == text.len() => ahead.len(),
        None => return None,
    };
    let escaped = end > 0 && ahead[end - 1] == b'\\';
    Some(Value {
        range: start..start + end - usize::from(escaped),
        is_quoted: true,
    })
}

fn scheme(text: &[u8]) -> usize {
    let scheme = SCHEMES.iter().find(|scheme| text.starts_with(scheme));
    scheme.map_or(0, |scheme| scheme.len())
}

/// The password in an address, as in `postgres://user:password@host`, if `://` stands at
/// `at`.
fn in_address(text: &[u8], at: usize) -> Option<Range<usize>> {
    let rest = &text[at..];
    if !rest.starts_with(b"://") {
        return None;
    }
    let is_name = |byte: &u8| is_plain(*byte) || matches!(byte, b'-' | b'.' | b'%');
    let user = rest[3..].iter().take(LONGEST_NAME);
    let user = user.take_while(|byte| is_name(byte)).count();
    if rest.get(3 + user) != Some(&b':') {
        return None;
    }
    let start = at + 3 + user + 1;
    let ahead = text[start..].iter().take(LONGEST_NAME * 2);
    let is_password = |byte: &u8| byte.is_ascii_graphic() && !b"\"'`/<>@\\".contains(byte);
    let end = start + ahead.take_while(|byte| is_password(byte)).count();
    let ends = text.get(end) == Some(&b'@');
    (ends && looks_secret(&text[start..end], Name::Password)).then_some(start..end)
}

/// Whether the literal `value` of such a name looks like a secret.
fn looks_secret(value: &[u8], name: Name) -> bool {
    if name == Name::Key {
        return looks_random(value, 12);
    }
    if looks_random(value, 12) {
        return true;
    }
    let has = |is: fn(&u8) -> bool| value.iter().any(is);
    let is_text = value.iter().all(u8::is_ascii_graphic);
    if !is_text || value.len() < 6 || different(value) < 5 {
        return false;
    }
    // What is put together, looked up or cut out by something else.
    if value
        .iter()
        .any(|byte| b"{}<>()[]/\\;,`|\"'".contains(byte))
        || b"$%@-.:#*_=&".contains(&value[0])
        || value.windows(2).any(|pair| pair == b"%s" || pair == b"::")
    {
        return false;
    }
    let digit = has(u8::is_ascii_digit);
    let upper = has(u8::is_ascii_uppercase);
    let lower = has(u8::is_ascii_lowercase);
    let sign = has(|byte| b"!@#$%^&*+=?~".contains(byte));
    let joined = has(|byte| matches!(byte, b'_' | b'-' | b'.' | b':' | b' '));
    let of_words = joined && !sign;
    (lower || upper) && (digit || sign) && !of_words
}

/// Whether `value`, of at least so many bytes, is no word, path or pattern, but as good as
/// drawn by lot: letters and digits change often, and few come twice.
fn looks_random(value: &[u8], least: usize) -> bool {
    let is_text = |byte: &u8| is_plain(*byte) || b"+/=-.~!@#$%^&*?".contains(byte);
    if value.len() < least || value.len() > LONGEST || !value.iter().all(is_text) {
        return false;
    }
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = value
        .iter()
        .filter(|byte| byte.is_ascii_alphabetic())
        .count();
    if digits < 1 || letters < 2 || different(value) < 8 {
        return false;
    }
    // Capitals begin words.
    let kind = |byte: u8| match byte {
        b'0'..=b'9' => 1,
        b'a'..=b'z' => 2,
        b'A'..=b'Z' => 3,
        _ => 0,
    };
    let changes = value.windows(2).filter(|pair| {
        let (one, other) = (kind(pair[0]), kind(pair[1]));
        one != 0 && other != 0 && one != other && (one, other) != (3, 2)
    });
    // A single digit may be part of a name, as in `getHttp2Server`.
    let often = if digits > 1 { 5 } else { 4 };
    often * changes.count() >= value.len()
}
