//! Exact and near duplicates, by MinHash over runs of lines.
//!
//! Broder, "On the resemblance and containment of documents", 1997. A document
//! is the set of its three-line shingles (white space aside); the share of equal
//! entries in two sketches estimates the Jaccard similarity of the sets.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

const BANDS: usize = 16;
const ROWS: usize = 4;

/// Estimated similarity from which two documents count as nearly the same.
pub const NEAR: f64 = 0.6;

/// A document's MinHash sketch.
#[derive(Clone)]
pub struct Sketch {
    exact: u64,
    minima: [u64; BANDS * ROWS],
}

impl Sketch {
    /// Sketches `text`.
    pub fn new(text: &str) -> Self {
        let lines = text.lines().map(str::trim).filter(|l| l.len() > 2);
        let lines: Vec<u64> = lines.map(hash_of).collect();
        let mut minima = [u64::MAX; BANDS * ROWS];
        for shingle in lines.windows(3.min(lines.len().max(1))) {
            let shingle = hash_of(shingle);
            for (i, minimum) in minima.iter_mut().enumerate() {
                *minimum = (*minimum).min(permuted(shingle, i as u64));
            }
        }
        Self {
            exact: hash_of(&lines),
            minima,
        }
    }

    /// Estimated Jaccard similarity, 0–1.
    pub fn similarity(&self, other: &Self) -> f64 {
        let equal = self
            .minima
            .iter()
            .zip(&other.minima)
            .filter(|(a, b)| a == b);
        equal.count() as f64 / self.minima.len() as f64
    }

    fn bands(&self) -> impl Iterator<Item = (usize, u64)> + '_ {
        self.minima.chunks_exact(ROWS).map(hash_of).enumerate()
    }
}

/// How a document resembles one seen before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resemblance {
    /// The same lines.
    Exact,
    /// Similarity of at least [`NEAR`].
    Near,
}

/// The documents seen so far, searchable by resemblance.
#[derive(Default)]
pub struct Seen {
    sketches: Vec<Sketch>,
    exact: HashMap<u64, usize>,
    bands: HashMap<(usize, u64), Vec<usize>>,
}

impl Seen {
    /// Whether something like `sketch` was seen.
    pub fn resemblance(&self, sketch: &Sketch) -> Option<Resemblance> {
        if self.exact.contains_key(&sketch.exact) {
            return Some(Resemblance::Exact);
        }
        let candidates = sketch.bands().filter_map(|band| self.bands.get(&band));
        candidates
            .flatten()
            .any(|&i| self.sketches[i].similarity(sketch) >= NEAR)
            .then_some(Resemblance::Near)
    }

    /// Remembers a document.
    pub fn insert(&mut self, sketch: Sketch) {
        let index = self.sketches.len();
        self.exact.insert(sketch.exact, index);
        for band in sketch.bands() {
            self.bands.entry(band).or_default().push(index);
        }
        self.sketches.push(sketch);
    }
}

fn hash_of<T: Hash + ?Sized>(value: &T) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// The `i`th of a family of permutations of 64-bit values (multiply and mix).
fn permuted(value: u64, i: u64) -> u64 {
    let odd = (i.wrapping_mul(0x9e37_79b9_7f4a_7c15)) | 1;
    let mixed = (value ^ (i << 32)).wrapping_mul(odd);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(range: std::ops::Range<usize>) -> String {
        range
            .map(|i| format!("let variable_{i} = function_{}(i);\n", i * 7))
            .collect()
    }

    #[test]
    fn equal_similar_and_different_documents_are_told_apart() {
        let mut seen = Seen::default();
        seen.insert(Sketch::new(&document(0..200)));
        let resemblance = |text: &str| seen.resemblance(&Sketch::new(text));
        let indented = document(0..200).replace("let", "    let");
        assert_eq!(resemblance(&indented), Some(Resemblance::Exact));
        assert_eq!(resemblance(&document(10..200)), Some(Resemblance::Near));
        assert_eq!(resemblance(&document(150..400)), None);
        assert_eq!(resemblance(&document(1000..1200)), None);
    }
}
