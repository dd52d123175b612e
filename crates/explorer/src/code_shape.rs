//! Strings, comments and brackets in code, as far as a look at single
//! characters tells them apart. No parser: it has to do with any text.

/// What a place behind a byte lies in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// Brackets that are open.
    pub(crate) depth: usize,
    /// Within a string or character literal.
    pub(crate) in_string: bool,
    /// Within a comment.
    pub(crate) in_comment: bool,
}

/// How a language writes comments and strings.
struct Lexis {
    line_comments: &'static [&'static str],
    block_comments: &'static [(&'static str, &'static str)],
    /// Strings that may span lines; tried before the others.
    long_strings: &'static [&'static str],
    /// Strings that end with their line at the latest.
    quotes: &'static [u8],
    /// Whether `'` begins a literal only where a `'` ends it one character on:
    /// Rust's lifetimes.
    has_lifetimes: bool,
}

const C_LIKE: Lexis = Lexis {
    line_comments: &["//"],
    block_comments: &[("/*", "*/")],
    long_strings: &["\"\"\"", "`"],
    quotes: b"\"'",
    has_lifetimes: false,
};

const RUST: Lexis = Lexis {
    long_strings: &["\""],
    quotes: b"'",
    has_lifetimes: true,
    ..C_LIKE
};

const HASHED: Lexis = Lexis {
    line_comments: &["#"],
    block_comments: &[],
    long_strings: &["\"\"\"", "'''"],
    quotes: b"\"'",
    has_lifetimes: false,
};

const PROSE: Lexis = Lexis {
    line_comments: &[],
    block_comments: &[],
    long_strings: &[],
    quotes: b"\"",
    has_lifetimes: false,
};

fn lexis(language: &str) -> &'static Lexis {
    match language {
        "rust" => &RUST,
        "python" | "ruby" | "shellscript" | "toml" | "yaml" | "makefile" => &HASHED,
        "plaintext" | "markdown" | "html" | "xml" => &PROSE,
        _ => &C_LIKE,
    }
}

/// Where the reader is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Code,
    LineComment,
    /// Until this ends it.
    BlockComment(&'static str),
    /// Until this ends it, or the line does.
    Quoted(u8),
    /// Until this ends it.
    LongString(&'static str),
}

/// What each place behind a byte of `text` lies in.
pub(crate) fn shape(text: &[u8], language: &str) -> Vec<Place> {
    let lexis = lexis(language);
    let mut places = Vec::with_capacity(text.len());
    let mut mode = Mode::Code;
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let length = match mode {
            Mode::Code => {
                let (next, length) = open(rest, lexis);
                mode = next;
                if mode == Mode::Code {
                    match rest[0] {
                        b'(' | b'[' | b'{' => depth += 1,
                        b')' | b']' | b'}' => depth = depth.saturating_sub(1),
                        _ => {}
                    }
                }
                length
            }
            Mode::LineComment => {
                if rest[0] == b'\n' {
                    mode = Mode::Code;
                }
                1
            }
            Mode::BlockComment(end) => close(rest, end, &mut mode),
            Mode::LongString(_) | Mode::Quoted(_) if rest[0] == b'\\' => rest.len().min(2),
            Mode::LongString(end) => close(rest, end, &mut mode),
            Mode::Quoted(quote) => {
                if rest[0] == quote || rest[0] == b'\n' {
                    mode = Mode::Code;
                }
                1
            }
        };
        let place = Place {
            depth,
            in_string: matches!(mode, Mode::Quoted(_) | Mode::LongString(_)),
            in_comment: matches!(mode, Mode::LineComment | Mode::BlockComment(_)),
        };
        places.resize(at + length, place);
        at += length;
    }
    places
}

/// What begins at the start of `rest`, and the bytes that say so.
fn open(rest: &[u8], lexis: &Lexis) -> (Mode, usize) {
    let begins = |with: &str| rest.starts_with(with.as_bytes());
    if let Some(mark) = lexis.line_comments.iter().find(|mark| begins(mark)) {
        return (Mode::LineComment, mark.len());
    }
    if let Some((mark, end)) = lexis.block_comments.iter().find(|(mark, _)| begins(mark)) {
        return (Mode::BlockComment(end), mark.len());
    }
    if let Some(mark) = lexis.long_strings.iter().find(|mark| begins(mark)) {
        return (Mode::LongString(mark), mark.len());
    }
    let byte = rest[0];
    if byte == b'\'' && lexis.has_lifetimes && !is_character(rest) {
        return (Mode::Code, 1);
    }
    if lexis.quotes.contains(&byte) {
        return (Mode::Quoted(byte), 1);
    }
    (Mode::Code, 1)
}

/// Goes past `end` where `rest` starts with it, else past one byte.
fn close(rest: &[u8], end: &str, mode: &mut Mode) -> usize {
    if rest.starts_with(end.as_bytes()) {
        *mode = Mode::Code;
        return end.len();
    }
    1
}

/// Whether `rest`, which begins with `'`, is a character literal.
fn is_character(rest: &[u8]) -> bool {
    match rest.get(1) {
        Some(b'\\') => true,
        // A character has up to four bytes.
        Some(_) => {
            let after = rest.iter().skip(2).take(4);
            let ends = after.clone().position(|&byte| byte == b'\'');
            ends.is_some_and(|end| after.take(end).all(|&byte| byte >= 0x80))
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `s` in strings, `c` in comments, else the depth.
    #[track_caller]
    fn check(language: &str, text: &str, expected: &str) {
        let places = shape(text.as_bytes(), language);
        let letter = |place: &Place| match (place.in_string, place.in_comment) {
            (true, _) => 's',
            (_, true) => 'c',
            _ => char::from_digit(place.depth as u32, 10).unwrap(),
        };
        let shown: String = places.iter().map(letter).collect();
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        check("rust", "f(\"(\")", "01ss10");
        check("rust", "{ // }\n}", "11cccc10");
        check("rust", "[/*]*/]", "1ccc110");
    }

    #[test]
    fn rust_has_lifetimes_and_strings_over_lines() {
        check("rust", "&'a (", "00001");
        check("rust", "'(' '\\'' 'é'", "ss00sss00sss0");
        check("rust", "\"a\n\\\"\"", "sssss0");
    }

    #[test]
    fn languages_differ_in_their_comments() {
        check("python", "# (\n(", "ccc01");
        check("java", "// (\n(", "cccc01");
    }

    #[test]
    fn an_unfinished_quote_ends_with_its_line() {
        check("java", "\"a\n(", "ss01");
    }
}
