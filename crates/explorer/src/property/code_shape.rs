//! Strings, comments and brackets at every place of a text, in any language.
//!
//! Owns: how deep brackets are open. Must not know how a language writes anything.

use language::{Lexer, Mode};

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

/// What each place behind a byte of `text` lies in.
pub(crate) fn shape(text: &[u8], language: &str) -> Vec<Place> {
    let lexis = &language::row(language).lexis;
    let mut lexer = Lexer::new(lexis);
    let mut places = Vec::with_capacity(text.len());
    let mut depth = 0_usize;
    while let Some(&first) = text.get(places.len()) {
        let is_code = lexer.mode() == Mode::Code;
        let length = lexer.advance(&text[places.len()..]);
        let mode = lexer.mode();
        if is_code && mode == Mode::Code {
            match first {
                _ if lexis.opens(first) => depth += 1,
                _ if lexis.closes(first) => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        let place = Place {
            depth,
            in_string: mode.is_string(),
            in_comment: mode.is_comment(),
        };
        places.resize(places.len() + length, place);
    }
    places
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
    fn raw_strings_end_where_their_hashes_do() {
        check("rust", "(r#\"a\"(\"#)", "1ssssss110");
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
