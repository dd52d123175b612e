//! One fault in a text, as a slip of the hand or of a search-and-replace leaves it.
//!
//! Owns: what may be changed into what. Must not know who looks for it.

use std::ops::Range;

use completer::surprise::{Kind, Token, tokens};
use language::Words;
use rand::SeedableRng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

/// What was done to a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What was changed.
    pub kind: FaultKind,
    /// The bytes that were replaced.
    pub range: Range<usize>,
    /// What stands there now.
    pub now: String,
}

/// What was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// A name, for another that is used alike in the same function.
    Name,
    /// An operator, for another of its sort.
    Operator,
    /// A number, for one near it; `true` for `false`.
    Literal,
}

impl FaultKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Name, Self::Operator, Self::Literal];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Operator => "operator",
            Self::Literal => "literal",
        }
    }
}

/// Operators that one writes for one another.
const SORTS: [&[&str]; 8] = [
    &["==", "!="],
    &["<", "<=", ">", ">="],
    &["+", "-"],
    &["*", "/", "%"],
    &["&&", "||"],
    &["+=", "-=", "*=", "/="],
    &["<<", ">>"],
    &["..", "..="],
];

impl Fault {
    /// A fault for `text`, of a kind drawn first among those it has places for;
    /// the same for the same text and `seed`. `None` if it has none.
    pub fn seed(text: &str, language: &str, seed: u64) -> Option<Self> {
        let mut random = ChaCha8Rng::seed_from_u64(seed ^ fingerprint(text));
        let tokens = tokens(text, language);
        let places = Places {
            text,
            tokens: &tokens,
            words: language::row(language).words,
        };
        let mut kinds = FaultKind::ALL
            .map(|kind| (kind, places.faults(kind)))
            .to_vec();
        kinds.retain(|(_, faults)| !faults.is_empty());
        let (kind, faults) = kinds.choose(&mut random)?;
        let (token, others) = faults.choose(&mut random)?;
        Some(Self {
            kind: *kind,
            range: tokens[*token].range.clone(),
            now: others.choose(&mut random)?.clone(),
        })
    }

    /// `text` with it.
    pub fn put_into(&self, text: &str) -> String {
        let (before, after) = (&text[..self.range.start], &text[self.range.end..]);
        [before, &self.now, after].concat()
    }
}

/// How a name is used: names that are used alike can stand for one another.
#[derive(Debug, PartialEq, Eq)]
struct Use {
    member: bool,
    of_path: bool,
    called: bool,
    r#macro: bool,
    capital: bool,
}

struct Places<'a> {
    text: &'a str,
    tokens: &'a [Token],
    words: &'static Words,
}

impl Places<'_> {
    /// Tokens that a fault of `kind` can replace, and by what.
    fn faults(&self, kind: FaultKind) -> Vec<(usize, Vec<String>)> {
        let others = |at: usize| match kind {
            FaultKind::Name => self.other_names(at),
            FaultKind::Operator => self.other_operators(at),
            FaultKind::Literal => self.other_literals(at),
        };
        let faults = (0..self.tokens.len()).map(|at| (at, others(at)));
        faults
            .filter(|(at, others)| !others.is_empty() && self.is_code(*at))
            .collect()
    }

    fn word(&self, at: usize) -> &str {
        self.tokens
            .get(at)
            .map_or("", |token| &self.text[token.range.clone()])
    }

    /// Whether the line of a token is inside a function, and no attribute.
    fn is_code(&self, at: usize) -> bool {
        let before = &self.text[..self.tokens[at].range.start];
        let line = before.rsplit('\n').next().unwrap_or_default();
        line.starts_with([' ', '\t']) && !line.trim_start().starts_with(['#', '@'])
    }

    fn other_names(&self, at: usize) -> Vec<String> {
        let (Some(own), Some(scope)) = (self.usage(at), self.function(at)) else {
            return Vec::new();
        };
        let alike = scope.filter(|&other| self.usage(other).as_ref() == Some(&own));
        let mut names: Vec<String> = alike.map(|other| self.word(other).to_owned()).collect();
        names.sort();
        names.dedup();
        names.retain(|name| name != self.word(at));
        names
    }

    /// `None` for what is no name, or declares one.
    fn usage(&self, at: usize) -> Option<Use> {
        let word = self.word(at);
        let before = if at == 0 { "" } else { self.word(at - 1) };
        let after = self.word(at + 1);
        let is_name =
            self.tokens[at].kind == Kind::Name && !["self", "Self", "super"].contains(&word);
        let declares = self.words.declaring.contains(&before) || after == ":" || before == "'";
        // `extern crate a;`
        let declares = declares || before == "crate";
        (is_name && !declares).then(|| Use {
            member: before == ".",
            of_path: before == "::" || after == "::",
            called: after == "(",
            r#macro: after == "!",
            capital: word.starts_with(char::is_uppercase),
        })
    }

    /// The tokens of the function that a token is in.
    fn function(&self, at: usize) -> Option<Range<usize>> {
        let starts = |&at: &usize| self.words.functions.contains(&self.word(at));
        let start = (0..=at).rev().find(starts)?;
        let end = (at + 1..self.tokens.len()).find(starts);
        Some(start..end.unwrap_or(self.tokens.len()))
    }

    fn other_operators(&self, at: usize) -> Vec<String> {
        let own = self.word(at);
        let sort = SORTS.iter().find(|sort| sort.contains(&own));
        // `T: Clone + 'static` adds nothing up.
        let begins_bound = |c: char| matches!(c, '\'' | '?') || c.is_uppercase();
        let bound = own == "+" && self.word(at + 1).starts_with(begins_bound);
        if self.tokens[at].kind != Kind::Operator || bound {
            return Vec::new();
        }
        let sort = sort.into_iter().flat_map(|sort| sort.iter());
        sort.filter(|&&other| other != own)
            .map(|&other| other.to_owned())
            .collect()
    }

    fn other_literals(&self, at: usize) -> Vec<String> {
        let own = self.word(at);
        match (self.tokens[at].kind, own) {
            (Kind::Literal, "true") => return vec!["false".to_owned()],
            (Kind::Literal, "false") => return vec!["true".to_owned()],
            (Kind::Literal, _) => {}
            _ => return Vec::new(),
        }
        let digits = own.trim_start_matches(|c: char| c.is_ascii_digit());
        let (digits, suffix) = own.split_at(own.len() - digits.len());
        let Ok(number) = digits.parse::<u64>() else {
            return Vec::new();
        };
        if suffix.starts_with(['x', 'b', 'o', '.', 'e']) {
            return Vec::new();
        }
        let near = [
            number.checked_sub(1),
            number.checked_add(1),
            number.checked_mul(10),
        ];
        let near = near.into_iter().flatten().filter(|&other| other != number);
        near.map(|other| format!("{other}{suffix}")).collect()
    }
}

/// FNV-1a: the same on every machine.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "fn area(width: U, height: U) -> U {\n    let twice = width * 2;\n    twice + height + width + twice\n}\n";

    #[test]
    fn a_fault_is_the_same_for_the_same_text_and_seed() {
        for seed in 0..20 {
            let fault = Fault::seed(TEXT, "rust", seed);
            assert_eq!(fault, Fault::seed(TEXT, "rust", seed));
            let fault = fault.expect("there is a place");
            let faulty = fault.put_into(TEXT);
            assert_ne!(faulty, TEXT);
            assert_eq!(faulty.lines().count(), TEXT.lines().count());
        }
    }

    #[test]
    fn every_kind_is_drawn_and_names_come_from_the_function() {
        let faults = (0..50).filter_map(|seed| Fault::seed(TEXT, "rust", seed));
        let faults: Vec<Fault> = faults.collect();
        for kind in FaultKind::ALL {
            assert!(
                faults.iter().any(|fault| fault.kind == kind),
                "{}",
                kind.name()
            );
        }
        for fault in faults.iter().filter(|fault| fault.kind == FaultKind::Name) {
            let names = ["width", "height", "twice"];
            assert!(names.contains(&TEXT[fault.range.clone()].as_ref()));
            assert!(names.contains(&&fault.now[..]));
        }
    }

    #[test]
    fn a_text_without_code_has_no_place() {
        assert_eq!(Fault::seed("// 1 + 2\n", "rust", 0), None);
    }
}
