//! What in a text looks like a secret, and which files are likely to hold some.
//!
//! Owns the shapes of tokens, the names that secrets are given and the names of files, one
//! table each. A text is gone through once, forwards, and from any place only a bounded
//! number of bytes ahead, so hostile text costs no more time than its length. Where it is
//! not sure it says no: real code is full of names such as `token`, and a word that is
//! missing from what is suggested is missed.

mod files;
mod guess;
mod shapes;

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

pub use files::is_secret_file;

/// A piece of a secret that is at least so long gives something away.
const PIECE: usize = 6;

/// Secrets that are looked for in the rest of their text too, and how long they are at
/// least: a shorter one may be a word.
const MOST_REPEATED: usize = 32;
const LEAST_REPEATED: usize = 8;

/// Where secrets stand in `text`, in order, none overlapping another. What tells their
/// kind (`ghp_`, `-----BEGIN PRIVATE KEY-----`) is not part of them.
pub fn secrets(text: &[u8]) -> Vec<Range<usize>> {
    let told = told(text);
    if told.is_empty() {
        return told;
    }
    // The same again, where no name tells what it is.
    let mut values: Vec<&[u8]> = told.iter().map(|secret| &text[secret.clone()]).collect();
    values.retain(|value| value.len() >= LEAST_REPEATED);
    values.sort_unstable();
    values.dedup();
    values.truncate(MOST_REPEATED);
    let mut found = told;
    for value in values {
        let again = memchr::memmem::find_iter(text, value);
        found.extend(again.map(|start| start..start + value.len()));
    }
    found.sort_unstable_by_key(|secret| (secret.start, std::cmp::Reverse(secret.end)));
    found.dedup_by(|next, before| {
        let overlaps = next.start < before.end;
        if overlaps {
            before.end = before.end.max(next.end);
        }
        overlaps
    });
    found
}

/// Where secrets stand that are told by their shape or by a name before them.
fn told(text: &[u8]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while let Some(next) = BEGINNINGS.next(text, at) {
        let secret = shapes::at(text, next).or_else(|| guess::at(text, next));
        at = next + 1;
        if let Some(secret) = secret
            && found.last().is_none_or(|last| last.end <= secret.start)
        {
            at = secret.end.max(at);
            found.push(secret);
        }
    }
    found
}

/// `text` without its secrets: what stood around them now stands side by side.
pub fn without_secrets(text: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    let secrets = secrets(&text);
    if secrets.is_empty() {
        return text;
    }
    Cow::Owned(without(&text, &secrets))
}

fn without(text: &[u8], secrets: &[Range<usize>]) -> Vec<u8> {
    let mut rest = Vec::with_capacity(text.len());
    let mut from = 0;
    for secret in secrets {
        rest.extend_from_slice(&text[from..secret.start]);
        from = secret.end;
    }
    rest.extend_from_slice(&text[from..]);
    rest
}

/// The pieces of the secrets of a text, each of six bytes.
#[derive(Clone, Debug, Default)]
pub struct Pieces {
    pieces: HashSet<[u8; PIECE]>,
    /// What they begin with: to look that up is quicker.
    begin: Pairs,
}

impl Pieces {
    /// Those of the secrets of `text`. Parts of words that stand outside of them, too, are
    /// none: `secure-1-password` takes no word away.
    pub fn of(text: &[u8]) -> Self {
        let secrets = secrets(text);
        // With what stands just before: no three bytes of a secret are offered there.
        let with_start =
            |secret: &Range<usize>| &text[secret.start.saturating_sub(PIECE - 3)..secret.end];
        let inside = secrets
            .iter()
            .flat_map(|secret| windows(with_start(secret)));
        let pieces: HashSet<[u8; PIECE]> = inside.collect();
        let begin = pieces.iter().fold(Pairs::default(), |pairs, piece| {
            pairs.with(piece[0], piece[1])
        });
        let mut all = Self { pieces, begin };
        if !all.is_empty() {
            let rest = without(text, &secrets);
            let words: Vec<[u8; PIECE]> = all
                .of_them(&rest)
                .filter(|piece| piece.iter().all(u8::is_ascii_alphabetic))
                .collect();
            for word in words {
                all.pieces.remove(&word);
            }
        }
        all
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Whether what `text` has after its first `from` bytes brings one of them, the bytes
    /// just before counted.
    pub fn are_in(&self, text: &[u8], from: usize) -> bool {
        let near = &text[from.saturating_sub(PIECE - 1)..];
        self.of_them(near).next().is_some()
    }

    /// Those that stand in `text`.
    fn of_them<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = [u8; PIECE]> + 'a {
        let may_be = |piece: &[u8; PIECE]| self.begin.has(piece[0], piece[1]);
        let near = windows(text).filter(may_be);
        near.filter(|piece| self.pieces.contains(piece))
    }
}

fn windows(text: &[u8]) -> impl Iterator<Item = [u8; PIECE]> {
    let windows = text.windows(PIECE);
    windows.filter_map(|piece| piece.try_into().ok())
}

/// What a secret, or the name of one, begins with. Almost nothing of a text does, so hardly
/// a place of it is looked at twice.
static BEGINNINGS: Beginnings = guess::mark(shapes::mark(Beginnings {
    first: Pairs([0; 1024]),
    second: Pairs([0; 1024]),
}));

/// The first two bytes of some words, and those that follow them.
struct Beginnings {
    first: Pairs,
    second: Pairs,
}

impl Beginnings {
    /// With `word`, of three bytes or more, in either case or in `exact` case. A space stands
    /// for `_`, `-`, a space or nothing.
    const fn with(mut self, word: &[u8], exact: bool) -> Self {
        self.first = self.first.with_cases(word[0], word[1], exact);
        let third = word[2];
        if word.len() == 3 {
            let mut any = 0;
            while any < 256 {
                self.second = self.second.with_cases(third, any as u8, exact);
                any += 1;
            }
        } else if word[3] == b' ' && !exact {
            let signs = [b'_', b'-', b' ', word[4]];
            let mut at = 0;
            while at < signs.len() {
                self.second = self.second.with_cases(third, signs[at], false);
                at += 1;
            }
        } else {
            self.second = self.second.with_cases(third, word[3], exact);
        }
        self
    }

    /// The first place from `at` on at which one of the words may stand.
    fn next(&self, text: &[u8], at: usize) -> Option<usize> {
        let ahead = text.get(at..)?;
        let found = ahead
            .windows(4)
            .position(|four| self.first.has(four[0], four[1]) && self.second.has(four[2], four[3]));
        found.map(|next| at + next)
    }
}

/// A set of pairs of bytes.
#[derive(Clone, Debug)]
struct Pairs([u64; 1024]);

impl Default for Pairs {
    fn default() -> Self {
        Self([0; 1024])
    }
}

impl Pairs {
    const fn with(mut self, one: u8, other: u8) -> Self {
        let pair = (one as usize) << 8 | other as usize;
        self.0[pair / 64] |= 1 << (pair % 64);
        self
    }

    const fn with_cases(self, one: u8, other: u8, exact: bool) -> Self {
        if exact {
            return self.with(one, other);
        }
        let (lower, upper) = (one.to_ascii_lowercase(), one.to_ascii_uppercase());
        let (low, up) = (other.to_ascii_lowercase(), other.to_ascii_uppercase());
        self.with(lower, low)
            .with(lower, up)
            .with(upper, low)
            .with(upper, up)
    }

    fn has(&self, one: u8, other: u8) -> bool {
        let pair = usize::from(one) << 8 | usize::from(other);
        self.0[pair / 64] >> (pair % 64) & 1 == 1
    }
}

/// Whether `byte` is of those that names and most tokens are made of.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
