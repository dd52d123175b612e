//! Hostile input, at random: framing, edits, model files, settings.
//!
//! Each input must be dealt with without a panic, within a second and within
//! 200 MB. `LSTM_FUZZ_INPUTS` says how many inputs a target gets (500 without
//! it), `LSTM_FUZZ_SEED` which ones; `cargo xtask fuzz` sets both. What ever
//! failed lies in `inputs/TARGET` and is tried first.

// `allow-unwrap-in-tests` does not reach helpers outside test functions.
#![allow(clippy::unwrap_used)]

mod edits;
mod framing;
mod memory;
mod model_files;
mod mutation;
mod settings;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Longest time for one input.
const PATIENCE: Duration = Duration::from_secs(1);

/// Most memory for one input, in bytes.
const MEMORY: usize = 200 << 20;

/// Something that takes any bytes whatever.
struct Target {
    name: &'static str,
    /// Makes an input.
    generate: fn(&mut ChaCha8Rng) -> Vec<u8>,
    /// Takes it, and checks what came out.
    take: fn(&[u8]),
}

impl Target {
    fn run(&self) {
        let number = |name: &str, default: u64| {
            std::env::var(name).map_or(default, |value| value.parse().unwrap())
        };
        let started = Instant::now();
        let (inputs, seed) = (number("LSTM_FUZZ_INPUTS", 500), number("LSTM_FUZZ_SEED", 1));
        for input in kept(self.name) {
            self.check(
                &std::fs::read(&input).unwrap(),
                &input.display().to_string(),
            );
        }
        for index in 0..inputs {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            random.set_stream(index);
            let input = (self.generate)(&mut random);
            self.check(&input, &format!("input {index} of seed {seed}"));
        }
        let took = started.elapsed();
        println!("{}: {inputs} inputs of seed {seed}, {took:.1?}", self.name);
    }

    fn check(&self, input: &[u8], name: &str) {
        let started = Instant::now();
        let before = memory::restart();
        let taken = catch_unwind(AssertUnwindSafe(|| (self.take)(input)));
        let (took, used) = (started.elapsed(), memory::peak().saturating_sub(before));
        if taken.is_ok() && took < PATIENCE && used < MEMORY {
            return;
        }
        let file = std::env::temp_dir().join(format!("lstm-ls-fuzz-{}", self.name));
        std::fs::write(&file, input).unwrap();
        panic!(
            "{}: {name} took {took:?} and {used} bytes; it is in {}, keep it in tests/fuzz/inputs/{}",
            self.name,
            file.display(),
            self.name,
        );
    }
}

/// Inputs that failed once.
fn kept(target: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/inputs");
    let entries = std::fs::read_dir(folder.join(target)).into_iter().flatten();
    let mut inputs: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    inputs.sort();
    inputs
}

/// One after the other: memory is counted for all threads together.
#[test]
fn no_input_is_too_much() {
    for target in [
        framing::TARGET,
        edits::TARGET,
        model_files::TARGET,
        settings::TARGET,
    ] {
        target.run();
    }
}
