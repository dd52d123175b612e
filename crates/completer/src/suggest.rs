//! From decoded bytes to suggestions: fitted to what stands around the cursor,
//! distinct, best first.

use crate::completion::{End, Suggestion};
use crate::decode::Candidate;

mod ends;
mod flaws;
mod seam;

pub(crate) use ends::Site;
pub use flaws::{Flaws, flaws};
pub(crate) use seam::Seam;

/// A candidate, and where it may end.
pub(crate) struct Draft {
    pub(crate) candidate: Candidate,
    /// Never empty, shortest first.
    pub(crate) ends: Vec<End>,
}

/// Drafts of `candidates` at `site` that are longer than `least` bytes; what fits nowhere is
/// dropped.
pub(crate) fn drafts(candidates: Vec<Candidate>, site: Site<'_>, least: usize) -> Vec<Draft> {
    let drafts = candidates.into_iter().map(|candidate| Draft {
        ends: site.ends(&candidate, least),
        candidate,
    });
    drafts.filter(|draft| !draft.ends.is_empty()).collect()
}

/// Ranks `drafts`, whose texts go on the half-typed `word`, and keeps `most` of them: the
/// best, and the likeliest.
pub(crate) fn rank(mut drafts: Vec<Draft>, word: &str, most: usize) -> Vec<Suggestion> {
    drafts.sort_by(|a, b| {
        let (a, b) = (&a.candidate, &b.candidate);
        let by_score = b.score().total_cmp(&a.score());
        by_score.then_with(|| a.text().cmp(b.text()))
    });
    let mut suggestions: Vec<Suggestion> = Vec::new();
    for Draft { candidate, ends } in drafts {
        let length = ends.last().map_or(0, |end| end.length);
        let text = [word, &candidate.text()[..length]].concat();
        match suggestions.iter_mut().find(|other| other.text == text) {
            Some(other) => other.likeliest |= candidate.is_likeliest(),
            None => suggestions.push(Suggestion {
                log_prob: candidate.log_prob(length),
                bytes: length,
                cumulative: candidate.cumulative()[..length].to_vec(),
                score: candidate.score(),
                likeliest: candidate.is_likeliest(),
                text,
                ends,
            }),
        }
    }
    let mut suggestions = best_first(suggestions);
    let most = most.min(suggestions.len());
    let mut dropped = suggestions.split_off(most).into_iter();
    if let (Some(last), Some(likeliest)) = (suggestions.last_mut(), dropped.find(|s| s.likeliest)) {
        *last = likeliest;
    }
    suggestions
}

/// `suggestions` by [`Suggestion::score`], but what begins with the same word as a
/// better one comes after all that does not: in a short list, several ways to
/// begin are worth more than one beginning continued in several ways.
pub(crate) fn best_first(mut suggestions: Vec<Suggestion>) -> Vec<Suggestion> {
    suggestions.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut begun: Vec<String> = Vec::new();
    let (mut first, again): (Vec<_>, Vec<_>) = suggestions.into_iter().partition(|suggestion| {
        let word = first_word(&suggestion.text);
        let begins_anew = begun.iter().all(|other| other != word);
        begun.push(word.to_owned());
        begins_anew
    });
    first.extend(again);
    first
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_begins_with_a_word_or_a_character() {
        assert_eq!(first_word("  let x"), "let");
        assert_eq!(first_word("größe_2"), "größe_2");
        assert_eq!(first_word("(a)"), "(");
        assert_eq!(first_word("→ b"), "→");
        assert_eq!(first_word(" \n"), "");
    }
}
