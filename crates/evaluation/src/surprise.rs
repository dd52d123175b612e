//! Whether a fault that is put into a text shows among its most surprising lines,
//! and how often a text without one is marked.

use std::collections::HashMap;

use completer::surprise::{Document, Surprise};
use completer::{CancelToken, Completer};

use crate::fault::{Fault, FaultKind};

/// Lines among which a fault must be to count as found.
pub const FIRST: usize = 3;

/// What came of one text.
#[derive(Clone, Debug)]
pub struct Searched {
    /// Lines of the text.
    pub lines: usize,
    /// Tokens that are marked in the text as it is.
    pub marks: usize,
    /// `None` for a text that has no place for a fault.
    pub fault: Option<Seeded>,
}

/// A fault, and where it was found.
#[derive(Clone, Debug)]
pub struct Seeded {
    /// What was changed.
    pub kind: FaultKind,
    /// The text that was replaced.
    pub was: String,
    /// What stands there now.
    pub now: String,
    /// Its line, counted from 1.
    pub line: usize,
    /// Of its line among the most surprising, from 1; `None` if nothing in it
    /// surprises.
    pub rank: Option<usize>,
    /// Whether it is marked.
    pub marked: bool,
}

impl Seeded {
    /// Whether its line is among the [`FIRST`].
    pub fn is_found(&self) -> bool {
        self.rank.is_some_and(|rank| rank <= FIRST)
    }
}

/// Puts a fault into the text of `document` and looks for it; another `seed` is
/// another fault.
pub fn search(completer: &Completer, document: &Document<'_>, seed: u64) -> Searched {
    let Document { text, language, .. } = *document;
    let find = |text: &str| {
        let document = Document { text, ..*document };
        let found = completer.surprises(&document, &CancelToken::new());
        found.expect("the token is set by no other thread")
    };
    let fault = Fault::seed(text, language, seed).map(|fault| {
        let faulty = fault.put_into(text);
        let surprises = find(&faulty);
        let line = line_of(&faulty, fault.range.start);
        let mut marked = surprises.iter().filter(|surprise| surprise.is_marked());
        Seeded {
            kind: fault.kind,
            was: text[fault.range.clone()].to_owned(),
            rank: rank(&faulty, &surprises, line),
            marked: marked.any(|mark| mark.token.range.start == fault.range.start),
            now: fault.now,
            line,
        }
    });
    Searched {
        lines: text.lines().count(),
        marks: find(text).iter().filter(|s| s.is_marked()).count(),
        fault,
    }
}

/// Line of the byte `offset`, from 1.
fn line_of(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count() + 1
}

/// The place of `line` by its most surprising token; among equals the last.
fn rank(text: &str, surprises: &[Surprise], line: usize) -> Option<usize> {
    let mut scores: HashMap<usize, f32> = HashMap::new();
    for surprise in surprises {
        let score = scores.entry(line_of(text, surprise.token.range.start));
        let score = score.or_insert(f32::NEG_INFINITY);
        *score = score.max(surprise.score);
    }
    let own = scores.get(&line)?;
    Some(scores.values().filter(|score| *score >= own).count())
}

/// All texts together.
#[derive(Clone, Copy, Debug)]
pub struct Total {
    /// Texts that had a place for a fault.
    pub faults: usize,
    /// Faults among the [`FIRST`] lines.
    pub found: usize,
    /// Faults that were marked.
    pub marked: usize,
    /// Faults, and those found, by kind.
    pub kinds: [(FaultKind, usize, usize); 3],
    /// Lines of the texts without faults.
    pub lines: usize,
    /// Marks in them.
    pub false_marks: usize,
}

impl Total {
    /// Adds `searched` up.
    pub fn of(searched: &[Searched]) -> Self {
        let faults: Vec<&Seeded> = searched.iter().filter_map(|s| s.fault.as_ref()).collect();
        let found = |faults: &[&Seeded]| faults.iter().filter(|f| f.is_found()).count();
        Self {
            found: found(&faults),
            marked: faults.iter().filter(|fault| fault.marked).count(),
            kinds: FaultKind::ALL.map(|kind| {
                let of_kind = faults.iter().filter(|fault| fault.kind == kind);
                let of_kind: Vec<&Seeded> = of_kind.copied().collect();
                (kind, of_kind.len(), found(&of_kind))
            }),
            faults: faults.len(),
            lines: searched.iter().map(|searched| searched.lines).sum(),
            false_marks: searched.iter().map(|searched| searched.marks).sum(),
        }
    }

    /// Share of the faults that was found.
    pub fn share(&self) -> f64 {
        self.found as f64 / self.faults.max(1) as f64
    }

    /// How often a text without a fault is marked.
    pub fn marks_per_1000_lines(&self) -> f64 {
        self.false_marks as f64 * 1000.0 / self.lines.max(1) as f64
    }
}
