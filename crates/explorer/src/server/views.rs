//! The views: each takes a question and answers in lines.

use std::ops::ControlFlow;

use axum::extract::State;
use axum::response::Response;
use lstm_format::VOCABULARY_SIZE;
use lstm_runtime::Signal;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::App;
use super::lines::answer;
use super::problem::Problem;
use super::question::{
    OneUnit, Passage, Question, Scope, SearchQuestion, SteerQuestion, TextQuestion, place, range,
};
use crate::reading::{read, state_at};
use crate::subject::Unit;
use crate::{matches as alike, picture as drawing, saturation, search as finding, steering};

/// Bytes of text a line of an answer is about.
const PIECE: usize = 128;

/// Most bytes of a look at a whole layer.
const MOST_COLUMNS: usize = 1024;

/// All signals of one unit over a text, and how surprising each byte was.
pub(super) async fn unit(
    State(app): State<App>,
    Question(question): Question<OneUnit>,
) -> Result<Response, Problem> {
    let (document, unit) = question.parts(&app.explorer.subject)?;
    Ok(answer(app, move |explorer, lines| {
        let subject = &explorer.subject;
        let signals = subject.tracer().signals();
        let mut columns: Vec<Vec<f64>> = vec![Vec::new(); signals.len() + 1];
        let length = document.text.len();
        read(subject, &document, 0..length, |step| {
            for (column, &signal) in columns.iter_mut().zip(signals) {
                column.push(short(step.value(Unit { signal, ..unit })));
            }
            columns[signals.len()].push(short(step.surprise));
            let end = step.offset + 1;
            if end.is_multiple_of(PIECE) || end == length {
                let mut line = Map::new();
                line.insert("at".into(), (end - columns[0].len()).into());
                let letters = signals.iter().map(|signal| signal.letter());
                for (name, column) in letters.chain(["surprise"]).zip(&mut columns) {
                    line.insert(name.into(), std::mem::take(column).into());
                }
                lines.write(&Value::Object(line))?;
            }
            ControlFlow::Continue(())
        })?;
        lines.write(&json!({"done": length}))
    })
    .await)
}

#[derive(Deserialize)]
pub(super) struct OneLayer {
    #[serde(flatten)]
    text: TextQuestion,
    layer: usize,
    signal: String,
    from: usize,
    to: usize,
}

/// One signal of all units of a layer over a passage, in steps of 1/127; of cell
/// states, which have no bounds, in such parts of each unit's strongest.
pub(super) async fn layer(
    State(app): State<App>,
    Question(question): Question<OneLayer>,
) -> Result<Response, Problem> {
    let subject = &app.explorer.subject;
    subject.check_layer(question.layer)?;
    let signal = subject.signal(&question.signal)?;
    let document = question.text.document()?;
    let range = range(&document, question.from, question.to)?;
    if range.len() > MOST_COLUMNS {
        let line = format!("at most {MOST_COLUMNS} bytes are shown for all units at once");
        return Err(Problem::bad(line));
    }
    Ok(answer(app, move |explorer, lines| {
        let from = range.start;
        let mut columns = Vec::with_capacity(range.len());
        read(&explorer.subject, &document, range, |step| {
            columns.push(step.units(question.layer, signal).to_vec());
            ControlFlow::Continue(())
        })?;
        let mut strongest = vec![1.0_f32; explorer.subject.config().hidden_size];
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
    })
    .await)
}

/// How often the gates of all units stand open or shut.
pub(super) async fn gates(
    State(app): State<App>,
    Question(question): Question<TextQuestion>,
) -> Result<Response, Problem> {
    let document = question.document()?;
    Ok(answer(app, move |explorer, lines| {
        let gates =
            saturation::saturation(&explorer.subject, &document, |share| lines.progress(share));
        match gates {
            ControlFlow::Continue(gates) => lines.write(&json!({"gates": gates})),
            ControlFlow::Break(()) => ControlFlow::Break(()),
        }
    })
    .await)
}

#[derive(Deserialize)]
pub(super) struct Place {
    #[serde(flatten)]
    text: TextQuestion,
    at: usize,
}

/// What the model expects at a place: the probability of each byte.
pub(super) async fn next(
    State(app): State<App>,
    Question(question): Question<Place>,
) -> Result<Response, Problem> {
    let document = question.text.document()?;
    let at = place(&document, question.at)?;
    Ok(answer(app, move |explorer, lines| {
        let state = state_at(&explorer.subject, &document, at);
        let mut log_probs = [0.0; VOCABULARY_SIZE];
        let mut session = explorer.subject.tracer().trace_session();
        session.log_probs(&state, &mut log_probs);
        let probabilities: Vec<f64> = log_probs.iter().map(|p| short(p.exp())).collect();
        lines.write(&json!({"at": at, "probabilities": probabilities}))
    })
    .await)
}

/// Which units track a property.
pub(super) async fn search(
    State(app): State<App>,
    Question(question): Question<SearchQuestion>,
) -> Result<Response, Problem> {
    let (documents, properties) = question.parts(&app.explorer)?;
    Ok(answer(app, move |explorer, lines| {
        let progress = |share| lines.progress(share);
        match finding::search(&explorer.subject, &documents, &properties, progress) {
            ControlFlow::Continue(findings) => lines.write(&findings),
            ControlFlow::Break(()) => ControlFlow::Break(()),
        }
    })
    .await)
}

#[derive(Deserialize)]
pub(super) struct Alike {
    #[serde(flatten)]
    passage: Passage,
    #[serde(flatten)]
    scope: Scope,
}

/// Where else a unit behaves as it does in a span.
pub(super) async fn matches(
    State(app): State<App>,
    Question(question): Question<Alike>,
) -> Result<Response, Problem> {
    let (document, unit, span) = question.passage.parts(&app.explorer.subject)?;
    let documents = question.scope.documents(document, &app.explorer)?;
    if span.is_empty() {
        return Err(Problem::bad(
            "select some text that the matches are to be like",
        ));
    }
    Ok(answer(app, move |explorer, lines| {
        let progress = |share| lines.progress(share);
        match alike::matches(&explorer.subject, &documents, unit, span, progress) {
            ControlFlow::Continue(matches) => {
                let names = documents.iter().map(|document| &document.name);
                let names: Vec<_> = names.collect();
                lines.write(&json!({"documents": names, "found": matches}))
            }
            ControlFlow::Break(()) => ControlFlow::Break(()),
        }
    })
    .await)
}

/// What changes when a unit is held or pushed.
pub(super) async fn steer(
    State(app): State<App>,
    Question(question): Question<SteerQuestion>,
) -> Result<Response, Problem> {
    let (document, steering) = question.parts(&app.explorer.subject)?;
    Ok(answer(app, move |explorer, lines| {
        lines.write(&steering::steer(&explorer.subject, &document, &steering))
    })
    .await)
}

/// A passage coloured by one signal, as SVG.
pub(super) async fn picture(
    State(app): State<App>,
    Question(question): Question<Passage>,
) -> Result<Response, Problem> {
    let (document, unit, range) = question.parts(&app.explorer.subject)?;
    Ok(answer(app, move |explorer, lines| {
        let title = drawing::title(&explorer.subject, unit);
        let svg = drawing::picture(&explorer.subject, &document, range, unit, &title);
        lines.write(&json!({"svg": svg}))
    })
    .await)
}

#[derive(Deserialize)]
pub(super) struct Cursor {
    name: String,
    before: String,
    after: String,
}

/// Ghost text, as an editor would show it.
pub(super) async fn ghost(
    State(app): State<App>,
    Question(question): Question<Cursor>,
) -> Result<Response, Problem> {
    if app.explorer.complete.is_none() {
        let line = "this model cannot complete: completion runs the cell `lstm` alone";
        return Err(Problem::bad(line));
    }
    Ok(answer(app, move |explorer, lines| {
        let Cursor {
            name,
            before,
            after,
        } = &question;
        let complete = explorer.complete.as_ref();
        let text = complete.and_then(|complete| complete(name, before, after));
        lines.write(&json!({"text": text}))
    })
    .await)
}

/// Four digits behind the point are enough for a chart.
fn short(value: f32) -> f64 {
    (f64::from(value) * 1e4).round() / 1e4
}
