//! `lstm-train sample`: let a model write.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Result, ensure};
use lstm_format::{DOCUMENT_SEPARATOR, Engine, ModelFile, State, document_header};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use char_lstm::engine::TorchEngine;

/// Sample a document, byte by byte, to its end.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Model file of any precision, or a checkpoint.
    model: PathBuf,
    /// Name of the file to be written, which the model is told.
    #[arg(long, default_value = "lib.rs")]
    file_name: String,
    /// Text to go on from.
    #[arg(long, default_value = "")]
    prefix: String,
    /// Below 1 keeps to what is likely, 1 is the model's own distribution.
    #[arg(long, default_value_t = 0.7)]
    temperature: f32,
    /// Most bytes to write.
    #[arg(long, default_value_t = 2_000)]
    bytes: usize,
    /// Seed of the sample.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub(super) fn run(arguments: &Arguments) -> Result<()> {
    ensure!(arguments.temperature > 0.0, "--temperature must be above 0");
    let model = ModelFile::read(&arguments.model)?;
    let engine = TorchEngine::new(&model);
    let mut session = engine.session();
    let mut state = State::zeros(&model.config);
    session.feed(
        &mut state,
        &document_header(&model.config.language, &arguments.file_name),
    );
    session.feed(&mut state, arguments.prefix.as_bytes());
    let mut random = ChaCha8Rng::seed_from_u64(arguments.seed);
    let mut written = arguments.prefix.clone().into_bytes();
    let mut log_probs = [0.0; 256];
    for _ in 0..arguments.bytes {
        session.log_probs(&state, &mut log_probs);
        let byte = draw(&log_probs, arguments.temperature, random.random());
        if byte == DOCUMENT_SEPARATOR {
            break;
        }
        written.push(byte);
        session.step(std::slice::from_mut(&mut state), &[byte]);
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", String::from_utf8_lossy(&written))?;
    Ok(())
}

/// The byte at quantile `uniform` of the distribution at `temperature`.
fn draw(log_probs: &[f32; 256], temperature: f32, uniform: f32) -> u8 {
    let weights = log_probs.map(|l| (l / temperature).exp());
    let mut left = uniform * weights.iter().sum::<f32>();
    for (byte, weight) in (0..=255).zip(weights) {
        left -= weight;
        if left <= 0.0 {
            return byte;
        }
    }
    255
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_follow_the_distribution() {
        let mut log_probs = [f32::NEG_INFINITY; 256];
        log_probs[7] = 0.25_f32.ln();
        log_probs[9] = 0.75_f32.ln();
        assert_eq!(draw(&log_probs, 1.0, 0.2), 7);
        assert_eq!(draw(&log_probs, 1.0, 0.3), 9);
        // At temperature 0.5 the odds 1:3 become 1:9.
        assert_eq!(draw(&log_probs, 0.5, 0.12), 9);
    }
}
