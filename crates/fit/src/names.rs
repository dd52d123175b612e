//! What names after the cursor say, found where blocks and arguments are written
//! anew.

use std::fmt;

use anyhow::Result;
use completer::names_after::{NamesAfter, Standing};
use completer::{Before, CancelToken, Completer, NO_CLOCK, Options, Request, show};
use evaluation::{Passage, Scenario};
use indicatif::{ProgressBar, ProgressStyle};
use lstm_format::Fit;
use rayon::prelude::*;

use crate::packages::Subject;

/// Bytes from one place where a suggestion is looked at to the next.
const STRIDE: usize = 3;
/// How eager suggestions are: what is rarely shown teaches little.
const EAGERNESS: f32 = 0.8;

/// A name that was suggested where all before it was right.
struct Suggested {
    stands: bool,
    /// Log-odds in nats that it is right, without the text after the cursor.
    log_odds: f64,
    right: bool,
}

/// What was found.
pub(crate) struct Found {
    stands: f64,
    missing: f64,
    names: [usize; 2],
}

impl Found {
    /// The weights as a model's file has them.
    pub(crate) fn numbers(&self) -> (Fit, Vec<f32>) {
        (Fit::Names, vec![self.stands as f32, self.missing as f32])
    }
}

impl fmt::Display for Found {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [stand, miss] = self.names;
        writeln!(out, "stands  {:6.3}  {stand} names", self.stands)?;
        write!(out, "missing {:6.3}  {miss} names", self.missing)
    }
}

/// How the log-odds of names change, against those of all names that do not stand
/// before the cursor.
///
/// # Errors
/// If the progress can't be shown.
pub(crate) fn fit(completer: &Completer, language: &str, subjects: &[Subject]) -> Result<Found> {
    let bar = ProgressBar::new(subjects.len() as u64);
    bar.set_style(ProgressStyle::with_template("{wide_bar} {eta}")?);
    let suggested: Vec<Suggested> = subjects
        .par_iter()
        .flat_map_iter(|subject| {
            let found = look(completer, language, subject);
            bar.inc(1);
            found
        })
        .collect();
    bar.finish_and_clear();
    let (stand, miss): (Vec<&Suggested>, Vec<&Suggested>) =
        suggested.iter().partition(|name| name.stands);
    let of_all = shift(&suggested.iter().collect::<Vec<_>>());
    Ok(Found {
        stands: shift(&stand) - of_all,
        missing: shift(&miss) - of_all,
        names: [stand.len(), miss.len()],
    })
}

fn look(completer: &Completer, language: &str, subject: &Subject) -> Vec<Suggested> {
    let Ok(text) = std::str::from_utf8(&subject.text) else {
        return Vec::new();
    };
    let mut suggested = Vec::new();
    for Passage { start, end, .. } in Scenario::Edit.passages(text) {
        let places = (start..end).step_by(STRIDE);
        for place in places.filter(|&place| text.is_char_boundary(place)) {
            suggested.extend(suggested_at(completer, language, subject, text, place, end));
        }
    }
    suggested
}

/// The names that were suggested at `place`, where all from there to `end` is gone.
fn suggested_at(
    completer: &Completer,
    language: &str,
    subject: &Subject,
    text: &str,
    place: usize,
    end: usize,
) -> Vec<Suggested> {
    let (before, after) = (&text[..place], &text[end..]);
    let options = Options {
        rescoring: false,
        ..Options::ghost(show::glance_cost(EAGERNESS))
    };
    let request = Request {
        path: &subject.path,
        before: Before::whole(before.as_bytes()),
        after,
        language,
        memory: Some(&subject.workspace),
        options: &options,
        clock: NO_CLOCK,
    };
    let completion = completer.complete(&request, &CancelToken::new());
    let suggestion = completion
        .ok()
        .and_then(|c| c.suggestions.into_iter().next());
    let Some(suggestion) = suggestion else {
        return Vec::new();
    };
    let truth = text[place..end].bytes();
    let right = suggestion
        .text
        .bytes()
        .zip(truth)
        .take_while(|(a, b)| a == b)
        .count();
    let sum = |length: usize| {
        length
            .checked_sub(1)
            .map_or(0.0, |last| suggestion.cumulative[last])
    };
    let names = NamesAfter::new(before.as_bytes(), after).names(&suggestion.text);
    let looked = names.iter().filter(|name| name.range.start <= right);
    let told = looked.filter(|name| name.standing != Standing::Before);
    told.map(|name| {
        let log_prob = (sum(name.range.end) - sum(name.range.start)).clamp(-14.0, -1e-6);
        Suggested {
            stands: name.standing == Standing::After,
            log_odds: log_prob - (-log_prob.exp_m1()).ln(),
            right: name.range.end <= right,
        }
    })
    .collect()
}

/// What has to be added to the log-odds for the names to be right as often as they
/// say: Newton's method on the likelihood.
fn shift(names: &[&Suggested]) -> f64 {
    let mut shift = 0.0;
    for _ in 0..30 {
        let (mut gradient, mut curvature) = (0.0, 1e-9);
        for name in names {
            let probability = 1.0 / (1.0 + (-name.log_odds - shift).exp());
            gradient += f64::from(u8::from(name.right)) - probability;
            curvature += probability * (1.0 - probability);
        }
        shift += gradient / curvature;
    }
    shift
}
