//! Exact and near duplicates, by MinHash over runs of lines.
//!
//! Broder, "On the resemblance and containment of documents", 1997. A document
//! is the set of its three-line shingles (white space aside); the share of equal
//! entries in two sketches estimates the Jaccard similarity of the sets.
//!
//! Sketches lie on disk. Memory has, one band after the other, a number for each
//! document, and of all bands only what two documents share.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::Path;

const BANDS: usize = 16;
const ROWS: usize = 4;

/// Estimated similarity from which two documents count as nearly the same.
pub const NEAR: f64 = 0.6;

/// Bytes of a sketch's minima on disk.
const BYTES: usize = 8 * BANDS * ROWS;

/// A document's MinHash sketch.
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

    /// What documents share that are worth comparing: all lines, or a band.
    fn keys(&self) -> impl Iterator<Item = u64> + '_ {
        let bands = self.minima.chunks_exact(ROWS).map(hash_of);
        std::iter::once(self.exact).chain(bands)
    }
}

/// Estimated Jaccard similarity, 0–1, of two documents with these minima.
fn similarity(a: &[u8; BYTES], b: &[u8; BYTES]) -> f64 {
    let (a, b) = (a.as_chunks::<8>().0, b.as_chunks::<8>().0);
    let equal = a.iter().zip(b).filter(|(a, b)| a == b);
    equal.count() as f64 / a.len() as f64
}

/// How a document resembles one seen before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resemblance {
    /// The same lines.
    Exact,
    /// Similarity of at least [`NEAR`].
    Near,
}

/// The sketches of documents, in files that have no names.
pub struct Sketches {
    minima: BufWriter<File>,
    /// One for each of [`Sketch::keys`].
    keys: Vec<BufWriter<File>>,
}

impl Sketches {
    /// None yet; they will lie in `folder`.
    ///
    /// # Errors
    /// If no file can be made there.
    pub fn new(folder: &Path) -> io::Result<Self> {
        let file = || tempfile::tempfile_in(folder).map(BufWriter::new);
        Ok(Self {
            minima: file()?,
            keys: (0..=BANDS).map(|_| file()).collect::<io::Result<_>>()?,
        })
    }

    /// Adds one.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn push(&mut self, sketch: &Sketch) -> io::Result<()> {
        for minimum in sketch.minima {
            self.minima.write_all(&minimum.to_le_bytes())?;
        }
        for (file, key) in self.keys.iter_mut().zip(sketch.keys()) {
            file.write_all(&key.to_le_bytes())?;
        }
        Ok(())
    }

    /// Makes them ready to be looked at one after the other: first the one that was pushed as
    /// number `order[0]`.
    ///
    /// # Errors
    /// If they can't be read.
    pub fn in_order(self, order: Vec<u32>) -> io::Result<Seen> {
        let mut position = vec![0; order.len()];
        for (place, &index) in (0..).zip(&order) {
            position[index as usize] = place;
        }
        let (mut shared, mut groups, mut exact) = (Vec::new(), 0, 0);
        for (column, file) in self.keys.into_iter().enumerate() {
            let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.seek(SeekFrom::Start(0))?;
            let mut file = BufReader::new(file);
            let mut keys = Vec::with_capacity(order.len());
            for &position in &position {
                let mut key = [0; 8];
                file.read_exact(&mut key)?;
                keys.push((u64::from_le_bytes(key), position));
            }
            keys.sort_unstable();
            for group in keys.chunk_by(|(a, _), (b, _)| a == b) {
                if group.len() > 1 {
                    shared.extend(group.iter().map(|&(_, position)| (position, groups)));
                    groups += 1;
                }
            }
            if column == 0 {
                exact = groups;
            }
        }
        shared.sort_unstable();
        let minima = self.minima.into_inner();
        Ok(Seen {
            minima: minima.map_err(io::IntoInnerError::into_error)?,
            order,
            shared,
            exact,
            kept: vec![Vec::new(); groups as usize],
        })
    }
}

/// Documents in an order, of which some are kept, searchable by resemblance.
pub struct Seen {
    minima: File,
    order: Vec<u32>,
    /// Position of a document and a group of those that share a key, ascending.
    shared: Vec<(u32, u32)>,
    /// The groups before this one have the same lines.
    exact: u32,
    /// Of each group, which were kept.
    kept: Vec<Vec<u32>>,
}

impl Seen {
    /// Whether the document at `position` is like one that was kept.
    ///
    /// # Errors
    /// If sketches can't be read.
    pub fn resemblance(&mut self, position: u32) -> io::Result<Option<Resemblance>> {
        let groups = self.shared[self.groups(position)].to_vec();
        let mut own = None;
        for (_, group) in groups {
            if group < self.exact && !self.kept[group as usize].is_empty() {
                return Ok(Some(Resemblance::Exact));
            }
            for at in 0..self.kept[group as usize].len() {
                let own = match own {
                    Some(own) => own,
                    None => *own.insert(self.minima(position)?),
                };
                let other = self.minima(self.kept[group as usize][at])?;
                if similarity(&own, &other) >= NEAR {
                    return Ok(Some(Resemblance::Near));
                }
            }
        }
        Ok(None)
    }

    /// Keeps the document at `position`.
    pub fn keep(&mut self, position: u32) {
        for (_, group) in &self.shared[self.groups(position)] {
            self.kept[*group as usize].push(position);
        }
    }

    /// Where in `shared` the groups of a document are.
    fn groups(&self, position: u32) -> Range<usize> {
        let before = |position| self.shared.partition_point(|&(other, _)| other < position);
        before(position)..before(position + 1)
    }

    fn minima(&mut self, position: u32) -> io::Result<[u8; BYTES]> {
        let index = u64::from(self.order[position as usize]);
        self.minima.seek(SeekFrom::Start(index * BYTES as u64))?;
        let mut minima = [0; BYTES];
        self.minima.read_exact(&mut minima)?;
        Ok(minima)
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

    /// What each of `texts` is like, looked at in that order, those kept that are like none.
    fn resemblances(texts: &[String], pushed: &[u32]) -> Vec<Option<Resemblance>> {
        let mut sketches = Sketches::new(&std::env::temp_dir()).unwrap();
        for &index in pushed {
            let sketch = Sketch::new(&texts[index as usize]);
            sketches.push(&sketch).unwrap();
        }
        let place = |i| pushed.iter().position(|&p| p == i).unwrap() as u32;
        let order = (0..texts.len() as u32).map(place).collect();
        let mut seen = sketches.in_order(order).unwrap();
        let look = |position| {
            let resemblance = seen.resemblance(position).unwrap();
            if resemblance.is_none() {
                seen.keep(position);
            }
            resemblance
        };
        (0..texts.len() as u32).map(look).collect()
    }

    #[test]
    fn equal_similar_and_different_documents_are_told_apart() {
        let texts = [
            document(0..200),
            document(0..200).replace("let", "    let"),
            document(10..200),
            document(150..400),
            document(1000..1200),
            document(1010..1200),
        ];
        let (exact, near) = (Some(Resemblance::Exact), Some(Resemblance::Near));
        let expected = [None, exact, near, None, None, near];
        assert_eq!(resemblances(&texts, &[0, 1, 2, 3, 4, 5]), expected);
        assert_eq!(resemblances(&texts, &[4, 2, 0, 5, 3, 1]), expected);
    }

    #[test]
    fn what_is_only_like_something_left_out_is_kept() {
        // Each is like the one before it, and the third not like the first.
        let texts = [document(0..200), document(40..240), document(80..280)];
        let near = Some(Resemblance::Near);
        assert_eq!(resemblances(&texts, &[0, 1, 2]), [None, near, None]);
    }
}
