//! What models are worth on the same held-out files, compared on what was measured
//! of each. Must not know how it was measured.

use serde::{Deserialize, Serialize};

use assistant::store::Quality;

/// What one file came to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Tally {
    /// Its length in bytes.
    pub(super) bytes: usize,
    /// Bits it costs under the LSTM alone.
    pub(super) lstm: f64,
    /// Bits it costs under LSTM and memory, mixed.
    pub(super) mixed: f64,
    /// Bytes of it that were typed again, and keys that took.
    pub(super) typed: usize,
    pub(super) keys: usize,
}

/// The files in their order; `None` for those that there was no time for.
pub(super) type Sample = Vec<Option<Tally>>;

/// Bytes that were measured.
pub(super) fn bytes(sample: &[Option<Tally>]) -> usize {
    sample.iter().flatten().map(|file| file.bytes).sum()
}

/// What two models are worth on the files that both were measured on.
pub(super) struct Pair {
    pub(super) before: Quality,
    pub(super) after: Quality,
    /// Bytes of those files.
    pub(super) bytes: usize,
}

/// Compares them file by file.
pub(super) fn pair(before: &[Option<Tally>], after: &[Option<Tally>]) -> Pair {
    let both = before.iter().zip(after).filter_map(|(b, a)| (*b).zip(*a));
    let (before, after): (Vec<Tally>, Vec<Tally>) = both.unzip();
    Pair {
        before: quality(&before),
        after: quality(&after),
        bytes: before.iter().map(|file| file.bytes).sum(),
    }
}

/// What they come to together.
pub(super) fn quality(files: &[Tally]) -> Quality {
    let sum = |of: fn(&Tally) -> f64| files.iter().map(of).sum::<f64>();
    let bytes = sum(|file| file.bytes as f64).max(1.0);
    let typed = sum(|file| file.typed as f64).max(1.0);
    Quality {
        lstm: sum(|file| file.lstm) / bytes,
        mixed: sum(|file| file.mixed) / bytes,
        saved: 1.0 - sum(|file| file.keys as f64) / typed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(bytes: usize, bits_a_byte: f64) -> Option<Tally> {
        Some(Tally {
            bytes,
            lstm: bits_a_byte * bytes as f64,
            mixed: bits_a_byte * bytes as f64 / 2.0,
            typed: 10,
            keys: 6,
        })
    }

    #[test]
    fn only_what_both_were_measured_on_counts() {
        let before = [tally(100, 1.0), tally(300, 2.0), None, tally(500, 9.0)];
        let after = [tally(100, 0.5), tally(300, 1.5), tally(7, 9.0), None];
        let pair = pair(&before, &after);
        assert_eq!(pair.bytes, 400);
        assert_eq!((pair.before.lstm, pair.after.lstm), (1.75, 1.25));
        assert_eq!((pair.before.mixed, pair.after.mixed), (0.875, 0.625));
        assert!((pair.before.saved - 0.4).abs() < 1e-12);
        assert_eq!(bytes(&before), 900);
    }

    #[test]
    fn nothing_measured_is_worth_nothing() {
        let pair = pair(&[tally(100, 1.0), None], &[None, tally(50, 1.0)]);
        assert_eq!(pair.bytes, 0);
        assert_eq!((pair.before.lstm, pair.after.lstm), (0.0, 0.0));
    }
}
