//! Times training steps of `lstm-train`, for `cargo xtask bench`.
//!
//! Started with the same JSON as `benches/peers/pytorch_training.py`. For every
//! line `VARIANT STEPS` on standard input, `f32` or `bf16`, it makes that many
//! steps of [`Training`], the reading of the corpus included, and prints the mean
//! time of one in µs.

#![forbid(unsafe_code)]

use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use char_lstm::ranks::Alone;
use char_lstm::schedule::Schedule;
use char_lstm::training::{Run, Settings, Training, open_corpus};
use corpus::{Corpus, Document, Split, Traits};
use lstm_format::{CellKind, HeadInput, ModelConfig, Provenance};
use serde::Deserialize;
use tch::Device;

/// What is trained.
#[derive(Deserialize)]
struct Asked {
    layers: usize,
    hidden: usize,
    embedding: usize,
    lanes: usize,
    steps: usize,
    threads: i32,
    text: PathBuf,
}

fn main() -> Result<()> {
    let asked = std::env::args()
        .nth(1)
        .context("usage: training-steps JSON")?;
    let asked: Asked = serde_json::from_str(&asked)?;
    tch::set_num_threads(asked.threads);
    let folder = tempfile::tempdir()?;
    let pack = folder.path().join("text.pack");
    let text = std::fs::read_to_string(&asked.text)?;
    Corpus::write(&pack, traits(), vec![(document(text.len()), text)])?;
    let corpus = open_corpus(&pack)?;
    let mut trainings = BTreeMap::new();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (variant, steps) = line.split_once(' ').context("VARIANT STEPS")?;
        let steps: u32 = steps.parse()?;
        if !trainings.contains_key(variant) {
            let run = run(folder.path().join(variant));
            let settings = settings(&asked, variant == "bf16");
            let provenance = Provenance::default();
            let training = Training::new(&corpus, run, settings, provenance, None, &Alone)?;
            trainings.insert(variant.to_owned(), training);
        }
        let training = trainings.get_mut(variant).context("it was just made")?;
        let started = Instant::now();
        for _ in 0..steps {
            training.step()?;
        }
        println!(
            "{}",
            started.elapsed().as_secs_f64() * 1e6 / f64::from(steps)
        );
        std::io::stdout().flush()?;
    }
    Ok(())
}

fn traits() -> Traits {
    Traits {
        languages: vec!["rust".to_owned()],
        permissive_only: true,
        files_held_out: false,
    }
}

fn document(length: usize) -> Document {
    Document {
        path: "text/text.rs".to_owned(),
        repository: "text".to_owned(),
        language: "rust".to_owned(),
        split: Split::Train,
        offset: 0,
        length,
    }
}

fn run(folder: PathBuf) -> Run {
    Run {
        folder,
        checkpoint_every: Duration::MAX,
        validate_every: 0,
        validation_bytes: 0,
        device: Device::Cpu,
    }
}

fn settings(asked: &Asked, bf16: bool) -> Settings {
    Settings {
        config: ModelConfig {
            language: "rust".to_owned(),
            cell: CellKind::Lstm,
            num_layers: asked.layers,
            hidden_size: asked.hidden,
            embedding_size: asked.embedding,
            head: HeadInput::AllLayers,
            window: 1024,
        },
        lanes: asked.lanes,
        steps: asked.steps,
        schedule: Schedule {
            peak: 3e-3,
            warmup: 1_000_000,
            total: u64::MAX,
            seconds: None,
            decay: 0.5,
        },
        muon: None,
        dropout: 0.0,
        bf16,
        seed: 1,
        micro_batches: 1,
    }
}
