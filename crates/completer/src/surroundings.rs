//! The lines around a cursor, as the stop rules and the trimming see them.

mod brackets;
mod repetition;

pub(crate) use brackets::{Brackets, REACH};
use unicode_segmentation::UnicodeSegmentation;

/// Views into the text on both sides of a cursor.
#[derive(Clone, Debug)]
pub(crate) struct Surroundings<'a> {
    /// The cursor's line up to the cursor.
    pub(crate) line_before: &'a [u8],
    /// The half-typed identifier that ends at the cursor, if any.
    pub(crate) word: &'a str,
    /// The rest of the cursor's line, without trailing blanks.
    pub(crate) rest: &'a str,
    /// The first lines after the cursor's that are not blank, without trailing blanks.
    pub(crate) next_lines: Vec<&'a str>,
}

/// Longer runs of word characters are data, not a name being typed.
const LONGEST_WORD: usize = 128;

/// How many of the lines that follow are compared with a suggestion.
const NEXT_LINES: usize = 16;

impl<'a> Surroundings<'a> {
    pub(crate) fn new(before: &'a [u8], after: &'a str) -> Self {
        let line_start = before
            .iter()
            .rposition(|&b| b == b'\n')
            .map_or(0, |n| n + 1);
        let line_before = &before[line_start..];
        let mut lines = after.split('\n').map(str::trim_end);
        Self {
            line_before,
            word: word_at_end(line_before),
            rest: lines.next().unwrap_or_default(),
            next_lines: lines
                .filter(|line| !line.is_empty())
                .take(NEXT_LINES)
                .collect(),
        }
    }

    /// Width of the cursor's line's indentation, in columns.
    pub(crate) fn indentation(&self) -> usize {
        let blanks = self
            .line_before
            .iter()
            .take_while(|&&b| b == b' ' || b == b'\t');
        blanks.map(|&b| columns(b)).sum()
    }
}

/// Columns a blank takes. Tabs and spaces are rarely mixed in one file, so any
/// width will do that makes a tab deeper than nothing.
pub(crate) fn columns(blank: u8) -> usize {
    if blank == b'\t' { 4 } else { 1 }
}

/// The letters, digits and underscores at the end of `line`, with the marks that
/// belong to them.
pub(crate) fn word_at_end(line: &[u8]) -> &str {
    // The line may begin inside a character where the text was cut off.
    let valid = line.utf8_chunks().last();
    let text = valid
        .filter(|c| c.invalid().is_empty())
        .map_or("", |c| c.valid());
    let word = if text.is_ascii() {
        &text[text.trim_end_matches(language::is_word_char).len()..]
    } else {
        marked_word_at_end(text)
    };
    if word.len() > LONGEST_WORD { "" } else { word }
}

/// The word at the end of `text`, character by character as readers see them.
fn marked_word_at_end(text: &str) -> &str {
    let characters = text.grapheme_indices(true).rev();
    let in_word = |(_, character): &(usize, &str)| character.starts_with(language::is_word_char);
    let first = characters.take_while(in_word).last();
    first.map_or("", |(start, _)| &text[start..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(fixture: &str, word: &str, rest: &str, next_lines: &[&str]) {
        let (before, after) = fixture::split(fixture);
        let got = Surroundings::new(before.as_bytes(), after);
        assert_eq!((got.word, got.rest), (word, rest));
        assert_eq!(got.next_lines, next_lines);
    }

    #[test]
    fn the_word_ends_at_the_cursor() {
        check("let x = foo.ba$0", "ba", "", &[]);
        check("foo.$0", "", "", &[]);
        check("größe_2$0n", "größe_2", "n", &[]);
        check("a → b$0", "b", "", &[]);
        check("नमस्ते क्षि$0", "क्षि", "", &[]);
        check("x.e\u{301}te\u{301}$0", "e\u{301}te\u{301}", "", &[]);
    }

    #[test]
    fn blank_lines_do_not_count_as_following() {
        check("a\nf($0); \r\n\r\n  }\r\n\n}", "", ");", &["  }", "}"]);
    }

    #[test]
    fn text_cut_inside_a_character_still_has_its_word() {
        assert_eq!(Surroundings::new(b"\xBC\xBC foo", "").word, "foo");
    }
}
