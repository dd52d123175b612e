//! Pictures of a run, as SVG text: a unit over a line, and what it costs to learn.

use std::error::Error;

use lstm_format::Gate;
use lstm_runtime::{LayerTrace, Reference};
use plotters::coord::Shift;
use plotters::prelude::*;

use super::score::{Accuracy, fed};
use super::task::{Sequence, Task, Truth};
use super::units::Finding;

pub(super) type Drawn<T> = Result<T, Box<dyn Error>>;
pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

const BLUE: RGBColor = RGBColor(31, 119, 180);
const ORANGE: RGBColor = RGBColor(220, 90, 20);
const GREY: RGBColor = RGBColor(110, 110, 110);

/// Pixels of a byte, and of a row of them.
const CELL: (i32, i32) = (19, 22);

/// Pixels left of the rows, for their names.
const NAMES: i32 = 150;

/// One row of a strip: a value for each byte of the text.
struct Row {
    name: String,
    values: Vec<f32>,
}

/// The unit of `finding` over example lines, after `before`: its states and
/// gates, one row each, red at −1 and blue at +1, and above them what there is
/// to know. A cell state that goes further has its deepest colour there.
///
/// # Errors
/// What plotters says.
pub(super) fn strip(
    task: Task,
    network: &Reference,
    finding: &Finding,
    before: &[u8],
    lines: &[Sequence],
) -> Drawn<String> {
    let mut state = fed(network, before);
    let text: Vec<u8> = lines.iter().flat_map(|line| line.text.clone()).collect();
    let traces = text.iter().map(|&byte| {
        let mut trace = network.trace(&mut state, byte);
        trace.layers.swap_remove(finding.layer)
    });
    let traces: Vec<LayerTrace> = traces.collect();
    let size = *task.trained_sizes().end();
    let question = task.questions(size).into_iter().find(|q| {
        // Several questions of one task differ by their words alone.
        finding.question == super::units::words(task, *q)
    });
    let truths: Vec<String> = lines
        .iter()
        .flat_map(|line| (0..line.text.len()).map(move |at| (line, at)))
        .map(|(line, at)| {
            let truth = question.and_then(|q| task.truth(q, line, at));
            match truth {
                Some(Truth::Count(count)) => count.to_string(),
                Some(Truth::Letter(letter)) => char::from(task.letters()[letter]).to_string(),
                None => String::new(),
            }
        })
        .collect();
    let rows = rows(&traces, finding.unit);

    let columns = text.len() as i32;
    let width = NAMES + columns * CELL.0 + 12;
    let height = (rows.len() as i32 + 2) * CELL.1 + 16;
    let mut svg = String::new();
    {
        let root = backend(&mut svg, width, height);
        root.fill(&WHITE)?;
        let y = |row: usize| 8 + row as i32 * CELL.1;
        let name = |row: usize, name: &str| {
            let place = (8, y(row) + 4);
            root.draw(&Text::new(name.to_owned(), place, text_style(13)))
        };
        name(0, "text")?;
        name(1, "to know")?;
        for column in 0..text.len() {
            let x = NAMES + column as i32 * CELL.0;
            centred(&root, &shown(text[column]), (x, y(0) + 4), CELL.0, &BLACK)?;
            centred(&root, &truths[column], (x, y(1) + 4), CELL.0, &GREY)?;
        }
        for (number, row) in rows.iter().enumerate() {
            name(number + 2, &row.name)?;
            let largest = row.values.iter().fold(1.0_f32, |m, v| m.max(v.abs()));
            for (column, value) in row.values.iter().enumerate() {
                let (x, y) = (NAMES + column as i32 * CELL.0, y(number + 2));
                let corners = [(x, y), (x + CELL.0 - 1, y + CELL.1 - 3)];
                root.draw(&Rectangle::new(corners, colour(value / largest).filled()))?;
            }
        }
        root.present()?;
    }
    Ok(svg)
}

/// Hidden state, cell state and gates of `unit`, as far as the cell has them.
fn rows(traces: &[LayerTrace], unit: usize) -> Vec<Row> {
    let row = |name: &str, value: &dyn Fn(&LayerTrace) -> Option<f32>| {
        let values: Option<Vec<f32>> = traces.iter().map(value).collect();
        let values = values.filter(|values| !values.is_empty())?;
        let (low, high) = values
            .iter()
            .fold((f32::INFINITY, f32::NEG_INFINITY), |(l, h), &v| {
                (l.min(v), h.max(v))
            });
        let name = format!("{name} {low:.1} to {high:.1}");
        Some(Row { name, values })
    };
    let mut rows = vec![
        row("hidden", &|trace| trace.h.get(unit).copied()),
        row("cell", &|trace| trace.c.get(unit).copied()),
    ];
    let gates = traces.first().map_or(&[][..], |trace| &trace.gates[..]);
    let gates: Vec<Gate> = gates.iter().map(|(gate, _)| *gate).collect();
    for gate in gates {
        let value = |trace: &LayerTrace| trace.gate(gate).map(|values| values[unit]);
        rows.push(row(gate.name(), &value));
    }
    rows.into_iter().flatten().collect()
}

/// Share of sequences that are right, by size; sizes trained on are filled.
///
/// # Errors
/// What plotters says.
pub(super) fn accuracy(accuracies: &[Accuracy]) -> Drawn<String> {
    let mut svg = String::new();
    {
        let root = backend(&mut svg, 560, 240);
        root.fill(&WHITE)?;
        // A column a size, whatever lies between the sizes.
        let columns = (0..accuracies.len().saturating_sub(1)).into_segmented();
        let mut chart = ChartBuilder::on(&root)
            .margin(10)
            .x_label_area_size(36)
            .y_label_area_size(48)
            .build_cartesian_2d(columns, 0.0..100.0)?;
        let size = |column: &SegmentValue<usize>| match column {
            SegmentValue::CenterOf(column) => accuracies
                .get(*column)
                .map(|accuracy| accuracy.size.to_string())
                .unwrap_or_default(),
            _ => String::new(),
        };
        chart
            .configure_mesh()
            .disable_x_mesh()
            .x_desc("N")
            .y_desc("% right")
            .x_labels(accuracies.len())
            .x_label_formatter(&size)
            .y_label_formatter(&|percent| format!("{percent:.0}"))
            .light_line_style(WHITE)
            .draw()?;
        for (column, accuracy) in accuracies.iter().enumerate() {
            let colour = if accuracy.trained { BLUE } else { ORANGE };
            let top = 100.0 * accuracy.share();
            let corners = [
                (SegmentValue::Exact(column), 0.0),
                (SegmentValue::Exact(column + 1), top),
            ];
            let mut bar = Rectangle::new(corners, colour.filled());
            bar.set_margin(0, 0, 3, 3);
            chart.draw_series([bar])?;
        }
        root.present()?;
    }
    Ok(svg)
}

/// Loss of the determined bytes over the steps, on a logarithmic scale.
///
/// # Errors
/// What plotters says.
pub(super) fn losses(losses: &[f64]) -> Drawn<String> {
    let mut svg = String::new();
    {
        let root = backend(&mut svg, 560, 240);
        root.fill(&WHITE)?;
        let lowest = losses.iter().copied().fold(1.0, f64::min).max(1e-6);
        let highest = losses.iter().copied().fold(lowest * 10.0, f64::max);
        let mut chart = ChartBuilder::on(&root)
            .margin(10)
            .x_label_area_size(36)
            .y_label_area_size(60)
            .build_cartesian_2d(0.0..losses.len() as f64, (lowest..highest).log_scale())?;
        chart
            .configure_mesh()
            .x_desc("steps")
            .y_desc("bits a determined byte")
            .x_label_formatter(&|step| format!("{step:.0}"))
            .y_label_formatter(&|bits| format!("{bits}"))
            .light_line_style(WHITE)
            .draw()?;
        let points = losses
            .iter()
            .enumerate()
            .step_by(losses.len().div_ceil(300));
        let points = points.map(|(step, &bits)| (step as f64, bits.max(lowest)));
        chart.draw_series(LineSeries::new(points, BLUE.stroke_width(1)))?;
        root.present()?;
    }
    Ok(svg)
}

pub(super) fn backend(svg: &mut String, width: i32, height: i32) -> Area<'_> {
    let size = (width.unsigned_abs(), height.unsigned_abs());
    SVGBackend::with_string(svg, size).into_drawing_area()
}

pub(super) fn text_style(size: i32) -> TextStyle<'static> {
    ("monospace", size).into_font().color(&BLACK)
}

/// `text` in the middle between `x` and `x + width`, from `y` down.
pub(super) fn centred(
    root: &Area<'_>,
    text: &str,
    (x, y): (i32, i32),
    width: i32,
    ink: &RGBColor,
) -> Drawn<()> {
    use plotters::style::text_anchor::{HPos, Pos, VPos};
    let style = ("monospace", 13).into_font().color(ink);
    let style = style.pos(Pos::new(HPos::Center, VPos::Top));
    root.draw(&Text::new(text.to_owned(), (x + width / 2, y), style))?;
    Ok(())
}

/// A byte as a sign.
fn shown(byte: u8) -> String {
    match byte {
        b'\n' => "↵".to_owned(),
        byte => char::from(byte).to_string(),
    }
}

/// From red at −1 over white to blue at +1.
pub(super) fn colour(value: f32) -> RGBColor {
    let mix = |full: u8| {
        let part = value.abs().min(1.0);
        (255.0 + (f32::from(full) - 255.0) * part) as u8
    };
    let (red, green, blue) = match value < 0.0 {
        true => (202, 0, 32),
        false => (5, 90, 170),
    };
    RGBColor(mix(red), mix(green), mix(blue))
}
