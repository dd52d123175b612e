//! From decoded bytes to suggestions: trimmed against the text that follows,
//! distinct, best first.

use crate::completion::Suggestion;
use crate::decode::Candidate;
use crate::surroundings::Surroundings;

/// What candidates are made into suggestions for.
pub(crate) struct Draft<'a> {
    pub(crate) surroundings: &'a Surroundings<'a>,
    /// The half-typed word that texts repeat.
    pub(crate) word: &'a str,
    /// What texts must start with.
    pub(crate) must: &'a str,
    /// How many suggestions to keep.
    pub(crate) most: usize,
}

/// Trims `candidates`, drops those that add nothing, ranks the rest, and keeps
/// the best and the likeliest.
///
/// Ranked by [`Suggestion::score`], but what begins with the same word as a
/// better one comes after all that does not: in a short list, several ways to
/// begin are worth more than one beginning continued in several ways.
pub(crate) fn rank(mut candidates: Vec<Candidate>, draft: &Draft<'_>) -> Vec<Suggestion> {
    let by_text = |a: &Candidate, b: &Candidate| a.text().cmp(b.text());
    candidates.sort_by(|a, b| b.score().total_cmp(&a.score()).then_with(|| by_text(a, b)));
    let mut suggestions: Vec<Suggestion> = Vec::new();
    for candidate in candidates {
        let added = trimmed(candidate.text(), draft.surroundings);
        let text = [draft.word, added].concat();
        let more = text.strip_prefix(draft.must).unwrap_or_default();
        let blank = added.trim().is_empty() || more.trim().is_empty();
        if blank {
            continue;
        }
        match suggestions.iter_mut().find(|other| other.text == text) {
            Some(other) => other.likeliest |= candidate.is_likeliest(),
            None => suggestions.push(Suggestion {
                log_prob: candidate.log_prob(added.len()),
                bytes: added.len(),
                cumulative: candidate.cumulative()[..added.len()].to_vec(),
                score: candidate.score(),
                likeliest: candidate.is_likeliest(),
                text,
            }),
        }
    }
    let mut begun: Vec<&str> = Vec::new();
    let repeats: Vec<bool> = (suggestions.iter())
        .map(|suggestion| {
            let word = first_word(&suggestion.text);
            let known = begun.contains(&word);
            begun.push(word);
            known
        })
        .collect();
    let (again, first): (Vec<_>, Vec<_>) = suggestions
        .into_iter()
        .zip(repeats)
        .partition(|&(_, repeats)| repeats);
    let mut suggestions: Vec<Suggestion> = first
        .into_iter()
        .chain(again)
        .map(|(suggestion, _)| suggestion)
        .collect();
    let most = draft.most.min(suggestions.len());
    let mut dropped = suggestions.split_off(most).into_iter();
    if let (Some(last), Some(likeliest)) = (suggestions.last_mut(), dropped.find(|s| s.likeliest)) {
        *last = likeliest;
    }
    suggestions
}

/// The word or the single character that `text` begins with, blanks aside.
fn first_word(text: &str) -> &str {
    let text = text.trim_start();
    match text.find(|c: char| !language::is_word_char(c)) {
        None => text,
        Some(0) => &text[..text.chars().next().map_or(0, char::len_utf8)],
        Some(end) => &text[..end],
    }
}

/// The part of `text` that the document does not hold already; always a prefix
/// of it, so its log-probability is known.
fn trimmed<'t>(text: &'t str, surroundings: &Surroundings<'_>) -> &'t str {
    let untrimmed = text;
    let text = text.trim_end();
    if !surroundings.rest.is_empty() {
        let line_feed = untrimmed[text.len()..].contains('\n');
        if line_feed && surroundings.rest.starts_with([')', ']', '}']) {
            // The closer that stands comes to stand on a line of its own.
            return untrimmed;
        }
        // What is left may end with a blank; it then parts it from the rest.
        return without_overlap(text, surroundings.rest);
    }
    let text = without_next_lines(text, &surroundings.next_lines).trim_end();
    if repeats_next_line(text, surroundings) {
        ""
    } else {
        text
    }
}

/// `text` without its longest suffix that `rest` starts with.
fn without_overlap<'t>(text: &'t str, rest: &str) -> &'t str {
    let ends = rest.char_indices().map(|(i, c)| i + c.len_utf8()).rev();
    let overlap = ends
        .into_iter()
        .find_map(|end| text.strip_suffix(&rest[..end]));
    overlap.unwrap_or(text)
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

/// Whether accepting `text` would only write the next line twice.
fn repeats_next_line(text: &str, surroundings: &Surroundings<'_>) -> bool {
    let Some(next) = surroundings.next_lines.first() else {
        return false;
    };
    let line = [surroundings.line_before, text.as_bytes()].concat();
    if line == next.as_bytes() {
        return true;
    }
    // A closing bracket may well follow another at a different indentation.
    let says_something = text.contains(|c: char| c.is_alphanumeric());
    let same = |a: &[u8]| a.trim_ascii() == next.as_bytes().trim_ascii();
    says_something && (same(text.as_bytes()) || same(&line))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `before⟨suggestion⟩after` → what is left of the suggestion.
    #[track_caller]
    fn check(fixture: &str, expect: &str) {
        let (before, rest) = fixture.split_once('⟨').expect("a suggestion");
        let (text, after) = rest.split_once('⟩').expect("a suggestion's end");
        let surroundings = Surroundings::new(before.as_bytes(), after);
        assert_eq!(trimmed(text, &surroundings), expect);
    }

    #[test]
    fn a_text_begins_with_a_word_or_a_character() {
        assert_eq!(first_word("  let x"), "let");
        assert_eq!(first_word("größe_2"), "größe_2");
        assert_eq!(first_word("(a)"), "(");
        assert_eq!(first_word("→ b"), "→");
        assert_eq!(first_word(" \n"), "");
    }

    #[test]
    fn what_the_rest_of_the_line_holds_is_dropped() {
        check("call(⟨foo)⟩)", "foo");
        check("call(⟨foo);⟩); // done", "foo");
        check("let a = ⟨x + y⟩y;", "x + ");
        check("let a = ⟨b;⟩", "b;");
        check("⟨größe⟩e", "größ");
        check("f(⟨)⟩)", "");
    }

    #[test]
    fn only_the_longest_overlap_counts() {
        check("f(⟨a, a, a⟩a, a)", "a, ");
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
        check("    ⟨}⟩\n}\n", "}");
        check("⟨}⟩\n}\n", "");
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
