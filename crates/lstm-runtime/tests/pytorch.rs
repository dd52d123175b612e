//! The reference against PyTorch itself: models and states that
//! `data/pytorch.py` wrote.

use std::collections::BTreeMap;
use std::path::Path;

use lstm_format::{CellKind, ModelFile, State};
use lstm_runtime::Reference;
use serde::Deserialize;

#[derive(Deserialize)]
struct Goldens {
    text: Vec<u8>,
    cells: BTreeMap<String, Golden>,
}

/// After each byte of the text, but the logits after the last.
#[derive(Deserialize)]
struct Golden {
    hidden: Vec<Vec<f32>>,
    cell: Vec<Vec<f32>>,
    logits: Vec<f32>,
}

fn check(what: &str, got: &[f32], expected: &[f32]) {
    assert_eq!(got.len(), expected.len(), "{what}");
    for (got, expected) in got.iter().zip(expected) {
        let difference = (got - expected).abs();
        assert!(difference <= 1e-5, "{what}: {got}, PyTorch has {expected}");
    }
}

#[test]
fn the_reference_computes_what_pytorch_computes() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let goldens = std::fs::read(data.join("pytorch.json")).unwrap();
    let goldens: Goldens = serde_json::from_slice(&goldens).unwrap();
    assert_eq!(goldens.cells.len(), 3);
    for (name, golden) in &goldens.cells {
        let model = ModelFile::read(&data.join(format!("{name}.safetensors"))).unwrap();
        assert_eq!(model.config.cell, name.parse::<CellKind>().unwrap());
        let reference = Reference::new(&model);
        let mut state = State::zeros(&model.config);
        let mut logits = Vec::new();
        for (at, &byte) in goldens.text.iter().enumerate() {
            logits = reference.trace(&mut state, byte).logits;
            check(
                &format!("{name}, h after byte {at}"),
                &state.h,
                &golden.hidden[at],
            );
            check(
                &format!("{name}, c after byte {at}"),
                &state.c,
                &golden.cell[at],
            );
        }
        check(&format!("{name}, logits"), &logits, &golden.logits);
    }
}
