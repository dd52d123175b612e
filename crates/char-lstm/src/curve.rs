//! The loss curve of a run: one JSON line a step, drawn as SVG.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use plotters::prelude::*;
use serde::{Deserialize, Serialize};

/// Most bytes of a log: some 300 000 steps.
const MOST_LOG: u64 = 32 << 20;

/// One step of a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Optimiser step, from 1.
    pub step: u64,
    /// Bytes of text read so far.
    pub bytes: u64,
    /// Training loss in bits per byte.
    pub train: f64,
    /// Validation loss in bits per byte, where measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation: Option<f64>,
    /// Learning rate used.
    pub learning_rate: f64,
}

/// `log.jsonl` and `curve.svg` in a run's folder.
pub struct Curve {
    folder: PathBuf,
    log: File,
    points: Vec<Point>,
}

impl Curve {
    /// Starts an empty log.
    ///
    /// # Errors
    /// If the log can't be made.
    pub fn create(folder: &Path) -> Result<Self> {
        Self::with_points(folder, Vec::new())
    }

    /// Goes on with the log, forgetting what came after `step`.
    ///
    /// # Errors
    /// If the log can't be read or rewritten; what was logged is then still there.
    pub fn resume(folder: &Path, step: u64) -> Result<Self> {
        let path = folder.join("log.jsonl");
        let log = disk::read(&path, disk::Links::Followed, MOST_LOG)
            .with_context(|| format!("opening {}", path.display()))?;
        let lines = log.split(|&byte| byte == b'\n');
        let points = lines.filter_map(|line| serde_json::from_slice::<Point>(line).ok());
        Self::with_points(folder, points.filter(|p| p.step <= step).collect())
    }

    fn with_points(folder: &Path, points: Vec<Point>) -> Result<Self> {
        let path = folder.join("log.jsonl");
        let mut lines = String::new();
        for point in &points {
            lines += &serde_json::to_string(point)?;
            lines.push('\n');
        }
        disk::write_own(&path, lines.as_bytes())?;
        let log = OpenOptions::new().append(true).open(&path);
        Ok(Self {
            folder: folder.to_owned(),
            log: log.with_context(|| format!("opening {}", path.display()))?,
            points,
        })
    }

    /// Adds a point.
    ///
    /// # Errors
    /// If the log can't be written.
    pub fn push(&mut self, point: Point) -> Result<()> {
        writeln!(self.log, "{}", serde_json::to_string(&point)?).context("writing log.jsonl")?;
        self.points.push(point);
        Ok(())
    }

    /// Draws `curve.svg`: training loss (smoothed) and validation loss over megabytes read.
    ///
    /// # Errors
    /// If the picture can't be written.
    pub fn draw(&self) -> Result<()> {
        let path = self.folder.join("curve.svg");
        let drawn = draw(&path, &self.points);
        drawn.map_err(|e| anyhow!("drawing {}: {e}", path.display()))
    }
}

fn draw(path: &Path, points: &[Point]) -> Result<(), Box<dyn std::error::Error>> {
    if points.is_empty() {
        return Ok(());
    }
    let megabytes = |p: &Point| p.bytes as f64 / 1e6;
    let mut smoothed = Vec::with_capacity(points.len());
    let mut average = points[0].train;
    for point in points {
        average += 0.05 * (point.train - average);
        smoothed.push((megabytes(point), average));
    }
    // A few hundred vertices draw the same line as thousands.
    let stride = smoothed.len().div_ceil(400);
    let smoothed: Vec<_> = smoothed.into_iter().step_by(stride).collect();
    let validation: Vec<_> = (points.iter())
        .filter_map(|p| Some((megabytes(p), p.validation?)))
        .collect();
    let right = points.last().map_or(1.0, megabytes);
    let lowest = smoothed
        .iter()
        .chain(&validation)
        .map(|p| p.1)
        .fold(f64::INFINITY, f64::min);

    let root = SVGBackend::new(path, (760, 420)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(52)
        .build_cartesian_2d(0.0..right, (lowest - 0.1)..(lowest + 1.6))?;
    chart
        .configure_mesh()
        .x_desc("megabytes read")
        .y_desc("bits per byte")
        .light_line_style(WHITE)
        .draw()?;
    let (blue, orange) = (RGBColor(31, 119, 180), RGBColor(220, 90, 20));
    chart
        .draw_series(LineSeries::new(smoothed, &blue))?
        .label("training (smoothed)")
        .legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], blue));
    chart
        .draw_series(LineSeries::new(validation, orange.stroke_width(2)))?
        .label("validation")
        .legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], orange));
    chart
        .configure_series_labels()
        .background_style(WHITE)
        .border_style(BLACK)
        .draw()?;
    root.present()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resuming_replaces_the_log_and_never_empties_it() {
        let folder = tempfile::tempdir().unwrap();
        let (log, before) = (
            folder.path().join("log.jsonl"),
            folder.path().join("before"),
        );
        let point = |step| Point {
            step,
            bytes: step * 100,
            train: 1.1,
            validation: None,
            learning_rate: 0.003,
        };
        let mut curve = Curve::create(folder.path()).unwrap();
        (1..=3).for_each(|step| curve.push(point(step)).unwrap());
        // A reader that has the old log open keeps all of it, and so does a run that dies
        // half-way.
        std::fs::hard_link(&log, &before).unwrap();
        let mut curve = Curve::resume(folder.path(), 2).unwrap();
        curve.push(point(7)).unwrap();
        let steps = |path: &Path| -> Vec<u64> {
            let text = std::fs::read_to_string(path).unwrap();
            let points = text
                .lines()
                .map(|l| serde_json::from_str::<Point>(l).unwrap());
            points.map(|p| p.step).collect()
        };
        assert_eq!(steps(&before), [1, 2, 3]);
        assert_eq!(steps(&log), [1, 2, 7]);
    }
}
