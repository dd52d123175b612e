//! What a record says, against the reference and against what the engine does
//! without one, on every kernel this CPU has.

use lstm_format::{
    CellKind, Engine, Gate, HeadInput, ModelConfig, ModelFile, Precision, State, VOCABULARY_SIZE,
};
use lstm_runtime::{Amount, Change, Kernel, Reference, Runtime, Signal, Target, Tracer};

/// Longer than a block, and not a whole number of them.
const TEXT: &[u8] = b"\0rust lib.rs\nfn main() {\n    let x = 1;\n}\n";

/// Weights uniform in ±2/√columns: large enough that gates leave their middle.
fn model(cell: CellKind, hidden_size: usize, precision: Precision) -> ModelFile {
    let config = ModelConfig {
        language: "rust".into(),
        cell,
        num_layers: 2,
        hidden_size,
        embedding_size: 7,
        head: HeadInput::AllLayers,
        window: 2048,
    };
    ModelFile::random(config, precision, 2.0, 1).expect("a shape within range")
}

/// All that `tracer` says of [`TEXT`], and the state behind it.
fn all(tracer: &dyn Tracer, changes: &[Change]) -> (Vec<f32>, State) {
    let config = tracer.config();
    let mut state = State::zeros(config);
    let mut record = tracer.new_record();
    let mut session = tracer.trace_session();
    session.trace(&mut state, TEXT, changes, &mut record);
    assert_eq!(record.steps(), TEXT.len());
    let mut values = Vec::new();
    for step in 0..record.steps() {
        for layer in 0..config.num_layers {
            for &signal in tracer.signals() {
                let units = record.units(step, layer, signal);
                values.extend_from_slice(units.expect("a signal of this model"));
            }
        }
    }
    (values, state)
}

fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let differences = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    differences.fold(0.0, f32::max)
}

#[test]
fn every_kernel_records_what_the_reference_does() {
    // Part of a tile, and several.
    for hidden in [10, 40] {
        for (precision, tolerance) in [(Precision::F32, 2e-5), (Precision::Int8, 0.05)] {
            let model = model(CellKind::Lstm, hidden, precision);
            let (expected, _) = all(&Reference::new(&model), &[]);
            for kernel in Kernel::available() {
                let runtime = Runtime::load(&model, kernel).unwrap();
                let (values, _) = all(&runtime, &[]);
                let difference = largest_difference(&expected, &values);
                assert!(
                    difference < tolerance,
                    "H = {hidden}, {}: {difference:e}",
                    runtime.describe()
                );
            }
        }
    }
}

#[test]
fn a_record_changes_no_bit_of_the_state() {
    for precision in [Precision::F32, Precision::Int8] {
        let model = model(CellKind::Lstm, 40, precision);
        for kernel in Kernel::available() {
            let runtime = Runtime::load(&model, kernel).unwrap();
            let mut fed = State::zeros(runtime.config());
            runtime.session().feed(&mut fed, TEXT);
            let (_, traced) = all(&runtime, &[]);
            assert_eq!(fed, traced, "{}", runtime.describe());
            let mut record = runtime.new_record();
            let mut session = runtime.trace_session();
            let mut state = State::zeros(runtime.config());
            session.trace(&mut state, TEXT, &[], &mut record);
            let last = TEXT.len() - 1;
            assert_eq!(record.units(last, 1, Signal::Hidden), Some(&fed.h[40..]));
            assert_eq!(record.units(last, 1, Signal::Cell), Some(&fed.c[40..]));
        }
    }
}

#[test]
fn changes_are_the_same_on_every_engine_and_reach_the_layer_above() {
    let model = model(CellKind::Lstm, 10, Precision::F32);
    let reference = Reference::new(&model);
    let (plain, _) = all(&reference, &[]);
    for target in [Target::Hidden, Target::Cell] {
        for amount in [Amount::Set(-0.8), Amount::Add(0.3)] {
            let change = Change {
                layer: 0,
                unit: 7,
                target,
                amount,
            };
            let (expected, _) = all(&reference, &[change]);
            for kernel in Kernel::available() {
                let runtime = Runtime::load(&model, kernel).unwrap();
                let (values, _) = all(&runtime, &[change]);
                let difference = largest_difference(&expected, &values);
                assert!(difference < 5e-5, "{change:?}: {difference:e}");
            }
            // The first step's values of the second layer.
            let second = 6 * 10..2 * 6 * 10;
            assert!(largest_difference(&plain[second.clone()], &expected[second]) > 1e-4);
        }
    }
}

#[test]
fn a_unit_that_is_set_stays_where_it_is_set() {
    let model = model(CellKind::Lstm, 10, Precision::Int8);
    let runtime = Runtime::load(&model, Kernel::detect()).unwrap();
    let change = Change {
        layer: 1,
        unit: 3,
        target: Target::Hidden,
        amount: Amount::Set(0.5),
    };
    let mut record = runtime.new_record();
    let mut state = State::zeros(runtime.config());
    let mut session = runtime.trace_session();
    session.trace(&mut state, TEXT, &[change], &mut record);
    for step in 0..TEXT.len() {
        assert_eq!(record.unit(step, 1, Signal::Hidden, 3), Some(0.5));
    }
    assert_eq!(state.h[13], 0.5);
}

#[test]
fn every_cell_has_its_own_signals() {
    for cell in CellKind::ALL {
        let model = model(cell, 10, Precision::F32);
        let reference = Reference::new(&model);
        let gates = reference
            .signals()
            .iter()
            .filter_map(|signal| match signal {
                Signal::Gate(gate) => Some(*gate),
                _ => None,
            });
        assert_eq!(gates.collect::<Vec<_>>(), cell.gates());
        let mut record = reference.new_record();
        let mut state = State::zeros(reference.config());
        let mut session = reference.trace_session();
        session.trace(&mut state, b"ab", &[], &mut record);
        let mut stepped = State::zeros(reference.config());
        reference.trace(&mut stepped, b'a');
        let second = reference.trace(&mut stepped, b'b');
        assert_eq!(state, stepped);
        for (layer, trace) in second.layers.iter().enumerate() {
            assert_eq!(record.units(1, layer, Signal::Hidden), Some(&trace.h[..]));
            let cell_state = record.units(1, layer, Signal::Cell);
            assert_eq!(cell_state.unwrap_or_default(), trace.c);
            for gate in [Gate::Input, Gate::Forget, Gate::Update] {
                assert_eq!(record.units(1, layer, Signal::Gate(gate)), trace.gate(gate));
            }
        }
        let mut log_probs = [0.0; VOCABULARY_SIZE];
        session.log_probs(&state, &mut log_probs);
        let total: f32 = log_probs.iter().map(|p| p.exp()).sum();
        assert!((total - 1.0).abs() < 1e-4);
    }
}
