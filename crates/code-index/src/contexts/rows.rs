//! What speaks for each byte that followed one of the contexts.

use super::places::LOOKED;
use super::reader::{ContextReader, SLOTS, Sources};

/// Bytes that are told apart from the rest.
const MOST_BYTES: usize = 12;

/// Rows of a place: those bytes, and the rest.
pub const MOST_ROWS: usize = MOST_BYTES + 1;

/// What can be told of a byte by one slot: nothing was found, or how often it
/// followed, how often others did, and whether it did the last time.
const STATES: usize = 1 + TIMES * OTHERS * 2;
const TIMES: usize = 7;
const OTHERS: usize = 6;
/// Half nats of its probability by counts alone.
const LIKELINESSES: usize = 32;
/// The longest matches of prefix and workspace.
const ORDERS: usize = 8;
const RANKS: usize = 5;
const CLASSES: usize = 14;

/// How many things are told of each byte.
pub const INPUTS: usize = SLOTS + 4;

/// How many values all of them together have.
pub const VALUES: usize =
    SLOTS * STATES + LIKELINESSES + ORDERS * ORDERS + RANKS + CLASSES * CLASSES;

/// Bytes that followed, and what is told of each; and of all others together.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// The bytes, in the order in which they were found, at most `MOST_ROWS - 1`.
    pub bytes: Vec<u8>,
    /// `[bytes.len() + 1]`, the last of the rest: one value of each input, counted through
    /// all inputs, so that each is below [`VALUES`].
    pub values: Vec<[u16; INPUTS]>,
    /// `[bytes.len() + 1]`: their probabilities by counts alone, which sum to 1.
    pub shares: Vec<f32>,
}

impl Rows {
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.values.clear();
        self.shares.clear();
    }

    /// Adds what is told at `reader`, where counts alone give `probabilities`. The
    /// longest contexts that they rest on are `orders` long, in the text before and in
    /// other texts, and `previous` is the byte before.
    pub(crate) fn tell(
        &mut self,
        reader: &ContextReader,
        sources: Sources<'_>,
        probabilities: &[f32; 256],
        orders: [usize; 2],
        previous: u8,
    ) {
        let mut row_of = [u8::MAX; 256];
        // Of each slot, how often each row followed and which was the latest.
        let mut counts = [[0_u8; MOST_BYTES + 1]; SLOTS];
        let mut totals = [0_u8; SLOTS];
        let mut latest = [u8::MAX; SLOTS];
        for slot in 0..SLOTS {
            for byte in reader.followers(sources, slot) {
                let row = &mut row_of[usize::from(byte)];
                if *row == u8::MAX {
                    *row = self.bytes.len().min(MOST_BYTES) as u8;
                    if usize::from(*row) < MOST_BYTES {
                        self.bytes.push(byte);
                    }
                }
                if totals[slot] == 0 {
                    latest[slot] = *row;
                }
                totals[slot] += 1;
                counts[slot][usize::from(*row)] += 1;
            }
        }
        let told: f32 = self
            .bytes
            .iter()
            .map(|&b| probabilities[usize::from(b)])
            .sum();
        self.shares
            .extend(self.bytes.iter().map(|&b| probabilities[usize::from(b)]));
        self.shares.push((1.0 - told).max(1e-6));

        let order = |layer: usize| match orders[layer] {
            0 => 0,
            1..=2 => 1,
            3..=4 => 2,
            5..=6 => 3,
            7..=9 => 4,
            10..=14 => 5,
            15..=22 => 6,
            _ => 7,
        };
        let orders = order(0) * ORDERS + order(1);
        for row in 0..=self.bytes.len() {
            let byte = self.bytes.get(row).copied();
            let share = self.shares[row];
            let column = if byte.is_some() { row } else { MOST_BYTES };
            let mut values = [0_u16; INPUTS];
            let mut base = 0;
            for slot in 0..SLOTS {
                let times = counts[slot][column];
                let value = state(times, totals[slot], usize::from(latest[slot]) == column);
                values[slot] = (base + value) as u16;
                base += STATES;
            }
            let rank = self.shares.iter().filter(|&&other| other > share).count();
            let likeliness = (-2.0 * share.max(1e-9).ln()) as usize;
            let class = CLASSES * class(Some(previous)) + class(byte);
            for (value, (of, told)) in values[SLOTS..].iter_mut().zip([
                (LIKELINESSES, likeliness.min(LIKELINESSES - 1)),
                (ORDERS * ORDERS, orders),
                (RANKS, if byte.is_some() { rank.min(3) } else { 4 }),
                (CLASSES * CLASSES, class),
            ]) {
                *value = (base + told) as u16;
                base += of;
            }
            self.values.push(values);
        }
    }
}

/// What a slot tells of a byte that followed so many `times` of `total`.
fn state(times: u8, total: u8, latest: bool) -> usize {
    if total == 0 {
        return 0;
    }
    let bucket = |count: u8, top: usize| {
        match count {
            0..=3 => usize::from(count),
            4..=5 => 4,
            6..=8 => 5,
            _ => 6,
        }
        .min(top)
    };
    let others = bucket(total - times, OTHERS - 1);
    1 + (bucket(times, TIMES - 1) * OTHERS + others) * 2 + usize::from(latest)
}

// Counts fit a byte.
const _: () = assert!(LOOKED < 256);

/// Kinds of byte; the last is of no byte.
fn class(byte: Option<u8>) -> usize {
    match byte {
        None => 13,
        Some(b'a'..=b'z' | 0x80..) => 0,
        Some(b'A'..=b'Z') => 1,
        Some(b'0'..=b'9') => 2,
        Some(b'_') => 3,
        Some(b' ') => 4,
        Some(b'\n') => 5,
        Some(b'\t') => 6,
        Some(b'(' | b'[' | b'{') => 7,
        Some(b')' | b']' | b'}') => 8,
        Some(b'"' | b'\'' | b'`') => 9,
        Some(b'.') => 10,
        Some(b',' | b';' | b':') => 11,
        Some(_) => 12,
    }
}
