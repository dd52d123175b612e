//! `bench memory`: what the server holds with one file open, and after an hour
//! of typing in it.

use anyhow::Result;
use serde_json::json;

use crate::editor::{Editor, long_file, typing};
use crate::report::{Limit, Report};

const LINES: usize = 5_000;

/// An hour at five keystrokes a second, which is fast.
const KEYSTROKES: usize = 18_000;

/// Keystrokes between two looks, a minute.
const BETWEEN: usize = 300;

const MEGABYTE: f64 = 1_048_576.0;

pub(crate) fn run(_: u32) -> Result<Report> {
    let mut editor = Editor::open(&long_file(LINES)?)?;
    editor.jump_to(usize::MAX)?;
    let mut minutes = vec![editor.resident_bytes()? as f64 / MEGABYTE];
    let text: Vec<char> = typing(KEYSTROKES)?.chars().collect();
    for minute in text.chunks(BETWEEN) {
        for &typed in minute {
            editor.type_character(typed)?;
        }
        minutes.push(editor.resident_bytes()? as f64 / MEGABYTE);
    }
    let mut report = Report::new("memory", &["5000 lines", "MB resident"]);
    let show = |minute: usize| format!("{:.1}", minutes[minute]);
    let last = minutes.len() - 1;
    report.row(["the first suggestion".to_owned(), show(0)]);
    for minute in [1, 5, 10, 30, last] {
        report.row([format!("{minute} minutes of typing"), show(minute)]);
    }
    let most = minutes.iter().copied().fold(0.0, f64::max);
    report.bar(
        "at the first suggestion",
        minutes[0],
        " MB",
        Limit::AtMost(60.0),
    );
    report.bar("the most in an hour", most, " MB", Limit::AtMost(60.0));
    let growth = 100.0 * (minutes[last] / minutes[0] - 1.0);
    report.bar("growth in an hour", growth, " %", Limit::AtMost(5.0));
    let later = 100.0 * (minutes[last] / minutes[10] - 1.0);
    report.note(format!("growth from the tenth minute on: {later:.1} %"));
    report.figures(json!({"megabytes_by_minute": minutes}));
    Ok(report)
}
