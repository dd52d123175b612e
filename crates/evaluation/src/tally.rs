//! What a replay counts.

use completer::Flaws;

/// What a typist did who typed a file.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    /// Bytes that had to come about, white space at the start of lines apart.
    pub bytes: usize,
    /// Keys pressed for them.
    pub keystrokes: usize,
    /// Suggestions shown.
    pub shown: usize,
    /// Of these, taken.
    pub accepted: usize,
    /// Bytes of the taken ones, counted as in `bytes`.
    pub accepted_bytes: usize,
    /// Of those shown, how many would leave a line whose brackets match with some that
    /// do not.
    pub unbalanced: usize,
    /// Of those shown, how many say again how what follows the cursor begins.
    pub repeats: usize,
    /// How often those that the typist had not typed into were right, by how
    /// likely they were held to be.
    pub reliability: Reliability,
}

impl Tally {
    /// Share of the bytes that needed no key.
    pub fn saved(&self) -> f64 {
        1.0 - share(self.keystrokes, self.bytes)
    }

    /// Share of the suggestions that were taken.
    pub fn precision(&self) -> f64 {
        share(self.accepted, self.shown)
    }

    /// Counts what is wrong with a suggestion that is shown.
    pub fn add_flaws(&mut self, flaws: Flaws) {
        self.unbalanced += usize::from(flaws.unbalanced);
        self.repeats += usize::from(flaws.repeats);
    }

    /// Share of the suggestions that would unbalance their line.
    pub fn share_unbalanced(&self) -> f64 {
        share(self.unbalanced, self.shown)
    }

    /// Share of the suggestions that repeat what follows.
    pub fn share_repeats(&self) -> f64 {
        share(self.repeats, self.shown)
    }

    /// Bytes a taken suggestion had, on average.
    pub fn mean_accepted(&self) -> f64 {
        share(self.accepted_bytes, self.accepted)
    }

    /// As [`saved`](Self::saved), with one key for each wrong suggestion.
    pub fn net_saved(&self) -> f64 {
        let wrong = self.shown - self.accepted;
        1.0 - share(self.keystrokes + wrong, self.bytes)
    }
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.bytes += other.bytes;
        self.keystrokes += other.keystrokes;
        self.shown += other.shown;
        self.accepted += other.accepted;
        self.accepted_bytes += other.accepted_bytes;
        self.unbalanced += other.unbalanced;
        self.repeats += other.repeats;
        self.reliability += other.reliability;
    }
}

/// Suggestions by their probability, a tenth to a bin.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reliability {
    /// From 0–10 % up to 90–100 %.
    pub bins: [Bin; 10],
}

/// Suggestions of about the same probability.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bin {
    /// How many were shown.
    pub shown: usize,
    /// How many of them were what came next.
    pub right: usize,
    /// Sum of their probabilities.
    probability: f64,
}

impl Reliability {
    /// Counts one suggestion.
    pub fn add(&mut self, probability: f64, right: bool) {
        let last = self.bins.len() - 1;
        let bin = &mut self.bins[((probability * 10.0) as usize).min(last)];
        bin.shown += 1;
        bin.right += usize::from(right);
        bin.probability += probability;
    }
}

impl Bin {
    /// Mean probability of its suggestions.
    pub fn expected(self) -> f64 {
        self.probability / self.shown.max(1) as f64
    }

    /// Share of them that was right.
    pub fn observed(self) -> f64 {
        share(self.right, self.shown)
    }
}

impl std::ops::AddAssign for Reliability {
    fn add_assign(&mut self, other: Self) {
        for (bin, other) in self.bins.iter_mut().zip(other.bins) {
            bin.shown += other.shown;
            bin.right += other.right;
            bin.probability += other.probability;
        }
    }
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flaws_are_counted_by_what_is_shown() {
        let flaws = |unbalanced, repeats| Flaws {
            unbalanced,
            repeats,
        };
        let mut tally = Tally::default();
        for flaws in [flaws(true, false), flaws(true, true), flaws(false, false)] {
            tally.add_flaws(flaws);
            tally.shown += 1;
        }
        tally += tally;
        assert_eq!((tally.unbalanced, tally.repeats, tally.shown), (4, 2, 6));
        assert_eq!(tally.share_unbalanced(), 4.0 / 6.0);
        assert_eq!(tally.share_repeats(), 2.0 / 6.0);
    }
}
