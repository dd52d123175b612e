//! The picture of a comparison: for each task a row a cell and a column a size,
//! the bluer the more sequences are right.

use lstm_format::CellKind;
use plotters::prelude::*;

use super::figure::{Drawn, backend, centred, colour, text_style};
use super::task::Task;

/// Pixels of a square, and left of the squares.
const SQUARE: i32 = 28;
const NAMES: i32 = 110;

/// Draws the share of right sequences that `share` knows.
///
/// # Errors
/// What plotters says.
pub(super) fn grid(share: impl Fn(Task, CellKind, usize) -> Option<f64>) -> Drawn<String> {
    let tasks = Task::ALL.map(|task| (task, task.measured_sizes()));
    let columns = tasks.iter().map(|(_, sizes)| sizes.len()).max();
    let width = NAMES + columns.unwrap_or(0) as i32 * SQUARE + 12;
    let rows = CellKind::ALL.len() as i32 + 3;
    let mut svg = String::new();
    {
        let root = backend(&mut svg, width, tasks.len() as i32 * rows * SQUARE);
        root.fill(&WHITE)?;
        let name =
            |text: &str, y: i32| root.draw(&Text::new(text.to_owned(), (8, y + 8), text_style(13)));
        for (block, (task, sizes)) in (0..).zip(&tasks) {
            let top = block * rows * SQUARE + 8;
            name(&format!("{task}: {}", task.description()), top)?;
            name("N", top + SQUARE)?;
            for (row, cell) in (2..).zip(CellKind::ALL) {
                name(cell.name(), top + row * SQUARE)?;
            }
            for (column, &size) in (0..).zip(sizes) {
                let x = NAMES + column * SQUARE;
                let trained = task.trained_sizes().contains(&size);
                let ink = if trained {
                    BLACK
                } else {
                    RGBColor(220, 90, 20)
                };
                centred(
                    &root,
                    &size.to_string(),
                    (x, top + SQUARE + 8),
                    SQUARE,
                    &ink,
                )?;
                for (row, cell) in (2..).zip(CellKind::ALL) {
                    let y = top + row * SQUARE;
                    let Some(share) = share(*task, cell, size) else {
                        continue;
                    };
                    let corners = [(x, y), (x + SQUARE - 2, y + SQUARE - 2)];
                    let fill = colour(share as f32);
                    root.draw(&Rectangle::new(corners, fill.filled()))?;
                    let ink = if share > 0.6 { WHITE } else { BLACK };
                    let percent = format!("{:.0}", 100.0 * share);
                    centred(&root, &percent, (x - 1, y + 8), SQUARE, &ink)?;
                }
            }
        }
        root.present()?;
    }
    Ok(svg)
}
