//! With the engines that ship, on a small model of random weights: what the
//! toys promise (a fed byte is a step, a lane is a lane) these must keep.

use std::sync::Arc;

use code_index::Layer;
use completer::{Before, CancelToken, Completer, Completion, NO_CLOCK, Options, Request, Strategy};
use lstm_format::{
    CellKind, Engine, Fit, HeadInput, ModelConfig, ModelFile, Precision, WindowRule,
};
use lstm_runtime::{Kernel, Reference, Runtime};

use crate::properties::rescore;
use crate::states::source;

fn model(precision: Precision) -> ModelFile {
    let config = ModelConfig {
        language: "rust".into(),
        cell: CellKind::Lstm,
        num_layers: 2,
        hidden_size: 40,
        embedding_size: 8,
        head: HeadInput::AllLayers,
        window: WindowRule::MIN_WINDOW,
    };
    ModelFile::random(config, precision, 2.0, 1).expect("a shape within range")
}

fn engines() -> Vec<Arc<dyn Engine>> {
    let int8 = model(Precision::Int8);
    let runtimes =
        Kernel::available().map(|kernel| Runtime::load(&int8, kernel).expect("a valid model"));
    let mut engines: Vec<Arc<dyn Engine>> = Vec::new();
    engines.extend(runtimes.map(|runtime| Arc::new(runtime) as Arc<dyn Engine>));
    engines.push(Arc::new(Reference::new(&model(Precision::F32))));
    engines
}

fn complete(completer: &Completer, before: &str, strategy: Strategy) -> Completion {
    let request = Request {
        path: "any.rs",
        before: Before::whole(before.as_bytes()),
        after: "",
        language: "rust",
        memory: None,
        options: &Options {
            strategy,
            candidates: 4,
            max_bytes: 12,
            ..Options::default()
        },
        clock: NO_CLOCK,
    };
    let completion = completer.complete(&request, &CancelToken::new());
    completion.expect("the token is not set")
}

#[test]
fn the_cache_changes_no_bit() {
    let text = source(1500);
    for engine in engines() {
        let kept = Completer::new(Arc::clone(&engine));
        for cursor in [1000, 1001, 1002, 1100, 900, 1101, 1500, 1001] {
            let fresh = Completer::with_cache_bytes(Arc::clone(&engine), 0);
            let before = &text[..cursor];
            let with = complete(&kept, before, Strategy::Sample).suggestions;
            assert!(!with.is_empty());
            let without = complete(&fresh, before, Strategy::Sample).suggestions;
            assert_eq!(with, without, "{} at {cursor}", engine.describe());
        }
    }
}

#[test]
fn log_prob_is_what_single_steps_give() {
    for engine in engines() {
        for strategy in [Strategy::Sample, Strategy::Greedy, Strategy::Beam] {
            let before = "fn main() {\n    let ";
            let completer = Completer::new(Arc::clone(&engine));
            for suggestion in complete(&completer, before, strategy).suggestions {
                let rescored = rescore(&*engine, before, &suggestion.text);
                assert!(
                    (suggestion.log_prob - rescored).abs() < 1e-9,
                    "{}",
                    engine.describe()
                );
            }
        }
    }
}

/// The log-probability, in nats, of what follows `let aurora = ` after lines that say it,
/// by a model whose gate gives the memory one share everywhere: of 1 if `trust` is high, of
/// 0 if it is low.
fn by_gate(trust: f32) -> f64 {
    let mut model = model(Precision::Int8);
    let mut gate = vec![0.0; Fit::Gate.length()];
    // The biases of the last layer: the memory's share, and the linear mixture's.
    let [memory, _, _, linear] = gate.last_chunk_mut().expect("four outputs");
    (*memory, *linear) = (trust, 30.0);
    model.fits.set(Fit::Gate, gate).expect("in range");
    let runtime = Runtime::load(&model, Kernel::detect()).expect("a valid model");
    let text = "let aurora = borealis;\n".repeat(20) + "let aurora = ";
    let request = Request {
        path: "any.rs",
        before: Before::whole(text.as_bytes()),
        after: "",
        language: "rust",
        memory: Some(&Layer::new()),
        options: &Options {
            strategy: Strategy::Greedy,
            candidates: 1,
            ..Options::default()
        },
        clock: NO_CLOCK,
    };
    let completion = Completer::new(Arc::new(runtime)).complete(&request, &CancelToken::new());
    let suggestions = completion.expect("the token is not set").suggestions;
    let found = suggestions.iter().find(|found| found.text == "borealis;");
    found.map_or(f64::NEG_INFINITY, |found| found.log_prob)
}

#[test]
fn the_gate_of_the_model_decides() {
    let (by_memory, by_lstm) = (by_gate(30.0), by_gate(-30.0));
    assert!(by_memory > -0.1, "{by_memory}");
    assert!(by_memory > by_lstm + 0.1, "{by_memory} {by_lstm}");
}
