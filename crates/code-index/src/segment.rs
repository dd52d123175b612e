//! An immutable index over documents: what followed any context, and how often.
//!
//! The documents are joined by separators and *reversed*, and the
//! Burrows–Wheeler transform of that is kept with occurrence counts (an
//! FM-index, Ferragina & Manzini 2000). Contexts are then sorted by their last
//! byte, the one before it, and so on: all places whose context ends with the
//! same bytes are neighbours, the transform's bytes there are what followed, and
//! one more byte of context costs two look-ups. Memory: one byte of text, and
//! 2·σ/256 bytes of counts, where σ is how many distinct bytes there are; no
//! suffix array.

use std::ops::Range;

use crate::SEPARATOR;
use crate::error::SegmentError;
use crate::transform::transform;

/// Bytes of the transform between two stored counts.
const BLOCK: usize = 256;
/// Blocks that count from the same base, so that the counts fit 16 bits.
const BLOCKS_IN_GROUP: usize = 255;
/// Histograms of longer ranges take the counts' differences.
const SCANNED: usize = 2 * BLOCK;

/// Most bytes of text a segment holds: offsets are 32 bits wide.
pub const MOST_TEXT: usize = 1 << 30;

/// Neighbouring rows of the index: all places with one context.
pub(crate) type Rows = Range<u32>;

/// An index over documents.
pub struct Segment {
    bytes: Vec<u8>,
    layout: Layout,
    /// From byte to column of the counts.
    columns: [u8; 256],
    /// Rows whose last context byte is below each byte, `[257]`.
    starts: [u32; 257],
}

/// Where the parts lie in [`Segment::bytes`].
#[derive(Clone, Copy, Debug)]
struct Layout {
    /// Bytes of text, separators included.
    text: usize,
    /// The row whose context is the whole text, which nothing follows.
    whole: u32,
    /// Distinct bytes.
    sigma: usize,
    groups: usize,
    counts: usize,
    transform: usize,
    end: usize,
}

const MAGIC: &[u8; 8] = b"lstmfm01";
/// Magic, text, whole, sigma, the columns, the starts.
const HEADER: usize = 8 + 4 + 4 + 4 + 4 + 256 + 257 * 4;

impl Layout {
    fn new(text: usize, whole: u32, sigma: usize) -> Self {
        let blocks = text / BLOCK + 1;
        let groups = HEADER;
        let counts = groups + 4 * sigma * (blocks / BLOCKS_IN_GROUP + 1);
        let transform = counts + 2 * sigma * blocks;
        Self {
            text,
            whole,
            sigma,
            groups,
            counts,
            transform,
            end: transform + text,
        }
    }
}

impl Segment {
    /// Indexes `documents`; separator bytes inside them are left out.
    ///
    /// # Panics
    /// If they hold more than [`MOST_TEXT`] bytes.
    pub fn new<'a>(documents: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut text = vec![SEPARATOR];
        for document in documents {
            let mut rest = document;
            while let Some(at) = memchr::memchr(SEPARATOR, rest) {
                text.extend_from_slice(&rest[..at]);
                rest = &rest[at + 1..];
            }
            text.extend_from_slice(rest);
            text.push(SEPARATOR);
        }
        Self::of_text(text)
    }

    /// The index of what stands between two separators, the second left out:
    /// documents that are still being written.
    pub(crate) fn unfinished(document: &[u8]) -> Self {
        let mut text = vec![SEPARATOR];
        text.extend_from_slice(document);
        Self::of_text(text)
    }

    fn of_text(mut text: Vec<u8>) -> Self {
        assert!(text.len() <= MOST_TEXT, "more text than a segment holds");
        text.reverse();
        let (transform, whole) = transform(&text);
        drop(text);
        Self::of_transform(&transform, whole)
    }

    /// The index of the text whose rearrangement is `transform`, from which all else follows.
    fn of_transform(transform: &[u8], whole: u32) -> Self {
        let mut totals = [0_u32; 256];
        for &byte in transform {
            totals[usize::from(byte)] += 1;
        }
        let mut columns = [0_u8; 256];
        let mut sigma = 0;
        for (column, _) in columns.iter_mut().zip(totals).filter(|(_, n)| *n > 0) {
            *column = u8::try_from(sigma).expect("there are 256 bytes");
            sigma += 1;
        }
        // Row 0 is the empty context at the text's start.
        let mut starts = [1_u32; 257];
        for byte in 0..256 {
            starts[byte + 1] = starts[byte] + totals[byte];
        }

        let layout = Layout::new(transform.len(), whole, sigma);
        let mut bytes = Vec::with_capacity(layout.end);
        bytes.extend_from_slice(MAGIC);
        for value in [transform.len(), whole as usize, sigma, 0] {
            bytes.extend_from_slice(&(value as u32).to_le_bytes());
        }
        bytes.extend_from_slice(&columns);
        for start in starts {
            bytes.extend_from_slice(&start.to_le_bytes());
        }
        bytes.resize(layout.transform, 0);
        let mut seen = vec![0_u32; sigma];
        let mut base = seen.clone();
        for block in 0..=transform.len() / BLOCK {
            if block % BLOCKS_IN_GROUP == 0 {
                base.copy_from_slice(&seen);
                let at = layout.groups + 4 * sigma * (block / BLOCKS_IN_GROUP);
                for (slot, count) in bytes[at..].chunks_exact_mut(4).zip(&base) {
                    slot.copy_from_slice(&count.to_le_bytes());
                }
            }
            let at = layout.counts + 2 * sigma * block;
            for (slot, (count, base)) in bytes[at..].chunks_exact_mut(2).zip(seen.iter().zip(&base))
            {
                slot.copy_from_slice(&((count - base) as u16).to_le_bytes());
            }
            let end = transform.len().min((block + 1) * BLOCK);
            for &byte in &transform[block * BLOCK..end] {
                seen[usize::from(columns[usize::from(byte)])] += 1;
            }
        }
        bytes.extend_from_slice(transform);
        Self {
            bytes,
            layout,
            columns,
            starts,
        }
    }

    /// The index that [`as_bytes`](Self::as_bytes) gave.
    ///
    /// What follows from its text is made again and compared, so that no other bytes lead
    /// out of it. That the text is what was written is for the caller to check, by a
    /// checksum.
    ///
    /// # Errors
    /// If `bytes` is not an index or is cut off.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, SegmentError> {
        let found = bytes.len();
        if found < HEADER || bytes[..8] != *MAGIC {
            return Err(SegmentError::NotAnIndex);
        }
        let u32_at = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|i| bytes[at + i]));
        let (text, whole, sigma) = (u32_at(8) as usize, u32_at(12), u32_at(16) as usize);
        if text > MOST_TEXT || sigma == 0 || sigma > 256 {
            return Err(SegmentError::NotAnIndex);
        }
        let layout = Layout::new(text, whole, sigma);
        if found != layout.end {
            return Err(SegmentError::Length {
                expected: layout.end,
                found,
            });
        }
        let again = Self::of_transform(&bytes[layout.transform..], whole);
        match whole as usize <= text && again.bytes == bytes {
            true => Ok(again),
            false => Err(SegmentError::NotAnIndex),
        }
    }

    /// The index as bytes, for [`from_bytes`](Self::from_bytes).
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Bytes of text indexed, separators included.
    pub fn text_len(&self) -> usize {
        self.layout.text
    }

    /// The rows whose context ends with `byte`.
    pub(crate) fn ending_with(&self, byte: u8) -> Rows {
        let byte = usize::from(byte);
        self.starts[byte]..self.starts[byte + 1]
    }

    /// The rows whose context is that of `rows` and then `byte`.
    pub(crate) fn followed_by(&self, rows: &Rows, byte: u8) -> Rows {
        let start = self.starts[usize::from(byte)];
        if start == self.starts[usize::from(byte) + 1] {
            return 0..0;
        }
        let before = self.occurrences(byte, rows.start);
        let upto = if rows.end - rows.start == 1 {
            before + u32::from(self.at(rows.start) == Some(byte))
        } else {
            self.occurrences(byte, rows.end)
        };
        start + before..start + upto
    }

    /// What follows the context of `row`; nothing at the text's end.
    fn at(&self, row: u32) -> Option<u8> {
        (row != self.layout.whole).then(|| self.transform()[self.stored(row)])
    }

    /// Adds to `counts` how often each byte follows `rows`, times `sign`.
    pub(crate) fn count(&self, rows: &Rows, sign: i32, counts: &mut Histogram) {
        let (start, end) = (self.stored(rows.start), self.stored(rows.end));
        let transform = self.transform();
        if end - start <= SCANNED {
            for &byte in &transform[start..end] {
                counts.add(byte, sign);
            }
            return;
        }
        // Whole blocks by the difference of their counts, the ends byte by byte.
        let (first, last) = (start.div_ceil(BLOCK), end / BLOCK);
        for &byte in &transform[start..first * BLOCK] {
            counts.add(byte, sign);
        }
        for &byte in &transform[last * BLOCK..end] {
            counts.add(byte, sign);
        }
        for byte in 0..=255_u8 {
            let at = usize::from(byte);
            if self.starts[at] < self.starts[at + 1] {
                let column = usize::from(self.columns[at]);
                let many = self.counted(last, column) - self.counted(first, column);
                if many > 0 {
                    counts.add(byte, sign * many as i32);
                }
            }
        }
    }

    /// How often `byte` is among the first `row` rows' followers.
    fn occurrences(&self, byte: u8, row: u32) -> u32 {
        let end = self.stored(row);
        let block = end / BLOCK;
        let scanned = &self.transform()[block * BLOCK..end];
        // Fewer than a block, so they fit a byte, and the compiler counts 16 at a time.
        let more = (scanned.iter()).fold(0_u8, |more, &other| more + u8::from(other == byte));
        self.counted(block, usize::from(self.columns[usize::from(byte)])) + u32::from(more)
    }

    /// Occurrences of a column's byte before `block`.
    fn counted(&self, block: usize, column: usize) -> u32 {
        let sigma = self.layout.sigma;
        let group = self.layout.groups + 4 * (sigma * (block / BLOCKS_IN_GROUP) + column);
        let count = self.layout.counts + 2 * (sigma * block + column);
        let bytes = &*self.bytes;
        let group = u32::from_le_bytes([0, 1, 2, 3].map(|i| bytes[group + i]));
        let count = u16::from_le_bytes([bytes[count], bytes[count + 1]]);
        group + u32::from(count)
    }

    /// From row to place in the transform, which leaves the row without a follower out.
    fn stored(&self, row: u32) -> usize {
        (row - u32::from(row > self.layout.whole)) as usize
    }

    fn transform(&self) -> &[u8] {
        &self.bytes[self.layout.transform..]
    }
}

/// How often each byte followed.
#[derive(Clone, Debug)]
pub(crate) struct Histogram {
    counts: [i32; 256],
    /// Bytes that were added to, in order of first mention.
    mentioned: Vec<u8>,
    /// The same as a set.
    is_mentioned: [bool; 256],
    total: i32,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            counts: [0; 256],
            mentioned: Vec::with_capacity(256),
            is_mentioned: [false; 256],
            total: 0,
        }
    }
}

impl Histogram {
    pub(crate) fn clear(&mut self) {
        for byte in self.mentioned.drain(..) {
            self.counts[usize::from(byte)] = 0;
            self.is_mentioned[usize::from(byte)] = false;
        }
        self.total = 0;
    }

    pub(crate) fn add(&mut self, byte: u8, many: i32) {
        let at = usize::from(byte);
        if !self.is_mentioned[at] {
            self.is_mentioned[at] = true;
            self.mentioned.push(byte);
        }
        self.counts[at] += many;
        self.total += many;
    }

    /// Occurrences in all.
    pub(crate) fn total(&self) -> i32 {
        self.total
    }

    /// Occurrences of `byte`.
    pub(crate) fn of(&self, byte: u8) -> i32 {
        self.counts[usize::from(byte)]
    }

    /// Every byte that occurred, with how often.
    pub(crate) fn each(&self) -> impl Iterator<Item = (u8, i32)> {
        let counts = self.mentioned.iter();
        counts
            .map(|&byte| (byte, self.counts[usize::from(byte)]))
            .filter(|&(_, count)| count > 0)
    }
}
