//! The roofline: how long it takes merely to read as many bytes as a step does.

use std::hint::black_box;
use std::time::Instant;

/// A buffer to be read from its first byte to its last.
pub(crate) struct Stream(Vec<u64>);

impl Stream {
    /// A buffer of `bytes` bytes, rounded down to whole cache lines.
    pub(crate) fn new(bytes: usize) -> Self {
        Self((0..bytes as u64 / 64 * 8).collect())
    }

    /// Mean time of reading all of it, over `times` readings, in µs.
    pub(crate) fn micros(&self, times: usize) -> f64 {
        let started = Instant::now();
        for _ in 0..times {
            black_box(sum(black_box(&self.0)));
        }
        started.elapsed().as_secs_f64() * 1e6 / times as f64
    }
}

/// The sum of all words, by the widest loads there are.
fn sum(words: &[u64]) -> u64 {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") {
            // SAFETY: just detected.
            return unsafe { sum_avx512(words) };
        }
        if is_x86_feature_detected!("avx2") {
            // SAFETY: just detected.
            return unsafe { sum_avx2(words) };
        }
    }
    sum_plain(words)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn sum_avx512(words: &[u64]) -> u64 {
    use std::arch::x86_64::*;
    let mut sums = [_mm512_setzero_si512(); 4];
    for block in words.chunks_exact(32) {
        for (n, sum) in sums.iter_mut().enumerate() {
            // SAFETY: a block is four vectors of eight words.
            let vector = unsafe { _mm512_loadu_si512(block.as_ptr().add(8 * n).cast()) };
            *sum = _mm512_add_epi64(*sum, vector);
        }
    }
    let totals = sums.map(|sum| _mm512_reduce_add_epi64(sum));
    totals.iter().sum::<i64>().cast_unsigned()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn sum_avx2(words: &[u64]) -> u64 {
    sum_plain(words)
}

#[inline(always)]
fn sum_plain(words: &[u64]) -> u64 {
    let mut sums = [0_u64; 32];
    for block in words.chunks_exact(32) {
        for (sum, word) in sums.iter_mut().zip(block) {
            *sum = sum.wrapping_add(*word);
        }
    }
    sums.iter().fold(0, |a, b| a.wrapping_add(*b))
}
