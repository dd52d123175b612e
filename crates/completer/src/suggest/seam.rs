//! Drafts inside a word or before an operator, scored with the rest of the line.
//!
//! There the text on both sides belongs together. A draft fits if it and the rest are
//! likelier than the rest alone, by the model: `total` fits before ` = x;`, `total = `
//! does not, and where `let total = x;` stands already, nothing does.

use language::{Mode, comment_length, is_word_char};

use super::Draft;
use crate::cancel::{Cancelled, Limits};
use crate::completion::End;
use crate::decode::{Head, Predictor};
use crate::surroundings::{Brackets, Surroundings};

/// Bytes of the rest that are scored.
const SCORED: usize = 12;

/// Longer insertions are not scored.
const LONGEST: usize = 64;

/// Ends of one draft, and of all drafts, that are scored.
const ENDS_OF_ONE: usize = 7;
const ENDS_OF_ALL: usize = 31;

/// What the text behind the cursor asks of a suggestion.
pub(crate) struct Seam<'a> {
    /// The rest of the line, blanks and all.
    rest: &'a str,
}

impl<'a> Seam<'a> {
    /// The seam at the cursor, if a text there must fit what follows: not before a closing
    /// bracket or quote, a separator or a comment.
    pub(crate) fn new(
        around: &Surroundings<'a>,
        brackets: &Brackets<'_>,
        language: &'static language::Language,
    ) -> Option<Self> {
        if brackets.ends_line() {
            return None;
        }
        let rest = around.rest.trim_start();
        let spaced = rest.len() < around.rest.len();
        let mode = brackets.mode();
        let loose = match rest.chars().next()? {
            _ if around.is_inside_word() => false,
            ')' | ']' | '}' | ',' | ';' => true,
            ':' => !rest.starts_with("::") && !rest.starts_with(":="),
            '>' => !spaced && !rest.starts_with(">="),
            _ => match mode {
                Mode::Code => comment_length(rest.as_bytes(), &language.lexis).is_some(),
                Mode::Quoted(quote) => rest.starts_with(quote.mark),
                _ => false,
            },
        };
        (!loose).then_some(Self { rest: around.rest })
    }

    /// The bytes of the rest that are scored.
    fn scored(&self) -> &'a [u8] {
        &self.rest.as_bytes()[..self.rest.len().min(SCORED)]
    }

    /// Whether `text` goes on after `length` bytes as the rest does.
    fn goes_on(&self, text: &str, length: usize) -> bool {
        let (text, rest) = (text[length..].trim_start(), self.rest.trim_start());
        let word = rest.len() - rest.trim_start_matches(is_word_char).len();
        let first = rest.chars().next().map_or(0, char::len_utf8);
        text.starts_with(&rest[..word.max(first)])
    }

    /// The ends of `draft` that are worth scoring.
    fn proposals(&self, draft: &Draft) -> Vec<End> {
        let text = draft.candidate.text();
        let ends = draft.ends.iter().filter(|end| end.length <= LONGEST);
        let (mut first, mut then): (Vec<End>, Vec<End>) =
            ends.partition(|end| self.goes_on(text, end.length));
        then.retain(|end| {
            let next = text[end.length..].chars().next();
            let last = text[..end.length].chars().next_back();
            let word = |c: Option<char>| c.is_some_and(is_word_char);
            !(word(last) && word(next))
        });
        first.append(&mut then);
        first.truncate(ENDS_OF_ONE);
        first
    }

    /// Leaves of `drafts` what fits before the rest of the line, each with the end that
    /// is likeliest together with it. `None` if the time does not suffice.
    ///
    /// # Errors
    /// [`Cancelled`], within one byte of the token being set.
    pub(crate) fn fitting(
        &self,
        mut drafts: Vec<Draft>,
        predictor: &mut Predictor<'_>,
        cursor: &Head,
        limits: Limits<'_>,
    ) -> Result<Option<Vec<Draft>>, Cancelled> {
        // Where there are more ends than are scored, the likeliest text has its own.
        drafts.sort_by_key(|draft| !draft.candidate.is_likeliest());
        let mut heads = vec![cursor.clone()];
        let mut tried: Vec<(usize, End)> = Vec::new();
        for (index, draft) in drafts.iter().enumerate() {
            let mut proposals = self.proposals(draft);
            proposals.truncate(ENDS_OF_ALL - tried.len().min(ENDS_OF_ALL));
            proposals.sort_by_key(|end| end.length);
            let mut head = [cursor.clone()];
            let mut at = 0;
            for end in proposals {
                for &byte in &draft.candidate.text().as_bytes()[at..end.length] {
                    if limits.late()? {
                        return Ok(None);
                    }
                    predictor.advance(&mut head, &[byte]);
                }
                at = end.length;
                heads.push(head[0].clone());
                tried.push((index, end));
            }
        }
        let bytes = self.scored();
        let Some(scores) = predictor.score(&mut heads, bytes, limits)? else {
            return Ok(None);
        };
        let alone = scores[0];
        let mut fitting = Vec::new();
        for (index, draft) in drafts.into_iter().enumerate() {
            let own = tried.iter().zip(&scores[1..]);
            let own = own.filter(|((of, _), _)| *of == index);
            let joint = own.map(|(&(_, end), rest)| {
                let log_prob = draft.candidate.log_prob(end.length) + rest;
                (end, log_prob)
            });
            let mut fits: Vec<(End, f64)> = joint.filter(|&(_, joint)| joint > alone).collect();
            let best = fits.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1));
            let Some((best, log_prob)) = best else {
                continue;
            };
            fits.retain(|(end, _)| end.length <= best.length);
            let candidate = draft.candidate.shortened(best.length);
            fitting.push(Draft {
                candidate: candidate.scored(log_prob, best.length, bytes.len()),
                ends: fits.into_iter().map(|(end, _)| end).collect(),
            });
        }
        Ok(Some(fitting))
    }
}
