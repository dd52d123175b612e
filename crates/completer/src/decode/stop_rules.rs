//! When a candidate is long enough: line ends, closers that stand already,
//! blocks that close.

use std::cmp::Ordering;

use language::Language;

use crate::options::{MultiLine, Options};
use crate::surroundings::{Brackets, Surroundings, columns};

mod loops;

pub(crate) use loops::before_repetition;
use loops::third_time;

/// What does not change while candidates of one request are decoded.
#[derive(Clone, Debug)]
pub(crate) struct StopRules {
    multi_line: bool,
    language: &'static Language,
    /// Closers that stand right after the cursor, up to the first quote.
    standing: Vec<u8>,
    /// Indentation of the cursor's line, in columns.
    indentation: usize,
    /// The cursor's line up to the cursor.
    line_before: Vec<u8>,
    /// Whether nothing stands on it.
    blank_before: bool,
}

impl StopRules {
    pub(crate) fn new(
        surroundings: &Surroundings<'_>,
        brackets: &Brackets<'_>,
        language: &'static Language,
        options: &Options,
    ) -> Self {
        Self {
            multi_line: match options.multi_line {
                MultiLine::Off => false,
                MultiLine::Auto => {
                    several_lines_fit(surroundings, brackets, language, options.just_accepted)
                }
                MultiLine::Always => true,
            },
            language,
            standing: standing_closers(surroundings.rest.as_bytes()),
            indentation: surroundings.indentation(),
            line_before: surroundings.line_before.to_vec(),
            blank_before: surroundings.line_before.trim_ascii().is_empty(),
        }
    }

    /// Whether a candidate may hold a line feed.
    pub(crate) fn multi_line(&self) -> bool {
        self.multi_line
    }
}

/// The `"` of `")+1`, the `}` and `)` of ` })`: leading closers, none behind the
/// first quote, because what closes behind a quote closes nothing inside the string.
fn standing_closers(rest: &[u8]) -> Vec<u8> {
    let mut standing = Vec::new();
    for &byte in rest.trim_ascii_start() {
        match byte {
            b')' | b']' | b'}' | b'>' => standing.push(byte),
            b'"' | b'\'' | b'`' => {
                standing.push(byte);
                break;
            }
            _ => break,
        }
    }
    standing
}

/// Follows one candidate byte by byte.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tracker {
    /// Closers owed to the openers in the candidate, innermost last.
    owed: Vec<u8>,
    in_string: bool,
    escaped: bool,
    previous: u8,
    line: Line,
    /// What the candidate adds to the indentation of a line that was blank.
    indents_by: usize,
    /// Set at the first line feed: whether the cursor's line opened a block.
    in_block: bool,
    blank_lines: usize,
}

/// The candidate's current line.
#[derive(Clone, Debug, Default)]
struct Line {
    /// Where the line feed before it stands; `None` on the cursor's line.
    after: Option<usize>,
    width: usize,
    /// Whether it is more than blanks.
    solid: bool,
    /// Whether it begins with the closer of a block at the cursor's indentation.
    closes_block: bool,
}

impl Tracker {
    /// Takes the byte that follows `text`, which is the candidate so far.
    /// `Some(length)` ends it, and its first `length` bytes are kept.
    pub(crate) fn advance(&mut self, rules: &StopRules, text: &[u8], byte: u8) -> Option<usize> {
        let end = match byte {
            b'\n' | b'\r' => self.line_feed(rules, text),
            _ => (self.inside_line(rules, text.len(), byte))
                .or_else(|| self.third_time(rules, text, byte)),
        };
        self.previous = byte;
        end
    }

    /// Where a stretch of the line begins that `byte` ends for the third time in a row.
    fn third_time(&self, rules: &StopRules, text: &[u8], byte: u8) -> Option<usize> {
        let from = self.line.after.map_or(0, |after| after + 1);
        let before: &[u8] = match from {
            0 => &rules.line_before,
            _ => b"",
        };
        let line = [&text[from..], &[byte]].concat();
        third_time(before, &line).map(|start| from + start)
    }

    fn line_feed(&mut self, rules: &StopRules, text: &[u8]) -> Option<usize> {
        let at = text.len();
        if !rules.multi_line {
            return Some(at);
        }
        let line = std::mem::replace(
            &mut self.line,
            Line {
                after: Some(at),
                ..Line::default()
            },
        );
        // Quotes rarely span lines, and a stray apostrophe must not last.
        (self.in_string, self.escaped) = (false, false);
        if before_repetition(&rules.line_before, text) < at {
            return Some(at);
        }
        let opens = |line: &[u8]| rules.language.opens_block(line);
        let Some(after) = line.after else {
            self.in_block = opens(&[&rules.line_before, text].concat());
            // Where the cursor stood at an opener, what it opened stays on its line.
            let stays = !self.in_block && opens(&rules.line_before);
            return stays.then_some(at);
        };
        let ends = if line.solid {
            line.closes_block && !opens(&text[after + 1..])
        } else {
            self.blank_lines += 1;
            self.blank_lines == 2
        };
        ends.then_some(at)
    }

    fn inside_line(&mut self, rules: &StopRules, at: usize, byte: u8) -> Option<usize> {
        if byte == b' ' || byte == b'\t' {
            if !self.line.solid {
                self.line.width += columns(byte);
            }
            self.escaped = false;
            return None;
        }
        if !self.line.solid
            && let Some(end) = self.begins_line(rules, byte)
        {
            return Some(end);
        }
        self.line.solid = true;
        self.bracket(rules, byte).then_some(at)
    }

    /// Judges a line by its indentation and its first solid byte. `Some` if the
    /// candidate ends before the line.
    fn begins_line(&mut self, rules: &StopRules, first: u8) -> Option<usize> {
        let Some(after) = self.line.after else {
            if rules.blank_before {
                self.indents_by = self.line.width;
            }
            return None;
        };
        let closer = matches!(first, b')' | b']' | b'}');
        let owed = self.in_block || !self.owed.is_empty();
        let leaves = match self.line.width.cmp(&(rules.indentation + self.indents_by)) {
            Ordering::Less => true,
            Ordering::Equal if closer => !owed,
            Ordering::Equal => self.in_block,
            Ordering::Greater => return None,
        };
        self.line.closes_block = closer;
        leaves.then_some(after)
    }

    /// Keeps the account of brackets and quotes; true if `byte` is a closer that
    /// the candidate does not owe and that stands after the cursor already.
    fn bracket(&mut self, rules: &StopRules, byte: u8) -> bool {
        if std::mem::take(&mut self.escaped) {
            return false;
        }
        let stands = rules.standing.contains(&byte);
        match byte {
            b'\\' => self.escaped = true,
            b'"' if self.in_string => self.in_string = false,
            _ if self.in_string => {}
            b'"' | b'\'' | b'`' if stands => return true,
            // A bracket or a quote in a character literal: '(' and so on.
            _ if self.previous == b'\'' => {}
            b'"' => self.in_string = true,
            b'(' => self.owed.push(b')'),
            b'[' => self.owed.push(b']'),
            b'{' => self.owed.push(b'}'),
            // Only next to a standing `>` is `<` taken for a bracket, since
            // elsewhere it may as well compare or shift.
            b'<' if rules.standing.contains(&b'>') => self.owed.push(b'>'),
            b'>' if matches!(self.previous, b'-' | b'=') => {}
            b')' | b']' | b'}' | b'>' => match self.owed.iter().rposition(|&o| o == byte) {
                Some(owed) => self.owed.truncate(owed),
                None => return stands,
            },
            _ => {}
        }
        false
    }
}

/// See [`MultiLine::Auto`].
fn several_lines_fit(
    around: &Surroundings<'_>,
    brackets: &Brackets<'_>,
    language: &'static Language,
    just_accepted: bool,
) -> bool {
    let line = around.line_before;
    let blank = line.trim_ascii().is_empty();
    brackets.ends_line() && (blank || just_accepted || language.opens_block(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is kept where `before$0after` would be continued with `text`.
    fn kept<'t>(language: &str, fixture: &str, text: &'t str, multi_line: MultiLine) -> &'t str {
        let (before, after) = fixture::split(fixture);
        let surroundings = Surroundings::new(before.as_bytes(), after);
        let language = language::row(language);
        let brackets = Brackets::new(language, before.as_bytes(), surroundings.rest);
        let options = Options {
            multi_line,
            ..Options::default()
        };
        let rules = StopRules::new(&surroundings, &brackets, language, &options);
        let mut tracker = Tracker::default();
        let bytes = text.as_bytes();
        let mut ats = 0..bytes.len();
        let end = ats.find_map(|at| tracker.advance(&rules, &bytes[..at], bytes[at]));
        &text[..end.unwrap_or(text.len())]
    }

    #[track_caller]
    fn check_line(fixture: &str, text: &str, expect: &str) {
        assert_eq!(kept("rust", fixture, text, MultiLine::Off), expect);
    }

    /// `¦` in `text` marks where it should end.
    #[track_caller]
    fn check_lines(fixture: &str, text: &str) {
        check_lines_of("rust", fixture, text);
    }

    #[track_caller]
    fn check_lines_of(language: &str, fixture: &str, text: &str) {
        let (expect, _) = text.split_once('¦').expect("an end");
        let text = text.replacen('¦', "", 1);
        assert_eq!(kept(language, fixture, &text, MultiLine::Always), expect);
    }

    #[test]
    fn a_line_ends_at_its_end() {
        check_line("let x$0", " = 1;\nlet y", " = 1;");
        check_line("let x$0", " = 1;\r\nlet y", " = 1;");
    }

    #[test]
    fn a_closer_that_stands_is_not_written_again() {
        check_line("f($0)", "a, g(b)), c", "a, g(b)");
        check_line("f($0);", "a);", "a");
        check_line("S { $0 }", "a, b: [c] };", "a, b: [c] ");
        check_line("Vec<$0>", "Option<u8>> = x", "Option<u8>");
        check_line("Box<$0>", "dyn Fn() -> u8> = x", "dyn Fn() -> u8");
    }

    #[test]
    fn a_closer_that_does_not_stand_is_written() {
        check_line("f($0", "a);", "a);");
        check_line("f($0;", "a) + 1;", "a) + 1;");
        check_line("[f($0]", "a), b];", "a), b");
    }

    #[test]
    fn brackets_in_strings_and_characters_do_not_count() {
        check_line("f($0)", "\")\", ')', '\"', b) + 1", "\")\", ')', '\"', b");
        check_line("f($0)", "\"\\\")\") + 1", "\"\\\")\"");
    }

    #[test]
    fn a_standing_quote_ends_the_string() {
        check_line("print(\"$0\")", "a\\\" (b)\");", "a\\\" (b)");
        check_line("print('$0')", "a')", "a");
        check_line("print(\"{$0}\")", "name}\")", "name");
    }

    #[test]
    fn lines_go_on_until_the_block_closes() {
        check_lines(
            "fn f() {$0",
            "\n    a();\n    if b {\n        c();\n    }\n}¦\nfn g() {}",
        );
        check_lines("fn f$0", "(\n    a: u8,\n) -> u8 {\n    a\n}¦\n\nfn g() {}");
        check_lines("    x($0", "a, || {\n        b\n    });¦\n    c();");
        check_lines("  if a {$0", "\n    b\n  } else {\n    c\n  }¦\n  d();");
    }

    #[test]
    fn a_colon_opens_a_block_where_indentation_makes_blocks() {
        check_lines_of("python", "def f():$0", "\n    return 1¦\ndef g():");
        check_lines_of("python", "if a$0", ":  \n    b¦\nc");
        for (language, line, expect) in [
            ("python", "else: ", true),
            ("python", "a[::", false),
            ("rust", "    Vec::", false),
            ("rust", "let x:", false),
            ("rust", "if a {", true),
            ("rust", "call(\t", true),
            ("rust", "", false),
        ] {
            let opens = language::row(language).opens_block(line.as_bytes());
            assert_eq!(opens, expect, "{line}");
        }
    }

    #[test]
    fn what_opens_and_stays_on_its_line_ends_there() {
        check_lines("    call($0", "a, b);¦\n    more();\n}\n");
        check_lines("    Point {$0", " x, y };¦\n    more();\n");
        check_lines("    call($0", "\n        a,\n    );¦\n    more();\n");
    }

    #[test]
    fn lines_go_on_until_one_is_indented_less() {
        check_lines("    $0", "a();\n    b();¦\n}\n");
        check_lines("$0", "    a()\n    b()¦\nc()");
        check_lines("a$0", " = 1\nb = 2¦\n}\n");
    }

    #[test]
    fn lines_go_on_past_one_blank_line() {
        check_lines("  $0", "a;\n\n  b;\n¦\n  c;");
        check_lines("  $0", "a;\n  \n¦\n  b;");
    }

    #[test]
    fn lines_end_where_they_repeat_themselves() {
        check_lines("    $0", "a(0);\n    a(0);¦\n    a(0);\n");
        check_lines_of("python", "$0", "a = 1\nb = 2\na = 1¦\nb = 2\na = 1\n");
    }

    #[test]
    fn a_standing_closer_ends_lines_too() {
        check_lines("f(|| {$0})", "\n    a\n¦});\n");
    }

    #[track_caller]
    fn check_fit(fixture: &str, expected: bool) {
        check_fit_in("rust", fixture, false, expected);
    }

    #[track_caller]
    fn check_fit_in(language: &str, fixture: &str, just_accepted: bool, expected: bool) {
        let (before, after) = fixture::split(fixture);
        let around = Surroundings::new(before.as_bytes(), after);
        let language = language::row(language);
        let brackets = Brackets::new(language, before.as_bytes(), around.rest);
        let fit = several_lines_fit(&around, &brackets, language, just_accepted);
        assert_eq!(fit, expected, "{fixture}");
    }

    #[test]
    fn several_lines_fit_where_a_block_opens_or_nothing_is() {
        check_fit("fn f() {$0", true);
        check_fit("fn f() { $0 \n}", true);
        check_fit("fn f() {\n    $0\r\n}", true);
        check_fit("$0", true);
        check_fit("call($0\n", true);
    }

    #[test]
    fn several_lines_never_fit_inside_a_line() {
        check_fit("fn f() {$0}", false);
        check_fit("    $0let a = 1;", false);
        check_fit("let a = $0\n", false);
        check_fit("a;$0", false);
    }

    #[test]
    fn several_lines_fit_after_what_was_just_accepted_but_not_inside_a_line() {
        check_fit_in("rust", "a;$0\n", true, true);
        check_fit_in("rust", "f(a$0)\n", true, false);
    }

    #[test]
    fn what_closes_a_block_of_an_earlier_line_comes_to_stand_below_several() {
        check_fit_in("rust", "fn f() {\n    a;$0}", true, true);
        check_fit_in("c", "int f(void) {\n  $0}", false, true);
        check_fit_in("typescript", "f(() => {\n  $0})", false, true);
        check_fit_in("rust", "fn f() { a;$0}", true, false);
    }

    #[test]
    fn a_colon_fits_several_lines_only_where_it_opens_a_block() {
        check_fit("let v = Vec::$0\n", false);
        check_fit("let x: $0\n", false);
        check_fit_in("python", "def f():$0\n", false, true);
    }
}
