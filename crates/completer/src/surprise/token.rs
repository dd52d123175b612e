//! Text folded into tokens, roughly enough for every language with quotes,
//! comments and infix operators.
//!
//! Owns: where a token begins and ends, and of which kind it is. Must not know
//! any language's grammar, nor what a token costs.

use std::ops::Range;

use language::{Language, WordKind, is_word_byte};

/// What a token is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A name.
    Name,
    /// A word that is no name in most languages.
    Keyword,
    /// A number, `true` or `false`.
    Literal,
    /// An infix operator: one of [`OPERATORS`] between blanks, or of two bytes and more.
    Operator,
    /// A word inside quotes.
    Quoted,
    /// A bracket, a separator, a sign before or after an operand.
    Mark,
}

/// A piece of code. Blanks and comments are in none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Its bytes in the text.
    pub range: Range<usize>,
}

/// What stands between two operands and has others that could stand there.
pub const OPERATORS: [&str; 35] = [
    "===", "!==", "<<=", ">>=", "..=", "**=", "==", "!=", "<=", ">=", "&&", "||", "+=", "-=", "*=",
    "/=", "%=", "^=", "|=", "&=", "<<", ">>", "**", "..", "//", "+", "-", "*", "/", "%", "^", "|",
    "&", "<", ">",
];

/// What is of several bytes and has no alternative.
const MARKS: [&str; 6] = ["...", "->", "=>", "::", ":=", "?."];

/// The tokens of `text`, in order. `language` is an LSP identifier.
pub fn tokens(text: &str, language: &str) -> Vec<Token> {
    let language = language::row(language);
    let mut folder = Folder {
        text: text.as_bytes(),
        at: 0,
        language,
        apostrophes_may_be_none: language.lexis.apostrophes_are_told_by_what_follows(),
        tokens: Vec::new(),
    };
    while let Some(&byte) = folder.text.get(folder.at) {
        folder.fold(byte);
    }
    folder.tokens
}

struct Folder<'a> {
    text: &'a [u8],
    at: usize,
    language: &'static Language,
    /// Whether an apostrophe may be something else than a quote.
    apostrophes_may_be_none: bool,
    tokens: Vec<Token>,
}

impl Folder<'_> {
    fn fold(&mut self, byte: u8) {
        if byte.is_ascii_whitespace() {
            self.at += 1;
            return;
        }
        let rest = &self.text[self.at..];
        if let Some(length) = language::comment_length(rest, &self.language.lexis) {
            self.at += length;
            return;
        }
        match byte {
            b'"' | b'`' => self.quoted(byte),
            b'\'' if self.closes_soon(rest) => self.quoted(byte),
            b'0'..=b'9' => {
                let length = number_length(rest);
                self.push(Kind::Literal, length);
            }
            _ if is_word_byte(byte) => {
                let length = rest.iter().take_while(|&&b| is_word_byte(b)).count();
                let word = &rest[..length];
                let raw = matches!(word, b"r" | b"br");
                let kind = match self.language.words.kind(word) {
                    Some(WordKind::Keyword) => Kind::Keyword,
                    Some(WordKind::Truth) => Kind::Literal,
                    None => Kind::Name,
                };
                self.push(kind, length);
                if raw {
                    self.raw_string();
                }
            }
            _ => self.sign(),
        }
    }

    fn push(&mut self, kind: Kind, length: usize) {
        let range = self.at..self.at + length;
        self.at = range.end;
        self.tokens.push(Token { kind, range });
    }

    /// Whether the quote at the start of `rest` is no lifetime and no apostrophe:
    /// it holds one character, or none that a name could start with, or the
    /// language has neither.
    fn closes_soon(&self, rest: &[u8]) -> bool {
        let line = rest.split(|&byte| byte == b'\n').next().unwrap_or_default();
        let closes = |bytes: &[u8]| bytes.contains(&b'\'');
        match line.get(1) {
            _ if !self.apostrophes_may_be_none => true,
            Some(b'\\') => true,
            // A character is at most 4 bytes long.
            Some(&byte) if is_word_byte(byte) => closes(&line[2..line.len().min(6)]),
            _ => closes(line.get(1..).unwrap_or_default()),
        }
    }

    fn quoted(&mut self, quote: u8) {
        self.push(Kind::Mark, 1);
        while let Some(&byte) = self.text.get(self.at) {
            match byte {
                b'\\' => {
                    // The escaped character is skipped whole.
                    let after = self.text.iter().skip(self.at + 2);
                    let inside = after.take_while(|&&byte| byte & 0xc0 == 0x80).count();
                    self.at = self.text.len().min(self.at + 2 + inside);
                }
                _ if byte == quote => return self.push(Kind::Mark, 1),
                // Only some quotes go on in the next line; a wrong guess ends here.
                b'\n' if quote == b'\'' => return,
                _ => self.inside(byte),
            }
        }
    }

    /// The string after `r`, if there is one.
    fn raw_string(&mut self) {
        let rest = &self.text[self.at..];
        let hashes = rest.iter().take_while(|&&byte| byte == b'#').count();
        if rest.get(hashes) != Some(&b'"') {
            return;
        }
        let closer = [b"\"".as_slice(), &b"#".repeat(hashes)].concat();
        self.at += hashes + 1;
        while let Some(&byte) = self.text.get(self.at) {
            if self.text[self.at..].starts_with(&closer) {
                self.at += closer.len();
                return;
            }
            self.inside(byte);
        }
    }

    /// One byte or word between quotes.
    fn inside(&mut self, byte: u8) {
        if !is_word_byte(byte) {
            self.at += 1;
            return;
        }
        let rest = &self.text[self.at..];
        let length = rest.iter().take_while(|&&b| is_word_byte(b)).count();
        self.push(Kind::Quoted, length);
    }

    fn sign(&mut self) {
        let rest = &self.text[self.at..];
        let of = |signs: &[&str]| {
            let found = signs.iter().find(|sign| rest.starts_with(sign.as_bytes()));
            found.map(|sign| sign.len())
        };
        if let Some(length) = of(&MARKS) {
            return self.push(Kind::Mark, length);
        }
        let Some(length) = of(&OPERATORS) else {
            return self.push(Kind::Mark, 1);
        };
        let blank = |byte: Option<&u8>| byte.is_some_and(|&byte| byte == b' ' || byte == b'\n');
        let before = self.at.checked_sub(1).and_then(|at| self.text.get(at));
        let between_blanks = blank(before) && blank(rest.get(length));
        let range = rest[..length].starts_with(b"..");
        if between_blanks || range {
            self.push(Kind::Operator, length);
        } else {
            // A sign of an operand or of a type: `&&x`, `Vec<Vec<u8>>`.
            self.push(Kind::Mark, 1);
        }
    }
}

/// Bytes of the number that `rest` starts with.
fn number_length(rest: &[u8]) -> usize {
    let mut length = 0;
    while let Some(&byte) = rest.get(length) {
        // `1.5`, but neither `1..5` nor `1.max(5)`.
        let point = byte == b'.' && rest.get(length + 1).is_some_and(u8::is_ascii_digit);
        if !is_word_byte(byte) && !point {
            break;
        }
        length += 1;
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words as they are, `#number`, `<operator>`, `"quoted`; no marks.
    #[track_caller]
    fn check(language: &str, text: &str, expected: &str) {
        let rendered = tokens(text, language).into_iter().filter_map(|token| {
            let text = &text[token.range];
            match token.kind {
                Kind::Name | Kind::Keyword => Some(text.to_owned()),
                Kind::Literal => Some(format!("#{text}")),
                Kind::Operator => Some(format!("<{text}>")),
                Kind::Quoted => Some(format!("\"{text}")),
                Kind::Mark => None,
            }
        });
        let rendered: Vec<String> = rendered.collect();
        assert_eq!(rendered.join(" "), expected);
    }

    #[test]
    fn names_numbers_and_operators_are_told_apart() {
        check(
            "rust",
            "let x_1 = a + 0xff_u8 * 1.5;",
            "let x_1 a <+> #0xff_u8 <*> #1.5",
        );
        check(
            "rust",
            "if a.0 <= größe && b != 2 {",
            "if a #0 <<=> größe <&&> b <!=> #2",
        );
        check(
            "rust",
            "for i in 0..10 { 1.max(2) }",
            "for i in #0 <..> #10 #1 max #2",
        );
        check("rust", "x <<= 1; y ..= 3", "x <<<=> #1 y <..=> #3");
    }

    #[test]
    fn signs_of_types_and_operands_are_no_operators() {
        check(
            "rust",
            "fn f(v: &mut Vec<Vec<u8>>) -> &T { *v }",
            "fn f v mut Vec Vec u8 T v",
        );
        check("rust", "|a| -a => b::c", "a a b c");
    }

    #[test]
    fn comments_are_in_no_token() {
        check("rust", "a /* b\n c */ d // e\nf", "a d f");
        check("python", "a # b\nc // d", "a c <//> d");
        check("rust", "a /* never closed", "a");
    }

    #[test]
    fn strings_come_in_words() {
        check("rust", r#"f("one two\n", x)"#, "f \"one \"two x");
        check("rust", r##"f(r#"a "b" c"#, d)"##, "f r \"a \"b \"c d");
        check("python", "f('it', \"don't\")", "f \"it \"don \"t");
        check("rust", "fn f<'a>(x: &'a str) { 'b' }", "fn f a x a str \"b");
        check("rust", "\"never closed", "\"never \"closed");
    }

    #[test]
    fn tokens_are_in_order_and_within_the_text() {
        let text = "fn f<'a>(s: &'a str) -> u8 { s.len() as u8 + b'\\'' /* é */ }\n\"\\éa \\é\"\"";
        let mut end = 0;
        for token in tokens(text, "rust") {
            assert!(end <= token.range.start && token.range.start < token.range.end);
            end = token.range.end;
            assert!(text.get(token.range).is_some());
        }
        assert!(end <= text.len());
    }
}
