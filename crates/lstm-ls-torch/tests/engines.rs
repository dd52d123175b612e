//! The golden file: libtorch, the scalar reference, the f32 path and the int8
//! kernels, on the shipped model and on text it was not trained on.

use std::path::{Path, PathBuf};
use std::process::Command;

use char_lstm::engine::TorchEngine;
use char_lstm::evaluation::{self, Text};
use char_lstm::network::{Network, Pass};
use code_index::Layer;
use end_to_end::{ValidationFile, validation_files};
use lstm_format::{Engine, ModelFile, State, document_header};
use lstm_runtime::{Kernel, Reference, Runtime};
use rayon::prelude::*;
use tch::Device;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Log-probabilities of the next byte after `text`, and after each byte of
/// `follow`, `[follow.len()][256]`.
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

fn largest_difference(a: &[[f32; 256]], b: &[[f32; 256]]) -> f32 {
    let pairs = a.iter().flatten().zip(b.iter().flatten());
    pairs.map(|(x, y)| (x - y).abs()).fold(0.0, f32::max)
}

#[test]
fn float_engines_give_the_same_log_probabilities() {
    let master = ModelFile::read(&root().join("models/rust.master.safetensors")).unwrap();
    let torch = TorchEngine::new(&master);
    let reference = Reference::new(&master);
    let float = Runtime::load(&master, Kernel::detect()).unwrap();
    for ValidationFile { path, text } in validation_files()
        .expect("the files are committed")
        .iter()
        .take(3)
    {
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

/// Bits per byte of every validation file together, and their bytes, as
/// the `evaluation` crate measures them.
fn bits_per_byte(engine: &dyn Engine) -> (f64, usize) {
    let files = validation_files().expect("the files are committed");
    let bits = files.par_iter().map(|file| {
        let text = file.text.as_bytes();
        let costs = ::evaluation::bits(engine, &Layer::new(), &file.path, text);
        costs.lstm.iter().map(|&b| f64::from(b)).sum::<f64>()
    });
    let bytes = files.iter().map(|file| file.text.len()).sum::<usize>();
    (bits.sum::<f64>() / bytes as f64, bytes)
}

#[test]
fn int8_costs_at_most_two_hundredths_of_a_bit() {
    let master = ModelFile::read(&root().join("models/rust.master.safetensors")).unwrap();
    let shipped = ModelFile::read(&root().join("models/rust.safetensors")).unwrap();
    let float = Runtime::load(&master, Kernel::detect()).unwrap();
    let int8 = Runtime::load(&shipped, Kernel::detect()).unwrap();
    let (float, bytes) = bits_per_byte(&float);
    let (int8, _) = bits_per_byte(&int8);
    println!("{bytes} bytes: f32 {float:.4}, int8 {int8:.4} bits/byte");
    assert!(bytes >= 200_000, "{bytes} bytes of validation text");
    assert!(int8 - float <= 0.02, "int8 {int8} against f32 {float}");

    // What `lstm-train eval` computes, windows side by side on libtorch.
    let network = Network::from_model(&master, Device::Cpu);
    let files = validation_files().expect("the files are committed");
    let texts: Vec<Text<'_>> = (files.iter())
        .map(|file| Text {
            path: &file.path,
            bytes: file.text.as_bytes(),
        })
        .collect();
    let bits = evaluation::bits(&network, &texts, Pass::EVALUATE, |_, _| {});
    let torch = bits.iter().sum::<f64>() / bytes as f64;
    println!("libtorch {torch:.4} bits/byte");
    assert!(
        (torch - float).abs() <= 0.001,
        "libtorch {torch} against f32 {float}"
    );
    assert!(
        (torch - int8).abs() <= 0.02,
        "libtorch {torch} against int8 {int8}"
    );
}

#[test]
fn the_server_on_libtorch_completes_too() {
    let output = Command::new(env!("CARGO_BIN_EXE_lstm-ls-torch"))
        .args(["complete", "--greedy", "--format", "json"])
        .arg(root().join("examples/shapes.rs:69:12"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let reply: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(
        !reply["candidates"].as_array().unwrap().is_empty(),
        "{reply}"
    );
}
