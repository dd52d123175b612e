//! The runtime against the reference, on every kernel this CPU has.

use std::sync::atomic::{AtomicUsize, Ordering};

use lstm_format::{
    CellKind, Engine, HeadInput, ModelConfig, ModelFile, Precision, Session, State, VOCABULARY_SIZE,
};
use lstm_runtime::{Kernel, KernelName, Reference, Runtime};
use proptest::prelude::*;

/// Sizes around every padding: one unit, part of a tile, more than one, many.
const HIDDEN_SIZES: [usize; 5] = [1, 10, 33, 64, 512];

const TEXT: &[u8] = b"\0rust lib.rs\nfn main() { let x = 1; }\n";

fn config(num_layers: usize, hidden_size: usize, head: HeadInput) -> ModelConfig {
    ModelConfig {
        language: "rust".into(),
        cell: CellKind::Lstm,
        num_layers,
        hidden_size,
        embedding_size: 7,
        head,
        window: 2048,
    }
}

/// Weights uniform in ±2/√columns: large enough that gates leave their middle.
fn model(config: ModelConfig, seed: u64, precision: Precision) -> ModelFile {
    ModelFile::random(config, precision, 2.0, seed).expect("a shape within range")
}

fn after(engine: &dyn Engine, text: &[u8]) -> (State, [f32; VOCABULARY_SIZE]) {
    let mut session = engine.session();
    let mut state = State::zeros(engine.config());
    session.feed(&mut state, text);
    let mut log_probs = [0.0; VOCABULARY_SIZE];
    session.log_probs(&state, &mut log_probs);
    (state, log_probs)
}

fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let differences = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    differences.fold(0.0, f32::max)
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|v| v.to_bits()).collect()
}

#[test]
fn f32_and_bf16_files_agree_with_the_reference() {
    for hidden in HIDDEN_SIZES {
        for head in [HeadInput::LastLayer, HeadInput::AllLayers] {
            for precision in [Precision::F32, Precision::Bf16] {
                let model = model(config(3, hidden, head), 1, precision);
                let (state, log_probs) = after(&Reference::new(&model), TEXT);
                for kernel in Kernel::available() {
                    let runtime = Runtime::load(&model, kernel).unwrap();
                    let (fast_state, fast_log_probs) = after(&runtime, TEXT);
                    let h = largest_difference(&state.h, &fast_state.h);
                    let c = largest_difference(&state.c, &fast_state.c);
                    let out = largest_difference(&log_probs, &fast_log_probs);
                    assert!(
                        h < 1e-5 && c < 2e-5 && out < 2e-5,
                        "H = {hidden}, {}: h {h:e}, c {c:e}, log-probabilities {out:e}",
                        runtime.describe()
                    );
                }
            }
        }
    }
}

/// The int8 step from its definition: hidden states rounded to 1/127 wherever
/// they meet a matrix, dequantised weights, everything in f64.
fn defined_int8(model: &ModelFile, text: &[u8]) -> (Vec<f64>, Vec<f64>) {
    let config = &model.config;
    let hidden = config.hidden_size;
    let floats = |name: &str| -> Vec<f64> {
        let values = model.tensor(name).to_f32();
        values.into_iter().map(f64::from).collect()
    };
    let times = |matrix: &[f64], x: &[f64]| -> Vec<f64> {
        let rows = matrix.chunks_exact(x.len());
        rows.map(|row| row.iter().zip(x).map(|(w, x)| w * x).sum())
            .collect()
    };
    let rounded = |h: &[f64]| -> Vec<f64> {
        h.iter()
            .map(|h| (h * 127.0).round_ties_even() / 127.0)
            .collect()
    };
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    let mut h = vec![0.0; config.num_layers * hidden];
    let mut c = h.clone();
    for &byte in text {
        let width = config.embedding_size;
        let mut x = floats("embedding.weight")[usize::from(byte) * width..][..width].to_vec();
        for layer in 0..config.num_layers {
            let units = layer * hidden..(layer + 1) * hidden;
            let parts = [
                times(&floats(&format!("lstm.weight_ih_l{layer}")), &x),
                times(
                    &floats(&format!("lstm.weight_hh_l{layer}")),
                    &rounded(&h[units.clone()]),
                ),
                floats(&format!("lstm.bias_ih_l{layer}")),
                floats(&format!("lstm.bias_hh_l{layer}")),
            ];
            let sum = |row: usize| parts.iter().map(|part| part[row]).sum::<f64>();
            for unit in 0..hidden {
                let at = units.start + unit;
                let gate = |number: usize| sum(number * hidden + unit);
                c[at] = sigmoid(gate(1)) * c[at] + sigmoid(gate(0)) * gate(2).tanh();
                h[at] = sigmoid(gate(3)) * c[at].tanh();
            }
            x = rounded(&h[units]);
        }
    }
    let head_input = match config.head {
        HeadInput::AllLayers => &h[..],
        HeadInput::LastLayer => &h[h.len() - hidden..],
    };
    let logits = times(&floats("head.weight"), &rounded(head_input));
    let logits: Vec<f64> = logits
        .iter()
        .zip(floats("head.bias"))
        .map(|(l, b)| l + b)
        .collect();
    let total = logits.iter().map(|l| l.exp()).sum::<f64>().ln();
    (h, logits.iter().map(|l| l - total).collect())
}

#[test]
fn int8_is_what_its_definition_says() {
    for hidden in [1, 10, 33] {
        for head in [HeadInput::LastLayer, HeadInput::AllLayers] {
            let model = model(config(2, hidden, head), 2, Precision::Int8);
            // Few steps: where h lies near a tie, f32 and f64 may round apart.
            let (h, log_probs) = defined_int8(&model, b"fn a");
            for kernel in Kernel::available() {
                let runtime = Runtime::load(&model, kernel).unwrap();
                let (state, fast) = after(&runtime, b"fn a");
                for (fast, exact) in state.h.iter().zip(&h).chain(fast.iter().zip(&log_probs)) {
                    let error = (f64::from(*fast) - exact).abs();
                    assert!(
                        error < 1e-5,
                        "H = {hidden}, {kernel:?}: {fast} is not {exact}"
                    );
                }
            }
        }
    }
}

#[test]
fn int8_stays_close_to_the_reference_on_the_same_weights() {
    for hidden in HIDDEN_SIZES {
        let model = model(config(3, hidden, HeadInput::AllLayers), 3, Precision::Int8);
        let (state, log_probs) = after(&Reference::new(&model), TEXT);
        for kernel in Kernel::available() {
            let (fast_state, fast) = after(&Runtime::load(&model, kernel).unwrap(), TEXT);
            let h = largest_difference(&state.h, &fast_state.h);
            let out = largest_difference(&log_probs, &fast);
            assert!(
                h < 0.03 && out < 0.06,
                "H = {hidden}, {kernel:?}: h {h}, log-probabilities {out}"
            );
        }
    }
}

#[test]
fn every_kernel_gives_the_same_bits() {
    for hidden in HIDDEN_SIZES {
        for precision in [Precision::Int8, Precision::F32] {
            let model = model(config(2, hidden, HeadInput::AllLayers), 4, precision);
            let scalar = Kernel::named(KernelName::Scalar).unwrap();
            let scalar = Runtime::load(&model, scalar).unwrap();
            let (state, log_probs) = after(&scalar, TEXT);
            for kernel in Kernel::available() {
                let (other, other_log_probs) = after(&Runtime::load(&model, kernel).unwrap(), TEXT);
                let context = format!("H = {hidden}, {precision:?}, {kernel:?}");
                assert_eq!(bits(&state.h), bits(&other.h), "{context}");
                assert_eq!(bits(&state.c), bits(&other.c), "{context}");
                assert_eq!(bits(&log_probs), bits(&other_log_probs), "{context}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn lanes_equal_single_steps_bit_for_bit(
        hidden in 1_usize..80,
        num_layers in 1_usize..4,
        lanes in 1_usize..12,
        int8: bool,
        seed: u64,
    ) {
        let precision = if int8 { Precision::Int8 } else { Precision::F32 };
        let model = model(config(num_layers, hidden, HeadInput::LastLayer), seed, precision);
        for kernel in Kernel::available() {
            let runtime = Runtime::load(&model, kernel).unwrap();
            let mut session = runtime.session();
            let mut together = vec![State::zeros(runtime.config()); lanes];
            let mut alone = together.clone();
            for step in 0..3_usize {
                let bytes: Vec<u8> = (0..lanes).map(|lane| (step * 83 + lane * 31) as u8).collect();
                session.step(&mut together, &bytes);
                for (state, &byte) in alone.iter_mut().zip(&bytes) {
                    session.step(std::slice::from_mut(state), &[byte]);
                }
            }
            for (together, alone) in together.iter().zip(&alone) {
                prop_assert_eq!(bits(&together.h), bits(&alone.h));
                prop_assert_eq!(bits(&together.c), bits(&alone.c));
            }
        }
    }

    #[test]
    fn feeding_equals_stepping_bit_for_bit(
        hidden in 1_usize..80,
        num_layers in 1_usize..4,
        text in proptest::collection::vec(any::<u8>(), 0..70),
        int8: bool,
        seed: u64,
    ) {
        let precision = if int8 { Precision::Int8 } else { Precision::F32 };
        let model = model(config(num_layers, hidden, HeadInput::LastLayer), seed, precision);
        for kernel in Kernel::available() {
            let runtime = Runtime::load(&model, kernel).unwrap();
            let mut session = runtime.session();
            let mut fed = State::zeros(runtime.config());
            let mut stepped = fed.clone();
            session.feed(&mut fed, &text);
            for &byte in &text {
                session.step(std::slice::from_mut(&mut stepped), &[byte]);
            }
            prop_assert_eq!(bits(&fed.h), bits(&stepped.h));
            prop_assert_eq!(bits(&fed.c), bits(&stepped.c));
        }
    }
}

/// Feeds `bytes` in pieces of 32 until `stop` turns true: how many it fed.
fn feed_until(
    session: &mut dyn Session,
    stop: &(dyn Fn() -> bool + Sync),
    state: &mut State,
    bytes: &[u8],
) -> usize {
    let parts: Vec<&[u8]> = bytes.chunks(32).collect();
    let mut after = session.feed_parts(stop, state, &parts);
    let fed = parts[..after.len()].iter().map(|part| part.len()).sum();
    if let Some(last) = after.pop() {
        *state = last;
    }
    fed
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn feeding_on_several_threads_equals_feeding_on_one_bit_for_bit(
        hidden in 1_usize..80,
        num_layers in 1_usize..5,
        threads in 1_usize..5,
        text in proptest::collection::vec(any::<u8>(), 0..400),
        int8: bool,
        seed: u64,
    ) {
        let precision = if int8 { Precision::Int8 } else { Precision::F32 };
        let model = model(config(num_layers, hidden, HeadInput::LastLayer), seed, precision);
        let runtime = Runtime::load(&model, Kernel::detect()).unwrap().with_threads(threads);
        let mut session = runtime.session();
        let mut alone = State::zeros(runtime.config());
        let mut together = alone.clone();
        session.feed(&mut alone, &text);
        prop_assert_eq!(feed_until(session.as_mut(), &|| false, &mut together, &text), text.len());
        prop_assert_eq!(bits(&alone.h), bits(&together.h));
        prop_assert_eq!(bits(&alone.c), bits(&together.c));
    }

    #[test]
    fn a_feeding_that_is_stopped_says_how_far_it_came(
        num_layers in 1_usize..5,
        threads in 1_usize..5,
        after in 0_usize..12,
        seed: u64,
    ) {
        let model = model(config(num_layers, 10, HeadInput::LastLayer), seed, Precision::Int8);
        let runtime = Runtime::load(&model, Kernel::detect()).unwrap().with_threads(threads);
        let mut session = runtime.session();
        let mut state = State::zeros(runtime.config());
        let mut same = state.clone();
        let asked = AtomicUsize::new(0);
        let stop = || asked.fetch_add(1, Ordering::Relaxed) >= after;
        // 13 pieces of 32 bytes, so it is asked more often than `after`.
        let text = [b'x'; 13 * 32];
        let fed = feed_until(session.as_mut(), &stop, &mut state, &text);
        prop_assert!(fed <= 32 * after, "{} bytes", fed);
        session.feed(&mut same, &text[..fed]);
        prop_assert_eq!(&state, &same);
        // One more look of each thread that was at work already.
        prop_assert!(asked.load(Ordering::Relaxed) <= after + threads);
    }
}

#[test]
fn probabilities_sum_to_one() {
    for precision in [Precision::Int8, Precision::F32] {
        let model = model(config(2, 33, HeadInput::AllLayers), 5, precision);
        let mut engines: Vec<Box<dyn Engine>> = vec![Box::new(Reference::new(&model))];
        for kernel in Kernel::available() {
            engines.push(Box::new(Runtime::load(&model, kernel).unwrap()));
        }
        for engine in engines {
            let (_, log_probs) = after(&*engine, TEXT);
            let total: f64 = log_probs.iter().map(|&p| f64::from(p).exp()).sum();
            assert!((total - 1.0).abs() < 1e-5, "{}: {total}", engine.describe());
        }
    }
}

#[test]
fn descriptions_name_numbers_and_kernel() {
    let int8 = model(config(1, 10, HeadInput::LastLayer), 7, Precision::Int8);
    let bf16 = int8.to_precision(Precision::Bf16).unwrap();
    let describe = |model, kernel| Runtime::load(model, kernel).unwrap().describe();
    let scalar = Kernel::named(KernelName::Scalar).unwrap();
    assert_eq!(describe(&int8, scalar), "int8 scalar");
    assert_eq!(describe(&bf16, scalar), "f32 scalar");
    if let Ok(avx512) = Kernel::named(KernelName::Avx512) {
        assert_eq!(describe(&int8, avx512), "int8 avx512-vnni");
        assert_eq!(describe(&bf16, avx512), "f32 avx512");
    }
}

#[test]
#[should_panic(expected = "a state of this model")]
fn a_state_of_another_model_is_refused() {
    let model = model(config(1, 10, HeadInput::LastLayer), 8, Precision::Int8);
    let runtime = Runtime::load(&model, Kernel::detect()).unwrap();
    let mut state = State::zeros(&config(1, 11, HeadInput::LastLayer));
    runtime.session().feed(&mut state, b"x");
}
