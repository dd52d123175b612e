//! Bytes that are almost right.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Changes a few things about `bytes`.
pub(crate) fn mutate(bytes: &mut Vec<u8>, tokens: &[&[u8]], random: &mut ChaCha8Rng) {
    for _ in 0..random.random_range(0..6) {
        let at = random.random_range(0..=bytes.len());
        let end = at + random.random_range(0..=(bytes.len() - at).min(40));
        match random.random_range(0..6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.random_range(0..8),
            1 if at < bytes.len() => bytes[at] = random.random(),
            2 => drop(bytes.drain(at..end)),
            3 => {
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy);
            }
            4 => bytes.truncate(at),
            _ => {
                let token = pick(tokens, random);
                bytes.splice(at..at, token.iter().copied());
            }
        }
    }
}

/// One of `choices`.
pub(crate) fn pick<T: Copy>(choices: &[T], random: &mut ChaCha8Rng) -> T {
    choices[random.random_range(0..choices.len())]
}
