//! `bench latency`: from a keystroke to its answered ghost text, over stdio,
//! with the release binary. Keystrokes follow one another without a pause, so
//! nothing that is prepared in pauses helps.

use anyhow::{Context, Result};
use plotters::prelude::*;
use serde_json::json;

use crate::cli::Common;
use crate::editor::{Answer, Editor, long_file, typing};
use crate::paired::percentile;
use crate::report::{Limit, Report};

/// Lines of the files; the second is what the others are compared with.
const LINES: [usize; 3] = [100, 5_000, 100_000];

/// Keystrokes typed at the end of each file, in each round.
const KEYSTROKES: usize = 120;

/// Edits at the top, each followed by a keystroke at the end.
const TOP_EDITS: usize = 10;

/// Places never seen before that are jumped to, in each round.
const JUMPS: usize = 8;

/// Milliseconds that one kind of request took.
struct Kind {
    name: String,
    millis: Vec<f64>,
}

pub(crate) fn run(common: &Common, svg: bool) -> Result<Report> {
    let rounds = common.rounds as usize;
    let text = typing(KEYSTROKES * (rounds + 1))?;
    let mut along: [Vec<f64>; 3] = Default::default();
    let mut missed: [Vec<f64>; 3] = Default::default();
    let mut jumps: [Vec<f64>; 3] = Default::default();
    let mut after_top: [Vec<f64>; 3] = Default::default();
    let mut shown = 0;
    let mut editors = Vec::new();
    for lines in LINES {
        editors.push(Editor::open(&long_file(lines)?)?);
    }
    let characters: Vec<char> = text.chars().collect();
    // The first round warms up and does not count.
    for (round, typed) in characters.chunks(KEYSTROKES).take(rounds + 1).enumerate() {
        for (file, editor) in editors.iter_mut().enumerate() {
            let mut take = |answer: Answer, into: &mut Vec<f64>| {
                if round > 0 {
                    shown += usize::from(answer.shown);
                    into.push(answer.millis);
                }
            };
            // Where the last round left off: the place is known already.
            let end = usize::MAX;
            editor.jump_to(end)?;
            for &character in typed {
                let answer = editor.type_character(character)?;
                let into = if answer.along {
                    &mut along
                } else {
                    &mut missed
                };
                take(answer, &mut into[file]);
            }
            for (number, &character) in typed.iter().take(TOP_EDITS).enumerate() {
                editor.insert_at_top(&format!("// edit {round} {number}\n"))?;
                let answer = editor.type_character(character)?;
                take(answer, &mut after_top[file]);
            }
            for jump in 0..JUMPS {
                let line = (round * JUMPS + jump) * 7919 % (LINES[file] * 9 / 10);
                let answer = editor.jump_to(line)?;
                take(answer, &mut jumps[file]);
            }
        }
    }
    drop(editors);

    let mut kinds = Vec::new();
    for (file, lines) in LINES.into_iter().enumerate() {
        for (what, millis) in [
            ("typed along", &along[file]),
            ("anything else typed", &missed[file]),
            ("after an edit at the top", &after_top[file]),
            ("jump to an unseen place", &jumps[file]),
        ] {
            kinds.push(Kind {
                name: format!("{lines} lines, {what}"),
                millis: millis.clone(),
            });
        }
    }
    let mut report = Report::new("latency", &["ms", "answers", "p50", "p90", "p99", "most"]);
    for kind in &kinds {
        let at = |percent| format!("{:.2}", percentile(&kind.millis, percent));
        let count = kind.millis.len().to_string();
        report.row([
            kind.name.clone(),
            count,
            at(50.0),
            at(90.0),
            at(99.0),
            at(100.0),
        ]);
    }
    report.note(format!("{shown} of the answers had ghost text"));
    bars(&mut report, &along, &missed, &after_top, &jumps);
    let figures = kinds
        .iter()
        .map(|kind| json!({"kind": kind.name, "millis": kind.millis}));
    report.figures(json!({"keystrokes": figures.collect::<Vec<_>>()}));
    if svg {
        let path = report.beside("svg")?;
        let drawn = draw(&path, &kinds[4..6]);
        drawn.with_context(|| format!("drawing {}", path.display()))?;
    }
    Ok(report)
}

fn bars(
    report: &mut Report,
    along: &[Vec<f64>; 3],
    missed: &[Vec<f64>; 3],
    after_top: &[Vec<f64>; 3],
    jumps: &[Vec<f64>; 3],
) {
    let typed = |file: usize| [&along[file][..], &missed[file][..]].concat();
    let medians = [0, 1, 2].map(|file| percentile(&typed(file), 50.0));
    let misses = [0, 1, 2].map(|file| percentile(&missed[file], 99.0));
    report.bar(
        "typing in 5000 lines, p50",
        medians[1],
        " ms",
        Limit::AtMost(5.0),
    );
    report.bar(
        "misses in 5000 lines, p99",
        misses[1],
        " ms",
        Limit::AtMost(16.0),
    );
    for file in [0, 2] {
        let what = format!("typing in {} lines against 5000, p50", LINES[file]);
        report.bar(what, medians[file] / medians[1], " x", Limit::AtMost(1.2));
        let what = format!("misses in {} lines against 5000, p99", LINES[file]);
        report.bar(what, misses[file] / misses[1], " x", Limit::AtMost(1.2));
    }
    for file in 0..LINES.len() {
        let lines = LINES[file];
        let what = format!("{lines} lines, after an edit at the top, p99");
        report.bar(
            what,
            percentile(&after_top[file], 99.0),
            " ms",
            Limit::AtMost(16.0),
        );
        let what = format!("{lines} lines, jump to an unseen place, p50");
        report.bar(
            what,
            percentile(&jumps[file], 50.0),
            " ms",
            Limit::AtMost(60.0),
        );
        let what = format!("{lines} lines, jump to an unseen place, p99");
        report.bar(
            what,
            percentile(&jumps[file], 99.0),
            " ms",
            Limit::AtMost(60.0),
        );
    }
}

/// The share of answers that were there within so many milliseconds.
fn draw(path: &std::path::Path, kinds: &[Kind]) -> Result<()> {
    let root = SVGBackend::new(path, (720, 400)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption("Keystroke to ghost text", ("sans-serif", 20))
        .margin(16)
        .x_label_area_size(40)
        .y_label_area_size(48)
        .build_cartesian_2d((0.1..100.0_f64).log_scale(), 0.0..100.0_f64)?;
    chart
        .configure_mesh()
        .x_desc("milliseconds")
        .y_desc("% of answers within")
        .draw()?;
    let colours = [BLUE, RED];
    for (kind, colour) in kinds.iter().zip(colours) {
        let points = (0..=200).map(|half| f64::from(half) / 2.0);
        let line = points.map(|percent| (percentile(&kind.millis, percent), percent));
        let series = chart.draw_series(LineSeries::new(line, &colour))?;
        series
            .label(&kind.name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour));
    }
    let frame = [(16.0, 0.0), (16.0, 100.0)];
    let series = chart.draw_series(LineSeries::new(frame, &BLACK.mix(0.4)))?;
    series
        .label("one frame, 16 ms")
        .legend(|(x, y)| PathElement::new([(x, y), (x + 16, y)], BLACK.mix(0.4)));
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .background_style(WHITE)
        .draw()?;
    root.present()?;
    Ok(())
}
