//! What the text after the cursor says of a candidate: a name that is used there is
//! likelier to be written before it than one that is not.
//!
//! The odds of every name in a candidate change by what is known of it. A name
//! that stands just before the cursor is used whatever follows, so of that one
//! nothing is learnt.

use std::collections::BTreeSet;
use std::ops::Range;

use language::is_word_char;

use crate::surroundings::word_at_end;

/// Lines after the cursor whose names count, its own included.
const LINES_AFTER: usize = 31;
/// Lines before the cursor of whose names nothing is learnt, its own included.
const LINES_BEFORE: usize = 10;
/// Bytes on either side at most.
pub(crate) const REACH: usize = 4096;

/// What is added to the log-odds of a name, in nats (`fit names`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NameWeights {
    /// Where it stands after the cursor.
    pub stands: f64,
    /// Where it does not.
    pub missing: f64,
}

impl Default for NameWeights {
    fn default() -> Self {
        Self {
            stands: 0.63,
            missing: -0.30,
        }
    }
}

impl NameWeights {
    /// Those that a model's file has, in this order. `None` if there are not two.
    pub fn new(numbers: &[f32]) -> Option<Self> {
        match *numbers {
            [stands, missing] => Some(Self {
                stands: decimal(stands),
                missing: decimal(missing),
            }),
            _ => None,
        }
    }

    /// The same as numbers.
    pub fn numbers(self) -> [f32; 2] {
        [self.stands as f32, self.missing as f32]
    }
}

/// What is known of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It stands just before the cursor.
    Before,
    /// Not there, but after the cursor.
    After,
    /// Neither.
    Nowhere,
}

/// A name in a candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// Bytes of the candidate; without the half of it that stands already.
    pub range: Range<usize>,
    /// What is known of it.
    pub standing: Standing,
}

/// The names on both sides of a cursor.
pub struct NamesAfter<'a> {
    /// The half-typed name that ends at the cursor.
    word: &'a str,
    before: BTreeSet<&'a str>,
    after: BTreeSet<&'a str>,
}

impl<'a> NamesAfter<'a> {
    /// Those around the cursor between `before`, which may begin in the middle of a
    /// character, and `after`. The name that the cursor stands in is not one of them.
    pub fn new(before: &'a [u8], after: &'a str) -> Self {
        let before = &before[before.len().saturating_sub(REACH)..];
        let word = word_at_end(before);
        let before = &before[..before.len() - word.len()];
        let feeds = before.iter().rev().enumerate();
        let mut feeds = feeds.filter(|&(_, &byte)| byte == b'\n');
        let start = feeds.nth(LINES_BEFORE - 1);
        let lines = start.map_or(before, |(back, _)| &before[before.len() - back..]);
        let lines = lines.utf8_chunks().last().map_or("", |chunk| chunk.valid());
        let mut ends = (0..=REACH.min(after.len())).rev();
        let end = ends.find(|&end| after.is_char_boundary(end));
        let after = after[..end.unwrap_or_default()].trim_start_matches(is_word_char);
        let end = after.match_indices('\n').nth(LINES_AFTER - 1);
        let after = end.map_or(after, |(end, _)| &after[..end]);
        let all = |text: &'a str| names(text).map(|range| &text[range]).collect();
        Self {
            word,
            before: all(lines),
            after: all(after),
        }
    }

    /// The names in the candidate `text`, in order.
    pub fn names(&self, text: &str) -> Vec<Name> {
        let whole = [self.word, text].concat();
        let typed = self.word.len();
        let found = names(&whole).filter(|range| range.end > typed);
        let found = found.map(|range| {
            let name = &whole[range.clone()];
            // What a candidate breaks off in may become any name it begins.
            let open = range.end == whole.len();
            let among = |names: &BTreeSet<&str>| match open {
                true => names
                    .range(name..)
                    .next()
                    .is_some_and(|n| n.starts_with(name)),
                false => names.contains(name),
            };
            Name {
                standing: match (among(&self.before), among(&self.after)) {
                    (true, _) => Standing::Before,
                    (false, true) => Standing::After,
                    (false, false) => Standing::Nowhere,
                },
                range: range.start.saturating_sub(typed)..range.end - typed,
            }
        });
        found.collect()
    }

    /// Changes the log-probabilities of `text`'s beginnings, in nats, by what is known
    /// of its names, and says by how much that of all of it. `cumulative[i]` is that
    /// of the first `i + 1` bytes.
    pub(crate) fn weigh(&self, weights: NameWeights, text: &str, cumulative: &mut [f64]) -> f64 {
        if self.after.is_empty() {
            return 0.0;
        }
        let model = cumulative.to_vec();
        let sum = |length: usize| length.checked_sub(1).map_or(0.0, |last| model[last]);
        let (mut gained, mut done) = (0.0, 0);
        for Name { range, standing } in self.names(text) {
            let more = match standing {
                Standing::Before => continue,
                Standing::After => weights.stands,
                Standing::Nowhere => weights.missing,
            };
            let known = sum(range.end) - sum(range.start);
            // What is certain stays so, and what is impossible.
            if known >= 0.0 || !known.is_finite() {
                continue;
            }
            let weighed = known + more - libm::log1p(libm::exp(known) * libm::expm1(more));
            cumulative[done..range.start]
                .iter_mut()
                .for_each(|c| *c += gained);
            // All bytes of a name have their share.
            for at in range.clone() {
                let share = (sum(at + 1) - sum(range.start)) / known;
                cumulative[at] += gained + share * (weighed - known);
            }
            gained += weighed - known;
            done = range.end;
        }
        cumulative[done..].iter_mut().for_each(|c| *c += gained);
        gained
    }
}

/// The shortest decimal that is stored as `number`: 0.63, and not 0.6299999952.
fn decimal(number: f32) -> f64 {
    let shortest = number.to_string();
    shortest.parse().expect("a float is printed as one")
}

/// Where the names of `text` are, in order.
fn names(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut end = 0;
    text.split_inclusive(|c| !is_word_char(c))
        .filter_map(move |piece| {
            let start = end;
            end += piece.len();
            let name = piece.trim_end_matches(|c| !is_word_char(c));
            let is_name = name.starts_with(|c: char| !c.is_numeric());
            is_name.then(|| start..start + name.len())
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use Standing::{After, Before, Nowhere};

    const WEIGHTS: NameWeights = NameWeights {
        stands: 0.75,
        missing: -0.25,
    };

    /// `before⟨candidate⟩after`
    #[track_caller]
    fn check(fixture: &str, expect: &[(&str, Standing)]) {
        let (before, rest) = fixture.split_once('⟨').expect("a candidate");
        let (text, after) = rest.split_once('⟩').expect("a candidate's end");
        let names = NamesAfter::new(before.as_bytes(), after);
        let got = names.names(text);
        let got: Vec<_> = got
            .iter()
            .map(|n| (&text[n.range.clone()], n.standing))
            .collect();
        assert_eq!(got, expect);
    }

    #[test]
    fn a_name_stands_before_after_or_nowhere() {
        let expect = [("a", Before), ("b", After), ("c", Nowhere)];
        check("f(a, ⟨a, b, 2, c)⟩); b.a()", &expect);
        check("⟨größe)⟩ größe", &[("größe", After)]);
    }

    #[test]
    fn a_half_typed_name_is_looked_for_whole() {
        check("let tot⟨al = ⟩ total", &[("al", After)]);
        check("let tot⟨al = ⟩ al", &[("al", Nowhere)]);
        check("let to_⟨tal = ⟩ to_tal", &[("tal", After)]);
    }

    #[test]
    fn what_breaks_off_may_become_any_name_it_begins() {
        check("⟨f(to⟩\ntotal", &[("f", Nowhere), ("to", After)]);
        check("⟨f(to)⟩\ntotal", &[("f", Nowhere), ("to", Nowhere)]);
    }

    #[test]
    fn the_name_that_the_cursor_stands_in_says_nothing() {
        check("self.le⟨ft)⟩ft", &[("ft", Nowhere)]);
        check("self.⟨ngth)⟩ngth", &[("ngth", Nowhere)]);
        check("self.⟨ngth)⟩ngth; ngth", &[("ngth", After)]);
    }

    #[test]
    fn what_is_far_does_not_count() {
        let far = "\n".repeat(LINES_BEFORE);
        check(&format!("a{far}⟨a)⟩"), &[("a", Nowhere)]);
        check(&format!("a{}⟨a)⟩", &far[1..]), &[("a", Before)]);
        let far = "\n".repeat(LINES_AFTER);
        check(&format!("⟨a)⟩{far}a"), &[("a", Nowhere)]);
        check(&format!("⟨a)⟩{}a", &far[1..]), &[("a", After)]);
    }

    #[test]
    fn odds_change_and_the_rest_stays() {
        let names = NamesAfter::new(b"", " b");
        let even = 0.5_f64.ln();
        let mut sums = [0.0, even, even, even, 2.0 * even, 2.0 * even];
        let gained = names.weigh(WEIGHTS, "(b, c)", &mut sums);
        let odds = |log: f64| (log.exp() / (1.0 - log.exp())).ln();
        assert!((odds(sums[1]) - 0.75).abs() < 1e-12);
        assert!((odds(sums[4] - sums[3]) + 0.25).abs() < 1e-12);
        assert_eq!((sums[0], sums[2], sums[3]), (0.0, sums[1], sums[1]));
        assert!((sums[5] - 2.0 * even - gained).abs() < 1e-12);
    }

    #[test]
    fn what_is_certain_or_impossible_stays_so() {
        let names = NamesAfter::new(b"", " b");
        for sum in [0.0, f64::NEG_INFINITY] {
            let mut sums = [sum];
            assert_eq!((names.weigh(WEIGHTS, "b", &mut sums), sums), (0.0, [sum]));
        }
    }

    #[test]
    fn without_names_nothing_is_learnt() {
        let mut sums = [0.5_f64.ln()];
        let names = NamesAfter::new(b"", ");\n");
        assert_eq!(
            (names.weigh(WEIGHTS, "b", &mut sums), sums),
            (0.0, [0.5_f64.ln()])
        );
    }
}
