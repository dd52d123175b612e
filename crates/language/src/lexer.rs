//! Code, comment or string: a text taken piece by piece, driven by a language's
//! [`Lexis`].
//!
//! No parser, and never an error: it has to do with any text, and with any part of
//! one. What it has to remember is one small value, so that reading can stop at any
//! piece and go on from there.

use crate::lexis::{BlockComment, Fence, Lexis, Quote};
use crate::word::is_word_byte;

/// Where the reader is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Neither in a comment nor in a literal.
    #[default]
    Code,
    /// In a comment that ends with its line.
    LineComment,
    /// In a comment, or in this many.
    BlockComment(&'static BlockComment, usize),
    /// In a string or character literal.
    Quoted(&'static Quote),
    /// In a comment between fences of this length.
    FencedComment(&'static Fence, usize),
    /// In a string between fences of this length.
    FencedString(&'static Fence, usize),
}

impl Mode {
    /// Whether it is a comment.
    pub fn is_comment(self) -> bool {
        matches!(
            self,
            Self::LineComment | Self::BlockComment(..) | Self::FencedComment(..)
        )
    }

    /// Whether it is a string or character literal.
    pub fn is_string(self) -> bool {
        matches!(self, Self::Quoted(_) | Self::FencedString(..))
    }
}

/// Reads a text from its start, or from where another left off.
#[derive(Clone, Copy, Debug)]
pub struct Lexer {
    lexis: &'static Lexis,
    mode: Mode,
}

impl Lexer {
    /// A reader of `lexis` in code.
    pub fn new(lexis: &'static Lexis) -> Self {
        Self {
            lexis,
            mode: Mode::Code,
        }
    }

    /// What the next byte is in, unless it begins something.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Takes the piece that `rest` begins with, which is all that is left of the
    /// text, and says how long it is: a mark, a word, an escape, or one byte.
    /// None is 0 bytes long but at the end of the text.
    pub fn advance(&mut self, rest: &[u8]) -> usize {
        let Some(&first) = rest.first() else {
            return 0;
        };
        let (mode, length) = match self.mode {
            Mode::Code => begin(rest, self.lexis),
            Mode::LineComment if first == b'\n' => (Mode::Code, 1),
            Mode::BlockComment(block, depth) => in_block(rest, block, depth),
            Mode::Quoted(quote) => in_quotes(rest, quote),
            Mode::FencedComment(fence, level) | Mode::FencedString(fence, level) => {
                match closing_length(rest, fence, level) {
                    Some(length) => (Mode::Code, length),
                    None => (self.mode, 1),
                }
            }
            Mode::LineComment => (self.mode, 1),
        };
        self.mode = mode;
        length
    }
}

/// Bytes of the comment that `rest` begins with, without the line end of one that
/// ends with its line; `None` if it begins with none.
pub fn comment_length(rest: &[u8], lexis: &'static Lexis) -> Option<usize> {
    let mut lexer = Lexer::new(lexis);
    let mut length = lexer.advance(rest);
    if !lexer.mode().is_comment() {
        return None;
    }
    while lexer.mode().is_comment() && length < rest.len() {
        if lexer.mode() == Mode::LineComment && rest[length] == b'\n' {
            break;
        }
        length += lexer.advance(&rest[length..]);
    }
    Some(length)
}

/// What begins at the start of `rest`, and the bytes that say so.
fn begin(rest: &[u8], lexis: &'static Lexis) -> (Mode, usize) {
    let begins = |with: &str| rest.starts_with(with.as_bytes());
    for fence in lexis.fenced_comments {
        if let Some((level, length)) = opening(rest, fence) {
            return (Mode::FencedComment(fence, level), length);
        }
    }
    for block in lexis.block_comments {
        if begins(block.open) {
            return (Mode::BlockComment(block, 1), block.open.len());
        }
    }
    if let Some(mark) = lexis.line_comments.iter().find(|mark| begins(mark)) {
        return (Mode::LineComment, mark.len());
    }
    for fence in lexis.fenced_strings {
        if let Some((level, length)) = opening(rest, fence) {
            return (Mode::FencedString(fence, level), length);
        }
    }
    let quote = lexis.quotes.iter().find(|quote| begins(quote.mark));
    if let Some(quote) = quote
        && (!quote.one_character || is_character(rest))
    {
        return (Mode::Quoted(quote), quote.mark.len());
    }
    // A word is taken whole, so that the end of one begins nothing.
    let in_word = |byte: &&u8| is_word_byte(**byte) || lexis.in_words.contains(*byte);
    let word = match is_word_byte(rest[0]) {
        true => rest.iter().take_while(in_word).count(),
        false => 0,
    };
    (Mode::Code, word.max(1))
}

fn in_block(rest: &[u8], block: &'static BlockComment, depth: usize) -> (Mode, usize) {
    if rest.starts_with(block.close.as_bytes()) {
        let mode = match depth {
            1 => Mode::Code,
            _ => Mode::BlockComment(block, depth - 1),
        };
        return (mode, block.close.len());
    }
    if block.nests && rest.starts_with(block.open.as_bytes()) {
        return (Mode::BlockComment(block, depth + 1), block.open.len());
    }
    (Mode::BlockComment(block, depth), 1)
}

fn in_quotes(rest: &[u8], quote: &'static Quote) -> (Mode, usize) {
    if quote.escapes && rest[0] == b'\\' {
        // The escaped character is taken whole.
        let more = rest
            .iter()
            .skip(2)
            .take_while(|&&byte| is_inside_character(byte));
        return (Mode::Quoted(quote), rest.len().min(2 + more.count()));
    }
    if rest.starts_with(quote.mark.as_bytes()) {
        return (Mode::Code, quote.mark.len());
    }
    if rest[0] == b'\n' && !quote.spans_lines {
        return (Mode::Code, 1);
    }
    (Mode::Quoted(quote), 1)
}

/// Whether `byte` is one of a character's bytes beyond the first.
fn is_inside_character(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

/// Level and length of the opening fence that `rest` begins with.
fn opening(rest: &[u8], fence: &Fence) -> Option<(usize, usize)> {
    let after = rest.strip_prefix(fence.open.as_bytes())?;
    let level = after.iter().take_while(|&&byte| byte == fence.fill).count();
    let begins = after[level..].starts_with(fence.then.as_bytes());
    begins.then_some((level, fence.open.len() + level + fence.then.len()))
}

/// Length of the closing fence of this level that `rest` begins with.
fn closing_length(rest: &[u8], fence: &Fence, level: usize) -> Option<usize> {
    let after = rest.strip_prefix(fence.close.as_bytes())?;
    let fill = after.get(..level)?;
    let closes = fill.iter().all(|&byte| byte == fence.fill)
        && after[level..].starts_with(fence.end.as_bytes());
    closes.then_some(fence.close.len() + level + fence.end.len())
}

/// Whether `rest`, which begins with a quote, is a character literal.
fn is_character(rest: &[u8]) -> bool {
    match rest.get(1) {
        Some(b'\\') => true,
        // A character has up to four bytes.
        Some(_) => {
            let after = rest.iter().skip(2).take(4);
            let ends = after.clone().position(|&byte| byte == rest[0]);
            ends.is_some_and(|end| after.take(end).all(|&byte| byte >= 0x80))
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row;

    /// What each byte of `text` belongs to: `s` a string, `c` a comment, `.` code.
    /// A mark belongs to what it begins or ends.
    #[track_caller]
    fn check(language: &str, text: &str, expected: &str) {
        let mut lexer = Lexer::new(&row(language).lexis);
        let mut shown = String::new();
        while shown.len() < text.len() {
            let before = lexer.mode();
            let length = lexer.advance(&text.as_bytes()[shown.len()..]);
            let either = |is: fn(Mode) -> bool| is(before) || is(lexer.mode());
            let letter = match () {
                () if text[shown.len()..].starts_with('\n') => "\n",
                () if either(Mode::is_string) => "s",
                () if either(Mode::is_comment) => "c",
                () => ".",
            };
            shown.push_str(&letter.repeat(length));
        }
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn rust() {
        check("rust", "a // b\nc", "..cccc\n.");
        check("rust", "/* a /* b */ c */ d", "ccccccccccccccccc..");
        check("rust", "&'a ('x', '\\'')", ".....sss..ssss.");
        check("rust", "r#\"a\" b\"#; c", "sssssssss...");
        check("rust", "for\"a\" br\"\\\"", "...sss.sssss");
        check("rust", "r#fn \"a\\\"\" b", ".....sssss..");
    }

    #[test]
    fn python_and_other_hashes() {
        check("python", "'''a\nb''' # c", "ssss\nssss.ccc");
        check("python", "f('a # b', 1) // 2", "..sssssss.........");
        check("shellscript", "a # b", "..ccc");
    }

    #[test]
    fn languages_of_braces() {
        check("typescript", "`a\nb` 'c' // d", "ss\nss.sss.cccc");
        check("go", "`\\` + '\\''", "sss...ssss");
        check("cpp", "1'000'000 + 'a'", "............sss");
        check("css", "a-b { /* c */ } // d", "......ccccccc.......");
        check("php", "$a = 'b'; # c", ".....sss..ccc");
    }

    #[test]
    fn kotlin() {
        check("kotlin", "/* a /* b */ */ val c", "ccccccccccccccc......");
        check("kotlin", "\"\"\"a\\\"\"\" + 'b'", "ssssssss...sss");
        check("kotlin", "\"${a}\" // b", "ssssss.cccc");
    }

    #[test]
    fn lua() {
        check("lua", "a -- b\nc", "..cccc\n.");
        check("lua", "--[[ a\n]] b", "cccccc\ncc..");
        check("lua", "--[==[ a ]] b ]==] c", "cccccccccccccccccc..");
        check("lua", "[[a\n]] .. t[a[1]]", "sss\nss...........");
        check("lua", "[=[a]]]=] 'b' \"c\"", "sssssssss.sss.sss");
    }

    #[test]
    fn haskell_names_end_in_apostrophes() {
        check(
            "haskell",
            "foldl' (' ') {- a {- b -} -}",
            "........sss..ccccccccccccccc",
        );
    }

    #[test]
    fn comments_have_a_length() {
        let length = |id: &str, text: &str| comment_length(text.as_bytes(), &row(id).lexis);
        assert_eq!(length("rust", "// a\nb"), Some(4));
        assert_eq!(length("rust", "/* a */ b"), Some(7));
        assert_eq!(length("rust", "/* never closed"), Some(15));
        assert_eq!(length("python", "// a"), None);
        assert_eq!(length("lua", "--[[ a ]] b"), Some(9));
        assert_eq!(length("lua", ""), None);
    }

    #[test]
    fn reading_can_stop_and_go_on() {
        let text = b"a(\"b\\\"(\") /* ( */ [";
        let mut whole = Lexer::new(&row("rust").lexis);
        let mut at = 0;
        while at < text.len() {
            let mut again = whole;
            let length = whole.advance(&text[at..]);
            assert_eq!(again.advance(&text[at..]), length);
            assert_eq!(again.mode(), whole.mode());
            at += length;
        }
        assert_eq!(at, text.len());
    }
}
