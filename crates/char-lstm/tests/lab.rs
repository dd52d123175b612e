//! The lab's promises, each on two of three fixed seeds: libtorch's sums differ
//! from CPU to CPU, and one network may always be unlucky.

use char_lstm::lab::{Accuracy, Report, Settings, Task, train};
use lstm_format::CellKind;

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
