//! `bench train`: training steps of `lstm-train` beside the same network in
//! PyTorch, of the same libtorch, on as many threads, at the same precision.

use std::cell::RefCell;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use end_to_end::validation_files;
use lstm_runtime::cpu_multiplies_bf16;
use serde_json::json;

use crate::paired::{Contender, measure};
use crate::peer::{Peer, pytorch};
use crate::report::{Limit, Report};

/// Where `cargo xtask bench` says that `training-steps` lies.
const OURS: &str = "LSTM_BENCH_TRAINING";

/// The shape of the embedded model, and how it was trained.
const LAYERS: usize = 2;
const HIDDEN: usize = 512;
const EMBEDDING: usize = 64;
const LANES: usize = 128;
const STEPS: usize = 64;

/// Training steps of one turn.
const TURN: u32 = 2;

/// What our speed over PyTorch's must be at least, at the same precision.
const AGAINST_PYTORCH: f64 = 0.97;

/// What the speed of bf16 over that of f32 must be at least, with AVX-512 BF16.
const AGAINST_F32: f64 = 1.4;

pub(crate) fn run(rounds: u32) -> Result<Report> {
    let ours = std::env::var_os(OURS).context(
        "`bench train` needs libtorch: `cargo xtask libtorch` fetches it, and `cargo xtask bench \
         train` builds what is measured",
    )?;
    let python = pytorch::provide()?;
    let folder = tempfile::tempdir()?;
    let text = folder.path().join("text");
    std::fs::write(&text, text_of_files()?)?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let settings = json!({
        "layers": LAYERS, "hidden": HIDDEN, "embedding": EMBEDDING, "lanes": LANES,
        "steps": STEPS, "threads": threads, "text": text,
    });

    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/pytorch_training.py");
    let mut ours = Command::new(ours);
    let mut torch = Command::new(python);
    let ours = RefCell::new(Peer::start(
        "lstm-train",
        quiet(&mut ours).arg(settings.to_string()),
    )?);
    let torch = quiet(&mut torch).arg(script).arg(settings.to_string());
    let torch = RefCell::new(Peer::start("PyTorch", torch)?);
    let contender = |name: &str, peer, variant: &str| {
        let line = format!("{variant} {TURN}");
        let peer: &RefCell<Peer> = peer;
        Contender::new(name, move || peer.borrow_mut().ask(&line))
    };
    let mut contenders = [
        contender("lstm-train, bf16", &ours, "bf16"),
        contender("lstm-train, f32", &ours, "f32"),
        contender("PyTorch, bf16 by autocast", &torch, "autocast"),
        contender("PyTorch, bf16 by casting", &torch, "cast"),
        contender("PyTorch, f32", &torch, "f32"),
    ];
    let rounds = measure(rounds, &mut contenders)?;
    let (bf16, f32, torch_f32) = (0, 1, 4);
    let torch_bf16 = if rounds.median(2) <= rounds.median(3) {
        2
    } else {
        3
    };

    let header = ["engine", "ms a step", "kB/s", "against lstm-train, bf16"];
    let mut report = Report::new("train", &header);
    for (index, name) in rounds.names.iter().enumerate() {
        let micros = rounds.median(index);
        report.row([
            name.clone(),
            format!("{:.1}", micros / 1e3),
            format!("{:.2}", (LANES * STEPS) as f64 / micros * 1e3),
            format!("{:.3} x", rounds.ratio(bf16, index)),
        ]);
    }
    report.note(format!(
        "{LAYERS}x{HIDDEN}, all layers into the head, embedding {EMBEDDING}, {LANES} lanes of \
         {STEPS} bytes a step, {threads} threads, AdamW (PyTorch's fused), turns of {TURN} steps"
    ));
    for (what, torch, own) in [("bf16", torch_bf16, bf16), ("f32", torch_f32, f32)] {
        let what = format!("{what}: bytes/s of lstm-train over PyTorch's");
        let ratio = rounds.ratio(torch, own);
        report.bar(what, ratio, " x", Limit::AtLeast(AGAINST_PYTORCH));
    }
    if cpu_multiplies_bf16() {
        report.bar(
            "lstm-train: bytes/s in bf16 over f32",
            rounds.ratio(f32, bf16),
            " x",
            Limit::AtLeast(AGAINST_F32),
        );
    } else {
        report.note("this CPU has no AVX-512 BF16: bf16 is emulated, and `lstm-train` takes f32");
    }
    report.figures(json!({"settings": settings_without_paths(threads), "micros_a_step": rounds}));
    Ok(report)
}

/// Keeps threads that wait for work from taking processor time from the contender whose
/// turn it is, and keeps PyTorch from warning that NumPy is missing, which is not used.
fn quiet(command: &mut Command) -> &mut Command {
    command
        .env("OMP_WAIT_POLICY", "passive")
        .env("PYTHONWARNINGS", "ignore")
}

fn settings_without_paths(threads: usize) -> serde_json::Value {
    json!({
        "layers": LAYERS, "hidden": HIDDEN, "embedding": EMBEDDING, "lanes": LANES,
        "steps": STEPS, "threads": threads,
    })
}

/// The committed validation files, one after the other, as often as it takes for
/// every lane to have some passes.
fn text_of_files() -> Result<String> {
    let files = validation_files()?;
    let once: String = files.into_iter().map(|file| file.text).collect();
    Ok(once.repeat(1 + LANES * STEPS * 8 / once.len().max(1)))
}
