//! Tokens that are unlikely where they stand, and what was expected instead.
//!
//! The same bits as in completions, turned around. A token that costs much is no
//! fault in itself: all that is new does. What tells a fault is another token of
//! the same kind in its place that makes the line likelier, itself and what
//! follows it together. The rest of the document is known meanwhile, on both
//! sides of the line, but not the line itself.

use std::ops::Range;

use code_index::{Counts, Layer, Memory, Prediction, Prefix, PrefixCache, Reader, Scorer, Segment};
use lstm_format::{Engine, State};

use crate::cancel::{CancelToken, Cancelled};
use crate::decode::{Predictor, Recall};
use crate::fitted::Fitted;
use crate::mixing::{WordPlace, mix};
use crate::states::header;
use crate::states::rows::{Row, rows};

mod alternatives;
mod evidence;
mod scale;
mod scope;
mod token;

use alternatives::{costs, likeliest};
use evidence::{Costs, Facts};
pub use evidence::{EVIDENCE, Evidence};
pub use scale::{HIDDEN, Scale};
use scope::Scope;
pub use token::{Kind, OPERATORS, Token, tokens};

/// Bytes behind a token that an alternative must suit as well.
const BEHIND: usize = 32;

/// Tokens that cost fewer bits are as expected.
const LEAST_BITS: f32 = 1.0;

/// Longer lines are data.
const LONGEST_LINE: usize = 512;

/// Bytes after which what follows is indexed anew.
const BLOCK: usize = 4096;

/// A text to look at.
#[derive(Clone, Copy)]
pub struct Document<'a> {
    /// Path or URI; only its last component is used.
    pub path: &'a str,
    /// All of its text, with `\n` line ends.
    pub text: &'a str,
    /// LSP identifier of its language.
    pub language: &'a str,
    /// What is remembered of the user's other files, without this one.
    pub memory: &'a Layer,
}

/// A token that is unlikely where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Surprise {
    /// The token.
    pub token: Token,
    /// What was expected in its place: a token that could stand there as well.
    pub expected: String,
    /// Bits that the token costs, its end included.
    pub bits: f32,
    /// What speaks for and against a fault.
    pub evidence: Evidence,
    /// How much that is together; see [`Scale::score`].
    pub score: f32,
}

impl Surprise {
    /// Whether it is worth showing: one of about 200 lines without a fault has
    /// such a token.
    pub fn is_marked(&self) -> bool {
        self.score >= 0.0
    }
}

/// What looking for surprises takes.
pub(crate) struct Finder<'a> {
    pub(crate) engine: &'a dyn Engine,
    pub(crate) fitted: &'a Fitted,
}

impl Finder<'_> {
    /// The surprises of `document`, in order.
    ///
    /// # Errors
    /// [`Cancelled`], within a byte or the indexing of the document of the token
    /// being set.
    pub(crate) fn find(
        &self,
        document: &Document<'_>,
        cancel: &CancelToken,
    ) -> Result<Vec<Surprise>, Cancelled> {
        let text = document.text.as_bytes();
        let tokens = tokens(document.text, document.language);
        let known = PrefixCache::default();
        let mut walk = Walk {
            finder: self,
            document,
            cancel,
            scope: Scope::new(document.text, &tokens, document.language),
            next: 0,
            prefix: Prefix::new(b"", &known),
            known: &known,
            block: 0..0,
            after_block: Layer::new(),
            surprises: Vec::new(),
        };
        let mut line: Option<Line> = None;
        let header = header(self.engine.config(), document.path, document.language);
        rows(self.engine, &header, text, cancel, |row: Row<'_>| {
            if let Some(state) = row.line_start {
                line = Some(Line {
                    start: row.offset,
                    state: state.clone(),
                    rows: Vec::new(),
                });
            }
            let ends = text[row.offset] == b'\n' || row.offset + 1 == text.len();
            if let Some(line) = &mut line {
                line.rows.push(*row.log_probs);
            }
            match line.take_if(|_| ends) {
                Some(line) => walk.line(line),
                None => Ok(()),
            }
        })?;
        Ok(walk.surprises)
    }
}

/// One line, as the LSTM sees it.
struct Line {
    start: usize,
    state: State,
    /// Log-probabilities before each byte.
    rows: Vec<[f32; 256]>,
}

struct Walk<'a> {
    finder: &'a Finder<'a>,
    document: &'a Document<'a>,
    cancel: &'a CancelToken,
    scope: Scope<'a>,
    /// The first token not looked at yet.
    next: usize,
    /// The text before the line.
    prefix: Prefix,
    known: &'a PrefixCache,
    /// The block the line is in.
    block: Range<usize>,
    /// The workspace and what follows the block.
    after_block: Layer,
    surprises: Vec<Surprise>,
}

impl Walk<'_> {
    fn line(&mut self, line: Line) -> Result<(), Cancelled> {
        let text = self.document.text.as_bytes();
        let range = line.start..line.start + line.rows.len();
        let later = &self.scope.tokens[self.next..];
        let here = later.partition_point(|token| token.range.end <= range.end);
        let here = self.next..self.next + here;
        self.next = here.end;
        if !here.is_empty() && line.rows.len() <= LONGEST_LINE {
            self.judge(&line, here)?;
        }
        for &byte in &text[range] {
            self.prefix.push(byte, self.known);
        }
        Ok(())
    }

    /// The workspace, and this document from `end` on.
    fn workspace(&mut self, end: usize) -> Layer {
        let text = self.document.text.as_bytes();
        if end > self.block.end || self.block.is_empty() {
            let from = text.len().min(end + BLOCK);
            let line = text[from..].iter().position(|&byte| byte == b'\n');
            self.block = end..line.map_or(text.len(), |line| from + line + 1);
            self.after_block = self.document.memory.clone();
            let after = &text[self.block.end..];
            if !after.is_empty() {
                let segment = Segment::new([after]);
                self.after_block = self.after_block.clone().with(segment.into());
            }
        }
        let near = &text[end..self.block.end];
        if near.is_empty() {
            return self.after_block.clone();
        }
        let segment = Segment::new([near]);
        self.after_block.clone().with(segment.into())
    }

    fn judge(&mut self, line: &Line, tokens: Range<usize>) -> Result<(), Cancelled> {
        let text = self.document.text.as_bytes();
        let range = line.start..line.start + line.rows.len();
        let workspace = self.workspace(range.end);
        let memory = Memory {
            prefix: &self.prefix,
            workspace: &workspace,
            stops: &self.finder.fitted.stops,
            scorer: Some(Scorer::built_in()),
        };
        let line_costs = self.costs(&memory, line);
        let mut predictor = Predictor {
            session: Some(self.finder.engine.session()),
            memory: Some(Recall::new(memory, &self.finder.fitted.gate)),
        };
        let mut head = predictor.head(Some(line.state.clone()), &text[..line.start]);
        let mut at = line.start;
        for number in tokens {
            let token = &self.scope.tokens[number];
            let from = token.range.start - line.start;
            // Its end is part of it: `a` is not `ab`.
            let own_bytes = from..(from + token.range.len() + 1).min(line.rows.len());
            let cost: f32 = line_costs.mixed[own_bytes.clone()].iter().sum();
            if cost < LEAST_BITS || token.range.start < at {
                continue;
            }
            let Some(vocabulary) = self.scope.vocabulary(number) else {
                continue;
            };
            for &byte in &text[at..token.range.start] {
                predictor.advance(std::slice::from_mut(&mut head), &[byte]);
            }
            at = token.range.start;
            let found = likeliest(&mut predictor, &head, &vocabulary, cost, self.cancel)?;
            let own = &self.document.text[token.range.clone()];
            let others: Vec<_> = found
                .into_iter()
                .filter(|other| other.text != own)
                .collect();
            if others.is_empty() {
                continue;
            }
            let behind = &text[token.range.end..text.len().min(token.range.end + BEHIND)];
            let words = std::iter::once(own).chain(others.iter().map(|other| &other.text[..]));
            let texts: Vec<Vec<u8>> = words
                .map(|word| [word.as_bytes(), behind].concat())
                .collect();
            let costs = costs(&mut predictor, &head, &texts, self.cancel)?;
            let gains = costs[1..].iter().map(|other| costs[0] - other);
            let mut gains: Vec<_> = gains.zip(others).collect();
            gains.sort_by(|a, b| b.0.total_cmp(&a.0));
            let second_gain = gains.get(1).map_or(0.0, |(gain, _)| *gain);
            let (gain, expected) = gains.swap_remove(0);
            let facts = Facts {
                kind: token.kind,
                line: &line_costs,
                own: own_bytes,
                length: own.len(),
                choices: vocabulary.choices(),
                expected_bits: expected.bits,
                gain,
                second_gain,
                with_behind: costs[0],
                behind: behind.len(),
                uses: self.scope.uses(number, own),
                expected_uses: self.scope.uses(number, &expected.text),
                same_lines: self.scope.same_lines(number, own),
                expected_same_lines: self.scope.same_lines(number, &expected.text),
            };
            let evidence = facts.evidence();
            self.surprises.push(Surprise {
                token: token.clone(),
                expected: expected.text,
                bits: cost,
                score: self.finder.fitted.scale.score(&evidence),
                evidence,
            });
        }
        Ok(())
    }

    fn costs(&self, memory: &Memory<'_>, line: &Line) -> Costs {
        let text = self.document.text.as_bytes();
        let mut place = WordPlace::after(&text[..line.start]);
        let mut reader = Reader::new(memory);
        let (mut counts, mut prediction) = (Counts::default(), Prediction::default());
        let mut costs = Costs::default();
        let bits = |nats: f32| -nats * std::f32::consts::LOG2_E;
        for (row, &byte) in line.rows.iter().zip(&text[line.start..]) {
            reader.predict(memory, &mut counts, &mut prediction);
            let mut mixed = *row;
            mix(&self.finder.fitted.gate, place, &prediction, &mut mixed);
            let symbol = usize::from(byte);
            costs.lstm.push(bits(row[symbol]));
            costs
                .memory
                .push(bits(libm::logf(prediction.probabilities[symbol])));
            costs.mixed.push(bits(mixed[symbol]));
            let [near, workspace] = prediction.evidence.layers.map(|found| found.order);
            costs.orders.push(near.max(workspace));
            place = place.then(byte);
            reader.push(memory, byte);
        }
        costs
    }
}
