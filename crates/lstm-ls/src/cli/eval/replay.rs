//! Typing a file again, key by key, with the suggestions the server would show.
//!
//! What is suggested at an offset depends on the text alone, so every offset is
//! completed once, as eagerly as can be, and the file is then typed once for
//! each cost of a glance.

use std::time::Instant;

use code_memory::Layer;
use completer::{
    Before, CancelToken, Completer, Options, Request, Strategy, Suggestion, several_lines_fit, show,
};

/// What somebody who typed a file did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Bytes that had to come about, white space at the start of lines apart.
    pub(super) bytes: usize,
    /// Keys pressed for them.
    pub(super) keystrokes: usize,
    /// Suggestions shown.
    pub(super) shown: usize,
    /// Of these, taken.
    pub(super) accepted: usize,
    /// Bytes of the taken ones, counted as in `bytes`.
    pub(super) accepted_bytes: usize,
}

impl Tally {
    /// Share of the bytes that needed no key.
    pub(super) fn saved(&self) -> f64 {
        1.0 - share(self.keystrokes, self.bytes)
    }

    /// Share of the suggestions that were taken.
    pub(super) fn precision(&self) -> f64 {
        share(self.accepted, self.shown)
    }

    /// Bytes a taken suggestion had, on average.
    pub(super) fn mean_accepted(&self) -> f64 {
        share(self.accepted_bytes, self.accepted)
    }

    /// As [`saved`](Self::saved), with one key for each wrong suggestion.
    pub(super) fn net_saved(&self) -> f64 {
        let wrong = self.shown - self.accepted;
        1.0 - share(self.keystrokes + wrong, self.bytes)
    }
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.bytes += other.bytes;
        self.keystrokes += other.keystrokes;
        self.shown += other.shown;
        self.accepted += other.accepted;
        self.accepted_bytes += other.accepted_bytes;
    }
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// A part of a file to be typed again; what is before it and after it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Passage {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether the text after `end` stands, or the file ends there.
    pub(super) has_rest: bool,
}

/// What would be suggested at each offset of a passage.
pub(super) struct Suggestions {
    start: usize,
    by_offset: Vec<Option<Suggestion>>,
    /// Microseconds each took.
    pub(super) micros: Vec<u64>,
}

/// A file and where its suggestions come from.
pub(super) struct Typist<'a> {
    pub(super) completer: &'a Completer,
    pub(super) memory: Option<&'a Layer>,
    pub(super) path: &'a str,
    pub(super) language: &'a str,
    pub(super) text: &'a str,
}

impl Typist<'_> {
    /// Completes at every offset of `passage` at which somebody who types it
    /// could ask, with suggestions that may be worth a look at `cost`.
    pub(super) fn suggestions(&self, passage: &Passage, cost: f64) -> Suggestions {
        let mut suggestions = Suggestions {
            start: passage.start,
            by_offset: Vec::new(),
            micros: Vec::new(),
        };
        let after = match passage.has_rest {
            true => &self.text[passage.end..],
            false => "",
        };
        for offset in passage.start..passage.end {
            let asked = self.text.is_char_boundary(offset) && !self.in_indentation(offset);
            let suggestion = asked.then(|| {
                let started = Instant::now();
                let suggestion = self.suggestion(offset, after, cost);
                let micros = started.elapsed().as_micros();
                suggestions
                    .micros
                    .push(u64::try_from(micros).unwrap_or(u64::MAX));
                suggestion
            });
            suggestions.by_offset.push(suggestion.flatten());
        }
        suggestions
    }

    fn suggestion(&self, offset: usize, after: &str, cost: f64) -> Option<Suggestion> {
        let before = &self.text[..offset];
        let line = before.rsplit('\n').next().unwrap_or_default();
        let rest = after.split('\n').next().unwrap_or_default();
        let options = Options {
            strategy: Strategy::Greedy,
            candidates: 1,
            glance_cost: Some(cost),
            multi_line: several_lines_fit(self.language, line.as_bytes(), rest),
            ..Options::default()
        };
        let request = Request {
            path: self.path,
            before: Before::whole(before.as_bytes()),
            after,
            language: self.language,
            memory: self.memory,
            options: &options,
        };
        let completion = self.completer.complete(&request, &CancelToken::default());
        let completion = completion.expect("nobody holds the token to cancel it");
        completion.suggestions.into_iter().next()
    }

    /// Types `passage`, taking what is right and looking in vain at what is not.
    pub(super) fn types(&self, passage: &Passage, suggestions: &Suggestions, cost: f64) -> Tally {
        let mut tally = Tally::default();
        let mut offset = passage.start;
        while offset < passage.end {
            if self.in_indentation(offset) {
                offset += 1;
                continue;
            }
            let suggestion = suggestions.by_offset[offset - suggestions.start].as_ref();
            let shown = suggestion.and_then(|s| {
                let (length, _) = show::best_cut(&s.text, &s.cumulative, cost)?;
                Some(&s.text[..length])
            });
            tally.keystrokes += 1;
            tally.shown += usize::from(shown.is_some());
            let rest = &self.text[offset..passage.end];
            match shown {
                Some(text) if rest.starts_with(text) => {
                    let counted =
                        (offset..offset + text.len()).filter(|&o| !self.in_indentation(o));
                    let bytes = counted.count();
                    tally.accepted += 1;
                    tally.accepted_bytes += bytes;
                    tally.bytes += bytes;
                    offset += text.len();
                }
                _ => {
                    let typed = rest.chars().next().map_or(1, char::len_utf8);
                    // A character of several bytes counts as as many keys.
                    tally.bytes += typed;
                    tally.keystrokes += typed - 1;
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
