//! Whether a text says what follows the cursor once more.

use language::is_word_char;

use super::Surroundings;

/// A rest of a line that is shorter may stand in a text by chance.
const SHORTEST_REST: usize = 4;

impl Surroundings<'_> {
    /// Whether `text`, put at the cursor, says again how the rest of the line begins, or
    /// where there is none, the next line.
    ///
    /// `can_end[length]` tells whether `text` could end after so many bytes: what
    /// cannot be taken off again, as the bracket that closes one of its own, repeats
    /// nothing.
    pub(crate) fn are_repeated_by(&self, text: &str, can_end: &[bool]) -> bool {
        match self.rest.trim_start() {
            "" => self.next_line_is_repeated_by(text),
            rest => self.rest_is_repeated_by(text, rest, can_end),
        }
    }

    fn rest_is_repeated_by(&self, text: &str, rest: &str, can_end: &[bool]) -> bool {
        let touches = text.ends_with(|c: char| !c.is_whitespace()) && rest.len() == self.rest.len();
        let text = text.trim_end();
        let word = first_word(rest);
        let repeats = |length: usize| {
            let at = text.len() - length;
            let begins = length >= word.len() && (touches || is_boundary(text, at));
            at == 0 || (begins && can_end.get(at) != Some(&false))
        };
        let ends = rest.char_indices().map(|(at, c)| at + c.len_utf8());
        let mut overlaps = ends
            .take_while(|&end| end <= text.len())
            .filter(|&end| text.ends_with(&rest[..end]));
        overlaps.any(repeats)
            || (rest.len() >= SHORTEST_REST && text.contains(rest))
            || holds(text, head(rest))
            || (self.is_inside_word() && first_word(text) == word)
    }

    /// Whether the cursor stands between two letters of a word.
    pub(crate) fn is_inside_word(&self) -> bool {
        !self.word.is_empty() && self.rest.starts_with(is_word_char)
    }

    /// Whether the last line of `text` is the next line.
    pub(crate) fn next_line_is_repeated_by(&self, text: &str) -> bool {
        let Some(next) = self.next_lines.first() else {
            return false;
        };
        let text = text.trim_end();
        if text.is_empty() {
            return false;
        }
        let added = text.rsplit('\n').next().unwrap_or_default();
        let line = match added.len() == text.len() {
            true => [self.line_before, added.as_bytes()].concat(),
            false => added.as_bytes().to_vec(),
        };
        // A closing bracket may well follow another at a different indentation.
        let says_something = added.contains(char::is_alphanumeric);
        let same = |a: &[u8]| a.trim_ascii() == next.as_bytes().trim_ascii();
        line == next.as_bytes() || (says_something && (same(&line) || same(added.as_bytes())))
    }
}

/// What `rest` begins with up to the end of its first word, if that is not all of it.
fn head(rest: &str) -> &str {
    let signs = rest.len() - rest.trim_start_matches(|c| !is_word_char(c)).len();
    &rest[..signs + first_word(&rest[signs..]).len()]
}

/// Whether `text` holds `head` and no word goes on there.
fn holds(text: &str, head: &str) -> bool {
    let signs = !head.starts_with(is_word_char) && head.ends_with(is_word_char);
    let mut found = text.match_indices(head).map(|(at, _)| at + head.len());
    signs && head.len() >= SHORTEST_REST && found.any(|end| is_boundary(text, end))
}

/// The word that `text` begins with, or nothing.
fn first_word(text: &str) -> &str {
    &text[..text.len() - text.trim_start_matches(is_word_char).len()]
}

/// Whether no word goes on at `at` in `text`.
fn is_boundary(text: &str, at: usize) -> bool {
    !(text[..at].ends_with(is_word_char) && text[at..].starts_with(is_word_char))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `before⟨suggestion⟩after`
    #[track_caller]
    fn check(fixture: &str, expect: bool) {
        let (before, rest) = fixture.split_once('⟨').expect("a suggestion");
        let (text, after) = rest.split_once('⟩').expect("a suggestion's end");
        let around = Surroundings::new(before.as_bytes(), after);
        assert_eq!(around.are_repeated_by(text, &[]), expect, "{fixture}");
    }

    #[test]
    fn the_rest_of_a_line_is_repeated_by_its_beginning() {
        check("Some(v) ⟨=> ⟩=> v,", true);
        check("v.iter().ma⟨p(|⟩(|x| x + 1)", true);
        check("print⟨ln!(\"⟩ln!(\"hello\")", true);
        check("print⟨ln!(\"{}\", ⟩ln!(\"hello\")", true);
        check("f(⟨ind⟩index)", true);
        check("let ⟨total =⟩ = x;", true);
        check("let ⟨total⟩ = x;", false);
        check("f(⟨a, ⟩b)", false);
        check("f(⟨a, b⟩, b)", true);
        check("self⟨.items.len()⟩.len()", true);
        check("self⟨.items⟩.len()", false);
        check("S { key: ⟨a, value: ⟩, value: b }", true);
        check("S { key: ⟨a, values: ⟩, value: b }", false);
        check("S { key: ⟨a⟩, value: b }", false);
    }

    #[test]
    fn the_end_of_a_word_is_not_the_beginning_of_another() {
        check("let ⟨time⟩ e", false);
        check("let ⟨time⟩es", false);
        check("let tim⟨e⟩e", true);
        check("let ⟨a ⟩a", true);
    }

    #[test]
    fn the_next_line_is_repeated_only_where_it_follows() {
        check("    ⟨let x = 1;⟩\n    let x = 1;\n", true);
        check("    ⟨a();\n    let x = 1;⟩\n\n    let x = 1;\n", true);
        check("    ⟨let x = 1;⟩ // x\n    let x = 1;\n", false);
        check("    ⟨}⟩\n}\n", false);
    }
}
