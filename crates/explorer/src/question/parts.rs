//! The parts of questions, and whether they make sense.

use std::ops::Range;

use lstm_runtime::{Amount, Change, Signal, Target};
use regex::bytes::RegexBuilder;
use serde::Deserialize;

use super::{Asked, Explorer, MOST_TEXT, Problem};
use crate::property::Property;
use crate::reading::Document;
use crate::samples;
use crate::search::Named;
use crate::steering::Steering;
use crate::subject::{Subject, Unit};
use crate::writing::Drawing;

/// Most bytes that a search reads.
const MOST_SEARCHED: usize = 1 << 20;

/// Most bytes that a model writes on as it is and steered, which are told together.
const MOST_STEERED: usize = 2_000;

/// Most bytes that a model writes on, told as they come.
const MOST_WRITTEN: usize = 20_000;

/// Memory that a compiled expression may take.
const PATTERN_BYTES: usize = 1 << 20;

/// Most bytes of a look at a whole layer.
const MOST_COLUMNS: usize = 1024;

/// Most members of a list in a question.
const MOST_LISTED: usize = 1_000;

/// A text to read.
#[derive(Deserialize)]
pub(super) struct TextQuestion {
    name: String,
    text: String,
}

/// Refuses a text of more bytes than a look takes in.
fn fits(bytes: usize) -> Result<(), Problem> {
    match bytes <= MOST_TEXT {
        true => Ok(()),
        false => Err(Problem::TooMuch(format!(
            "the text has {} KB; a look takes in {} KB: send a part of it",
            bytes >> 10,
            MOST_TEXT >> 10
        ))),
    }
}

impl TextQuestion {
    pub(super) fn document(self) -> Result<Document, Problem> {
        fits(self.text.len())?;
        Ok(Document {
            name: self.name,
            text: self.text,
        })
    }
}

/// One signal of one unit.
#[derive(Deserialize)]
struct UnitQuestion {
    layer: usize,
    unit: usize,
    #[serde(default = "hidden")]
    signal: String,
}

fn hidden() -> String {
    Signal::Hidden.letter().to_owned()
}

impl UnitQuestion {
    fn unit(&self, subject: &Subject) -> Result<Unit, Problem> {
        Ok(subject.unit(self.layer, self.unit, &self.signal)?)
    }
}

/// One signal over a text.
#[derive(Deserialize)]
pub(super) struct OneUnit {
    #[serde(flatten)]
    text: TextQuestion,
    #[serde(flatten)]
    unit: UnitQuestion,
}

impl OneUnit {
    pub(super) fn parts(self, subject: &Subject) -> Result<(Document, Unit), Problem> {
        Ok((self.text.document()?, self.unit.unit(subject)?))
    }
}

/// One signal over a part of a text.
#[derive(Deserialize)]
pub(super) struct Passage {
    #[serde(flatten)]
    unit: OneUnit,
    from: usize,
    to: usize,
}

impl Passage {
    pub(super) fn parts(
        self,
        subject: &Subject,
    ) -> Result<(Document, Unit, Range<usize>), Problem> {
        let (document, unit) = self.unit.parts(subject)?;
        let range = range(&document, self.from, self.to)?;
        Ok((document, unit, range))
    }
}

/// `from` to `to` of `document`, in bytes, cut to what there is.
fn range(document: &Document, from: usize, to: usize) -> Result<Range<usize>, Problem> {
    let length = document.text.len();
    let (from, to) = (from.min(length), to.min(length));
    if from > to {
        let line = format!("a range ends where it begins or later, not from {from} to {to}");
        return Err(Problem::senseless(line));
    }
    Ok(from..to)
}

/// Refuses a list of more members than a person would name.
fn bounded(list: &str, members: usize) -> Result<(), Problem> {
    match members <= MOST_LISTED {
        true => Ok(()),
        false => Err(Problem::senseless(format!(
            "`{list}` has {members} members; at most {MOST_LISTED} are looked at"
        ))),
    }
}

/// A place in a document: up to its end, between two characters.
fn place(document: &Document, at: usize) -> Result<usize, Problem> {
    if document.text.is_char_boundary(at) {
        return Ok(at);
    }
    let length = document.text.len();
    Err(Problem::senseless(format!(
        "the text has {length} bytes and no place {at} between two characters"
    )))
}

/// What to search for, and where.
#[derive(Deserialize)]
pub(super) struct SearchQuestion {
    #[serde(flatten)]
    text: TextQuestion,
    /// Names of built-in properties; all of them where nothing else is asked.
    #[serde(default)]
    properties: Vec<String>,
    /// A regular expression.
    pattern: Option<String>,
    /// Ranges of the text, in bytes.
    spans: Option<Vec<(usize, usize)>>,
    #[serde(flatten)]
    scope: Scope,
}

/// Which texts are looked through.
#[derive(Deserialize)]
struct Scope {
    /// Whether the texts that the program was started with are, too.
    #[serde(default)]
    corpus: bool,
    /// How much of all that is read, in KB.
    #[serde(default = "some")]
    kilobytes: usize,
}

fn some() -> usize {
    48
}

impl SearchQuestion {
    /// The texts and the properties.
    pub(super) fn parts(self, explorer: &Explorer) -> Result<(Vec<Document>, Vec<Named>), Problem> {
        let document = self.text.document()?;
        bounded("properties", self.properties.len())?;
        bounded("spans", self.spans.as_ref().map_or(0, Vec::len))?;
        let mut properties = Vec::new();
        for name in self.properties {
            let Some(property) = Property::named(&name) else {
                let known = Property::BUILT_IN.map(|(name, _)| name).join(", ");
                let line = format!("there is no property {name:?}; there are {known}");
                return Err(Problem::senseless(line));
            };
            properties.push((name, property));
        }
        if let Some(pattern) = self.pattern {
            properties.push(("pattern".into(), expression(&pattern)?));
        }
        if let Some(spans) = self.spans {
            let spans = spans.into_iter();
            let spans: Result<_, _> = spans.map(|(from, to)| range(&document, from, to)).collect();
            properties.push(("spans".into(), Property::Spans(spans?)));
        }
        if properties.is_empty() {
            let language = &explorer.subject.config().language;
            let all = Property::of(samples::kind(language));
            properties.extend(all.map(|(name, property)| (name.to_owned(), property)));
        }
        Ok((self.scope.documents(document, explorer)?, properties))
    }
}

/// A regular expression as a property.
fn expression(pattern: &str) -> Result<Property, Problem> {
    let compiled = RegexBuilder::new(pattern)
        .multi_line(true)
        .size_limit(PATTERN_BYTES)
        .build();
    compiled.map(Property::Pattern).map_err(|error| {
        // The message shows the place on lines of its own; the last says what.
        let text = error.to_string();
        let last = text.lines().last().unwrap_or_default();
        let what = last.trim_start_matches("error: ");
        Problem::senseless(format!("the expression does not work: {what}"))
    })
}

impl Scope {
    /// `document` and, where asked for, those of the program; cut to size.
    fn documents(&self, document: Document, explorer: &Explorer) -> Result<Vec<Document>, Problem> {
        let others = explorer.documents.iter().filter(|_| self.corpus);
        let others = others.filter(|other| **other != document).cloned();
        let mut room = (self.kilobytes << 10).min(MOST_SEARCHED);
        let mut documents = Vec::new();
        for mut document in std::iter::once(document.clone()).chain(others) {
            let mut end = room.min(document.text.len());
            while !document.text.is_char_boundary(end) {
                end -= 1;
            }
            document.text.truncate(end);
            room -= end;
            if end > 0 {
                documents.push(document);
            }
        }
        if documents.is_empty() {
            return Err(Problem::senseless("there is no text to look through"));
        }
        Ok(documents)
    }
}

/// How to draw what is written on.
#[derive(Deserialize)]
struct DrawingQuestion {
    #[serde(default = "a_few_lines")]
    length: usize,
    #[serde(default = "warm")]
    temperature: f32,
    #[serde(default = "all")]
    top_p: f32,
    #[serde(default)]
    seed: u64,
}

impl DrawingQuestion {
    /// The same, of at most so many bytes.
    fn within(&self, most: usize) -> Result<Drawing, Problem> {
        if self.length > most {
            let line = format!("at most {most} bytes are written on");
            return Err(Problem::senseless(line));
        }
        if !(0.0..=10.0).contains(&self.temperature) {
            return Err(Problem::senseless("a temperature is a number from 0 to 10"));
        }
        if !(0.0..=1.0).contains(&self.top_p) {
            return Err(Problem::senseless("`top_p` is a number from 0 to 1"));
        }
        Ok(Drawing {
            length: self.length,
            temperature: self.temperature,
            top_p: self.top_p,
            seed: self.seed,
        })
    }
}

/// How to write on from the end of a text, and which signal is told beside it.
#[derive(Deserialize)]
pub(super) struct WriteQuestion {
    #[serde(flatten)]
    unit: OneUnit,
    #[serde(flatten)]
    drawing: DrawingQuestion,
}

impl WriteQuestion {
    pub(super) fn parts(self, subject: &Subject) -> Result<(Document, Unit, Drawing), Problem> {
        let (document, unit) = self.unit.parts(subject)?;
        Ok((document, unit, self.drawing.within(MOST_WRITTEN)?))
    }
}

/// How to write on from a place, as the model is and with changes.
#[derive(Deserialize)]
pub(super) struct SteerQuestion {
    #[serde(flatten)]
    text: TextQuestion,
    at: usize,
    #[serde(flatten)]
    drawing: DrawingQuestion,
    changes: Vec<ChangeQuestion>,
}

#[derive(Deserialize)]
struct ChangeQuestion {
    #[serde(flatten)]
    unit: UnitQuestion,
    /// `set` or `add`.
    how: String,
    amount: f32,
}

fn a_few_lines() -> usize {
    200
}

fn warm() -> f32 {
    0.6
}

fn all() -> f32 {
    1.0
}

impl SteerQuestion {
    pub(super) fn parts(self, subject: &Subject) -> Result<(Document, Steering), Problem> {
        let document = self.text.document()?;
        let drawing = self.drawing.within(MOST_STEERED)?;
        bounded("changes", self.changes.len())?;
        let mut changes = Vec::new();
        let mut watched = None;
        for change in &self.changes {
            let unit = change.unit.unit(subject)?;
            watched = watched.or(Some(unit));
            changes.push(change.change(unit)?);
        }
        let Some(watched) = watched else {
            return Err(Problem::senseless(
                "name a unit to hold or push in `changes`",
            ));
        };
        let steering = Steering {
            at: place(&document, self.at)?,
            drawing,
            changes,
            watched,
        };
        Ok((document, steering))
    }
}

impl ChangeQuestion {
    fn change(&self, unit: Unit) -> Result<Change, Problem> {
        let target = match unit.signal {
            Signal::Hidden => Target::Hidden,
            Signal::Cell => Target::Cell,
            _ => return Err(Problem::senseless("what is changed is a state, h or c")),
        };
        if !(-100.0..=100.0).contains(&self.amount) {
            return Err(Problem::senseless("an amount is a number from -100 to 100"));
        }
        let amount = match self.how.as_str() {
            "set" => Amount::Set(self.amount),
            "add" => Amount::Add(self.amount),
            _ => return Err(Problem::senseless("`how` is set or add")),
        };
        Ok(Change {
            layer: unit.layer,
            unit: unit.unit,
            target,
            amount,
        })
    }
}

/// One signal of all units of a layer over a part of a text.
#[derive(Deserialize)]
pub(super) struct OneLayer {
    #[serde(flatten)]
    text: TextQuestion,
    layer: usize,
    signal: String,
    from: usize,
    to: usize,
}

impl OneLayer {
    pub(super) fn asked(self, subject: &Subject) -> Result<Asked, Problem> {
        subject.check_layer(self.layer)?;
        let signal = subject.signal(&self.signal)?;
        let document = self.text.document()?;
        let range = range(&document, self.from, self.to)?;
        if range.len() > MOST_COLUMNS {
            let line = format!("at most {MOST_COLUMNS} bytes are shown for all units at once");
            return Err(Problem::senseless(line));
        }
        Ok(Asked::Layer {
            document,
            layer: self.layer,
            signal,
            range,
        })
    }
}

/// A place in a text.
#[derive(Deserialize)]
pub(super) struct Place {
    #[serde(flatten)]
    text: TextQuestion,
    at: usize,
}

impl Place {
    pub(super) fn parts(self) -> Result<(Document, usize), Problem> {
        let document = self.text.document()?;
        let at = place(&document, self.at)?;
        Ok((document, at))
    }
}

/// One signal over a part of a text, and the texts to look for the like in.
#[derive(Deserialize)]
pub(super) struct Alike {
    #[serde(flatten)]
    passage: Passage,
    #[serde(flatten)]
    scope: Scope,
}

impl Alike {
    pub(super) fn parts(
        self,
        explorer: &Explorer,
    ) -> Result<(Vec<Document>, Unit, Range<usize>), Problem> {
        let (document, unit, span) = self.passage.parts(&explorer.subject)?;
        let documents = self.scope.documents(document, explorer)?;
        if span.is_empty() {
            let line = "select some text that the matches are to be like";
            return Err(Problem::senseless(line));
        }
        Ok((documents, unit, span))
    }
}

/// A cursor in a text.
#[derive(Deserialize)]
pub(super) struct Cursor {
    pub(super) name: String,
    pub(super) before: String,
    pub(super) after: String,
}

impl Cursor {
    pub(super) fn checked(self, explorer: &Explorer) -> Result<Self, Problem> {
        if explorer.trying.is_none() {
            let line = "this model cannot complete: completion runs the cell `lstm` alone";
            return Err(Problem::senseless(line));
        }
        fits(self.before.len() + self.after.len())?;
        Ok(self)
    }
}
