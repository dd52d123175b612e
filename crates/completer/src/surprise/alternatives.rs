//! What else could stand in a token's place, and what that would make of the text
//! behind it.
//!
//! Owns: decoding tokens of a kind, and re-scoring. Must not know which token is
//! a surprise.

use language::is_word_byte;
use lstm_format::VOCABULARY_SIZE;

use crate::cancel::{CancelToken, Cancelled};
use crate::decode::{Head, Predictor};

/// Beginnings that are followed at a time.
const WIDTH: usize = 4;

/// Longer names are not thought of.
const LONGEST: usize = 40;

/// A token that could stand in another's place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Alternative {
    pub(super) text: String,
    /// What it would cost, its end included.
    pub(super) bits: f32,
}

/// A beginning of a token.
struct Beginning {
    head: Head,
    text: Vec<u8>,
    /// Log-probability.
    nats: f32,
}

/// What a token may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Vocabulary<'a> {
    /// One of these words.
    Words(Vec<&'a str>),
    /// One of these operators.
    Operators(&'a [&'a str]),
    /// Any number.
    Numbers,
}

/// The likeliest tokens of `vocabulary` after `head` that cost less than `limit`
/// bits, likeliest first.
///
/// # Errors
/// [`Cancelled`], within one byte of the token being set.
pub(super) fn likeliest(
    predictor: &mut Predictor<'_>,
    head: &Head,
    vocabulary: &Vocabulary<'_>,
    limit: f32,
    cancel: &CancelToken,
) -> Result<Vec<Alternative>, Cancelled> {
    let least = -limit * std::f32::consts::LN_2;
    let mut found: Vec<Alternative> = Vec::new();
    let mut growing = vec![Beginning {
        head: head.clone(),
        text: Vec::new(),
        nats: 0.0,
    }];
    for _ in 0..LONGEST {
        if cancel.is_cancelled() {
            return Err(Cancelled);
        }
        let mut longer: Vec<(usize, u8, f32)> = Vec::new();
        for (n, beginning) in growing.iter_mut().enumerate() {
            let row = predictor.log_probs(&mut beginning.head);
            if vocabulary.has(&beginning.text) {
                let end = beginning.nats + libm::logf(vocabulary.end(&row));
                if end > least
                    && let Ok(text) = String::from_utf8(beginning.text.clone())
                {
                    let bits = -end * std::f32::consts::LOG2_E;
                    found.push(Alternative { text, bits });
                }
            }
            let bytes = (0..=255_u8).zip(row);
            longer.extend(
                bytes
                    .filter(|&(byte, _)| vocabulary.goes_on(&beginning.text, byte))
                    .map(|(byte, nats)| (n, byte, beginning.nats + nats))
                    .filter(|&(.., nats)| nats > least),
            );
        }
        found.sort_by(|a, b| a.bits.total_cmp(&b.bits));
        found.truncate(WIDTH);
        longer.sort_by(|a, b| b.2.total_cmp(&a.2));
        longer.truncate(WIDTH);
        if found.len() == WIDTH {
            let most = -found[WIDTH - 1].bits * std::f32::consts::LN_2;
            longer.retain(|&(.., nats)| nats > most);
        }
        if longer.is_empty() {
            break;
        }
        let mut heads: Vec<Head> = (longer.iter())
            .map(|&(n, ..)| growing[n].head.clone())
            .collect();
        let bytes: Vec<u8> = longer.iter().map(|&(_, byte, _)| byte).collect();
        predictor.advance(&mut heads, &bytes);
        growing = (longer.iter().zip(heads))
            .map(|(&(n, byte, nats), head)| Beginning {
                head,
                text: [&growing[n].text[..], &[byte]].concat(),
                nats,
            })
            .collect();
    }
    Ok(found)
}

/// Bits that each of `texts` costs after `head`.
///
/// # Errors
/// [`Cancelled`], within one byte of the token being set.
pub(super) fn costs(
    predictor: &mut Predictor<'_>,
    head: &Head,
    texts: &[Vec<u8>],
    cancel: &CancelToken,
) -> Result<Vec<f32>, Cancelled> {
    let mut bits = vec![0.0; texts.len()];
    let mut lanes: Vec<usize> = (0..texts.len()).collect();
    let mut heads = vec![head.clone(); texts.len()];
    for at in 0.. {
        let mut running = lanes.iter().map(|&lane| at < texts[lane].len());
        heads.retain(|_| running.next().unwrap_or(false));
        lanes.retain(|&lane| at < texts[lane].len());
        if lanes.is_empty() {
            break;
        }
        if cancel.is_cancelled() {
            return Err(Cancelled);
        }
        for (&lane, head) in lanes.iter().zip(&mut heads) {
            let row = predictor.log_probs(head);
            bits[lane] -= row[usize::from(texts[lane][at])] * std::f32::consts::LOG2_E;
        }
        let next: Vec<u8> = lanes.iter().map(|&lane| texts[lane][at]).collect();
        predictor.advance(&mut heads, &next);
    }
    Ok(bits)
}

impl Vocabulary<'_> {
    /// How many tokens there are; 0 where they cannot be counted.
    pub(super) fn choices(&self) -> usize {
        self.words().len()
    }

    fn words(&self) -> &[&str] {
        match self {
            Self::Words(words) => words,
            Self::Operators(operators) => operators,
            Self::Numbers => &[],
        }
    }

    /// Whether `text` is a token, and not only the beginning of one.
    fn has(&self, text: &[u8]) -> bool {
        match self {
            Self::Numbers => !text.is_empty(),
            _ => self.words().iter().any(|word| word.as_bytes() == text),
        }
    }

    /// Whether a token can begin with `text` and then `byte`.
    fn goes_on(&self, text: &[u8], byte: u8) -> bool {
        let begins = |word: &&str| {
            let rest = word.as_bytes().strip_prefix(text);
            rest.is_some_and(|rest| rest.first() == Some(&byte))
        };
        match self {
            Self::Numbers if text.is_empty() => byte.is_ascii_digit(),
            Self::Numbers => is_word_byte(byte),
            _ => self.words().iter().any(begins),
        }
    }

    /// Probability that a token ends here, by the log-probabilities of the next byte.
    fn end(&self, row: &[f32; VOCABULARY_SIZE]) -> f32 {
        let operator = matches!(self, Self::Operators(_));
        let bytes = (0..=255_u8).zip(row);
        let others = bytes.filter(|&(byte, _)| match operator {
            true => byte.is_ascii_whitespace() || is_word_byte(byte),
            false => !is_word_byte(byte),
        });
        others.map(|(_, &nats)| libm::expf(nats)).sum()
    }
}
