//! Bytes decoded so far, and what they become when they end.

use super::stop_rules::{StopRules, Tracker};
use super::utf8::Utf8;
use crate::completion::length_normalised;
use crate::names_after::{NameWeights, NamesAfter};

/// A candidate still growing.
#[derive(Clone, Debug)]
pub(super) struct Hypothesis {
    text: Vec<u8>,
    /// `cumulative[i]` is the log-probability in nats of the first `i + 1` bytes.
    cumulative: Vec<f64>,
    utf8: Utf8,
    tracker: Tracker,
}

/// A hypothesis after one more byte.
pub(super) enum Extended {
    /// It goes on.
    Live(Hypothesis),
    /// A stop rule or the budget ended it.
    Finished(Candidate),
}

impl Hypothesis {
    /// Nothing decoded yet.
    pub(super) fn new() -> Self {
        Self {
            text: Vec::new(),
            cumulative: Vec::new(),
            utf8: Utf8::BETWEEN,
            tracker: Tracker::default(),
        }
    }

    /// Bytes decoded.
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    pub(super) fn utf8(&self) -> Utf8 {
        self.utf8
    }

    /// Log-probability in nats.
    pub(super) fn log_prob(&self) -> f64 {
        self.cumulative.last().copied().unwrap_or_default()
    }

    /// Length-normalised log-probability.
    pub(super) fn score(&self) -> f64 {
        length_normalised(self.log_prob(), self.len())
    }

    /// Appends a byte. `Some(length)` if a stop rule ends the text at `length`.
    pub(super) fn push(&mut self, rules: &StopRules, byte: u8, log_prob: f32) -> Option<usize> {
        let end = self.tracker.advance(rules, &self.text, byte);
        self.cumulative.push(self.log_prob() + f64::from(log_prob));
        self.utf8 = self.utf8.after(byte);
        self.text.push(byte);
        end
    }

    /// The candidate whose budget or time ends here: all whole lines, or all
    /// whole characters where there is but one.
    pub(super) fn cut_off(&self) -> Candidate {
        let line_feed = self.text.iter().rposition(|&byte| byte == b'\n');
        let whole = line_feed.filter(|&end| !self.text[..end].trim_ascii().is_empty());
        let mut candidate =
            self.candidate(whole.unwrap_or(self.len()), self.log_prob(), self.len());
        candidate.broken_off = whole.is_none();
        candidate
    }

    /// The first `length` bytes, ended by a byte of this log-probability that is
    /// not part of them.
    pub(super) fn ended_by(&self, log_prob: f32, length: usize) -> Candidate {
        let sum = self.log_prob() + f64::from(log_prob);
        self.candidate(length, sum, self.len() + 1)
    }

    /// The first `length` bytes of `decoded`, whose log-probability is `sum`.
    fn candidate(&self, length: usize, sum: f64, decoded: usize) -> Candidate {
        let valid = self.text[..length].utf8_chunks().next();
        let text = valid.map_or("", |chunk| chunk.valid()).to_owned();
        let cumulative = self.cumulative[..text.len()].to_vec();
        Candidate {
            text,
            cumulative,
            score: length_normalised(sum, decoded),
            decoded,
            likeliest: false,
            broken_off: false,
        }
    }
}

/// A candidate that has ended.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    text: String,
    cumulative: Vec<f64>,
    score: f64,
    /// Bytes that the score is of.
    decoded: usize,
    likeliest: bool,
    broken_off: bool,
}

impl Candidate {
    /// `text` as if nothing else were possible.
    #[cfg(test)]
    pub(crate) fn certain(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            cumulative: vec![0.0; text.len()],
            score: 0.0,
            decoded: text.len(),
            likeliest: true,
            broken_off: false,
        }
    }

    /// Says whether each byte was the likeliest.
    pub(super) fn marked(mut self, likeliest: bool) -> Self {
        self.likeliest = likeliest;
        self
    }

    pub(crate) fn is_likeliest(&self) -> bool {
        self.likeliest
    }

    /// Whether it ended because the budget or the time did, perhaps within a word.
    pub(crate) fn is_broken_off(&self) -> bool {
        self.broken_off
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Log-probability in nats of the first `length` bytes.
    pub(crate) fn log_prob(&self, length: usize) -> f64 {
        length
            .checked_sub(1)
            .map_or(0.0, |last| self.cumulative[last])
    }

    /// Log-probability in nats of the first `i + 1` bytes.
    pub(crate) fn cumulative(&self) -> &[f64] {
        &self.cumulative
    }

    /// The same text, ranked by this log-probability in nats of it and of `more`
    /// bytes that follow it.
    pub(crate) fn scored(mut self, log_prob: f64, length: usize, more: usize) -> Self {
        self.score = length_normalised(log_prob, length + more);
        self
    }

    /// Length-normalised log-probability of all that was decoded, the byte that
    /// ended it included. Without that byte, a text broken off at an unlikely
    /// place would win over every text that goes on.
    pub(crate) fn score(&self) -> f64 {
        self.score
    }

    /// The same text, weighed by the names around the cursor.
    pub(crate) fn weighed(mut self, names: &NamesAfter<'_>, weights: NameWeights) -> Self {
        let gained = names.weigh(weights, &self.text, &mut self.cumulative);
        self.score += length_normalised(gained, self.decoded);
        self
    }

    /// Without the word it ends in, which may be half a word.
    pub(super) fn without_last_word(self) -> Self {
        let length = self.text.trim_end_matches(language::is_word_char).len();
        self.shortened(length)
    }

    /// Its first `length` bytes.
    pub(crate) fn shortened(mut self, length: usize) -> Self {
        self.broken_off &= length == self.text.len();
        self.text.truncate(length);
        self
    }
}
