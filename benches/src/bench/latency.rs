//! `bench latency`: from a keystroke to its answered ghost text, over stdio,
//! with the release binary. Keystrokes follow one another without a pause, so
//! nothing that is prepared in pauses helps.

use std::path::Path;

use anyhow::{Context, Result};
use plotters::prelude::*;
use serde_json::json;

use crate::editor::{Answer, Editor, long_file, typing};
use crate::paired::{median, percentile};
use crate::report::{Limit, Report};
use crate::workspace::{WORKSPACE, rust_texts, write};

/// What is typed in.
struct Place {
    name: &'static str,
    lines: usize,
    /// Whether 20 MB of other files are remembered.
    in_workspace: bool,
    /// Whether what typing costs here is compared with the base.
    compared: bool,
}

const PLACES: [Place; 4] = [
    Place {
        name: "100 lines",
        lines: 100,
        in_workspace: false,
        compared: true,
    },
    Place {
        name: "5000 lines",
        lines: 5_000,
        in_workspace: false,
        compared: false,
    },
    Place {
        name: "100000 lines",
        lines: 100_000,
        in_workspace: false,
        compared: true,
    },
    Place {
        name: "5000 lines and 20 MB of workspace",
        lines: 5_000,
        in_workspace: true,
        compared: false,
    },
];

/// The place that others are compared with.
const BASE: usize = 1;

/// Keystrokes typed at the end of each file, in each round.
const KEYSTROKES: usize = 120;

/// Edits at the top, each followed by a keystroke at the end.
const TOP_EDITS: usize = 10;

/// Jumps in each round to places the server has not seen yet.
const JUMPS: usize = 8;

/// Milliseconds that requests at one place took, in one round or in all.
#[derive(Default)]
struct Seen {
    /// What was typed is what had been offered.
    along: Vec<f64>,
    /// Anything else typed.
    missed: Vec<f64>,
    after_top: Vec<f64>,
    jumps: Vec<f64>,
    /// The first key at such a place, after a rest there.
    rests: Vec<f64>,
}

impl Seen {
    fn add(&mut self, other: &Self) {
        self.along.extend(&other.along);
        self.missed.extend(&other.missed);
        self.after_top.extend(&other.after_top);
        self.jumps.extend(&other.jumps);
        self.rests.extend(&other.rests);
    }

    fn typed(&self) -> Vec<f64> {
        [&self.along[..], &self.missed[..]].concat()
    }

    fn kinds(&self) -> [(&'static str, &[f64]); 5] {
        [
            ("typed along", &self.along),
            ("anything else typed", &self.missed),
            ("after an edit at the top", &self.after_top),
            ("jump to an unseen place", &self.jumps),
            ("first key there after 100 ms of rest", &self.rests),
        ]
    }
}

/// Types and jumps, with `folder` to make a workspace of, as in `bench index`.
pub(crate) fn run(rounds: u32, folder: Option<&Path>, svg: bool) -> Result<Report> {
    let rounds = rounds as usize;
    let text = typing(KEYSTROKES * (rounds + 1))?;
    let scratch = tempfile::tempdir()?;
    let texts = rust_texts(folder, WORKSPACE)?;
    let (workspace, bytes) = write(scratch.path(), &texts, WORKSPACE)?;
    let mut editors = Vec::new();
    for place in &PLACES {
        let text = long_file(place.lines)?;
        editors.push(match place.in_workspace {
            true => Editor::open_in(&workspace, &text)?,
            false => Editor::open(&text)?,
        });
    }
    let mut rounds_seen: Vec<[Seen; PLACES.len()]> = Vec::new();
    let mut shown = 0;
    let characters: Vec<char> = text.chars().collect();
    // The first round warms up and does not count.
    for (round, typed) in characters.chunks(KEYSTROKES).take(rounds + 1).enumerate() {
        let mut seen_now: [Seen; PLACES.len()] = Default::default();
        for ((editor, seen), place) in editors.iter_mut().zip(&mut seen_now).zip(&PLACES) {
            let mut take = |answer: Answer, into: &mut Vec<f64>| {
                shown += usize::from(answer.shown && round > 0);
                into.push(answer.millis);
            };
            // The place where the last round ended, which the server knows already.
            let end = usize::MAX;
            editor.jump_to(end)?;
            for &character in typed {
                let answer = editor.type_character(character)?;
                let into = if answer.along {
                    &mut seen.along
                } else {
                    &mut seen.missed
                };
                take(answer, into);
            }
            for (number, &character) in typed.iter().take(TOP_EDITS).enumerate() {
                editor.insert_at_top(&format!("// edit {round} {number}\n"))?;
                let answer = editor.type_character(character)?;
                take(answer, &mut seen.after_top);
            }
            for jump in 0..2 * JUMPS {
                let line = (round * 2 * JUMPS + jump) * 7919 % (place.lines * 9 / 10);
                if jump % 2 == 0 {
                    take(editor.jump_to(line)?, &mut seen.jumps);
                } else {
                    take(editor.rest_at(line, 'l')?, &mut seen.rests);
                }
            }
        }
        if round > 0 {
            rounds_seen.push(seen_now);
        }
    }
    drop(editors);

    let mut report = Report::new("latency", &["ms", "answers", "p50", "p90", "p99", "most"]);
    let mut figures = Vec::new();
    let mut all: [Seen; PLACES.len()] = Default::default();
    for round in &rounds_seen {
        for (all, seen) in all.iter_mut().zip(round) {
            all.add(seen);
        }
    }
    for (place, seen) in PLACES.iter().zip(&all) {
        for (what, millis) in seen.kinds() {
            let name = format!("{}, {what}", place.name);
            let at = |percent| format!("{:.2}", percentile(millis, percent));
            let count = millis.len().to_string();
            report.row([name.clone(), count, at(50.0), at(90.0), at(99.0), at(100.0)]);
            figures.push(json!({"kind": name, "millis": millis}));
        }
    }
    report.note(format!("{shown} of the answers had ghost text"));
    report.note(format!("workspace: {} MB of Rust", bytes / 1_000_000));
    bars(&mut report, &rounds_seen);
    report.figures(json!({"keystrokes": figures}));
    if svg {
        let path = report.beside("svg")?;
        let drawn = draw(&path, &all[BASE]);
        drawn.with_context(|| format!("drawing {}", path.display()))?;
    }
    Ok(report)
}

/// Each value is the median over the rounds of that of the round.
fn bars(report: &mut Report, rounds: &[[Seen; PLACES.len()]]) {
    let typing = |seen: &Seen| percentile(&seen.typed(), 50.0);
    let misses = |seen: &Seen| percentile(&seen.missed, 99.0);
    let after_top = |seen: &Seen| percentile(&seen.after_top, 99.0);
    let jump = |seen: &Seen| percentile(&seen.jumps, 50.0);
    let longest_jump = |seen: &Seen| percentile(&seen.jumps, 100.0);
    let longest_rest = |seen: &Seen| percentile(&seen.rests, 100.0);
    for (index, place) in PLACES.iter().enumerate() {
        let mut bar = |what: &str, value: &dyn Fn(&[Seen]) -> f64, unit, most| {
            let values: Vec<f64> = rounds.iter().map(|seen| value(seen)).collect();
            let what = format!("{}, {what}", place.name);
            report.bar(what, median(&values), unit, Limit::AtMost(most));
        };
        bar("typing, p50", &|seen| typing(&seen[index]), " ms", 5.0);
        bar("misses, p99", &|seen| misses(&seen[index]), " ms", 16.0);
        if place.compared {
            let ratio = |seen: &[Seen]| typing(&seen[index]) / typing(&seen[BASE]);
            bar("typing, p50 against 5000 lines", &ratio, " x", 1.2);
            let ratio = |seen: &[Seen]| misses(&seen[index]) / misses(&seen[BASE]);
            bar("misses, p99 against 5000 lines", &ratio, " x", 1.2);
        }
        let what = "after an edit at the top, p99";
        bar(what, &|seen| after_top(&seen[index]), " ms", 16.0);
        let what = "jump to an unseen place, p50";
        bar(what, &|seen| jump(&seen[index]), " ms", 60.0);
        let what = "jump to an unseen place, the longest";
        bar(what, &|seen| longest_jump(&seen[index]), " ms", 60.0);
        let what = "first key at an unseen place after 100 ms of rest, the longest";
        bar(what, &|seen| longest_rest(&seen[index]), " ms", 16.0);
    }
}

/// The share of answers that were there within so many milliseconds.
fn draw(path: &Path, seen: &Seen) -> Result<()> {
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
    for ((kind, millis), colour) in seen.kinds().into_iter().zip(colours) {
        let points = (0..=200).map(|half| f64::from(half) / 2.0);
        let line = points.map(|percent| (percentile(millis, percent), percent));
        let series = chart.draw_series(LineSeries::new(line, &colour))?;
        series
            .label(format!("{}, {kind}", PLACES[BASE].name))
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
