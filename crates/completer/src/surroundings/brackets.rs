//! Brackets around a cursor: whether they still match once a text stands there.
//!
//! Read by the language's lexis, so brackets in strings and comments do not count.
//! Owns: what is open at the cursor, what the rest of its line closes. Must not
//! know where a text comes from.

use language::{Language, Lexer, Mode};

/// Bytes of the rest of a line that are looked at.
const LONGEST_REST: usize = 256;

/// Bytes before the cursor that are looked at.
pub(crate) const REACH: usize = 4096;

/// A bracket that was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Opener {
    /// What closes it.
    closer: u8,
    /// Whether it was opened on the cursor's line, or behind the cursor.
    here: bool,
}

/// A text read up to some place, bracket by bracket.
#[derive(Clone, Debug)]
struct Reading {
    language: &'static Language,
    lexer: Lexer,
    /// Innermost last.
    open: Vec<Opener>,
    /// The fewest that were open since [`Reading::from_here`].
    fewest: usize,
    /// How many openers of earlier lines were closed since then.
    outer: usize,
    /// How many closers since then close nothing, or what another opener opened.
    wrong: usize,
    /// Whether nothing stands before what was read. If something does, a closer
    /// without an opener may belong to that.
    whole: bool,
}

impl Reading {
    /// Takes the piece that `rest` begins with, and says how long it is and whether
    /// a text can be cut inside of it.
    fn piece(&mut self, rest: &[u8], here: bool) -> (usize, bool) {
        let mode = self.lexer.mode();
        let length = self.lexer.advance(rest);
        let is_code = mode == Mode::Code && self.lexer.mode() == Mode::Code;
        if is_code && length == 1 {
            self.bracket(rest[0], here);
        }
        (length, is_code)
    }

    fn bracket(&mut self, byte: u8, here: bool) {
        let mut brackets = self.language.lexis.brackets.iter();
        let pair = brackets.find(|&&(open, close)| byte == open || byte == close);
        let Some(&(open, closer)) = pair else {
            return;
        };
        if byte == open {
            self.open.push(Opener { closer, here });
            return;
        }
        match self.open.last() {
            Some(last) if last.closer == closer => {
                self.outer += usize::from(!last.here);
                self.open.pop();
                self.fewest = self.fewest.min(self.open.len());
            }
            None if !self.whole => self.outer += 1,
            _ => self.wrong += 1,
        }
    }

    /// Brackets opened on this line that are open.
    fn left(&self) -> usize {
        self.open.iter().filter(|opener| opener.here).count()
    }
}

/// The brackets around a cursor.
#[derive(Clone, Debug)]
pub(crate) struct Brackets<'a> {
    /// At the cursor.
    before: Reading,
    /// The rest of the line, up to what closes a bracket of an earlier line. That
    /// will come to stand on a line of its own.
    rest: &'a [u8],
    /// Whether the rest goes on with such a closer.
    closes_outer: bool,
    /// At the end of `rest` where nothing is put before it.
    unchanged: Reading,
}

impl<'a> Brackets<'a> {
    /// Those around the cursor between `before` and `rest`, which is that of its
    /// line. A text that is not longer than [`REACH`] is taken for the whole document.
    pub(crate) fn new(language: &'static Language, before: &[u8], rest: &'a str) -> Self {
        let whole = before.len() <= REACH;
        let before = tail(before);
        let line = before.iter().rposition(|&byte| byte == b'\n');
        let line = line.map_or(0, |feed| feed + 1);
        let mut reading = Reading {
            language,
            lexer: Lexer::new(&language.lexis),
            open: Vec::new(),
            fewest: 0,
            outer: 0,
            wrong: 0,
            // Before the cursor the text may be wrong, and is taken as it is.
            whole,
        };
        let mut at = 0;
        while at < before.len() {
            at += reading.piece(&before[at..], at >= line).0;
        }
        reading.fewest = reading.open.len();
        (reading.outer, reading.wrong) = (0, 0);
        let rest = rest.trim_ascii().as_bytes();
        let rest = &rest[..rest.len().min(LONGEST_REST)];
        let (mut unchanged, mut end) = (reading.clone(), 0);
        let mut closes_outer = false;
        while end < rest.len() {
            let earlier = unchanged.clone();
            let length = unchanged.piece(&rest[end..], true).0;
            if unchanged.outer > 0 {
                (unchanged, closes_outer) = (earlier, true);
                break;
            }
            end += length;
        }
        Self {
            before: reading,
            rest: rest[..end.min(rest.len())].trim_ascii(),
            closes_outer,
            unchanged,
        }
    }

    /// Where the cursor is: in code, in a comment or in a string.
    pub(crate) fn mode(&self) -> Mode {
        self.before.lexer.mode()
    }

    /// Whether nothing follows on the line but what closes brackets of earlier lines.
    pub(crate) fn ends_line(&self) -> bool {
        self.rest.is_empty()
    }

    /// Whether the brackets of the line match.
    pub(crate) fn is_balanced(&self) -> bool {
        let reading = &self.unchanged;
        reading.wrong == 0 && reading.left() == 0 && !reading.lexer.mode().is_string()
    }

    /// For each length of `text` up to its own whether as much of it can stand at the
    /// cursor.
    ///
    /// Where nothing follows on the line, brackets may be left open, as they are
    /// while a line is typed. Where something follows, no more of them than
    /// without the text. Neither way may one be closed that is not open.
    pub(crate) fn allowed(&self, text: &str) -> Vec<bool> {
        let bytes = text.as_bytes();
        let mut allowed = Vec::with_capacity(bytes.len() + 1);
        let mut reading = self.before.clone();
        allowed.push(true);
        let mut at = 0;
        while at < bytes.len() {
            let before = allowed[at];
            let (length, is_code) = reading.piece(&bytes[at..], true);
            let inside = (is_code && before) || (self.rest.is_empty() && length > 1 && before);
            allowed.resize(at + length, inside);
            at += length;
            allowed.push(self.allows(&reading));
        }
        allowed
    }

    /// Whether what was read up to the cursor and then `text` can stand before the rest.
    fn allows(&self, reading: &Reading) -> bool {
        if reading.wrong > 0 {
            return false;
        }
        if self.rest.is_empty() {
            return reading.outer == 0 || !self.closes_outer;
        }
        if reading.outer > 0 {
            return false;
        }
        let mode = self.before.lexer.mode();
        let as_before = reading.lexer.mode() == mode;
        let touched = reading.fewest < self.before.open.len();
        if as_before && !touched && reading.open.len() == self.before.open.len() {
            return true;
        }
        let mut after = reading.clone();
        let mut at = 0;
        while at < self.rest.len() {
            at += after.piece(&self.rest[at..], true).0;
        }
        let ends_string =
            self.unchanged.lexer.mode().is_string() && !after.lexer.mode().is_string();
        (as_before || ends_string)
            && after.outer == 0
            && after.wrong <= self.unchanged.wrong
            && after.left() <= self.unchanged.left()
    }
}

/// The last [`REACH`] bytes of `before`, from the start of a line on.
fn tail(before: &[u8]) -> &[u8] {
    let Some(from) = before.len().checked_sub(REACH).filter(|&from| from > 0) else {
        return before;
    };
    let feed = before[from..].iter().position(|&byte| byte == b'\n');
    &before[feed.map_or(from, |feed| from + feed + 1)..]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `before⟨text⟩rest`: whether all of the text can stand there, and whether the
    /// line was balanced without it.
    fn judged(language: &str, fixture: &str) -> (bool, bool) {
        let (before, rest) = fixture.split_once('⟨').expect("a text");
        let (text, rest) = rest.split_once('⟩').expect("the text's end");
        let language = language::row(language);
        let brackets = Brackets::new(language, before.as_bytes(), rest);
        (brackets.allowed(text)[text.len()], brackets.is_balanced())
    }

    #[track_caller]
    fn check(language: &str, fixture: &str, expect: bool) {
        assert_eq!(judged(language, fixture).0, expect, "{fixture}");
    }

    #[test]
    fn a_text_closes_what_it_opens() {
        check("rust", "    assert!(!s.is_e⟨mpty(⟩);", false);
        check("rust", "    assert!(!s.is_e⟨mpty()⟩);", true);
        check("rust", "    assert!(!s.is_e⟨mpty())⟩);", false);
        check("rust", "Some(HashMap::n⟨ew(⟩);", false);
        check("rust", "Some(HashMap::n⟨ew()⟩);", true);
        check("python", "print(len(a⟨[0⟩))", false);
        check("python", "print(len(a⟨[0]⟩))", true);
        check("typescript", "call(() => ⟨{ a(); ⟩);", false);
        check("typescript", "call(() => ⟨{ a(); }⟩);", true);
        check("c", "if (strcmp⟨(a, b) == 0⟩) {", true);
        check("c", "if (strcmp⟨(a, b⟩) {", false);
        check("go", "x := f(⟨map[string]int{⟩)", false);
        check("go", "x := f(⟨map[string]int{}⟩)", true);
    }

    #[test]
    fn strings_and_comments_count_as_such() {
        check("rust", "f(⟨\"(\"⟩);", true);
        check("rust", "f(⟨'('⟩);", true);
        check("rust", "f(⟨\")\"⟩);", true);
        check("rust", "f(⟨a /* ( */⟩);", true);
        check("rust", "f(⟨\"a⟩);", false);
        check("rust", "f(⟨a // b⟩);", false);
        check("python", "f(⟨'#', '('⟩)  # (", true);
        check("python", "s = \"⟨(⟩\"", true);
        check("python", "s = \"⟨a\"⟩\"", false);
        check("typescript", "f(⟨`(`⟩)", true);
        check("c", "f(⟨'(', \"[\"⟩);", true);
        check("go", "f(⟨`(`, '['⟩)", true);
        check("go", "// f(⟨a, g(⟩)", true);
    }

    #[test]
    fn while_a_line_is_typed_brackets_are_open() {
        for language in ["rust", "python", "typescript", "c"] {
            check(language, "    x = f(⟨g(a⟩", true);
            check(language, "    x = ⟨f(⟩", true);
            check(language, "    x = f(a⟨)⟩", true);
            check(language, "    x = f(a⟨]⟩", false);
            check(language, "    x = a⟨)⟩", false);
        }
    }

    #[test]
    fn a_line_that_was_not_balanced_may_become_so() {
        check("rust", "[f(⟨a), b⟩]", true);
        check("rust", "f(⟨a) + 1⟩;", true);
        check("c", "f(g(⟨a)⟩);", true);
        check("c", "f(g(⟨a(⟩);", false);
        check("typescript", "items.push⟨(⟩item);", true);
        check("python", "print(\"a⟨b\"⟩)", true);
    }

    #[test]
    fn what_closes_a_bracket_of_an_earlier_line_is_not_the_lines() {
        check("rust", "fn f() {\n    ⟨g(⟩}", true);
        check("rust", "fn f() {\n    ⟨g();\n}⟩}", false);
        check("rust", "fn f() {\n    g(⟨a⟩); }", true);
        check("rust", "fn f() {\n    g(⟨h(⟩); }", false);
        check("typescript", "f(() => {\n    ⟨g(⟩});", true);
        check("c", "void f(void) {\n  ⟨}⟩", true);
    }

    #[test]
    fn balance_is_that_of_the_line() {
        let balanced = |language: &str, fixture: &str| judged(language, fixture).1;
        assert!(balanced("rust", "f(⟨⟩);"));
        assert!(balanced("rust", "fn f() {\n    g(⟨⟩);}"));
        assert!(!balanced("rust", "f(⟨⟩"));
        assert!(!balanced("rust", "f⟨⟩);"));
        assert!(!balanced("python", "f('⟨⟩)"));
    }

    #[test]
    fn what_is_far_before_the_cursor_may_be_closed() {
        let language = language::row("rust");
        let far = "x;\n".repeat(REACH / 3 + 1);
        for (before, expect) in [("a", false), (&far, true)] {
            let brackets = Brackets::new(language, before.as_bytes(), "");
            assert_eq!(brackets.allowed("}")[1], expect);
        }
    }
}
