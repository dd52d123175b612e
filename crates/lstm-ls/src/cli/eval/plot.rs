//! The curve of a replay, drawn: what is saved against how often it is right,
//! and whether probabilities mean what they say.

use std::path::Path;

use anyhow::{Result, anyhow};
use evaluation::{Reliability, Tally};
use plotters::prelude::*;

const SIZE: (u32, u32) = (900, 420);

/// Draws the points of `curve`, by eagerness, and the reliability at one of them.
///
/// # Errors
/// If the file cannot be written.
pub(super) fn draw(path: &Path, curve: &[(f32, Tally)], reliability: &Reliability) -> Result<()> {
    let fail = |error: &dyn std::fmt::Display| anyhow!("drawing {}: {error}", path.display());
    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    area.fill(&WHITE).map_err(|e| fail(&e))?;
    let (left, right) = area.split_horizontally(SIZE.0 / 2);
    saved(&left, curve).map_err(|e| fail(&e))?;
    reliable(&right, reliability).map_err(|e| fail(&e))?;
    area.present().map_err(|e| fail(&e))
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
type Drawn = std::result::Result<(), Box<dyn std::error::Error>>;

fn saved(area: &Area<'_>, curve: &[(f32, Tally)]) -> Drawn {
    let points: Vec<(f64, f64, f32)> = curve
        .iter()
        .map(|(eagerness, tally)| (tally.precision() * 100.0, tally.saved() * 100.0, *eagerness))
        .collect();
    let most = points.iter().map(|p| p.1).fold(10.0, f64::max);
    let mut chart = ChartBuilder::on(area)
        .caption("Keystrokes saved, by eagerness", ("sans-serif", 16))
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(44)
        .build_cartesian_2d(0.0..100.0, 0.0..most * 1.15)?;
    chart
        .configure_mesh()
        .x_desc("suggestions that were right, %")
        .y_desc("keystrokes saved, %")
        .light_line_style(TRANSPARENT)
        .draw()?;
    let line = points.iter().map(|&(x, y, _)| (x, y));
    chart.draw_series(LineSeries::new(line, BLUE.stroke_width(2)))?;
    chart.draw_series(points.iter().map(|&(x, y, eagerness)| {
        let label = Text::new(format!("{eagerness}"), (6, -12), ("sans-serif", 11));
        EmptyElement::at((x, y)) + Circle::new((0, 0), 3, BLUE.filled()) + label
    }))?;
    Ok(())
}

fn reliable(area: &Area<'_>, reliability: &Reliability) -> Drawn {
    let mut chart = ChartBuilder::on(area)
        .caption("How often what is shown anew is right", ("sans-serif", 16))
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(44)
        .build_cartesian_2d(0.0..100.0, 0.0..100.0)?;
    chart
        .configure_mesh()
        .x_desc("probability that it was given, %")
        .y_desc("right, %")
        .light_line_style(TRANSPARENT)
        .draw()?;
    let even = [(0.0, 0.0), (100.0, 100.0)];
    chart.draw_series(LineSeries::new(even, BLACK.mix(0.3)))?;
    let bins = reliability.bins.iter().filter(|bin| bin.shown > 0);
    let points: Vec<(f64, f64)> = bins
        .map(|bin| (bin.expected() * 100.0, bin.observed() * 100.0))
        .collect();
    chart.draw_series(LineSeries::new(
        points.iter().copied(),
        BLUE.stroke_width(2),
    ))?;
    chart.draw_series(points.iter().map(|&at| Circle::new(at, 3, BLUE.filled())))?;
    Ok(())
}
