//! Every cell on libtorch against the scalar reference.

use char_lstm::engine::TorchEngine;
use char_lstm::network::{Network, Pass, to_vec};
use lstm_format::{CellKind, Engine, HeadInput, ModelConfig, ModelFile, Precision, State};
use lstm_runtime::Reference;
use proptest::prelude::*;
use tch::{Device, Kind, Tensor, no_grad};

/// Weights uniform in ±1.5/√columns: gates leave their middle, and a recurrent
/// matrix still shrinks what it is given. With larger ones a network is chaotic
/// and makes any rounding as large as it likes.
fn model(config: ModelConfig, seed: u64) -> ModelFile {
    ModelFile::random(config, Precision::F32, 1.5, seed).expect("a shape within range")
}

fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let differences = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    differences.fold(0.0, f32::max)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn libtorch_and_the_reference_compute_the_same_cell(
        num_layers in 1_usize..4,
        hidden_size in 1_usize..24,
        embedding_size in 1_usize..12,
        all_layers in any::<bool>(),
        seed in any::<u64>(),
        text in prop::collection::vec(any::<u8>(), 1..24),
    ) {
        for cell in CellKind::ALL {
            let head = if all_layers { HeadInput::AllLayers } else { HeadInput::LastLayer };
            let language = "rust".to_owned();
            let config = ModelConfig {
                language, cell, num_layers, hidden_size, embedding_size, head, window: 256,
            };
            let model = model(config.clone(), seed);
            let reference = Reference::new(&model);
            let mut state = State::zeros(&config);
            let logits: Vec<f32> = (text.iter())
                .flat_map(|&byte| reference.trace(&mut state, byte).logits)
                .collect();

            // The whole text at once, as in training.
            let network = Network::from_model(&model, Device::Cpu);
            let inputs: Vec<i64> = text.iter().map(|&b| i64::from(b)).collect();
            let inputs = Tensor::from_slice(&inputs).view([-1, 1]);
            let zeros = network.zero_state(1, Kind::Float);
            let (torch_logits, after) =
                no_grad(|| network.forward(&inputs, &zeros, Pass::EVALUATE));
            let differences = [
                largest_difference(&logits, &to_vec(&torch_logits)),
                largest_difference(&state.h, &to_vec(&after.h)),
                largest_difference(&state.c, &to_vec(&after.c)),
            ];
            prop_assert!(differences.iter().all(|&d| d <= 1e-5), "{cell}: {differences:?}");

            // Through the door that everything above an engine uses.
            let engine = TorchEngine::new(&model);
            let mut stepped = State::zeros(&config);
            engine.session().feed(&mut stepped, &text);
            prop_assert!(largest_difference(&state.h, &stepped.h) <= 1e-5, "{cell}");
            prop_assert!(largest_difference(&state.c, &stepped.c) <= 1e-5, "{cell}");
        }
    }
}
