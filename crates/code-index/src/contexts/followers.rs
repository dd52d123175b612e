//! What followed the contexts of one place, byte by byte.

use super::places::LOOKED;
use super::reader::{ContextReader, SLOTS, Sources};
use crate::segment::Histogram;

/// Bytes that are told apart from the rest.
pub(crate) const MOST_BYTES: usize = 12;
/// Bytes that followed the longest match of a layer and are sure to be among them.
const OF_LONGEST: usize = 3;
/// The text before the cursor, and the workspace.
pub(crate) const LAYERS: usize = 2;

// Counts fit a byte.
const _: () = assert!(LOOKED < 256);

/// How often each byte followed each context of a place. Empty where the memory has no scorer.
#[derive(Clone, Debug, Default)]
pub struct Followers {
    /// The bytes, at most [`MOST_BYTES`] of them; the others are counted together.
    pub(crate) bytes: Vec<u8>,
    /// Of each slot.
    slots: Vec<Slot>,
    longest: [Longest; LAYERS],
    /// The byte before the place.
    pub(crate) previous: u8,
}

/// What followed one context.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Slot {
    /// How often each of the bytes did, the others last.
    counts: [u8; MOST_BYTES + 1],
    pub(crate) total: u8,
    /// Which of them the latest time.
    latest: u8,
}

/// What followed the longest match of a layer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Longest {
    /// Its length in bytes; 0 if there was none.
    pub(crate) order: usize,
    pub(crate) total: i32,
    /// Most frequent first.
    counts: Vec<(u8, i32)>,
}

impl Followers {
    /// Whether contexts were looked up at all.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.slots.clear();
        for longest in &mut self.longest {
            longest.order = 0;
            longest.total = 0;
            longest.counts.clear();
        }
    }

    /// Keeps `counts` as what followed the longest match of `layer`, which is `order` bytes
    /// long.
    pub(crate) fn set_longest(&mut self, layer: usize, order: usize, counts: &Histogram) {
        let longest = &mut self.longest[layer];
        longest.order = order;
        longest.total = counts.total();
        longest.counts.extend(counts.each());
        longest
            .counts
            .sort_unstable_by_key(|&(byte, count)| (-count, byte));
    }

    /// Counts what followed at `reader`, behind the byte `previous`.
    pub(crate) fn count(&mut self, reader: &ContextReader, sources: Sources<'_>, previous: u8) {
        self.previous = previous;
        let mut row_of = [u8::MAX; 256];
        for longest in &self.longest {
            for &(byte, _) in longest.counts.iter().take(OF_LONGEST) {
                row(&mut self.bytes, &mut row_of, byte);
            }
        }
        self.slots.resize(SLOTS, Slot::default());
        for (number, slot) in self.slots.iter_mut().enumerate() {
            for byte in reader.followers(sources, number) {
                let row = row(&mut self.bytes, &mut row_of, byte);
                if slot.total == 0 {
                    slot.latest = row;
                }
                slot.total += 1;
                slot.counts[usize::from(row)] += 1;
            }
        }
    }

    pub(crate) fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// What followed the longest match of each layer, and how often `byte` did, or all that
    /// are not in `bytes`.
    pub(crate) fn longest(&self, byte: Option<u8>, bytes: &[u8]) -> [(&Longest, i32); LAYERS] {
        self.longest.each_ref().map(|longest| {
            let of = longest.counts.iter().filter(|(other, _)| match byte {
                Some(byte) => *other == byte,
                None => !bytes.contains(other),
            });
            (longest, of.map(|&(_, count)| count).sum())
        })
    }
}

impl Slot {
    /// How often the byte of `row` followed, and whether the latest time; `MOST_BYTES` is of
    /// the others.
    pub(crate) fn of(&self, row: usize) -> (u8, bool) {
        (
            self.counts[row],
            self.total > 0 && usize::from(self.latest) == row,
        )
    }
}

/// The row of `byte`, which is one of `bytes` from now on if there is room.
fn row(bytes: &mut Vec<u8>, row_of: &mut [u8; 256], byte: u8) -> u8 {
    let row = &mut row_of[usize::from(byte)];
    if *row == u8::MAX {
        *row = bytes.len().min(MOST_BYTES) as u8;
        if bytes.len() < MOST_BYTES {
            bytes.push(byte);
        }
    }
    *row
}
