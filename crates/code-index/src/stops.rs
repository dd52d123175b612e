//! How far to trust a count: the probability of stopping at it on the way from
//! the longest context to the shortest.
//!
//! Prediction by partial matching, interpolated: the counts after the longest
//! context that occurred are believed with probability λ, else those after the
//! next shorter one, and so on; λ is looked up by what can be told of the counts.
//! The table is fitted by expectation maximisation ([`StopFit`]) on files set
//! aside, which is where Witten–Bell's and others' formulas for λ are guesses.

use crate::MOST_ORDER;

const LAYERS: usize = 2;
const ABOVE: usize = 3;
const ORDERS: usize = 13;
const TOTALS: usize = 7;
const DISTINCT: usize = 5;
const ENTRIES: usize = LAYERS * ABOVE * ORDERS * TOTALS * DISTINCT;

/// What is known of the counts after one context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Level {
    /// 0 is the text before the cursor, 1 the workspace.
    pub(crate) layer: usize,
    /// Levels passed on the way down.
    pub(crate) above: usize,
    /// Length of the context.
    pub(crate) order: usize,
    /// Occurrences.
    pub(crate) total: usize,
    /// Distinct bytes that followed.
    pub(crate) distinct: usize,
}

impl Level {
    fn entry(self) -> usize {
        let order = match self.order {
            0..=8 => self.order.max(1) - 1,
            9..=10 => 8,
            11..=13 => 9,
            14..=19 => 10,
            20..MOST_ORDER => 11,
            _ => 12,
        };
        let total = match self.total {
            0..=3 => self.total.max(1) - 1,
            4..=6 => 3,
            7..=15 => 4,
            16..=63 => 5,
            _ => 6,
        };
        let distinct = match self.distinct {
            0..=2 => self.distinct.max(1) - 1,
            3..=4 => 2,
            5..=9 => 3,
            _ => 4,
        };
        let above = self.above.min(ABOVE - 1);
        (((self.layer * ABOVE + above) * ORDERS + order) * TOTALS + total) * DISTINCT + distinct
    }
}

/// λ for every kind of `Level`.
#[derive(Clone, Debug)]
pub struct Stops {
    probabilities: Vec<f32>,
}

impl Default for Stops {
    /// The table that is built in.
    fn default() -> Self {
        Self::from_bytes(include_bytes!("stops.bin"))
    }
}

impl Stops {
    /// How many kinds of counts are told apart.
    pub const ENTRIES: usize = ENTRIES;

    /// A table to begin a fit with. It trusts all counts: where shorter contexts
    /// tell the same, the fit has no reason to change that.
    pub fn flat() -> Self {
        Self {
            probabilities: vec![0.95; ENTRIES],
        }
    }

    /// A table from its probabilities, one for every kind of count. `None` if there
    /// are too many or too few, or one of them rules a byte out.
    pub fn new(probabilities: Vec<f32>) -> Option<Self> {
        let possible = |p: &f32| *p > 0.0 && *p < 1.0;
        (probabilities.len() == Self::ENTRIES && probabilities.iter().all(possible))
            .then_some(Self { probabilities })
    }

    /// Its probabilities, as [`new`](Self::new) takes them.
    pub fn numbers(&self) -> &[f32] {
        &self.probabilities
    }

    fn from_bytes(bytes: &[u8; ENTRIES]) -> Self {
        let probabilities = bytes.iter().map(|&b| (f32::from(b) + 0.5) / 256.0);
        Self {
            probabilities: probabilities.collect(),
        }
    }

    /// The table in 256ths, as it is built in.
    pub fn to_bytes(&self) -> Vec<u8> {
        let bytes = self.probabilities.iter().map(|p| (p * 256.0) as u8);
        bytes.collect()
    }

    pub(crate) fn of(&self, level: Level) -> f32 {
        self.probabilities[level.entry()]
    }
}

/// Expectation maximisation over observed bytes.
pub struct StopFit {
    reached: Vec<f64>,
    stopped: Vec<f64>,
    bytes: usize,
    bits: f64,
}

impl Default for StopFit {
    fn default() -> Self {
        Self {
            reached: vec![0.0; ENTRIES],
            stopped: vec![0.0; ENTRIES],
            bytes: 0,
            bits: 0.0,
        }
    }
}

impl StopFit {
    /// Takes in one byte: the levels on its way, each with the share of the byte
    /// among what followed, and the probability that no level gives it.
    pub(crate) fn observe(&mut self, stops: &Stops, levels: &[(Level, f32)], base: f32) {
        let mut reach = 1.0_f64;
        let mut joint = Vec::with_capacity(levels.len());
        for &(level, share) in levels {
            let stop = f64::from(stops.of(level));
            joint.push(reach * stop * f64::from(share));
            reach *= 1.0 - stop;
        }
        let base = reach * f64::from(base);
        let probability = joint.iter().sum::<f64>() + base;
        self.bytes += 1;
        self.bits -= libm::log2(probability);
        // How likely the byte came from this level or one below it.
        let mut behind = base;
        for (&(level, _), joint) in levels.iter().zip(joint).rev() {
            behind += joint;
            self.stopped[level.entry()] += joint / probability;
            self.reached[level.entry()] += behind / probability;
        }
    }

    /// What both have observed.
    pub fn and(mut self, other: Self) -> Self {
        let add = |a: &mut Vec<f64>, b: &[f64]| a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        add(&mut self.reached, &other.reached);
        add(&mut self.stopped, &other.stopped);
        self.bytes += other.bytes;
        self.bits += other.bits;
        self
    }

    /// What the observed bytes cost under the table before, bits a byte.
    pub fn bits_per_byte(&self) -> f64 {
        self.bits / self.bytes as f64
    }

    /// The table under which the observed bytes are likelier than under the one before.
    pub fn finish(self, before: &Stops) -> Stops {
        let entries = self.reached.iter().zip(&self.stopped);
        let fitted = entries.zip(&before.probabilities);
        let probabilities = fitted.map(|((reached, stopped), before)| {
            // A few imagined observations keep rare kinds near where they were.
            ((stopped + 4.0 * f64::from(*before)) / (reached + 4.0)) as f32
        });
        Stops {
            probabilities: probabilities.map(|p| p.clamp(0.002, 0.998)).collect(),
        }
    }
}
