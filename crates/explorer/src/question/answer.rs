//! How each view is answered.

use std::ops::{ControlFlow, Range};

use lstm_format::VOCABULARY_SIZE;
use lstm_runtime::Signal;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::parts::Cursor;
use super::{Asked, Explorer, Lines, Question};
use crate::matches::matches;
use crate::pause::pause;
use crate::picture::{picture, title};
use crate::reading::{Document, read, state_at};
use crate::saturation::saturation;
use crate::search::search;
use crate::steering::steer;
use crate::subject::{Subject, Unit};
use crate::writing::{Drawing, Written, write};

/// Bytes of text a line of an answer is about.
const PIECE: usize = 128;

/// The same of the first line, which a reader waits for.
const FIRST: usize = 32;

/// The same where a reader watches them being written.
const TOLD: usize = 4;

impl Question {
    /// Computes the answer and gives its lines to `lines`; breaks off where that does. It
    /// pauses every few milliseconds; dropped there, it computes no further.
    pub async fn answer(self, explorer: &Explorer, lines: &Lines<'_>) -> ControlFlow<()> {
        let subject = &explorer.subject;
        let progress = |share| lines.progress(share);
        match self.0 {
            Asked::Unit(document, unit) => all_signals(subject, &document, unit, lines).await,
            Asked::Layer {
                document,
                layer,
                signal,
                range,
            } => all_units(subject, &document, (layer, signal), range, lines).await,
            Asked::Gates(document) => {
                let gates = saturation(subject, &document, progress).await?;
                lines.write(&json!({"gates": gates}))
            }
            Asked::Next(document, at) => next(subject, &document, at, lines).await,
            Asked::Search(documents, properties) => {
                lines.write(&search(subject, &documents, &properties, progress).await?)
            }
            Asked::Matches(documents, unit, span) => {
                let found = matches(subject, &documents, unit, span, progress).await?;
                let names = documents.iter().map(|document| &document.name);
                lines.write(&json!({"documents": names.collect::<Vec<_>>(), "found": found}))
            }
            Asked::Steer(document, steering) => {
                lines.write(&steer(subject, &document, &steering).await)
            }
            Asked::Write(document, unit, drawing) => {
                written(subject, &document, unit, &drawing, lines).await
            }
            Asked::Picture(document, unit, range) => {
                let title = title(subject, unit);
                let svg = picture(subject, &document, range, unit, &title).await;
                lines.write(&json!({"svg": svg}))
            }
            Asked::Ghost(cursor) => ghost(explorer, &cursor, lines).await,
        }
    }
}

/// All signals of one unit over a text, and how surprising each byte was.
async fn all_signals(
    subject: &Subject,
    document: &Document,
    unit: Unit,
    lines: &Lines<'_>,
) -> ControlFlow<()> {
    let signals = subject.tracer().signals();
    let mut columns: Vec<Vec<f64>> = vec![Vec::new(); signals.len() + 1];
    let length = document.text.len();
    read(subject, document, 0..length, |step| {
        for (column, &signal) in columns.iter_mut().zip(signals) {
            column.push(short(step.value(Unit { signal, ..unit })));
        }
        columns[signals.len()].push(short(step.surprise));
        let end = step.offset + 1;
        if end == FIRST || end.is_multiple_of(PIECE) || end == length {
            let mut line = Map::new();
            line.insert("at".into(), (end - columns[0].len()).into());
            let letters = signals.iter().map(|signal| signal.letter());
            for (name, column) in letters.chain(["surprise"]).zip(&mut columns) {
                line.insert(name.into(), std::mem::take(column).into());
            }
            lines.write(&Value::Object(line))?;
        }
        ControlFlow::Continue(())
    })
    .await?;
    lines.write(&json!({"done": length}))
}

/// One signal of all units of a layer over a passage, in steps of 1/127; of cell
/// states, which have no bounds, in such parts of each unit's strongest.
async fn all_units(
    subject: &Subject,
    document: &Document,
    (layer, signal): (usize, Signal),
    range: Range<usize>,
    lines: &Lines<'_>,
) -> ControlFlow<()> {
    let from = range.start;
    let mut columns = Vec::with_capacity(range.len());
    read(subject, document, range, |step| {
        columns.push(step.units(layer, signal).to_vec());
        ControlFlow::Continue(())
    })
    .await?;
    let mut strongest = vec![1.0_f32; subject.config().hidden_size];
    if signal == Signal::Cell {
        for column in &columns {
            for (most, value) in strongest.iter_mut().zip(column) {
                *most = most.max(value.abs());
            }
        }
    }
    for (index, column) in columns.iter().enumerate() {
        let units = column.iter().zip(&strongest);
        let values = units.map(|(value, most)| (value / most * 127.0).round() as i8);
        lines.write(&json!({"at": from + index, "values": values.collect::<Vec<_>>()}))?;
    }
    lines.write(&json!({"done": true}))
}

/// What the model expects at a place: the probability of each byte.
async fn next(
    subject: &Subject,
    document: &Document,
    at: usize,
    lines: &Lines<'_>,
) -> ControlFlow<()> {
    let state = state_at(subject, document, at).await;
    let mut log_probs = [0.0; VOCABULARY_SIZE];
    let mut session = subject.tracer().trace_session();
    session.log_probs(&state, &mut log_probs);
    let probabilities: Vec<f64> = log_probs.iter().map(|p| short(libm::expf(*p))).collect();
    lines.write(&json!({"at": at, "probabilities": probabilities}))
}

/// What the model writes on behind a text, a few bytes a line, with what the unit does and
/// how surprising each byte was. The last line says whether it ended the text itself.
async fn written(
    subject: &Subject,
    document: &Document,
    unit: Unit,
    drawing: &Drawing,
    lines: &Lines<'_>,
) -> ControlFlow<()> {
    let mut piece = Piece::default();
    let mut outcome = ControlFlow::Continue(());
    let mut count = 0;
    let each = |written: Written| {
        count += 1;
        piece.bytes.push(written.byte);
        piece.values.push(short(written.value));
        piece.surprise.push(short(written.surprise));
        if piece.bytes.len() == TOLD || count == drawing.length {
            outcome = lines.write(&std::mem::take(&mut piece));
        }
        outcome
    };
    write(subject, document, document.text.len(), drawing, unit, each).await;
    outcome?;
    if !piece.bytes.is_empty() {
        lines.write(&piece)?;
    }
    lines.write(&json!({"written": count, "ended": count < drawing.length}))
}

/// Bytes that were written, told together.
#[derive(Default, Serialize)]
struct Piece {
    bytes: Vec<u8>,
    /// What the unit is once each is read.
    values: Vec<f64>,
    surprise: Vec<f64>,
}

/// Ghost text, as an editor would show it; then the ways to go on, best first.
async fn ghost(explorer: &Explorer, cursor: &Cursor, lines: &Lines<'_>) -> ControlFlow<()> {
    let Some(trying) = &explorer.trying else {
        return lines.write(&json!({"text": null}));
    };
    let text = trying.ghost(&cursor.name, &cursor.before, &cursor.after);
    lines.write(&json!({"text": text}))?;
    // Who types on does not want the rest.
    pause().await;
    let ways = trying.ways_on(&cursor.name, &cursor.before, &cursor.after);
    lines.write(&json!({"text": text, "ways": ways}))
}

/// Four digits behind the point are enough for a chart.
fn short(value: f32) -> f64 {
    (f64::from(value) * 1e4).round() / 1e4
}
