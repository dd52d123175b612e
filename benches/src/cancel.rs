//! `bench cancel`: how long a completion goes on after it was told to stop, in
//! the middle of reading a long text, in the middle of decoding, and at any
//! moment of the first suggestion at a place, whatever is done then.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use code_index::Layer;
use completer::{Before, CancelToken, Completer, NO_CLOCK, Options, Request, Strategy};
use lstm_format::ModelFile;
use lstm_runtime::{Kernel, Runtime};
use serde_json::json;

use crate::cli::Common;
use crate::editor::long_file;
use crate::paired::{median, percentile};
use crate::report::{Limit, Report};

/// Trials of each kind, in each round.
const TRIALS: u32 = 40;

/// Superseded work stops within this many milliseconds at the 99th percentile of a
/// round.
const WITHIN: f64 = 1.0;

pub(crate) fn run(common: &Common) -> Result<Report> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/rust.safetensors");
    let model = ModelFile::read(&path)?;
    let runtime = Runtime::load(&model, Kernel::detect())?.with_threads(2);
    let completer = Arc::new(Completer::new(Arc::new(runtime)));
    let text = long_file(20_000)?;
    let mut report = Report::new("cancel", &["ms to stop", "stopped", "p50", "p99", "most"]);
    let mut at = 0;
    let reading = Options {
        candidates: 0,
        ..Options::default()
    };
    let decoding = Options {
        candidates: 16,
        max_bytes: 4096,
        ..Options::default()
    };
    let ghost = Options {
        candidates: 1,
        strategy: Strategy::Greedy,
        ..Options::default()
    };
    for (name, options, is_read, within) in [
        ("while reading", &reading, false, 6_000),
        ("while decoding", &decoding, true, 6_000),
        ("at any moment", &ghost, false, 50_000),
    ] {
        let (mut millis, mut p99s) = (Vec::new(), Vec::new());
        let mut of_round = Vec::new();
        for trial in 0..TRIALS * common.rounds {
            at = (at + 7919) % (text.len() - 8192) + 4096;
            while !text.is_char_boundary(at) {
                at += 1;
            }
            let before = &text[..at];
            if is_read {
                complete(&completer, before, &reading, &CancelToken::new());
            }
            let wait = Duration::from_micros(u64::from(trial) * 2111 % within);
            of_round.extend(stop(&completer, before, options, wait)?);
            if (trial + 1).is_multiple_of(TRIALS) {
                p99s.push(percentile(&of_round, 99.0));
                millis.append(&mut of_round);
            }
        }
        let show = |percent| format!("{:.3}", percentile(&millis, percent));
        report.row([
            name.to_owned(),
            millis.len().to_string(),
            show(50.0),
            show(99.0),
            show(100.0),
        ]);
        let what = format!("{name}, p99, median of the rounds");
        report.bar(what, median(&p99s), " ms", Limit::AtMost(WITHIN));
        report.figures(json!({"kind": name, "millis": millis}));
    }
    Ok(report)
}

/// Cancels a completion after `wait`; how long it then goes on, in ms, or `None`
/// if it was done by then.
fn stop(
    completer: &Completer,
    before: &str,
    options: &Options,
    wait: Duration,
) -> Result<Option<f64>> {
    let cancel = CancelToken::new();
    std::thread::scope(|scope| {
        let token = cancel.clone();
        let work = scope.spawn(move || {
            let finished = complete(completer, before, options, &token);
            (finished, Instant::now())
        });
        let started = Instant::now();
        std::thread::sleep(wait.saturating_sub(started.elapsed()));
        let cancelled = Instant::now();
        cancel.cancel();
        let (finished, ended) = work.join().ok().context("the completion panicked")?;
        let millis = ended.saturating_duration_since(cancelled).as_secs_f64() * 1e3;
        Ok((!finished).then_some(millis))
    })
}

/// Completes at the end of `before`; false if it was cancelled.
fn complete(completer: &Completer, before: &str, options: &Options, cancel: &CancelToken) -> bool {
    let request = Request {
        path: "typed.rs",
        before: Before::whole(before.as_bytes()),
        after: "",
        language: "rust",
        memory: Some(&Layer::new()),
        options,
        clock: NO_CLOCK,
    };
    completer.complete(&request, cancel).is_ok()
}
