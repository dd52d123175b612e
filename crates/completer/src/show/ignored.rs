//! What was shown and not accepted.

use super::Attention;

/// What stood at the cursor and was typed into instead of accepted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ignored {
    /// What of each text is still ahead of the cursor, and the probability that
    /// it would have been accepted if right.
    ahead: Vec<(String, f64)>,
    standing: Option<String>,
}

impl Ignored {
    /// `text` is shown at the cursor.
    pub fn shown(&mut self, text: &str) {
        self.standing = Some(text.to_owned()).filter(|text| !text.is_empty());
    }

    /// What is shown was sent away by hand.
    pub fn dismissed(&mut self) {
        self.ahead
            .extend(self.standing.take().map(|text| (text, 1.0)));
    }

    /// `typed` was typed at the cursor, by someone who accepts what is right as often as
    /// `attention` says, and who has overlooked what turns out to be right to its end.
    pub fn typed(&mut self, typed: &str, attention: &mut Attention) {
        let seen = attention.probability();
        let standing = self.standing.take().map(|text| (text, seen));
        self.ahead.extend(standing);
        let mut right = 0;
        self.ahead.retain_mut(|(text, _)| {
            right += usize::from(typed.starts_with(&**text));
            match text.strip_prefix(typed) {
                Some(ahead) if !ahead.is_empty() => {
                    *text = ahead.to_owned();
                    true
                }
                _ => false,
            }
        });
        attention.overlooked(right);
    }

    /// `text` was accepted at the cursor: what it begins with was right where it stood
    /// before. Nothing is known of the place behind it.
    pub fn accepted(&mut self, text: &str, attention: &mut Attention) {
        let ahead = std::mem::take(self).ahead;
        let right = ahead.iter().filter(|(ahead, _)| text.starts_with(ahead));
        attention.accepted(right.count());
    }

    /// What becomes of the log-probabilities of `text`'s beginnings, in nats,
    /// knowing that.
    ///
    /// With m the number of bytes that are right, Bayes' rule gives each m that
    /// reaches the end of a text that stood there the weight of its having been
    /// overlooked.
    pub fn doubt(&self, text: &str, cumulative: &[f64]) -> Vec<f64> {
        let doubts = self
            .ahead
            .iter()
            .filter(|(ahead, _)| text.starts_with(ahead));
        let doubts: Vec<(usize, f64)> = doubts.map(|(ahead, seen)| (ahead.len(), *seen)).collect();
        if doubts.is_empty() {
            return cumulative.to_vec();
        }
        let weight = |length: usize| -> f64 {
            let reached = doubts.iter().filter(|(end, _)| length >= *end);
            reached.map(|(_, seen)| 1.0 - seen).product()
        };
        // From the longest down, so that each sum is of what reaches that far.
        let mut longer = 0.0;
        let mut reaching: Vec<f64> = Vec::with_capacity(cumulative.len());
        let mut sum = 0.0;
        for length in (1..=cumulative.len()).rev() {
            let probability = libm::exp(cumulative[length - 1]);
            sum += (probability - longer).max(0.0) * weight(length);
            longer = probability;
            reaching.push(sum);
        }
        let all = sum + (1.0 - longer).max(0.0);
        reaching.reverse();
        reaching.iter().map(|sum| libm::log(sum / all)).collect()
    }
}
