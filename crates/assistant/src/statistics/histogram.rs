//! How often values of each size were seen, to within a fifth.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Counts of microseconds in buckets that grow by the fourth root of two.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Histogram(BTreeMap<u32, u64>);

impl Histogram {
    /// Counts one value.
    pub fn record(&mut self, micros: u64) {
        *self.0.entry(bucket(micros)).or_default() += 1;
    }

    /// How many values were counted.
    pub fn count(&self) -> u64 {
        self.0.values().sum()
    }

    /// The value, in µs, that `share` of all values do not exceed, rounded up to
    /// the end of its bucket; `None` if nothing was counted.
    pub fn quantile(&self, share: f64) -> Option<u64> {
        let wanted = (self.count() as f64 * share).ceil().max(1.0);
        let mut seen = 0;
        let found = self.0.iter().find(|(_, count)| {
            seen += **count;
            seen as f64 >= wanted
        });
        found.map(|(&bucket, _)| end_of(bucket))
    }

    /// Counts what `other` counted too.
    pub(super) fn add(&mut self, other: &Self) {
        for (&bucket, count) in &other.0 {
            *self.0.entry(bucket).or_default() += count;
        }
    }
}

fn bucket(micros: u64) -> u32 {
    ((micros.max(1) as f64).log2() * 4.0).floor() as u32
}

fn end_of(bucket: u32) -> u64 {
    (f64::from(bucket + 1) / 4.0).exp2().round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_right_to_within_a_fifth() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.quantile(0.5), None);
        (1..=10_000).for_each(|micros| histogram.record(micros));
        for (share, exact) in [(0.5, 5000.0), (0.99, 9900.0), (0.0, 1.0), (1.0, 10_000.0)] {
            let found = histogram.quantile(share).expect("values were counted") as f64;
            assert!((exact..=exact * 1.2).contains(&found), "{share}: {found}");
        }
    }
}
