//! What speaks for each byte that may come next.

use super::followers::{Followers, LAYERS, MOST_BYTES};
use super::reader::SLOTS;

/// Bytes that another opinion holds likeliest and that followed no context.
const OF_OPINIONS: usize = 3;
/// Bytes that are less likely are not expected.
const EXPECTED: f32 = 0.01;
/// Other opinions than that which is scored.
const OPINIONS: usize = 2;

/// Rows of a place: the bytes that followed, those that are expected, and the rest.
pub const MOST_ROWS: usize = MOST_BYTES + OF_OPINIONS + 1;

/// What can be told of a byte by one slot: nothing was found, or how often it
/// followed, how often others did, and whether it did the last time.
const STATES: usize = 1 + TIMES * OTHERS * 2;
const TIMES: usize = 7;
const OTHERS: usize = 6;
/// By the longest match of a layer: there is none, or its length, how often the byte
/// followed and how often others did.
const MATCHES: usize = 1 + ORDERS * OFTEN * OFTEN;
const ORDERS: usize = 9;
const OFTEN: usize = 4;
/// Half nats of the log-odds of a probability, from −12 to 8, and none.
const ODDS: usize = 42;
const RANKS: usize = 5;
const CLASSES: usize = 14;

/// How many things are told of each byte.
pub const INPUTS: usize = SLOTS + LAYERS + 1 + OPINIONS + 2;

/// How many values all of them together have.
pub const VALUES: usize =
    SLOTS * STATES + LAYERS * MATCHES + (1 + OPINIONS) * ODDS + RANKS + CLASSES * CLASSES;

/// Bytes, and what is told of each; and of all others together.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// The bytes, at most `MOST_ROWS - 1`.
    pub bytes: Vec<u8>,
    /// `[bytes.len() + 1]`, the last of the rest: one value of each input, counted through
    /// all inputs, so that each is below [`VALUES`].
    pub values: Vec<[u16; INPUTS]>,
    /// `[bytes.len() + 1]`: their probabilities, which sum to 1.
    pub shares: Vec<f32>,
}

impl Rows {
    /// What is told where `followers` followed, `probabilities` are to be scored and others
    /// expect `opinions`. Nothing if there are no followers to look at.
    pub fn new(
        followers: &Followers,
        probabilities: &[f32; 256],
        opinions: [Option<&[f32; 256]>; OPINIONS],
    ) -> Self {
        let mut rows = Self::default();
        if followers.is_empty() {
            return rows;
        }
        rows.bytes.extend(&followers.bytes);
        // Where there were too many, those are counted among the others.
        let opinion = opinions[0].filter(|_| followers.bytes.len() < MOST_BYTES);
        let expected = opinion.map(|opinion| likeliest(opinion, &followers.bytes));
        rows.bytes.extend(expected.unwrap_or_default());
        let shares_of = |of: &[f32; 256]| shares(&rows.bytes, of);
        let opinions = opinions.map(|opinion| opinion.map(shares_of));
        rows.shares = shares_of(probabilities);
        for row in 0..=rows.bytes.len() {
            let byte = rows.bytes.get(row).copied();
            let column = match byte {
                None => Some(MOST_BYTES),
                // What followed nowhere has no column.
                Some(_) => (row < followers.bytes.len()).then_some(row),
            };
            let mut values = Values::new();
            for slot in followers.slots() {
                let (times, latest) = column.map_or((0, false), |column| slot.of(column));
                values.add(STATES, state(times, slot.total, latest));
            }
            for (longest, times) in followers.longest(byte, &rows.bytes) {
                values.add(
                    MATCHES,
                    match_state(longest.order, times, longest.total - times),
                );
            }
            let share = rows.shares[row];
            values.add(ODDS, odds(Some(share)));
            for opinion in &opinions {
                values.add(ODDS, odds(opinion.as_ref().map(|shares| shares[row])));
            }
            let rank = rows.shares.iter().filter(|&&other| other > share).count();
            values.add(
                RANKS,
                if byte.is_some() {
                    rank.min(RANKS - 2)
                } else {
                    RANKS - 1
                },
            );
            let classes = CLASSES * class(Some(followers.previous)) + class(byte);
            values.add(CLASSES * CLASSES, classes);
            rows.values.push(values.values);
        }
        rows
    }
}

/// The probabilities of `bytes`, and of all others together.
fn shares(bytes: &[u8], of: &[f32; 256]) -> Vec<f32> {
    let mut shares: Vec<f32> = bytes.iter().map(|&byte| of[usize::from(byte)]).collect();
    let told: f32 = shares.iter().sum();
    shares.push((1.0 - told).max(1e-6));
    shares
}

/// Values of one byte, counted through all inputs.
struct Values {
    values: [u16; INPUTS],
    known: usize,
    base: usize,
}

impl Values {
    fn new() -> Self {
        Self {
            values: [0; INPUTS],
            known: 0,
            base: 0,
        }
    }

    /// Adds the `value`th `of` those that the next input has.
    fn add(&mut self, of: usize, value: usize) {
        self.values[self.known] = (self.base + value) as u16;
        self.known += 1;
        self.base += of;
    }
}

/// The bytes that `opinion` holds likeliest beside `known`.
fn likeliest(opinion: &[f32; 256], known: &[u8]) -> Vec<u8> {
    let others = (0..=255_u8).filter(|byte| !known.contains(byte));
    let probability = |byte: u8| opinion[usize::from(byte)];
    let mut found: Vec<u8> = others.filter(|&b| probability(b) > EXPECTED).collect();
    found.sort_by(|&a, &b| probability(b).total_cmp(&probability(a)));
    found.truncate(OF_OPINIONS);
    found
}

/// Low counts as they are, high ones together.
fn bucket(count: u8, top: usize) -> usize {
    match count {
        0..=3 => usize::from(count),
        4..=5 => 4,
        6..=8 => 5,
        _ => 6,
    }
    .min(top)
}

/// What a slot tells of a byte that followed so many `times` of `total`.
fn state(times: u8, total: u8, latest: bool) -> usize {
    if total == 0 {
        return 0;
    }
    let others = bucket(total - times, OTHERS - 1);
    1 + (bucket(times, TIMES - 1) * OTHERS + others) * 2 + usize::from(latest)
}

/// What a match of so many bytes tells of a byte that followed so many `times`.
fn match_state(order: usize, times: i32, others: i32) -> usize {
    let order = match order {
        0 => return 0,
        1..=2 => 0,
        3..=4 => 1,
        5..=6 => 2,
        7..=9 => 3,
        10..=14 => 4,
        15..=19 => 5,
        20..=25 => 6,
        26..=31 => 7,
        _ => 8,
    };
    let often = |count: i32| match count {
        ..=0 => 0,
        1 => 1,
        2..=4 => 2,
        _ => 3,
    };
    1 + (order * OFTEN + often(times)) * OFTEN + often(others)
}

fn odds(probability: Option<f32>) -> usize {
    let Some(p) = probability else {
        return 0;
    };
    let p = p.clamp(1e-7, 1.0 - 1e-7);
    let odds = libm::logf(p / (1.0 - p));
    1 + (2.0 * (odds + 12.0)).clamp(0.0, (ODDS - 2) as f32) as usize
}

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
