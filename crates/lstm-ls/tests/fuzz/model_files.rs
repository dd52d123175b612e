//! What lies in the folder of models.

use std::sync::LazyLock;

use code_index::Prediction;
use completer::Fitted;
use completer::mixing::{WordPlace, mix};
use lstm_format::{Fit, ModelConfig, ModelFile, Precision, Provenance, State, TensorSpec};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::Target;
use crate::mutation::{mutate, pick};

pub(crate) const TARGET: Target = Target {
    name: "model-files",
    generate,
    take,
};

/// A model at each precision.
static MODELS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let precisions = [Precision::Int8, Precision::Bf16, Precision::F32];
    precisions.map(model).into()
});

const TOKENS: [&[u8]; 12] = [
    b"99999999999",
    b"-1",
    b"\\\"num_layers\\\":4096",
    b"\"dtype\":\"F64\"",
    b"[0,18446744073709551615]",
    b"{\"__metadata__\":{}}",
    b"0",
    b"\xff\xff\xff\xff",
    b"\"fit.gate\"",
    b"\"fit.names\"",
    b"\0\0\xc0\x7f",
    b",",
];

fn model(precision: Precision) -> Vec<u8> {
    let config = ModelConfig {
        num_layers: 2,
        ..ModelConfig::small("rust")
    };
    let value = |_: &TensorSpec, i: usize| ((i * 37 % 19) as f32 - 9.0) / 30.0;
    let model = ModelFile::from_fn(config, Provenance::default(), precision, value);
    let mut model = model.unwrap();
    for fit in Fit::ALL {
        let numbers = (0..fit.length()).map(|i| ((i * 37 % 19) as f32 + 1.0) / 20.0);
        model.fits.set(fit, numbers.collect()).unwrap();
    }
    model.to_bytes(None).unwrap()
}

fn generate(random: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = MODELS[random.random_range(0..MODELS.len())].clone();
    // The header is where a file says what is to be believed.
    let header = 8 + usize::try_from(u64::from_le_bytes(bytes[..8].try_into().unwrap())).unwrap();
    match random.random_range(0..4) {
        0 => mutate(&mut bytes, &TOKENS, random),
        1 => bytes[random.random_range(0..8)] = pick(&[0, 1, 127, 128, 255], random),
        _ => {
            let mut head = bytes[8..header].to_vec();
            mutate(&mut head, &TOKENS, random);
            let length = (head.len() as u64).to_le_bytes();
            bytes = [&length, head.as_slice(), &bytes[header..]].concat();
        }
    }
    bytes
}

fn take(input: &[u8]) {
    let Ok(model) = ModelFile::from_bytes(input) else {
        return;
    };
    // What is accepted must run.
    let engine = assistant::models::int8_engine(&model).unwrap();
    let mut session = engine.session();
    let mut state = State::zeros(engine.config());
    session.feed(&mut state, b"\0rust\nfn main() {");
    let mut log_probs = [0.0; 256];
    session.log_probs(&state, &mut log_probs);
    assert!(
        log_probs.iter().all(|p| !p.is_nan() && *p <= 1e-3),
        "{log_probs:?}"
    );
    let gate = Fitted::of(engine.fits()).gate;
    mix(
        &gate,
        WordPlace::default(),
        &Prediction::default(),
        &mut log_probs,
    );
    assert!(log_probs.iter().all(|p| p.is_finite()), "{log_probs:?}");
}
