//! Evaluation in windows equals feeding each state byte by byte, as the server does.

use std::f64::consts::LN_2;

use char_lstm::engine::TorchEngine;
use char_lstm::evaluation::{self, Text};
use char_lstm::network::{Network, Pass};
use lstm_format::{
    CellKind, Engine, HeadInput, ModelConfig, Precision, Provenance, State, document_header,
};
use tch::Device;

#[test]
fn batched_windows_cost_the_bits_that_single_states_cost() {
    let config = ModelConfig {
        language: "rust".into(),
        cell: CellKind::Lstm,
        num_layers: 2,
        hidden_size: 16,
        embedding_size: 8,
        head: HeadInput::AllLayers,
        window: 256,
    };
    let rule = config.window_rule();
    let network = Network::new(config, Device::Cpu, 3);
    let model = network
        .to_model(Provenance::default(), Precision::F32)
        .unwrap();
    let engine = TorchEngine::new(&model);
    let line = |i| format!("    let value_{} = compute_{}(x);\n", i * 7 % 13, i);
    let text: String = (0..40).map(line).collect();
    let text = text.as_bytes();

    let texts = [
        Text {
            path: "a.rs",
            bytes: text,
        },
        Text {
            path: "b.rs",
            bytes: b"fn f() {}",
        },
    ];
    let batched = evaluation::bits(&network, &texts, Pass::EVALUATE, |_, _| {});

    // One state, fed a byte at a time, begun anew where the window starts anew.
    let mut session = engine.session();
    let mut single = 0.0;
    let (mut start, mut state) = (usize::MAX, State::zeros(&model.config));
    for offset in 0..text.len() {
        if rule.start(&text[..offset], 0) != start {
            start = rule.start(&text[..offset], 0);
            state = State::zeros(&model.config);
            session.feed(&mut state, &document_header("rust", "a.rs"));
            session.feed(&mut state, &text[start..offset]);
        }
        let mut log_probs = [0.0; 256];
        session.log_probs(&state, &mut log_probs);
        single -= f64::from(log_probs[usize::from(text[offset])]) / LN_2;
        session.step(std::slice::from_mut(&mut state), &text[offset..=offset]);
    }
    assert!(
        (batched[0] - single).abs() < 1e-2,
        "{} against {single}",
        batched[0]
    );
    assert!(batched[1] > 0.0);
}
