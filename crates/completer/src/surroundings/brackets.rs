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
    /// Whether the last that was read is an opener, comments and blanks aside: it opens a
    /// block if it ends the line.
    opens_block: bool,
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
        let solid = !rest[..length].trim_ascii().is_empty();
        if solid && !mode.is_comment() && !self.lexer.mode().is_comment() {
            self.opens_block = is_code && length == 1 && self.language.lexis.opens(rest[0]);
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

    /// Whether `closer` closes the innermost bracket that an earlier line left open. On a
    /// line that is still being typed, brackets of its own are open as well.
    fn has_outer(&self, closer: u8) -> bool {
        let outer = self.open.iter().rev().find(|opener| !opener.here);
        outer.map_or(!self.whole, |outer| outer.closer == closer)
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
            opens_block: false,
            // Before the cursor the text may be wrong, and is taken as it is.
            whole,
        };
        let mut at = 0;
        while at < before.len() {
            let left = &before[at..];
            at += match reading.lexer.mode() {
                // What says nothing is most of a text, and this is done at every key.
                Mode::Code if left[0].is_ascii_whitespace() => 1,
                Mode::LineComment if left[0] != b'\n' => {
                    let feed = left.iter().position(|&byte| byte == b'\n');
                    feed.unwrap_or(left.len())
                }
                _ => reading.piece(left, at >= line).0,
            };
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
            let crosses = unchanged.wrong > earlier.wrong && earlier.has_outer(rest[end]);
            if unchanged.outer > 0 || crosses {
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

    /// Whether the brackets of the line match, but for those around a block that opens at
    /// its end.
    pub(crate) fn is_balanced(&self) -> bool {
        let reading = &self.unchanged;
        let match_up = reading.left() == 0 || reading.opens_block;
        reading.wrong == 0 && match_up && !reading.lexer.mode().is_string()
    }

    /// For each length of `text` up to its own whether as much of it can stand at the
    /// cursor.
    ///
    /// Where nothing follows on the line, brackets and strings may be left open, as they
    /// are while a line is typed, and so may they where those of the line do not match
    /// yet. On a line that is whole none may. Neither way may one be closed that is
    /// not open.
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
        let own = reading.open.len() > reading.fewest || reading.lexer.mode().is_string();
        if own && !self.is_balanced() {
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

/// The last [`REACH`] bytes of `before`, from the start of a line on; if one in the first
/// half of them is not indented, from there, as it is less likely to stand in a string.
fn tail(before: &[u8]) -> &[u8] {
    let Some(from) = before.len().checked_sub(REACH).filter(|&from| from > 0) else {
        return before;
    };
    let tail = &before[from..];
    let feeds = tail.iter().zip(1..).filter(|&(&byte, _)| byte == b'\n');
    let mut starts = feeds.map(|(_, start)| start);
    let first = starts.clone().next().unwrap_or(0);
    let begins = |start: &usize| tail.get(*start).is_some_and(u8::is_ascii_alphabetic);
    let outermost = starts
        .by_ref()
        .take_while(|&start| start < REACH / 2)
        .find(begins);
    &tail[outermost.unwrap_or(first)..]
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
        check("typescript", "f(a⟨(b⟩, () => {", false);
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
        check("c", "f(g(⟨a))⟩);", false);
        check("typescript", "items.push⟨(⟩item);", true);
        check("python", "print(\"a⟨b\"⟩)", true);
    }

    #[test]
    fn on_a_line_that_does_not_match_yet_brackets_are_open() {
        check(
            "rust",
            "#[cfg_attr(docsrs, doc(cfg(⟨any(feature = \"⟩)]",
            true,
        );
        check("c", "f(g(⟨a(⟩);", true);
        check("python", "f([⟨g(⟩)", true);
        check("python", "f([⟨g(]⟩)", false);
    }

    #[test]
    fn what_closes_a_bracket_of_an_earlier_line_is_not_the_lines() {
        check("rust", "fn f() {\n    ⟨g(⟩}", true);
        check("rust", "fn f() {\n    ⟨g();\n}⟩}", false);
        check("rust", "fn f() {\n    g(⟨a⟩); }", true);
        check("rust", "fn f() {\n    g(⟨h(⟩); }", false);
        check("typescript", "f(() => {\n    ⟨g(⟩});", true);
        check("c", "void f(void) {\n  ⟨}⟩", true);
        check("rust", "fn f() {\n    let (a, _⟨) = g();⟩}", true);
        check("typescript", "f(() => {\n    g([a⟨]);⟩});", true);
    }

    #[test]
    fn balance_is_that_of_the_line() {
        let balanced = |language: &str, fixture: &str| judged(language, fixture).1;
        assert!(balanced("rust", "f(⟨⟩);"));
        assert!(balanced("rust", "fn f() {\n    g(⟨⟩);}"));
        assert!(balanced("rust", "if f(⟨⟩) {"));
        assert!(balanced("typescript", "f(a⟨⟩, () => { // b"));
        assert!(!balanced("c", "if (f(⟨⟩ {;"));
        assert!(!balanced("rust", "f(a⟨⟩"));
        assert!(!balanced("rust", "f⟨⟩);"));
        assert!(!balanced("python", "f('⟨⟩)"));
    }

    #[test]
    fn reading_begins_at_a_line_that_is_not_indented() {
        let indented = |lines: usize| "  x;\n".repeat(lines);
        let far = REACH / 5;
        let text = format!("{}fn f() {{\n{}", indented(20), indented(far - 20));
        assert!(tail(text.as_bytes()).starts_with(b"fn f"));
        // One that is near is not worth the rest.
        let text = format!("{}fn f() {{\n{}", indented(far), indented(20));
        assert!(tail(text.as_bytes()).starts_with(b"  x;"));
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
