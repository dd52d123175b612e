//! Hostile input, at random, for everything that takes some.
//!
//! Each input must be dealt with without a panic on any thread, within a second and within
//! 200 MB. `LSTM_FUZZ_INPUTS` says how many inputs a target gets (500 without it) and
//! `LSTM_FUZZ_SECONDS` how long it may take for them, `LSTM_FUZZ_SEED` says which ones;
//! `cargo xtask fuzz` sets them. What ever failed lies in `inputs/TARGET` and is tried
//! first.

// `allow-unwrap-in-tests` does not reach helpers outside test functions.
#![allow(clippy::unwrap_used)]

mod caches;
mod edits;
mod framing;
mod http_heads;
mod ignore_files;
mod memory;
mod model_files;
mod mutation;
mod sessions;
mod settings;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
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

/// What was seen of a target's inputs.
#[derive(Default)]
struct Seen {
    inputs: u64,
    slowest: Duration,
    most_memory: usize,
}

/// Panics on any thread so far.
static PANICS: AtomicU64 = AtomicU64::new(0);

impl Target {
    fn run(&self) {
        let number = |name: &str, default: u64| {
            std::env::var(name).map_or(default, |value| value.parse().unwrap())
        };
        let (inputs, seed) = (number("LSTM_FUZZ_INPUTS", 500), number("LSTM_FUZZ_SEED", 1));
        let most_time = Duration::from_secs(number("LSTM_FUZZ_SECONDS", u64::MAX / 2));
        let mut seen = Seen::default();
        for input in kept(self.name) {
            let name = input.display().to_string();
            self.check(&std::fs::read(&input).unwrap(), &name, &mut seen);
        }
        let started = Instant::now();
        for index in 0..inputs {
            if started.elapsed() > most_time {
                break;
            }
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            random.set_stream(index);
            let input = (self.generate)(&mut random);
            self.check(&input, &format!("input {index} of seed {seed}"), &mut seen);
        }
        println!(
            "{:14}{:>10} inputs {:>8.1} s {:>8.1} ms slowest {:>6.1} MB at most, {} panics",
            self.name,
            seen.inputs,
            started.elapsed().as_secs_f64(),
            seen.slowest.as_secs_f64() * 1e3,
            seen.most_memory as f64 / 1e6,
            PANICS.load(Ordering::Relaxed),
        );
    }

    fn check(&self, input: &[u8], name: &str, seen: &mut Seen) {
        let (mut took, mut used, mut panicked) = self.measure(input);
        if took >= PATIENCE {
            // Something else may have kept the machine busy; that does not come again.
            (took, used, panicked) = self.measure(input);
        }
        seen.inputs += 1;
        seen.slowest = seen.slowest.max(took);
        seen.most_memory = seen.most_memory.max(used);
        if !panicked && took < PATIENCE && used < MEMORY {
            return;
        }
        let file = std::env::temp_dir().join(format!("lstm-ls-fuzz-{}", self.name));
        std::fs::write(&file, input).unwrap();
        panic!(
            "{}: {name} took {took:?} and {used} bytes, panicked: {panicked}; it is in {}, keep it in tests/fuzz/inputs/{}",
            self.name,
            file.display(),
            self.name,
        );
    }

    /// How long `input` takes, how much memory, and whether a thread panics over it.
    fn measure(&self, input: &[u8]) -> (Duration, usize, bool) {
        let (started, before) = (Instant::now(), memory::restart());
        let panics = PANICS.load(Ordering::Relaxed);
        let taken = catch_unwind(AssertUnwindSafe(|| (self.take)(input)));
        let (took, used) = (started.elapsed(), memory::peak().saturating_sub(before));
        let panicked = taken.is_err() || PANICS.load(Ordering::Relaxed) > panics;
        (took, used, panicked)
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
    let says = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        says(panic);
    }));
    for target in [
        framing::TARGET,
        sessions::TARGET,
        edits::TARGET,
        model_files::TARGET,
        settings::TARGET,
        caches::TARGET,
        ignore_files::TARGET,
        http_heads::TARGET,
    ] {
        target.run();
    }
}
