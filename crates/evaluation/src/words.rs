//! Word completion as editors have it without a language server; what to compare with.

use completer::{End, Suggestion};
use language::is_word_char;

/// The rest of the last word before the cursor that begins with the half-typed one.
pub(crate) fn rest_of_last_word(before: &str) -> Option<Suggestion> {
    let begun = before
        .rsplit(|c| !is_word_char(c))
        .next()
        .filter(|w| !w.is_empty())?;
    let earlier = &before[..before.len() - begun.len()];
    let mut words = earlier.rsplit(|c| !is_word_char(c));
    let rest = words.find_map(|word| word.strip_prefix(begun).filter(|rest| !rest.is_empty()))?;
    Some(Suggestion {
        text: rest.to_owned(),
        log_prob: 0.0,
        bytes: rest.len(),
        cumulative: vec![0.0; rest.len()],
        score: 0.0,
        likeliest: true,
        ends: vec![End {
            length: rest.len(),
            typed: rest.len(),
        }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_longer_word_counts() {
        let rest = |before| rest_of_last_word(before).map(|suggestion| suggestion.text);
        assert_eq!(rest("counted counter count").as_deref(), Some("er"));
        assert_eq!(rest("größe_2 = grö").as_deref(), Some("ße_2"));
        assert_eq!(rest("count "), None);
        assert_eq!(rest("count count"), None);
    }
}
