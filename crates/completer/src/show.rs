//! What to show, and how much of it.
//!
//! Accepting a suggestion of k bytes saves k − 1 keystrokes; one that is wrong
//! costs a look. With P the probability that all of it is right, showing it is
//! expected to save P·(k − 1) − (1 − P)·cost keystrokes. Each suggestion is cut
//! where that is greatest, and shown if it is positive.
//!
//! Typing into a suggestion instead of accepting it says something, too: what
//! stood there is probably not what is wanted ([`Ignored`]), the more so the fewer
//! right ones this typist overlooks ([`Attention`]).

mod attention;
mod ignored;

pub use attention::Attention;
pub use ignored::Ignored;

use language::Mode;

use crate::completion::{End, Suggestion};

/// Shorter texts are not worth a look, whatever their probability.
pub const SHORTEST: usize = 3;

/// The default of [`glance_cost`]'s argument.
pub const DEFAULT_EAGERNESS: f32 = 0.5;

/// What a look at a wrong suggestion costs, in keystrokes, by how eagerly the
/// user wants suggestions: 60 at 0, 11 at ½, 2 at 1.
pub fn glance_cost(eagerness: f32) -> f64 {
    60.0 * libm::pow(1.0 / 30.0, f64::from(eagerness.clamp(0.0, 1.0)))
}

/// What is shown unasked has at least this probability.
const UNASKED: f64 = 0.02;

/// The same in comments and strings, where people write sentences.
const UNASKED_IN_PROSE: f64 = 0.25;

/// Leaves of `suggestions` what is likely enough to be shown unasked.
pub(crate) fn likely_enough(suggestions: &mut Vec<Suggestion>, mode: Mode) {
    let least = match mode.is_comment() || mode.is_string() {
        true => UNASKED_IN_PROSE,
        false => UNASKED,
    };
    suggestions.retain(|suggestion| libm::exp(suggestion.log_prob) >= least);
}

/// Keystrokes that showing `bytes` bytes, all right with `probability`, is
/// expected to save, if a look at what is wrong costs `cost` keystrokes.
pub fn saving(probability: f64, bytes: usize, cost: f64) -> f64 {
    probability * (bytes as f64 - 1.0) - (1.0 - probability) * cost
}

/// The length to which what has these `ends` is best cut, and what that saves; `None`
/// where nothing is worth a look.
///
/// `cumulative[i]` is the log-probability in nats of the first `i + 1` bytes.
pub fn best_cut(ends: &[End], cumulative: &[f64], cost: f64) -> Option<(usize, f64)> {
    let mut best: Option<(usize, f64)> = None;
    for end in ends.iter().filter(|end| end.typed >= SHORTEST) {
        let saved = saving(libm::exp(cumulative[end.length - 1]), end.typed, cost);
        if saved > best.map_or(0.0, |best| best.1) {
            best = Some((end.length, saved));
        }
    }
    best
}

/// The greatest probability in percent that one of `suggestions` begins with
/// [`SHORTEST`] right bytes, or the next more after which it may end.
pub(crate) fn percent(suggestions: &[Suggestion]) -> u8 {
    let starts = suggestions.iter().filter_map(|suggestion| {
        let long = |end: &&End| end.typed >= SHORTEST;
        let end = suggestion.ends.iter().find(long);
        let end = end.or(suggestion.ends.last())?;
        suggestion.cumulative.get(end.length - 1)
    });
    let greatest = starts.copied().fold(f64::NEG_INFINITY, f64::max);
    (libm::exp(greatest) * 100.0).floor().clamp(0.0, 100.0) as u8
}

/// Cuts `suggestions`, whose first `replaced` bytes stand already, drops what is
/// not worth a look, and puts what saves most first.
pub(crate) fn worth_a_look(
    suggestions: Vec<Suggestion>,
    replaced: usize,
    cost: f64,
    ignored: &Ignored,
) -> Vec<Suggestion> {
    let mut worth: Vec<(f64, Suggestion)> = Vec::new();
    for mut suggestion in suggestions {
        let added = &suggestion.text[replaced..];
        let doubted = ignored.doubt(added, &suggestion.cumulative);
        let Some((length, saved)) = best_cut(&suggestion.ends, &doubted, cost) else {
            continue;
        };
        suggestion.text.truncate(replaced + length);
        suggestion.cumulative.truncate(length);
        suggestion.ends.retain(|end| end.length <= length);
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
