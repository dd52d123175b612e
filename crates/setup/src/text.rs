//! Lines put into a text so that taking them out again leaves what was there.

use std::ops::Range;

/// What ends the lines of `text`.
pub(crate) fn newline(text: &str) -> &'static str {
    match text.contains("\r\n") {
        true => "\r\n",
        false => "\n",
    }
}

/// What to insert into `text` at `at`, where a line begins or the text ends, so that
/// `lines` stand there. A text that ends without a newline still does.
pub(crate) fn insertion(text: &str, at: usize, lines: &str) -> String {
    let newline = newline(text);
    let lines = lines.trim_end_matches('\n').replace('\n', newline);
    match text[..at].is_empty() || text[..at].ends_with('\n') {
        true => lines + newline,
        false => newline.to_owned() + &lines,
    }
}

/// The range that [`insertion`] brought lines in with that stand at `lines` by now.
pub(crate) fn inserted(text: &str, lines: Range<usize>) -> Range<usize> {
    let after = &text[lines.end..];
    let ended = ["\r\n", "\n"].iter().find(|end| after.starts_with(**end));
    match ended {
        Some(end) => lines.start..lines.end + end.len(),
        None => {
            let before = &text[..lines.start];
            let before = before.strip_suffix('\n').unwrap_or(before);
            before.strip_suffix('\r').unwrap_or(before).len()..lines.end
        }
    }
}

/// The lines of `text`, each with where it stands and without its end.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        (start, line.trim_end_matches(['\r', '\n']))
    })
}

/// Where the line that holds `at` is over, its end not counted.
pub(crate) fn line_end(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    at + rest.find(['\r', '\n']).unwrap_or(rest.len())
}

/// Where the line after the one that holds `at` begins, or the text ends.
pub(crate) fn next_line(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    at + rest.find('\n').map_or(rest.len(), |end| end + 1)
}

/// `text` with what each edit replaces.
pub(crate) fn edited(text: &str, mut edits: Vec<(Range<usize>, String)>) -> String {
    edits.sort_by_key(|(range, _)| range.start);
    let (mut result, mut at) = (String::new(), 0);
    for (range, new) in edits {
        result.push_str(&text[at..range.start]);
        result.push_str(&new);
        at = range.end;
    }
    result + &text[at..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_taken_out_leave_what_was_there() {
        for text in ["", "a\n", "a", "a\nb", "a\r\nb\r\n", "a\r\nb", "\n"] {
            let ends = text.match_indices('\n').map(|(at, _)| at + 1);
            for at in ends.chain([0, text.len()]) {
                let put = insertion(text, at, "x\ny\n");
                let whole = edited(text, vec![(at..at, put)]);
                let start = whole.find('x').unwrap();
                let range = inserted(&whole, start..whole.find('y').unwrap() + 1);
                assert_eq!(
                    edited(&whole, vec![(range, String::new())]),
                    text,
                    "{whole:?}"
                );
            }
        }
    }
}
