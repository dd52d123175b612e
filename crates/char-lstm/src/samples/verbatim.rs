//! The longest run of bytes that a text has in common with others.

use std::collections::HashSet;
use std::ops::Range;

/// Modulus of the rolling hash, the Mersenne prime 2⁶¹ − 1, and its base.
const MODULUS: u128 = (1 << 61) - 1;
const BASE: u128 = 0x0001_9f3b_5c8d_27e1;

/// Where in `text` its longest run lies that occurs in one of `others`; empty
/// if they have no byte in common.
///
/// A common run of n bytes holds one of n − 1, so the length is found by
/// halving: each guess hashes every run of that length (Karp & Rabin, 1987).
/// Two different runs of one hash are as good as impossible.
pub fn longest_run(text: &[u8], others: &[&[u8]]) -> Range<usize> {
    let (mut common, mut found) = (0, 0..0);
    let mut too_long = text.len() + 1;
    while common + 1 < too_long {
        // Runs are short beside the text: double first, then halve.
        let guess = match too_long > text.len() {
            true => (common * 2).clamp(1, text.len()),
            false => common.midpoint(too_long),
        };
        match run_of(guess, text, others) {
            Some(start) => (common, found) = (guess, start..start + guess),
            None => too_long = guess,
        }
        if common == text.len() {
            break;
        }
    }
    found
}

/// Where in `text` a run of `length` bytes starts that one of `others` has too.
fn run_of(length: usize, text: &[u8], others: &[&[u8]]) -> Option<usize> {
    let wanted: HashSet<u64> = hashes(text, length).collect();
    let mut common = others.iter().flat_map(|other| hashes(other, length));
    let hash = common.find(|hash| wanted.contains(hash))?;
    hashes(text, length).position(|other| other == hash)
}

/// The hash of every run of `length` bytes, in order.
fn hashes(text: &[u8], length: usize) -> impl Iterator<Item = u64> + '_ {
    let push = |hash: u128, byte: u8| (hash * BASE + u128::from(byte) + 1) % MODULUS;
    let highest = (1..length).fold(1, |power, _| power * BASE % MODULUS);
    let mut hash = 0;
    text.iter().enumerate().filter_map(move |(end, &byte)| {
        if end >= length {
            let gone = (u128::from(text[end - length]) + 1) * highest % MODULUS;
            hash = (hash + MODULUS - gone) % MODULUS;
        }
        hash = push(hash, byte);
        (end + 1 >= length).then_some(u64::try_from(hash).expect("below 2⁶¹"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_run_is_found_in_the_text_that_has_it() {
        let check = |text: &str, others: &[&str], expected: &str| {
            let others: Vec<&[u8]> = others.iter().map(|o| o.as_bytes()).collect();
            let run = longest_run(text.as_bytes(), &others);
            assert_eq!(&text[run], expected);
        };
        check("int a = 1;", &["int b = 1;", "char a = 2;"], " = 1;");
        check("whole", &["the whole of it"], "whole");
        check("abcabcd", &["xabcdx"], "abcd");
        check("abc", &["xyz", ""], "");
        check("", &["xyz"], "");
    }

    #[test]
    fn runs_are_not_found_across_two_texts() {
        let run = longest_run(b"abcdef", &[b"abc", b"def"]);
        assert_eq!(run.len(), 3);
    }
}
