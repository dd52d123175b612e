//! The golden file: libtorch, the scalar reference, the f32 path and the int8
//! kernels, on the shipped model and on text it was not trained on.

use std::path::{Path, PathBuf};

use char_lstm::engine::TorchEngine;
use end_to_end::{ValidationFile, validation_files};
use lstm_format::{Engine, ModelFile, State, document_header};
use lstm_runtime::{Kernel, Reference, Runtime};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Log-probabilities of the next byte after `text`, and of each byte on the
/// greedy path from there, `[bytes][256]`.
fn log_probs(engine: &dyn Engine, text: &[u8], follow: &[u8]) -> Vec<[f32; 256]> {
    let mut session = engine.session();
    let mut state = State::zeros(engine.config());
    session.feed(&mut state, &document_header("rust", "golden.rs"));
    session.feed(&mut state, text);
    let mut all = Vec::new();
    for &byte in follow {
        let mut out = [0.0; 256];
        session.log_probs(&state, &mut out);
        all.push(out);
        session.step(std::slice::from_mut(&mut state), &[byte]);
    }
    all
}

/// The largest difference over bytes that are not practically impossible.
fn largest_difference(a: &[[f32; 256]], b: &[[f32; 256]]) -> f32 {
    let pairs = a.iter().flatten().zip(b.iter().flatten());
    pairs
        .filter(|(x, _)| **x > -12.0)
        .map(|(x, y)| (x - y).abs())
        .fold(0.0, f32::max)
}

#[test]
fn float_engines_give_the_same_log_probabilities() {
    let master = ModelFile::read(&root().join("models/rust.master.safetensors")).unwrap();
    let torch = TorchEngine::new(&master);
    let reference = Reference::new(&master);
    let float = Runtime::load(&master, Kernel::detect()).unwrap();
    for ValidationFile { path, text } in validation_files().unwrap().iter().take(3) {
        let (prefix, follow) = text.as_bytes()[..1_500].split_at(1_400);
        let expected = log_probs(&torch, prefix, follow);
        for (name, engine) in [("reference", &reference as &dyn Engine), ("f32", &float)] {
            let difference = largest_difference(&expected, &log_probs(engine, prefix, follow));
            assert!(
                difference <= 1e-3,
                "{name} differs by {difference} on {path}"
            );
        }
    }
}

#[test]
fn int8_costs_at_most_two_hundredths_of_a_bit() {
    let master = ModelFile::read(&root().join("models/rust.master.safetensors")).unwrap();
    let shipped = ModelFile::read(&root().join("models/rust.safetensors")).unwrap();
    let float = Runtime::load(&master, Kernel::detect()).unwrap();
    let int8 = Runtime::load(&shipped, Kernel::detect()).unwrap();
    let mut totals = [0.0_f64; 2];
    let mut bytes = 0;
    for ValidationFile { path, text } in validation_files().unwrap() {
        for (total, engine) in totals.iter_mut().zip([&float, &int8]) {
            let bits = completer::evaluation::bits(engine, &path, text.as_bytes());
            *total += bits.iter().map(|&b| f64::from(b)).sum::<f64>();
        }
        bytes += text.len();
    }
    assert!(bytes >= 200_000, "{bytes} bytes of validation text");
    let [float, int8] = totals.map(|bits| bits / bytes as f64);
    println!("{bytes} bytes: f32 {float:.4}, int8 {int8:.4} bits/byte");
    assert!(int8 - float <= 0.02, "int8 {int8} against f32 {float}");
}
