//! Where a candidate may end, with what stands around the cursor.

use language::is_word_char;
use unicode_segmentation::UnicodeSegmentation;

use crate::completion::End;
use crate::decode::Candidate;
use crate::decode::before_repetition;
use crate::surroundings::{Brackets, Surroundings};

/// Beyond the letters of Latin script, the next character may be a mark that
/// belongs to the last one.
const FIRST_MARK: char = '\u{300}';

/// Characters that operators of more than one are made of.
const OPERATORS: &str = "=<>!&|+-*/%^~?:.\\";

/// What stands around the cursor.
#[derive(Clone, Copy)]
pub(crate) struct Site<'a> {
    pub(crate) surroundings: &'a Surroundings<'a>,
    pub(crate) brackets: &'a Brackets<'a>,
    /// Whether no word may be left in halves, on the cursor's line either.
    pub(crate) whole_words: bool,
}

impl Site<'_> {
    /// Where `candidate` may end if it is to be longer than `least` bytes, shortest
    /// first.
    pub(crate) fn ends(self, candidate: &Candidate, least: usize) -> Vec<End> {
        let (whole, closer_follows) = self.trimmed(candidate.text());
        let broken_off = candidate.is_broken_off() && whole == candidate.text().len();
        let text = &candidate.text()[..whole];
        let can_end = self.brackets.allowed(text);
        let rest = self.surroundings.rest;
        let parts = parts_characters(text, rest);
        let spaced = rest.starts_with(char::is_whitespace);
        let line_before = self.surroundings.line_before;
        let mut indentation = line_before.trim_ascii().is_empty();
        let (mut later_line, mut typed) = (false, 0);
        let (mut ends, mut unsplit) = (Vec::new(), 0);
        let mut chars = text.char_indices().peekable();
        while let Some((start, c)) = chars.next() {
            let end = start + c.len_utf8();
            later_line |= c == '\n';
            // Editors indent by themselves.
            indentation = c == '\n' || (indentation && matches!(c, ' ' | '\t'));
            if !indentation || c == '\n' {
                typed += c.len_utf8();
            }
            let next = chars.peek().map(|&(_, next)| next);
            let added = &text[..end];
            let new = added.get(least..).unwrap_or_default();
            let splits = match next {
                Some(next) => is_split(c, next),
                None => broken_off && (is_split(c, c) || c >= FIRST_MARK),
            };
            // A line is not left in the middle of its indentation.
            let indents = match next {
                Some(next) => next.is_whitespace(),
                None => !closer_follows,
            };
            let unfit = [
                !can_end[end],
                new.trim().is_empty(),
                indentation && indents,
                later_line && splits,
                spaced && c.is_whitespace(),
                broken_off && next.is_none() && c >= FIRST_MARK,
                parts(end),
            ];
            // Told by what comes before the end alone, so that how far a candidate was
            // decoded has no say in where it may be cut.
            let solid = added.trim_end().as_bytes();
            if later_line && before_repetition(line_before, solid) < solid.len() {
                break;
            }
            if unfit.contains(&true) || self.surroundings.are_repeated_by(added, &can_end) {
                continue;
            }
            ends.push(End { length: end, typed });
            if !splits {
                unsplit = ends.len();
            }
        }
        if self.whole_words && unsplit > 0 {
            ends.truncate(unsplit);
        }
        ends
    }

    /// Bytes of `text` that the document does not hold already, and whether a closing
    /// bracket comes to stand on a line of its own behind them.
    fn trimmed(self, text: &str) -> (usize, bool) {
        let kept = match self.whole_words {
            true => before_repetition(self.surroundings.line_before, text.as_bytes()),
            false => text.len(),
        };
        let text = &text[..kept];
        let whole = text.trim_end();
        if !self.surroundings.rest.is_empty() {
            let line_feed = text[whole.len()..].contains('\n');
            let closer = self
                .surroundings
                .rest
                .trim_start()
                .starts_with([')', ']', '}']);
            return match line_feed && closer {
                true => (text.len(), true),
                false => (whole.len(), false),
            };
        }
        let whole = without_next_lines(whole, &self.surroundings.next_lines).trim_end();
        let line = whole.lines().next().unwrap_or_default();
        match self.surroundings.next_line_is_repeated_by(line) {
            true => (0, false),
            false => (whole.len(), false),
        }
    }
}

/// Whether a token goes on from `c` to `next`.
fn is_split(c: char, next: char) -> bool {
    let operator = |c: char| OPERATORS.contains(c);
    (is_word_char(c) && is_word_char(next)) || (operator(c) && operator(next)) || c == '\\'
}

/// Which lengths of `text` part what is read as one character, in the text or from
/// what follows it in `rest`.
fn parts_characters(text: &str, rest: &str) -> impl Fn(usize) -> bool {
    let follows = rest.chars().next().filter(|&c| c >= FIRST_MARK);
    let belongs =
        follows.is_some_and(|c| ['a', c].iter().collect::<String>().graphemes(true).count() == 1);
    let starts: Option<Vec<usize>> = (!text.is_ascii()).then(|| {
        let starts = text.grapheme_indices(true).map(|(start, _)| start);
        starts.chain([text.len()]).collect()
    });
    move |length| {
        belongs
            || starts
                .as_ref()
                .is_some_and(|starts| starts.binary_search(&length).is_err())
    }
}

/// `text` without its longest run of last lines that equals the first of
/// `next_lines`, blank lines aside. The cursor's own line always stays.
fn without_next_lines<'t>(text: &'t str, next_lines: &[&str]) -> &'t str {
    let feeds = text.match_indices('\n').map(|(at, _)| at);
    let lines: Vec<(usize, &str)> = feeds
        .map(|at| {
            (
                at,
                text[at + 1..]
                    .split('\n')
                    .next()
                    .unwrap_or_default()
                    .trim_end(),
            )
        })
        .filter(|(_, line)| !line.is_empty())
        .collect();
    for count in (1..=lines.len().min(next_lines.len())).rev() {
        let last = &lines[lines.len() - count..];
        if last
            .iter()
            .map(|&(_, line)| line)
            .eq(next_lines[..count].iter().copied())
        {
            return &text[..last[0].0];
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The longest that may be offered of `⟨suggestion⟩`.
    fn longest(language: &str, fixture: &str) -> String {
        let (before, rest) = fixture.split_once('⟨').expect("a suggestion");
        let (text, after) = rest.split_once('⟩').expect("a suggestion's end");
        let surroundings = Surroundings::new(before.as_bytes(), after);
        let language = language::row(language);
        let brackets = Brackets::new(language, before.as_bytes(), surroundings.rest);
        let site = Site {
            surroundings: &surroundings,
            brackets: &brackets,
            whole_words: true,
        };
        let candidate = Candidate::certain(text);
        let length = site.ends(&candidate, 0).last().map_or(0, |end| end.length);
        text[..length].to_owned()
    }

    #[track_caller]
    fn check(fixture: &str, expect: &str) {
        check_in("rust", fixture, expect);
    }

    #[track_caller]
    fn check_in(language: &str, fixture: &str, expect: &str) {
        assert_eq!(longest(language, fixture), expect, "{fixture}");
    }

    #[test]
    fn what_the_rest_of_the_line_holds_is_dropped() {
        check("call(⟨foo)⟩)", "foo");
        check("call(⟨foo);⟩); // done", "foo");
        check("let a = ⟨x + y⟩y;", "x + ");
        check("let a = ⟨b;⟩", "b;");
        check("⟨größe⟩e", "größ");
        check("f(⟨)⟩)", "");
        check("f(⟨b, a, a⟩a, a)", "b, ");
    }

    #[test]
    fn last_lines_that_follow_anyway_are_dropped() {
        check("fn a() {⟨\n    b();\n}⟩\n}\n", "\n    b();");
        check(
            "fn a() {⟨\n    b();\n\n    c();\n}⟩\n    c();\n}\n",
            "\n    b();",
        );
        check("fn a() {⟨\n    b();\n}⟩\n    }\n", "\n    b();\n}");
    }

    #[test]
    fn the_next_line_is_not_suggested_again() {
        check("    ⟨let x = 1;⟩\n    let x = 1;\n", "");
        check("    let ⟨x = 1;⟩\n\n    let x = 1;\n", "");
        check("  ⟨let x = 1;⟩\n    let x = 1;\n", "");
        check("    ⟨let x = 2;⟩\n    let x = 1;\n", "let x = 2;");
    }

    #[test]
    fn a_closer_may_follow_a_closer_of_another_block() {
        check("a {\nb {\n    ⟨}⟩\n}\n", "}");
        check("a {\n⟨}⟩\n}\n", "");
    }

    #[test]
    fn a_closer_that_stands_keeps_a_line_of_its_own() {
        check("  f(|| {⟨\n    a;\n  ⟩})\n", "\n    a;\n  ");
        check("  f(⟨a;  ⟩)\n", "a;");
    }

    #[test]
    fn trailing_blanks_are_dropped() {
        check("a⟨ + b  \n\t⟩\n", " + b");
    }
}
