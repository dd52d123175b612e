//! Typing a file again, key by key, with the suggestions the server would show.
//!
//! What is suggested at a place depends on the text, and on whether a suggestion
//! was accepted just there. So every place is completed once, as eagerly as can
//! be, and the file is typed once for each cost of a glance.

use std::collections::HashMap;
use std::time::Instant;

use code_index::Layer;
use completer::show::{self, Attention, Ignored};
use completer::{
    Before, CancelToken, Cancelled, Completer, Flaws, NO_CLOCK, Options, Request, Suggestion,
};

use crate::scenario::{Passage, Scenario};
use crate::tally::Tally;
use crate::words;

/// A file to type, and where its suggestions come from.
#[derive(Clone, Copy)]
pub struct Typist<'a> {
    /// Where suggestions come from.
    pub suggester: Suggester<'a>,
    /// Path of the file, for the document header.
    pub path: &'a str,
    /// All of it.
    pub text: &'a str,
}

/// What suggests.
#[derive(Clone, Copy)]
pub enum Suggester<'a> {
    /// A completer, as the server would ask it.
    Completer {
        /// The completer.
        completer: &'a Completer,
        /// What is remembered of other files; `None` leaves the LSTM alone.
        memory: Option<&'a Layer>,
        /// LSP identifier.
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

/// A key, and what the typist saw before pressing it.
pub struct Key<'a> {
    /// Bytes of the file before it.
    pub offset: usize,
    /// What was shown there.
    pub shown: Option<Shown<'a>>,
    /// Whether the key accepts that.
    pub accepts: bool,
}

/// What the typist saw.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    /// The text after the cursor.
    pub text: &'a str,
    /// How likely it was held to be right to its last byte.
    pub probability: f64,
    /// Whether the typist had not typed into it before.
    pub anew: bool,
}

/// What came of typing files.
#[derive(Clone, Debug, Default)]
pub struct Replayed {
    /// One for each cost of a glance.
    pub tallies: Vec<Tally>,
    /// Microseconds that each suggestion took.
    pub micros: Vec<u64>,
}

impl Replayed {
    /// Adds what came of other files at the same costs.
    pub fn add(&mut self, other: Self) {
        let costs = self.tallies.len().max(other.tallies.len());
        self.tallies.resize(costs, Tally::default());
        for (tally, other) in self.tallies.iter_mut().zip(other.tallies) {
            *tally += other;
        }
        self.micros.extend(other.micros);
    }
}

/// Where a key may be pressed: the offset, and whether a suggestion was just
/// accepted there.
type Place = (usize, bool);

/// What was suggested at one place.
struct Known {
    suggestion: Suggestion,
    /// What is wrong with the beginnings of it that were shown, by their length.
    flaws: Vec<(usize, Flaws)>,
}

/// What was suggested at the places where the typist came by.
#[derive(Default)]
struct Suggestions {
    known: HashMap<Place, Option<Known>>,
    /// Microseconds each took.
    micros: Vec<u64>,
}

/// Keys that `text` takes when it is typed again with what the server would
/// suggest, and the bytes it has without indentation. Given up when `cancel` is set.
///
/// # Errors
/// [`Cancelled`] if it is set by the end.
pub fn typed_again(
    cancel: &CancelToken,
    completer: &Completer,
    memory: &Layer,
    language: &str,
    path: &str,
    text: &str,
) -> Result<(usize, usize), Cancelled> {
    let cost = show::glance_cost(show::DEFAULT_EAGERNESS);
    let suggester = Suggester::Completer {
        completer,
        memory: Some(memory),
        language,
        rescoring: true,
        cancel,
    };
    let typist = Typist {
        suggester,
        path,
        text,
    };
    let replayed = typist.replays(Scenario::Append, &[cost], |_| {});
    let keys = replayed.tallies.iter().map(|tally| tally.keystrokes).sum();
    let bytes = replayed.tallies.iter().map(|tally| tally.bytes).sum();
    match cancel.is_cancelled() {
        true => Err(Cancelled),
        false => Ok((keys, bytes)),
    }
}

impl Typist<'_> {
    /// Types the file once for each of `costs`, which are those of a look at a
    /// wrong suggestion; `watch` sees the keys pressed at the first of them, but
    /// for those of indentation.
    pub fn replays(
        &self,
        scenario: Scenario,
        costs: &[f64],
        mut watch: impl FnMut(Key<'_>),
    ) -> Replayed {
        let least = costs.iter().copied().fold(f64::INFINITY, f64::min);
        let mut replayed = Replayed {
            tallies: vec![Tally::default(); costs.len()],
            micros: Vec::new(),
        };
        let mut attentions = vec![Attention::default(); costs.len()];
        for passage in scenario.passages(self.text) {
            let mut suggestions = Suggestions::default();
            let each = replayed.tallies.iter_mut().zip(&mut attentions).zip(costs);
            for (index, ((tally, attention), &cost)) in each.enumerate() {
                let watch = |key: Key<'_>| {
                    if index == 0 {
                        watch(key);
                    }
                };
                let costs = (cost, least);
                *tally += self.types(&passage, &mut suggestions, attention, costs, watch);
            }
            replayed.micros.extend(suggestions.micros);
        }
        replayed
    }

    fn suggestion<'s>(
        &self,
        passage: &Passage,
        place: Place,
        least: f64,
        suggestions: &'s mut Suggestions,
    ) -> Option<&'s mut Known> {
        let Suggestions { known, micros } = suggestions;
        let known = known.entry(place).or_insert_with(|| {
            let started = Instant::now();
            let suggestion = self.ask(passage, place, least);
            let took = started.elapsed().as_micros();
            micros.push(u64::try_from(took).unwrap_or(u64::MAX));
            suggestion.map(|suggestion| Known {
                suggestion,
                flaws: Vec::new(),
            })
        });
        known.as_mut()
    }

    /// The text after `passage`.
    fn after(&self, passage: &Passage) -> &str {
        match passage.has_rest {
            true => &self.text[passage.end..],
            false => "",
        }
    }

    /// What is wrong with the first `length` bytes of what is `known` at `offset`.
    fn flaws(&self, passage: &Passage, offset: usize, known: &mut Known, length: usize) -> Flaws {
        let found = known.flaws.iter().find(|(of, _)| *of == length);
        if let Some(&(_, flaws)) = found {
            return flaws;
        }
        let language = match self.suggester {
            Suggester::Completer { language, .. } => language,
            Suggester::Words => "",
        };
        let (before, text) = (&self.text[..offset], &known.suggestion.text[..length]);
        let flaws = completer::flaws(language, before, text, self.after(passage));
        known.flaws.push((length, flaws));
        flaws
    }

    fn ask(
        &self,
        passage: &Passage,
        (offset, just_accepted): Place,
        least: f64,
    ) -> Option<Suggestion> {
        let before = &self.text[..offset];
        let after = self.after(passage);
        let Suggester::Completer {
            completer,
            memory,
            language,
            rescoring,
            cancel,
        } = self.suggester
        else {
            return words::rest_of_last_word(before);
        };
        let options = Options {
            rescoring,
            just_accepted,
            ..Options::ghost(least)
        };
        let request = Request {
            path: self.path,
            before: Before::whole(before.as_bytes()),
            after,
            language,
            memory,
            options: &options,
            clock: NO_CLOCK,
        };
        let completion = completer.complete(&request, cancel).ok()?;
        completion.suggestions.into_iter().next()
    }

    /// Types `passage`, taking what is right and looking in vain at what is not.
    /// A look costs `cost` here and `least` where it costs least in this replay;
    /// `attention` is what is known by now of a typist who overlooks nothing.
    fn types(
        &self,
        passage: &Passage,
        suggestions: &mut Suggestions,
        attention: &mut Attention,
        (cost, least): (f64, f64),
        mut watch: impl FnMut(Key<'_>),
    ) -> Tally {
        let mut tally = Tally::default();
        let mut offset = passage.start;
        let mut just_accepted = false;
        let mut ignored = Ignored::default();
        while offset < passage.end {
            if self.in_indentation(offset) {
                ignored.typed(&self.text[offset..=offset], attention);
                offset += 1;
                continue;
            }
            let known = self.suggestion(passage, (offset, just_accepted), least, suggestions);
            let shown = known.and_then(|known| {
                let s = &known.suggestion;
                let doubted = ignored.doubt(&s.text, &s.cumulative);
                let (length, _) = show::best_cut(&s.ends, &doubted, cost)?;
                tally.add_flaws(self.flaws(passage, offset, known, length));
                let (s, last) = (&known.suggestion, length - 1);
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
                    ignored.accepted(text, attention);
                    offset += text.len();
                }
                None => {
                    let typed = rest.chars().next().map_or(1, char::len_utf8);
                    // A character of several bytes counts as as many keys.
                    tally.bytes += typed;
                    tally.keystrokes += typed - 1;
                    ignored.typed(&rest[..typed], attention);
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
