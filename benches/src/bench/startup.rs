//! `bench startup`: from starting the process to the first suggestion in an
//! opened file, and `lstm-ls --version`.

use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Result, ensure};
use serde_json::json;

use crate::editor::{Editor, long_file};
use crate::paired::{Contender, measure};
use crate::report::{Limit, Report};

const LINES: usize = 5_000;

pub(crate) fn run(rounds: u32) -> Result<Report> {
    let text = long_file(LINES)?;
    let program = end_to_end::server()?;
    let mut contenders = [
        Contender::new("process start to first suggestion, 5000 lines", || {
            let started = Instant::now();
            let mut editor = Editor::open(&text)?;
            editor.jump_to(LINES / 2)?;
            Ok(started.elapsed().as_secs_f64() * 1e3)
        }),
        Contender::new("lstm-ls --version", || {
            let started = Instant::now();
            let status = Command::new(&program)
                .arg("--version")
                .stdout(Stdio::null())
                .status()?;
            ensure!(status.success(), "lstm-ls --version failed");
            Ok(started.elapsed().as_secs_f64() * 1e3)
        }),
    ];
    let rounds = measure(rounds, &mut contenders)?;
    let mut report = Report::new("startup", &["", "ms"]);
    for (index, limit) in [150.0, 10.0].into_iter().enumerate() {
        let (name, millis) = (&rounds.names[index], rounds.median(index));
        report.row([name.clone(), format!("{millis:.1}")]);
        report.bar(name, millis, " ms", Limit::AtMost(limit));
    }
    report.figures(json!({"millis": rounds}));
    Ok(report)
}
