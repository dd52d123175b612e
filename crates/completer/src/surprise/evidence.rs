//! What speaks for and against a fault, as numbers.
//!
//! Owns: what is told, and in which order. Must not know how much each weighs.

use std::ops::Range;

use super::scope::Uses;
use super::token::Kind;

/// How many numbers there are.
pub const EVIDENCE: usize = 36;

/// What can be told of a token, each number roughly in [−1, 3].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence(pub [f32; EVIDENCE]);

/// Bits that every byte of a line costs, `[bytes]` each.
#[derive(Default)]
pub(super) struct Costs {
    /// Under the LSTM alone.
    pub(super) lstm: Vec<f32>,
    /// Under the memory alone.
    pub(super) memory: Vec<f32>,
    /// Under both, mixed.
    pub(super) mixed: Vec<f32>,
    /// Length of the longest context that the memory found before the byte.
    pub(super) orders: Vec<usize>,
}

/// A token and what was expected in its place.
pub(super) struct Facts<'a> {
    pub(super) kind: Kind,
    pub(super) line: &'a Costs,
    /// The token and its end, in the line.
    pub(super) own: Range<usize>,
    /// Bytes of the token.
    pub(super) length: usize,
    /// Tokens that could stand there; 0 if they cannot be counted.
    pub(super) choices: usize,
    /// Bits that what was expected would cost, its end included.
    pub(super) expected_bits: f32,
    /// Bits that the token and what follows would cost less with it.
    pub(super) gain: f32,
    /// The same with the next best.
    pub(super) second_gain: f32,
    /// Bits of the token and what follows.
    pub(super) with_behind: f32,
    /// Bytes of what follows.
    pub(super) behind: usize,
    pub(super) uses: Uses,
    pub(super) expected_uses: Uses,
    /// Lines of the text that are as this one is, it itself included.
    pub(super) same_lines: usize,
    /// And as it would be with what was expected.
    pub(super) expected_same_lines: usize,
}

impl Facts<'_> {
    pub(super) fn evidence(&self) -> Evidence {
        let line = self.line;
        let sum = |bits: &[f32]| bits[self.own.clone()].iter().sum::<f32>();
        let (lstm, memory, mixed) = (sum(&line.lstm), sum(&line.memory), sum(&line.mixed));
        let of_line: f32 = line.mixed.iter().sum();
        let elsewhere = line.mixed.len() - self.own.len();
        let highest = |range: Range<usize>| line.mixed[range].iter().copied().fold(0.0, f32::max);
        let highest = highest(0..self.own.start).max(highest(self.own.end..line.mixed.len()));
        let (own, expected) = (&self.uses, &self.expected_uses);
        Evidence([
            yes(self.kind == Kind::Name),
            yes(self.kind == Kind::Operator),
            yes(self.kind == Kind::Literal),
            self.gain / 10.0,
            // A gain beyond this says more of the model than of the text.
            self.gain.min(20.0) / 10.0,
            self.expected_bits / 10.0,
            mixed / 10.0,
            lstm / 10.0,
            memory / 10.0,
            // What follows gains by itself.
            (self.gain - (mixed - self.expected_bits)) / 10.0,
            (self.gain - self.second_gain) / 10.0,
            log(self.choices) / 4.0,
            line.mixed[self.own.start] / 10.0,
            (of_line - mixed) / elsewhere.max(1) as f32,
            highest / 10.0,
            (self.with_behind - mixed).max(0.0) / self.behind.max(1) as f32,
            line.orders[self.own.start] as f32 / 32.0,
            self.length as f32 / 10.0,
            log(own.before) / 4.0,
            log(own.after) / 4.0,
            log(own.text) / 6.0,
            log(own.line),
            yes(own.before == 0),
            yes(own.after == 0),
            distance(own),
            log(expected.before) / 4.0,
            log(expected.after) / 4.0,
            log(expected.text) / 6.0,
            log(expected.line),
            yes(expected.before == 0),
            // Declared, and else not used.
            yes(expected.before + expected.after <= 1),
            distance(expected),
            log(own.alike) / 3.0,
            log(expected.alike) / 3.0,
            // Lines that differ in one token on purpose differ from one another.
            log(self.same_lines.saturating_sub(1)),
            log(self.expected_same_lines),
        ])
    }
}

fn yes(is: bool) -> f32 {
    f32::from(u8::from(is))
}

fn log(count: usize) -> f32 {
    libm::log2f(count as f32 + 1.0)
}

/// Bytes to the nearest use; none is far away.
fn distance(uses: &Uses) -> f32 {
    log(uses.distance.unwrap_or(100_000)) / 16.0
}
