//! Which tokens are looked at, and what else each could have been.
//!
//! Owns: what is near a token and used like it. Must not know what anything costs.

use std::collections::HashMap;
use std::ops::Range;

use super::alternatives::Vocabulary;
use super::token::{Kind, Token};

/// Functions longer than this to either side are cut there.
const NEAR: usize = 4000;

/// Digits of numbers that are written by hand and may be another.
const DIGITS: usize = 6;

/// What starts a function.
const FUNCTIONS: [&str; 4] = ["fn", "def", "func", "function"];

/// Operators that one writes for one another.
const SORTS: [&[&str]; 9] = [
    &["==", "!=", "<", "<=", ">", ">="],
    &["===", "!=="],
    &["+", "-", "*", "/", "%"],
    &["&&", "||"],
    &["+=", "-=", "*=", "/=", "%="],
    &["|=", "&=", "^="],
    &["<<", ">>"],
    &["..", "..="],
    &["&", "|", "^"],
];

/// What a declared name follows.
const DECLARING: [&str; 21] = [
    "as", "class", "const", "def", "enum", "fn", "for", "func", "function", "global", "impl",
    "import", "let", "mod", "mut", "static", "struct", "trait", "type", "use", "var",
];

/// What a line that only brings names in starts with.
const BRINGING_IN: [&str; 8] = [
    "use", "pub use", "import", "from", "mod", "extern", "#", "@",
];

/// Where else a word stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Uses {
    /// How often in the function before the token, and after it.
    pub(super) before: usize,
    pub(super) after: usize,
    /// On the same line.
    pub(super) line: usize,
    /// In the whole text.
    pub(super) text: usize,
    /// Between the same two tokens as this one.
    pub(super) alike: usize,
    /// Bytes to the nearest place.
    pub(super) distance: Option<usize>,
}

/// The tokens of a text.
pub(super) struct Scope<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: &'a [Token],
    /// Numbers of the tokens that are a word, in order.
    places: HashMap<&'a str, Vec<usize>>,
    /// How often a line is there, whatever its indentation.
    lines: HashMap<&'a str, usize>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(text: &'a str, tokens: &'a [Token]) -> Self {
        let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
        for (number, token) in tokens.iter().enumerate() {
            let word = &text[token.range.clone()];
            places.entry(word).or_default().push(number);
        }
        let mut lines: HashMap<&str, usize> = HashMap::new();
        for line in text.lines() {
            *lines.entry(line.trim()).or_default() += 1;
        }
        Self {
            text,
            tokens,
            places,
            lines,
        }
    }

    /// Lines that are what the line of token number `at` would be with `word` in
    /// its place, that line itself included.
    pub(super) fn same_lines(&self, at: usize, word: &str) -> usize {
        let Range { start, end } = self.tokens[at].range.clone();
        let line = self.line_of(at);
        let with_word = [
            &self.text[line.start..start],
            word,
            &self.text[end..line.end],
        ];
        let count = self.lines.get(with_word.concat().trim());
        count.copied().unwrap_or_default()
    }

    /// The line that a token begins in, without its end.
    fn line_of(&self, at: usize) -> Range<usize> {
        let here = self.tokens[at].range.start;
        let start = self.text[..here].rfind('\n').map_or(0, |feed| feed + 1);
        let end = self.text[here..].find('\n');
        start..end.map_or(self.text.len(), |feed| here + feed)
    }

    /// What could stand in place of token number `at`, it itself included; `None`
    /// where no guess is made: it declares something, the function knows it from
    /// nowhere else, or it is no code.
    pub(super) fn vocabulary(&self, at: usize) -> Option<Vocabulary<'a>> {
        let own = self.word(at);
        match self.tokens[at].kind {
            Kind::Name if !self.declares(at) => {
                let usage = self.usage(at);
                let mut words: Vec<&str> = (self.function(at))
                    .filter(|&other| other != at && self.tokens[other].kind == Kind::Name)
                    .filter(|&other| self.usage(other) == usage)
                    .map(|other| self.word(other))
                    .collect();
                words.sort_unstable();
                words.dedup();
                words.contains(&own).then_some(Vocabulary::Words(words))
            }
            Kind::Literal => match own {
                "true" | "false" => Some(Vocabulary::Words(vec!["false", "true"])),
                "True" | "False" => Some(Vocabulary::Words(vec!["False", "True"])),
                _ => {
                    let digits = own.bytes().take_while(u8::is_ascii_digit).count();
                    let suffix = own[digits..].starts_with(['u', 'i', 'f', 'L', 'l', 'n']);
                    let plain = digits == own.len() || suffix;
                    (plain && digits <= DIGITS).then_some(Vocabulary::Numbers)
                }
            },
            Kind::Operator => {
                let sort = SORTS.iter().find(|sort| sort.contains(&own));
                sort.map(|sort| Vocabulary::Operators(sort))
            }
            _ => None,
        }
    }

    /// Where else than at token number `at` the word `word` stands.
    pub(super) fn uses(&self, at: usize, word: &str) -> Uses {
        let here = self.tokens[at].range.start;
        let line = self.line_of(at);
        let around = |at: usize| (self.before(at), self.word(at + 1));
        let function = self.function(at);
        let mut uses = Uses::default();
        let places = self.places.get(word).map_or(&[][..], Vec::as_slice);
        for &other in places.iter().filter(|&&other| other != at) {
            let start = self.tokens[other].range.start;
            let distance = start.abs_diff(here);
            uses.text += 1;
            uses.before += usize::from((function.start..at).contains(&other));
            uses.after += usize::from((at..function.end).contains(&other));
            uses.line += usize::from(line.contains(&start));
            uses.alike += usize::from(around(other) == around(at));
            uses.distance = Some(uses.distance.map_or(distance, |least| least.min(distance)));
        }
        uses
    }

    fn word(&self, at: usize) -> &'a str {
        let token = self.tokens.get(at);
        token.map_or("", |token| &self.text[token.range.clone()])
    }

    /// The token before token number `at`.
    fn before(&self, at: usize) -> &'a str {
        at.checked_sub(1).map_or("", |before| self.word(before))
    }

    /// The tokens of the function that a token is in.
    fn function(&self, at: usize) -> Range<usize> {
        let here = self.tokens[at].range.start;
        let starts = |&at: &usize| {
            self.tokens[at].kind == Kind::Keyword && FUNCTIONS.contains(&self.word(at))
        };
        let near = |&at: &usize| self.tokens[at].range.start.abs_diff(here) <= NEAR;
        let before = (0..=at).rev().take_while(near);
        let after = (at + 1..self.tokens.len()).take_while(near);
        let start = before.clone().find(starts).or(before.last());
        let end = after
            .clone()
            .find(starts)
            .or(after.last().map(|last| last + 1));
        start.unwrap_or(at)..end.unwrap_or(at + 1)
    }

    /// How a name is used; what is declared can be used as a value.
    fn usage(&self, at: usize) -> Usage {
        let before = self.before(at);
        let after = self.word(at + 1);
        let declared = self.declares(at);
        Usage {
            member: before == "." && !declared,
            of_path: (before == "::" || after == "::") && !declared,
            called: after == "(" && !declared,
            is_macro: after == "!" && !declared,
            capital: self.word(at).starts_with(char::is_uppercase),
        }
    }

    /// Whether the token is a name that is made here, or brought in.
    fn declares(&self, at: usize) -> bool {
        let before = self.before(at);
        let start = self.tokens[at].range.start;
        let line = self.text[..start].rsplit('\n').next().unwrap_or_default();
        let line = line.trim_start();
        let assigned = line.is_empty() && self.word(at + 1) == "=";
        DECLARING.contains(&before)
            || before == "'"
            || self.word(at + 1) == ":"
            || assigned
            || BRINGING_IN.iter().any(|start| line.starts_with(start))
    }
}

/// Names that are used alike can stand for one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Usage {
    member: bool,
    of_path: bool,
    called: bool,
    is_macro: bool,
    capital: bool,
}

#[cfg(test)]
mod tests {
    use super::super::token::tokens;
    use super::*;

    /// What could stand in place of the token behind `$0`.
    #[track_caller]
    fn check(fixture: &str, expected: Option<&[&str]>) {
        let (text, at) = fixture::cut(fixture);
        let tokens = tokens(&text, "rust");
        let scope = Scope::new(&text, &tokens);
        let number = tokens.iter().position(|token| token.range.start == at);
        let vocabulary = scope.vocabulary(number.expect("a token"));
        let words = vocabulary.as_ref().map(|vocabulary| match vocabulary {
            Vocabulary::Words(words) => &words[..],
            Vocabulary::Operators(operators) => operators,
            Vocabulary::Numbers => &["0"],
        });
        assert_eq!(words, expected);
    }

    #[test]
    fn names_of_the_function_that_are_used_alike_could_stand_there() {
        check(
            "fn f() { z }\nfn g(a: T, b: T) { h(b); $0a + a.c + Some(b) }\nfn i() { y }",
            Some(&["a", "b", "g"]),
        );
        check(
            "fn f() { a.len(); b.$0size(); c.size() }",
            Some(&["len", "size"]),
        );
    }

    #[test]
    fn no_guess_is_made_at_what_is_declared_or_nowhere_else() {
        check("fn f() { let $0a = 1; a }", None);
        check("fn f($0a: u8) { a }", None);
        check("fn f() { b + $0a }", None);
        check("use a::$0b;\nfn f() { b }", None);
        check("fn f() { $0if a {} if b {} }", None);
    }

    #[test]
    fn uses_are_told_by_where_they_are() {
        let text = "fn f() { a }\nfn g() {\n    a + a * a;\n    b + a\n}\n";
        let tokens = tokens(text, "rust");
        let scope = Scope::new(text, &tokens);
        let named_a = |at: &usize| scope.word(*at) == "a";
        let second = (0..tokens.len()).filter(named_a).nth(2).expect("a token");
        let uses = Uses {
            before: 1,
            after: 2,
            line: 2,
            text: 4,
            alike: 0,
            distance: Some(4),
        };
        assert_eq!(scope.uses(second, "a"), uses);
        assert_eq!(scope.uses(second, "c"), Uses::default());
        assert_eq!(scope.same_lines(second, "a"), 1);
        assert_eq!(scope.same_lines(second, "b"), 0);
    }

    #[test]
    fn operators_and_numbers_have_their_own() {
        check("fn f() { a $0&& b }", Some(&["&&", "||"]));
        check("fn f() { a = $0true; }", Some(&["false", "true"]));
        check("fn f() { a = $012; }", Some(&["0"]));
        check("fn f() { a = $02_u8; }", None);
        check("fn f() { a = $02u8; }", Some(&["0"]));
        check("fn f() { a = $00xED_B8; }", None);
    }
}
