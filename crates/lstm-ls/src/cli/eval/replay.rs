//! Typing a file again, key by key, with the suggestions the server would show.
//!
//! What is suggested at a place depends on the text, and on whether a suggestion
//! was accepted just there. So every place is completed once, as eagerly as can
//! be, and the file is typed once for each cost of a glance.

use std::collections::HashMap;
use std::time::Instant;

use code_index::Layer;
use completer::evaluation::passage::Passage;
use completer::show::{self, Ignored};
use completer::{
    Before, CancelToken, Completer, Options, Request, Strategy, Suggestion, several_lines_fit,
};

use super::tally::Tally;
use super::words;

/// Where a key may be pressed: the offset, and whether a suggestion was just
/// accepted there.
type Place = (usize, bool);

/// What was suggested at the places where somebody came by.
#[derive(Default)]
pub(super) struct Suggestions {
    known: HashMap<Place, Option<Suggestion>>,
    /// Microseconds each took.
    pub(super) micros: Vec<u64>,
}

/// A file and where its suggestions come from.
pub(super) struct Typist<'a> {
    pub(super) suggester: &'a Suggester<'a>,
    pub(super) path: &'a str,
    pub(super) text: &'a str,
    /// The least that a look at a wrong suggestion costs in this replay.
    pub(super) least: f64,
}

/// A key, and what somebody saw before pressing it.
pub(super) struct Key<'a> {
    /// Bytes of the file before it.
    pub(super) offset: usize,
    /// What was shown there.
    pub(super) shown: Option<Shown<'a>>,
    /// Whether the key accepts that.
    pub(super) accepts: bool,
}

/// What somebody saw.
#[derive(Clone, Copy)]
pub(super) struct Shown<'a> {
    pub(super) text: &'a str,
    /// How likely it was held to be right to its last byte.
    pub(super) probability: f64,
    /// Whether nobody had typed into it before.
    pub(super) anew: bool,
}

/// Who suggests.
pub(super) enum Suggester<'a> {
    /// A completer, as the server would ask it.
    Completer {
        completer: &'a Completer,
        memory: Option<&'a Layer>,
        language: &'a str,
        /// Whether candidates are scored anew by the text after the cursor.
        rescoring: bool,
        /// Once it is set, nothing is suggested any more.
        cancel: &'a CancelToken,
    },
    /// The rest of the last word before the cursor that begins with the
    /// half-typed one, as editors complete without a language server.
    Words,
}

impl Typist<'_> {
    fn suggestion<'s>(
        &self,
        passage: &Passage,
        place: Place,
        suggestions: &'s mut Suggestions,
    ) -> Option<&'s Suggestion> {
        let Suggestions { known, micros } = suggestions;
        let known = known.entry(place).or_insert_with(|| {
            let started = Instant::now();
            let suggestion = self.ask(passage, place);
            let took = started.elapsed().as_micros();
            micros.push(u64::try_from(took).unwrap_or(u64::MAX));
            suggestion
        });
        known.as_ref()
    }

    fn ask(&self, passage: &Passage, (offset, just_accepted): Place) -> Option<Suggestion> {
        let before = &self.text[..offset];
        let after = match passage.has_rest {
            true => &self.text[passage.end..],
            false => "",
        };
        let Suggester::Completer {
            completer,
            memory,
            language,
            rescoring,
            cancel,
        } = *self.suggester
        else {
            return words::rest_of_last_word(before);
        };
        let line = before.rsplit('\n').next().unwrap_or_default();
        let rest = after.split('\n').next().unwrap_or_default();
        let options = Options {
            strategy: Strategy::Greedy,
            candidates: 1,
            glance_cost: Some(self.least),
            rescoring,
            multi_line: several_lines_fit(language, line.as_bytes(), rest, just_accepted),
            ..Options::default()
        };
        let request = Request {
            path: self.path,
            before: Before::whole(before.as_bytes()),
            after,
            language,
            memory,
            options: &options,
        };
        let completion = completer.complete(&request, cancel).ok()?;
        completion.suggestions.into_iter().next()
    }

    /// Types `passage`, taking what is right and looking in vain at what is not;
    /// `watch` sees every key but those of indentation.
    pub(super) fn types(
        &self,
        passage: &Passage,
        suggestions: &mut Suggestions,
        cost: f64,
        mut watch: impl FnMut(Key<'_>),
    ) -> Tally {
        let mut tally = Tally::default();
        let mut offset = passage.start;
        let mut just_accepted = false;
        let mut ignored = Ignored::default();
        while offset < passage.end {
            if self.in_indentation(offset) {
                ignored.typed(&self.text[offset..=offset]);
                offset += 1;
                continue;
            }
            let suggestion = self.suggestion(passage, (offset, just_accepted), suggestions);
            let shown = suggestion.and_then(|s| {
                let doubted = ignored.doubt(&s.text, &s.cumulative);
                let (length, _) = show::best_cut(&s.text, &doubted, cost)?;
                let last = length - 1;
                Some(Shown {
                    text: &s.text[..length],
                    probability: doubted[last].exp(),
                    anew: doubted[last] == s.cumulative[last],
                })
            });
            tally.keystrokes += 1;
            let rest = &self.text[offset..passage.end];
            let right = shown.filter(|shown| rest.starts_with(shown.text));
            watch(Key {
                offset,
                shown,
                accepts: right.is_some(),
            });
            if let Some(shown) = shown {
                ignored.shown(shown.text);
                tally.shown += 1;
                // This typist overlooks nothing, so what is typed into is wrong for
                // certain, while it is shown again for those who may have.
                if shown.anew {
                    tally.reliability.add(shown.probability, right.is_some());
                }
            }
            just_accepted = right.is_some();
            match right {
                Some(Shown { text, .. }) => {
                    let counted =
                        (offset..offset + text.len()).filter(|&o| !self.in_indentation(o));
                    let bytes = counted.count();
                    tally.accepted += 1;
                    tally.accepted_bytes += bytes;
                    tally.bytes += bytes;
                    ignored = Ignored::default();
                    offset += text.len();
                }
                None => {
                    let typed = rest.chars().next().map_or(1, char::len_utf8);
                    // A character of several bytes counts as as many keys.
                    tally.bytes += typed;
                    tally.keystrokes += typed - 1;
                    ignored.typed(&rest[..typed]);
                    offset += typed;
                }
            }
        }
        tally
    }

    /// Whether the byte at `offset` is white space at the start of a line.
    fn in_indentation(&self, offset: usize) -> bool {
        let bytes = self.text.as_bytes();
        matches!(bytes[offset], b' ' | b'\t')
            && bytes[..offset]
                .iter()
                .rev()
                .find(|byte| !matches!(byte, b' ' | b'\t'))
                .is_none_or(|&byte| byte == b'\n')
    }
}
