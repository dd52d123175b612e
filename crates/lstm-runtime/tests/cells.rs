//! Every cell in the reference: its state, its gates, and who refuses it.

use lstm_format::{CellKind, Engine, Gate, HeadInput, ModelConfig, ModelFile, Precision, State};
use lstm_runtime::{Kernel, LayerTrace, Reference, Runtime, RuntimeError};

const HIDDEN: usize = 6;

fn model(cell: CellKind) -> ModelFile {
    let config = ModelConfig {
        language: "rust".into(),
        cell,
        num_layers: 2,
        hidden_size: HIDDEN,
        embedding_size: 3,
        head: HeadInput::AllLayers,
        window: 256,
    };
    ModelFile::random(config, Precision::F32, 2.0, 9).expect("a shape within range")
}

fn fed(reference: &Reference, text: &[u8]) -> State {
    let mut state = State::zeros(reference.config());
    reference.session().feed(&mut state, text);
    state
}

/// Unit `unit` of layer `layer`: its gates, and the state it makes of `h` and `c`.
fn check_unit(kind: CellKind, trace: &LayerTrace, unit: usize, h: f32, c: Option<f32>) {
    let gate = |gate| trace.gate(gate).expect("the cell has it")[unit];
    let close = |got: f32, expected: f32| assert!((got - expected).abs() < 1e-6, "{kind}");
    match c {
        None if kind == CellKind::Gru => {
            let update = gate(Gate::Update);
            close(trace.h[unit], (1.0 - update) * gate(Gate::New) + update * h);
        }
        None => assert_eq!(kind, CellKind::Rnn),
        Some(c) => {
            let kept = gate(Gate::Forget) * c;
            close(
                trace.c[unit],
                kept + gate(Gate::Input) * gate(Gate::Candidate),
            );
            close(trace.h[unit], gate(Gate::Output) * trace.c[unit].tanh());
        }
    }
    if kind == CellKind::Coupled {
        close(gate(Gate::Forget) + gate(Gate::Input), 1.0);
    }
}

#[test]
fn a_trace_shows_gates_that_make_the_new_state() {
    for kind in CellKind::ALL {
        let reference = Reference::new(&model(kind));
        let mut state = fed(&reference, b"fn ");
        let before = state.clone();
        let trace = reference.trace(&mut state, b'x');
        assert_eq!(trace.layers.len(), 2);
        for (index, layer) in trace.layers.iter().enumerate() {
            let names: Vec<Gate> = layer.gates.iter().map(|(gate, _)| *gate).collect();
            assert_eq!(names, kind.gates());
            for (gate, values) in &layer.gates {
                let lowest = if gate.opens() { 0.0 } else { -1.0 };
                assert!(values.iter().all(|v| (lowest..=1.0).contains(v)), "{kind}");
            }
            for unit in 0..HIDDEN {
                let at = index * HIDDEN + unit;
                check_unit(kind, layer, unit, before.h[at], before.c.get(at).copied());
            }
        }
        let layers = trace.layers.iter();
        assert_eq!(
            state.h,
            layers.clone().flat_map(|l| l.h.clone()).collect::<Vec<_>>()
        );
        assert_eq!(
            state.c,
            layers.flat_map(|l| l.c.clone()).collect::<Vec<_>>()
        );
        assert_eq!(state, fed(&reference, b"fn x"), "tracing changes nothing");
        assert_eq!(trace.logits, reference.logits(&state));
    }
}

#[test]
fn cells_differ() {
    let states: Vec<Vec<f32>> = CellKind::ALL
        .map(|kind| fed(&Reference::new(&model(kind)), b"let x").h)
        .into();
    for (i, a) in states.iter().enumerate() {
        assert!(states[..i].iter().all(|b| a != b));
    }
}

#[test]
fn the_fast_engine_says_what_it_does_not_run() {
    for kind in CellKind::ALL {
        let loaded = Runtime::load(&model(kind), Kernel::detect());
        if kind == CellKind::Lstm {
            assert!(loaded.is_ok());
            continue;
        }
        let error = loaded.err().expect("it runs lstm alone");
        assert_eq!(error, RuntimeError::UnsupportedCell { got: kind });
        let message = error.to_string();
        assert!(
            message.contains(kind.name()) && message.contains("lstm-ls explore"),
            "{message}"
        );
    }
}
