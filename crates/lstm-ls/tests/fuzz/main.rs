//! Hostile input, at random, for everything that takes some.
//!
//! Each input must be dealt with without a panic on any thread, within a second and within
//! 200 MB. A target gets 500 inputs. With `LSTM_FUZZ_INPUTS` the targets take turns of a
//! second until that many were taken by all of them together or `LSTM_FUZZ_SECONDS` are
//! over; `LSTM_FUZZ_SEED` says which ones. `cargo xtask fuzz` sets them. What ever failed
//! lies in `inputs/TARGET` and is tried first.

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

/// Inputs of a target where none are asked for.
const FEW: u64 = 500;

/// Between two lines about how far it is.
const NEWS: Duration = Duration::from_secs(60);

/// A target's turn.
const TURN: Duration = Duration::from_secs(1);

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
    took: Duration,
    slowest: Duration,
    most_memory: usize,
}

/// Panics on any thread so far.
static PANICS: AtomicU64 = AtomicU64::new(0);

impl Target {
    /// Takes the next inputs of `seed` while `goes_on`, told how many it took this time.
    fn run(&self, seed: u64, seen: &mut Seen, goes_on: impl Fn(u64) -> bool) {
        let (started, before) = (Instant::now(), seen.inputs);
        while goes_on(seen.inputs - before) {
            let index = seen.inputs;
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            random.set_stream(index);
            let input = (self.generate)(&mut random);
            self.check(&input, &format!("input {index} of seed {seed}"), seen);
            seen.inputs += 1;
        }
        seen.took += started.elapsed();
    }

    fn print(&self, seen: &Seen) {
        println!(
            "{:14}{:>10} inputs {:>8.1} s {:>8.1} ms slowest {:>6.1} MB at most, {} panics",
            self.name,
            seen.inputs,
            seen.took.as_secs_f64(),
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
    let number = |name: &str| std::env::var(name).ok().map(|n| n.parse::<u64>().unwrap());
    let (inputs, seed) = (
        number("LSTM_FUZZ_INPUTS"),
        number("LSTM_FUZZ_SEED").unwrap_or(1),
    );
    let most_time = number("LSTM_FUZZ_SECONDS").map_or(Duration::MAX, Duration::from_secs);
    let mut targets = [
        framing::TARGET,
        sessions::TARGET,
        edits::TARGET,
        model_files::TARGET,
        settings::TARGET,
        caches::TARGET,
        ignore_files::TARGET,
        http_heads::TARGET,
    ]
    .map(|target| (target, Seen::default()));
    for (target, seen) in &mut targets {
        for input in kept(target.name) {
            let name = input.display().to_string();
            target.check(&std::fs::read(&input).unwrap(), &name, seen);
        }
    }
    let started = Instant::now();
    match inputs {
        None => {
            for (target, seen) in &mut targets {
                target.run(seed, seen, |taken| taken < FEW);
            }
        }
        Some(inputs) => {
            let taken =
                |targets: &[(_, Seen)]| targets.iter().map(|(_, seen)| seen.inputs).sum::<u64>();
            let mut told = Instant::now();
            while taken(&targets) < inputs && started.elapsed() < most_time {
                if told.elapsed() > NEWS {
                    told = Instant::now();
                    let (taken, minutes) =
                        (taken(&targets), started.elapsed().as_secs_f64() / 60.0);
                    let left = minutes * (inputs as f64 / taken as f64 - 1.0);
                    println!("{taken} inputs in {minutes:.0} min, {left:.0} min to go");
                }
                for (target, seen) in &mut targets {
                    let turn = Instant::now();
                    target.run(seed, seen, |_| turn.elapsed() < TURN);
                }
            }
        }
    }
    for (target, seen) in &targets {
        target.print(seen);
    }
}
