//! Small models to look into: of random weights, and of weights set by hand.

use std::collections::BTreeMap;

use explorer::question::{Explorer, Trying};
use explorer::reading::Document;
use explorer::subject::Subject;
use lstm_format::{CellKind, HeadInput, ModelConfig, ModelFile, Precision, Provenance};

pub(crate) const HIDDEN: usize = 6;
const EMBEDDING: usize = 4;

fn config(cell: CellKind) -> ModelConfig {
    ModelConfig {
        language: "rust".into(),
        cell,
        num_layers: 2,
        hidden_size: HIDDEN,
        embedding_size: EMBEDDING,
        head: HeadInput::AllLayers,
        // The smallest there is, so that short texts have several windows.
        window: 256,
    }
}

/// A model of random weights.
pub(crate) fn random(cell: CellKind) -> ModelFile {
    ModelFile::random(config(cell), Precision::F32, 2.0, 1).expect("a shape within range")
}

/// A network whose unit 0:3 is on at upper-case letters, and which writes `x`
/// as long as unit 1:2 is on, which it never is by itself, and else `y`.
pub(crate) fn by_hand() -> ModelFile {
    let cell = CellKind::Rnn;
    let specs = config(cell).tensor_specs().into_iter();
    let tensors = specs.map(|spec| (spec.name, vec![0.0; spec.shape.iter().product()]));
    let mut tensors: BTreeMap<String, Vec<f32>> = tensors.collect();
    let mut set = |name: &str, index: usize, value: f32| {
        tensors.get_mut(name).expect("a tensor of the model")[index] = value;
    };
    for byte in b'A'..=b'Z' {
        set("embedding.weight", usize::from(byte) * EMBEDDING, 1.0);
    }
    set("rnn.weight_ih_l0", 3 * EMBEDDING, 4.0);
    set("head.bias", usize::from(b'y'), 20.0);
    // The head reads the first layer's units, then the second's.
    let columns = 2 * HIDDEN;
    set(
        "head.weight",
        usize::from(b'x') * columns + HIDDEN + 2,
        60.0,
    );
    file(cell, tensors)
}

fn file(cell: CellKind, tensors: BTreeMap<String, Vec<f32>>) -> ModelFile {
    let provenance = Provenance::default();
    ModelFile::from_f32(config(cell), provenance, Precision::F32, tensors)
        .expect("every tensor of the configuration, finite")
}

pub(crate) fn subject(model: &ModelFile) -> Subject {
    Subject::load(model, "a small model".into()).expect("a kernel that this CPU has")
}

/// All of it that a page knows of `model`.
pub(crate) fn explorer(model: &ModelFile) -> Explorer {
    let documents = vec![document(&text())];
    Explorer::load(model, "a small model".into(), documents, "fn ".into())
        .expect("a kernel that this CPU has")
}

pub(crate) fn trying(model: &ModelFile) -> Trying {
    Trying::new(subject(model).engine().expect("a cell that completes"))
}

pub(crate) fn document(text: &str) -> Document {
    Document {
        name: "lib.rs".into(),
        text: text.into(),
    }
}

/// Lines with capitals here and there, several windows long.
pub(crate) fn text() -> String {
    let line = |n: usize| format!("let Name{n} = {}; // Line {n}\n", n * n);
    (0..60).map(line).collect()
}
