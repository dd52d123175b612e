//! What to show, and how much of it.
//!
//! Accepting a suggestion of k bytes saves k − 1 keystrokes; one that is wrong
//! costs a look. With P the probability that all of it is right, showing it is
//! expected to save P·(k − 1) − (1 − P)·cost keystrokes. Each suggestion is cut
//! where that is greatest, and shown if it is positive.

use crate::completion::Suggestion;

/// Shorter texts are not worth a look, whatever their probability.
pub const SHORTEST: usize = 3;

/// The default of [`glance_cost`]'s argument.
pub const DEFAULT_EAGERNESS: f32 = 0.5;

/// What a look at a wrong suggestion costs, in keystrokes, by how eagerly the
/// user wants suggestions: 60 at 0, 11 at ½, 2 at 1.
pub fn glance_cost(eagerness: f32) -> f64 {
    60.0 * (1.0_f64 / 30.0).powf(f64::from(eagerness.clamp(0.0, 1.0)))
}

/// Keystrokes that showing `bytes` bytes, all right with `probability`, is
/// expected to save, if a look at what is wrong costs `cost` keystrokes.
pub fn saving(probability: f64, bytes: usize, cost: f64) -> f64 {
    probability * (bytes as f64 - 1.0) - (1.0 - probability) * cost
}

/// The length to which `text` is best cut, and what that saves; `None` where
/// nothing is worth a look.
///
/// `cumulative[i]` is the log-probability in nats of the first `i + 1` bytes.
/// Words are cut like anything else: what is sure of a name saves typing too.
pub fn best_cut(text: &str, cumulative: &[f64], cost: f64) -> Option<(usize, f64)> {
    let mut typed = 0;
    let mut indentation = false;
    let mut best: Option<(usize, f64)> = None;
    for (start, c) in text.char_indices() {
        let end = start + c.len_utf8();
        // Editors indent by themselves.
        indentation = c == '\n' || (indentation && (c == ' ' || c == '\t'));
        if !indentation || c == '\n' {
            typed += c.len_utf8();
        }
        if typed < SHORTEST {
            continue;
        }
        let saved = saving(cumulative[end - 1].exp(), typed, cost);
        if saved > best.map_or(0.0, |best| best.1) {
            best = Some((end, saved));
        }
    }
    best
}

/// The greatest probability in percent that one of `suggestions`, whose first
/// `replaced` bytes stand already, begins with [`SHORTEST`] right bytes.
pub(crate) fn percent(suggestions: &[Suggestion], replaced: usize) -> u8 {
    let starts = suggestions.iter().filter_map(|suggestion| {
        let added = &suggestion.text[replaced..];
        let blank = added.len() - added.trim_start().len();
        let last = (blank + SHORTEST).min(added.len()).checked_sub(1)?;
        suggestion.cumulative.get(last)
    });
    let greatest = starts.copied().fold(f64::NEG_INFINITY, f64::max);
    (greatest.exp() * 100.0).floor().clamp(0.0, 100.0) as u8
}

/// Cuts `suggestions`, whose first `replaced` bytes stand already, drops what is
/// not worth a look, and puts what saves most first.
pub(crate) fn worth_a_look(
    suggestions: Vec<Suggestion>,
    replaced: usize,
    cost: f64,
) -> Vec<Suggestion> {
    let mut worth: Vec<(f64, Suggestion)> = Vec::new();
    for mut suggestion in suggestions {
        let added = &suggestion.text[replaced..];
        let Some((length, saved)) = best_cut(added, &suggestion.cumulative, cost) else {
            continue;
        };
        suggestion.text.truncate(replaced + length);
        suggestion.cumulative.truncate(length);
        suggestion.bytes = length;
        suggestion.log_prob = suggestion.cumulative[length - 1];
        if worth.iter().all(|(_, other)| other.text != suggestion.text) {
            worth.push((saved, suggestion));
        }
    }
    worth.sort_by(|a, b| b.0.total_cmp(&a.0));
    worth
        .into_iter()
        .map(|(_, suggestion)| suggestion)
        .collect()
}
