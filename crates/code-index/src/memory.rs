//! The distribution of the next byte, by what followed its context before.

use crate::MOST_ORDER;
use crate::contexts::{ContextReader, Followers, Rows, Scorer, Sources};
use crate::layer::{Layer, LayerCursor, PrefixCursor};
use crate::prefix::Prefix;
use crate::segment::Histogram;
use crate::stops::{Level, StopFit, Stops};

/// What is left to the base below this much changes no answer.
const NEGLIGIBLE: f32 = 1e-3;

/// All that is remembered at one cursor, nearest first.
#[derive(Clone, Copy)]
pub struct Memory<'m> {
    /// The text before the cursor.
    pub prefix: &'m Prefix,
    /// The user's other files.
    pub workspace: &'m Layer,
    /// How far counts are trusted.
    pub stops: &'m Stops,
    /// What contexts of other kinds are worth; `None` leaves them out.
    pub scorer: Option<&'m Scorer>,
}

impl<'m> Memory<'m> {
    fn sources(&self) -> Sources<'m> {
        Sources {
            recent: self.prefix.recent(),
            near: &self.workspace.near,
        }
    }
}

/// A place in a [`Memory`]: its prefix, and the bytes pushed since.
#[derive(Clone)]
pub struct Reader {
    /// At most [`MOST_ORDER`] bytes.
    context: Vec<u8>,
    prefix: PrefixCursor,
    workspace: LayerCursor,
    /// If there is a scorer.
    contexts: Option<Box<ContextReader>>,
}

/// What a memory holds of the next byte.
#[derive(Clone, Debug)]
pub struct Prediction {
    /// Probability of each byte, `[256]`; sums to 1, never 0.
    pub probabilities: [f32; 256],
    /// What it rests on.
    pub evidence: Evidence,
    /// What followed contexts of other kinds, if there is a scorer.
    pub followers: Followers,
}

impl Default for Prediction {
    fn default() -> Self {
        Self {
            probabilities: [1.0 / 256.0; 256],
            evidence: Evidence::default(),
            followers: Followers::default(),
        }
    }
}

/// What a prediction rests on.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Evidence {
    /// The longest context found, by layer: the text before the cursor, the
    /// workspace.
    pub layers: [Found; 2],
    /// Probability that went to no context at all.
    pub unseen: f32,
}

/// What followed the longest context of a layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Its length in bytes; 0 if nothing was found.
    pub order: usize,
    /// How often it occurred.
    pub total: usize,
    /// How many distinct bytes followed.
    pub distinct: usize,
}

impl Reader {
    /// The place at the end of the prefix.
    pub fn new(memory: &Memory<'_>) -> Self {
        let mut reader = Self {
            context: Vec::with_capacity(MOST_ORDER + 1),
            prefix: PrefixCursor::default(),
            workspace: LayerCursor::default(),
            contexts: None,
        };
        for &byte in memory.prefix.context() {
            reader.push(memory, byte);
        }
        let contexts = memory.scorer.map(|_| ContextReader::new(memory.sources()));
        reader.contexts = contexts.map(Box::new);
        reader
    }

    /// Appends a byte to the context.
    pub fn push(&mut self, memory: &Memory<'_>, byte: u8) {
        if self.context.len() == MOST_ORDER {
            self.context.remove(0);
        }
        self.context.push(byte);
        self.prefix.push(memory.prefix, byte);
        self.workspace.push(memory.workspace, byte);
        if let Some(contexts) = &mut self.contexts {
            contexts.push(memory.sources(), byte);
        }
    }

    /// The distribution of the next byte.
    pub fn predict(&mut self, memory: &Memory<'_>, counts: &mut Counts, out: &mut Prediction) {
        let Prediction {
            probabilities,
            evidence,
            followers,
        } = out;
        probabilities.fill(0.0);
        followers.clear();
        *evidence = Evidence::default();
        let mut left = 1.0_f32;
        self.descend(memory, counts, |level, counts| {
            let found = &mut evidence.layers[level.layer];
            if found.order == 0 {
                *found = Found {
                    order: level.order,
                    total: level.total,
                    distinct: level.distinct,
                };
                followers.set_longest(level.layer, level.order, counts);
            }
            let stop = memory.stops.of(level);
            let each = left * stop / level.total as f32;
            for (byte, count) in counts.each() {
                probabilities[usize::from(byte)] += each * count as f32;
            }
            left *= 1.0 - stop;
            left > NEGLIGIBLE
        });
        evidence.unseen = left;
        for (probability, base) in probabilities.iter_mut().zip(BASE) {
            *probability += left * base;
        }
        if let (Some(contexts), Some(scorer)) = (&self.contexts, memory.scorer) {
            let previous = self.context.last().copied().unwrap_or_default();
            followers.count(contexts, memory.sources(), previous);
            let rows = Rows::new(followers, probabilities, [None; 2]);
            scorer.apply(&rows, probabilities);
        }
    }

    /// Adds to `fit` what there was to tell the byte that came next.
    pub fn observe(
        &mut self,
        memory: &Memory<'_>,
        byte: u8,
        counts: &mut Counts,
        fit: &mut StopFit,
    ) {
        let mut levels = Vec::new();
        self.descend(memory, counts, |level, counts| {
            let share = counts.of(byte) as f32 / level.total as f32;
            levels.push((level, share));
            true
        });
        fit.observe(memory.stops, &levels, BASE[usize::from(byte)]);
    }

    /// Shows `visit` the counts of every layer, longest context first, until it
    /// has seen enough.
    fn descend(
        &mut self,
        memory: &Memory<'_>,
        counts: &mut Counts,
        mut visit: impl FnMut(Level, &Histogram) -> bool,
    ) {
        self.prefix.look(memory.prefix, &self.context);
        let counts = &mut counts.0;
        let mut above = 0;
        let any = usize::MAX;
        let mut before = [0; 2];
        let mut orders = [self.prefix.next_order(any), self.workspace.next_order(any)];
        loop {
            let layer = usize::from(orders[1] > orders[0]);
            let order = orders[layer];
            if order == 0 {
                return;
            }
            counts.clear();
            if layer == 0 {
                self.prefix.count(memory.prefix, order, counts);
                orders[0] = self.prefix.next_order(order);
            } else {
                self.workspace.count(memory.workspace, order, counts);
                orders[1] = self.workspace.next_order(order);
            }
            let Ok(total @ 1..) = usize::try_from(counts.total()) else {
                continue;
            };
            // The same places again: only a part that was taken away has more.
            if std::mem::replace(&mut before[layer], total) == total {
                continue;
            }
            let level = Level {
                layer,
                above,
                order,
                total,
                distinct: counts.each().count(),
            };
            if !visit(level, counts) {
                return;
            }
            above += 1;
        }
    }
}

/// Room to count in, kept between predictions.
#[derive(Clone, Debug, Default)]
pub struct Counts(Histogram);

/// The distribution of a byte of which nothing is known: mostly what text is made of.
const BASE: [f32; 256] = base();

const fn base() -> [f32; 256] {
    let mut base = [0.15 / 256.0; 256];
    let mut byte = 32;
    while byte < 127 {
        base[byte] += 0.80 / 95.0;
        byte += 1;
    }
    base[b'\n' as usize] += 0.05;
    base
}
