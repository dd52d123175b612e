//! The places of finished texts, by context.

use std::ops::Range;

use super::places::{LOOKED, Places};
use super::scanner::{KINDS, Scanner};
use crate::SEPARATOR;

/// Buckets of a table, as a power of 2. The same in all: which keys are taken for one
/// another must not depend on what else is near.
const BITS: u32 = 12;

/// Texts whose places are found by every kind of context. Never changes.
///
/// Takes about 60 bytes for each byte of text.
pub struct Near {
    /// The texts, each with a separator behind it.
    text: Vec<u8>,
    /// Where each starts, and the end.
    starts: Vec<u32>,
    /// One for each kind.
    tables: Vec<Table>,
}

/// The places of one kind of context, sorted by key and then by place.
struct Table {
    /// Where each bucket begins, and the end.
    buckets: Vec<u32>,
    /// What of a key is not told by its bucket.
    rests: Vec<u16>,
    places: Vec<u32>,
}

impl Near {
    /// Looks through `texts`, less than 256 MB in all; of two places, the one in the later
    /// text is nearer.
    pub fn new<'a>(texts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut near = Self {
            text: Vec::new(),
            starts: vec![0],
            tables: Vec::new(),
        };
        let mut keyed: Vec<Vec<(u32, u32)>> = vec![Vec::new(); KINDS];
        for text in texts {
            let mut scanner = Scanner::default();
            for &byte in text {
                near.text.push(byte);
                scanner.push(byte);
                if scanner.is_anchor() {
                    for (keyed, key) in keyed.iter_mut().zip(scanner.keys()) {
                        keyed.push((key, near.text.len() as u32));
                    }
                }
            }
            near.text.push(SEPARATOR);
            near.starts.push(near.text.len() as u32);
        }
        let tables = keyed.iter().map(|keyed| Table::new(keyed, &near.starts));
        near.tables = tables.collect();
        near
    }

    /// Where the text stands that was the `index`th.
    pub(crate) fn range(&self, index: usize) -> Range<u32> {
        self.starts[index]..self.starts[index + 1]
    }

    /// The byte at `place`; `None` at the end of a text.
    pub(crate) fn byte(&self, place: u32) -> Option<u8> {
        let byte = self.text[place as usize];
        (byte != SEPARATOR).then_some(byte)
    }

    /// Adds to `found` the places with this key that are not in `masked`, latest first,
    /// each with `mark` set. The ranges come in order.
    pub(crate) fn find(
        &self,
        kind: usize,
        key: u32,
        masked: &[Range<u32>],
        mark: u32,
        found: &mut Places,
    ) {
        for &place in self.tables[kind].find(key).iter().rev() {
            let later = masked.partition_point(|range| range.end <= place);
            let hidden = masked
                .get(later)
                .is_some_and(|range| range.contains(&place));
            if !hidden && !found.add(place | mark) {
                return;
            }
        }
    }
}

impl Table {
    /// `keyed` holds keys and their places, in order of place.
    fn new(keyed: &[(u32, u32)], starts: &[u32]) -> Self {
        let mut table = Self {
            buckets: vec![0; (1 << BITS) + 1],
            rests: Vec::new(),
            places: Vec::new(),
        };
        // Counted, then dealt out into their buckets, where they stay in order of place.
        let mut ends = vec![0_u32; 1 << BITS];
        for &(key, _) in keyed {
            ends[split(key).0] += 1;
        }
        let mut sum = 0;
        for end in &mut ends {
            sum += std::mem::replace(end, sum);
        }
        let mut dealt = vec![(0_u16, 0_u32); keyed.len()];
        for &(key, place) in keyed {
            let (bucket, rest) = split(key);
            dealt[ends[bucket] as usize] = (rest, place);
            ends[bucket] += 1;
        }
        let document = |place| starts.partition_point(|&start| start <= place);
        let mut from = 0;
        for (bucket, &end) in ends.iter().enumerate() {
            let dealt = &mut dealt[from..end as usize];
            from = end as usize;
            dealt.sort_by_key(|&(rest, _)| rest);
            table.buckets[bucket] = table.places.len() as u32;
            for (at, &(rest, place)) in dealt.iter().enumerate() {
                // No more of a text are looked at, whichever others are taken away.
                let later = dealt.get(at + LOOKED).filter(|later| later.0 == rest);
                if later.is_some_and(|later| document(later.1) == document(place)) {
                    continue;
                }
                table.rests.push(rest);
                table.places.push(place);
            }
        }
        table.buckets[1 << BITS] = table.places.len() as u32;
        table.rests.shrink_to_fit();
        table.places.shrink_to_fit();
        table
    }

    fn find(&self, key: u32) -> &[u32] {
        let (bucket, rest) = split(key);
        let [from, to] = [self.buckets[bucket], self.buckets[bucket + 1]].map(|at| at as usize);
        let rests = &self.rests[from..to];
        let first = rests.partition_point(|&other| other < rest);
        let end = first + rests[first..].partition_point(|&other| other == rest);
        &self.places[from + first..from + end]
    }
}

/// The bucket of a key, and what of it the bucket does not tell.
fn split(key: u32) -> (usize, u16) {
    ((key >> (32 - BITS)) as usize, (key >> (16 - BITS)) as u16)
}
