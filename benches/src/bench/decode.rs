//! `bench decode`: one step at batch 1 on one thread, output layer included,
//! beside what else runs the same weights, and beside merely reading as many
//! bytes.

use std::cell::RefCell;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::Result;
use lstm_format::{Engine, Precision, State, VOCABULARY_SIZE};
use lstm_runtime::{Kernel, Runtime};
use serde_json::json;

use crate::paired::{Contender, measure};
use crate::peer::{Peer, pytorch};
use crate::report::{Limit, Report};
use crate::stream::Stream;
use crate::weights::Shape;

/// Where `cargo xtask bench` says that the libtorch peer lies.
const LIBTORCH_PEER: &str = "LSTM_BENCH_LIBTORCH";

/// Where it says that Python finds ONNX Runtime.
const ONNX_FOLDER: &str = "LSTM_BENCH_ONNX";

/// What a network of some shape is held to.
struct Bars {
    shape: Shape,
    libtorch: f64,
    onnx: f64,
}

const BARS: [Bars; 2] = [
    Bars {
        shape: Shape {
            num_layers: 3,
            hidden_size: 512,
        },
        libtorch: 18.0,
        onnx: 1.5,
    },
    Bars {
        shape: Shape {
            num_layers: 3,
            hidden_size: 1024,
        },
        libtorch: 10.0,
        onnx: 1.4,
    },
];

/// Share of the roofline, in percent, that a step must reach.
const OF_ROOFLINE: f64 = 75.0;

pub(crate) fn run(rounds: u32) -> Result<Report> {
    let onnx = std::env::var_os(ONNX_FOLDER);
    let pytorch = pytorch::provide();
    let header = ["engine", "µs a step", "against int8", "GB/s"];
    let mut report = Report::new("decode", &header);
    if let Err(error) = &pytorch {
        report.note(format!("without PyTorch: {error:#}"));
    }
    let pytorch = pytorch.as_deref().ok();
    for bars in BARS {
        shape(&bars, rounds, pytorch, onnx.as_ref(), &mut report)?;
    }
    if std::env::var_os(LIBTORCH_PEER).is_none() {
        report.note("without libtorch: `cargo xtask libtorch` fetches it");
    }
    if onnx.is_none() {
        report.note("without ONNX Runtime, which could not be fetched");
    }
    Ok(report)
}

fn shape(
    bars: &Bars,
    rounds: u32,
    pytorch: Option<&Path>,
    onnx: Option<&OsString>,
    report: &mut Report,
) -> Result<()> {
    let shape = bars.shape;
    let model = shape.model()?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("model.safetensors");
    model.write(&file)?;
    let engine = Runtime::load(&model.to_precision(Precision::Int8)?, Kernel::detect())?;
    let bytes = shape.step_bytes() + shape.head_bytes();
    // Enough that one turn takes some 20 ms.
    let steps = (400 * 1024 / (bytes / 1024).max(1)).max(50);

    let stream = Stream::new(bytes);
    let torch = match std::env::var_os(LIBTORCH_PEER) {
        Some(program) => {
            let mut command = Command::new(program);
            Some(RefCell::new(Peer::start("libtorch", command.arg(&file))?))
        }
        None => None,
    };
    let mut states = [State::zeros(engine.config())];
    let mut contenders = vec![
        Contender::new("int8", || Ok(micros_a_step(&engine, &mut states, steps))),
        Contender::new("plain read", || Ok(stream.micros(steps))),
    ];
    if let Some(torch) = &torch {
        for (name, variant) in [
            ("libtorch LSTM (oneDNN)", "lstm"),
            ("libtorch LSTM cell (no oneDNN)", "lstm_cell"),
            ("libtorch, cell by hand", "addmv"),
        ] {
            let line = format!("{variant} {}", (steps / 20).max(10));
            contenders.push(Contender::new(name, move || torch.borrow_mut().ask(&line)));
        }
    }
    if let Some(python) = pytorch {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/pytorch_steps.py");
        let mut command = Command::new(python);
        // It says on standard error that there is no NumPy, which it does not need.
        let command = command.arg(script).arg(&file).stderr(Stdio::null());
        let mut pytorch = Peer::start("PyTorch", command)?;
        contenders.push(Contender::new("PyTorch nn.LSTM", move || {
            pytorch.ask(&(steps / 20).max(10).to_string())
        }));
    }
    let first_onnx = contenders.len();
    if let Some(folder) = onnx {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/onnx_steps.py");
        let mut command = Command::new("python3");
        command.env("PYTHONPATH", folder);
        let mut onnx = Peer::start("ONNX Runtime", command.arg(script).arg(&file))?;
        contenders.push(Contender::new("ONNX Runtime, dynamic int8", move || {
            onnx.ask(&(steps / 2).to_string())
        }));
    }

    let rounds = measure(rounds, &mut contenders)?;
    let name = shape.name();
    for (index, engine) in rounds.names.iter().enumerate() {
        report.row([
            format!("{name} {engine}"),
            format!("{:.1}", rounds.median(index)),
            format!("{:.2} x", rounds.ratio(index, 0)),
            match index {
                0 | 1 => format!("{:.1}", bytes as f64 / rounds.median(index) / 1e3),
                _ => String::new(),
            },
        ]);
    }
    if let Some(fastest) = rounds.fastest(2..first_onnx) {
        let ratio = rounds.ratio(fastest, 0);
        let what = format!("{name} int8 against the fastest of libtorch and PyTorch, times");
        report.bar(what, ratio, " x", Limit::AtLeast(bars.libtorch));
    }
    if first_onnx < rounds.names.len() {
        let what = format!("{name} int8 against ONNX Runtime, times");
        let ratio = rounds.ratio(first_onnx, 0);
        report.bar(what, ratio, " x", Limit::AtLeast(bars.onnx));
    }
    let share = 100.0 * rounds.ratio(1, 0);
    let what = format!("{name} int8 of a plain read of its {bytes} bytes");
    report.bar(what, share, " %", Limit::AtLeast(OF_ROOFLINE));
    report.figures(json!({"shape": name, "bytes": bytes, "micros_a_step": rounds}));
    Ok(())
}

/// Mean time of `steps` steps with a distribution after each, all lanes at once.
fn micros_a_step(engine: &dyn Engine, states: &mut [State], steps: usize) -> f64 {
    let mut session = engine.session();
    let mut log_probs = [0.0; VOCABULARY_SIZE];
    let mut bytes = vec![0; states.len()];
    let started = Instant::now();
    for step in 0..steps {
        for (lane, byte) in bytes.iter_mut().enumerate() {
            *byte = (32 + (step * 7 + lane * 11) % 95) as u8;
        }
        session.step(states, &bytes);
        for state in &*states {
            session.log_probs(state, &mut log_probs);
        }
    }
    started.elapsed().as_secs_f64() * 1e6 / steps as f64
}
