//! The lab's promises, each on two of three fixed seeds: libtorch's sums differ
//! from CPU to CPU, and one network may always be unlucky.

use std::path::Path;
use std::process::Command;

use char_lstm::lab::comparison::Comparison;
use char_lstm::lab::{Accuracy, Report, Settings, Task, train};
use lstm_format::{CellKind, ModelFile};

/// Trains LSTMs until two of them do what `promise` says; fails after two that don't.
#[track_caller]
fn check(task: Task, promise: impl Fn(&Report) -> bool) {
    let (mut kept, mut broken) = (0, Vec::new());
    for seed in 1..=3 {
        let settings = Settings::new(task, CellKind::Lstm, seed);
        let outcome = train(&settings, "", |_, _| {}).expect("a finite loss");
        let report = Report::new(&settings, &outcome);
        if promise(&report) {
            kept += 1;
        } else {
            broken.push(report.text());
        }
        if kept == 2 {
            // What a run leaves behind holds together.
            let page = report.page(&settings, &outcome).expect("pictures");
            assert!(page.contains("</svg>") && page.contains(&report.task));
            return;
        }
        assert!(broken.len() < 2, "{}", broken.join("\n"));
    }
}

/// The best unit's score of the first question.
fn best(report: &Report) -> f64 {
    report.findings[0].score
}

#[test]
fn an_lstm_counts_and_goes_on_beyond_what_it_has_seen() {
    check(Task::Counter, |report| {
        let exact = |a: &&Accuracy| a.right == a.of;
        let sizes: Vec<usize> = report
            .accuracies
            .iter()
            .filter(exact)
            .map(|a| a.size)
            .collect();
        (1..=10).chain([13]).all(|size| sizes.contains(&size)) && best(report).abs() >= 0.9
    });
}

#[test]
fn an_lstm_counts_some_letters_and_not_others() {
    check(Task::SelectiveCounter, |report| report.inside() >= 0.99);
}

#[test]
fn an_lstm_keeps_a_letter_in_mind() {
    check(Task::State, |report| {
        report.inside() >= 0.99 && best(report) >= 0.95
    });
}

#[test]
fn an_lstm_copies_three_letters() {
    check(Task::Copy, |report| report.inside() >= 0.99);
}

/// Output of `lstm-train lab` with `arguments`, its files going to `out`.
fn lab(arguments: &str, out: &Path) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lstm-train"));
    command.arg("lab").args(arguments.split(' '));
    let output = command.arg("--out").arg(out).output().expect("it runs");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn a_run_leaves_a_model_a_page_and_a_picture() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("new/folder");
    let text = lab("copy --cell gru --seed 5 --steps 3 --hidden 4", &out);
    assert!(
        text.contains("not trained on") && text.contains("AUC"),
        "{text}"
    );
    let model = ModelFile::read(&out.join("copy-gru-5.safetensors")).unwrap();
    let config = &model.config;
    assert_eq!(
        (config.cell, config.hidden_size, config.num_layers),
        (CellKind::Gru, 4, 2)
    );
    assert_eq!(model.provenance.steps, 3);
    let page = std::fs::read_to_string(out.join("copy-gru-5.html")).unwrap();
    // Whole in itself: an SVG's name space is the only address in it.
    assert_eq!(page.matches("<svg").count(), 3);
    assert!(
        !page
            .replace("http://www.w3.org/2000/svg", "")
            .contains("http")
    );
    let picture = std::fs::read_to_string(out.join("copy-gru-5.svg")).unwrap();
    assert!(page.contains(&picture) && picture.contains("reset"));
}

#[test]
fn every_cell_is_compared_on_every_task() {
    let folder = tempfile::tempdir().unwrap();
    let text = lab("compare --steps 1", folder.path());
    for task in Task::ALL {
        for cell in CellKind::ALL {
            let row = format!("| {task} | {cell} |");
            assert_eq!(text.matches(&row).count(), 1, "{text}");
        }
    }
    let json = std::fs::read(folder.path().join("compare.json")).unwrap();
    let comparison: Comparison = serde_json::from_slice(&json).unwrap();
    assert_eq!(comparison.reports.len(), 20);
    assert!(text.contains(&comparison.markdown()), "{text}");
    // Shown again, nothing changes.
    let (again, from) = (
        folder.path().join("again"),
        folder.path().join("compare.json"),
    );
    let text = lab(&format!("compare --from {}", from.display()), &again);
    assert!(text.contains(&comparison.markdown()), "{text}");
    for name in ["compare.json", "compare.md", "compare.html", "compare.svg"] {
        let read = |folder: &Path| std::fs::read(folder.join(name)).unwrap();
        assert_eq!(read(folder.path()), read(&again), "{name}");
    }
}
