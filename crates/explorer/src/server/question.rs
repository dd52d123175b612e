//! What a page may ask, and whether it makes sense.

use std::ops::Range;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::FromRequest;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use lstm_runtime::{Amount, Change, Signal, Target};
use regex::bytes::RegexBuilder;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use super::Explorer;
use super::problem::Problem;
use crate::property::Property;
use crate::reading::Document;
use crate::search::Named;
use crate::steering::Steering;
use crate::subject::{Subject, Unit};

/// Most bytes of one text.
pub(super) const MOST_TEXT: usize = 256 << 10;

/// Most bytes that a search reads.
const MOST_SEARCHED: usize = 1 << 20;

/// Most bytes that a model writes on.
const MOST_WRITTEN: usize = 2_000;

/// Memory that a compiled expression may take.
const PATTERN_BYTES: usize = 1 << 20;

/// Longest wait for a request's body.
const BODY_TIME: Duration = Duration::from_secs(5);

/// Most members of a list in a question.
const MOST_LISTED: usize = 1_000;

/// The body of a request as JSON, or one line that says what is wrong with it.
pub(super) struct Question<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Question<T> {
    type Rejection = Problem;

    async fn from_request(request: axum::extract::Request, state: &S) -> Result<Self, Problem> {
        let body = timeout(BODY_TIME, Bytes::from_request(request, state)).await;
        let late = |_| {
            Problem(
                StatusCode::REQUEST_TIMEOUT,
                "the question took too long".into(),
            )
        };
        let body =
            body.map_err(late)?
                .map_err(|rejection: BytesRejection| match rejection.status() {
                    StatusCode::PAYLOAD_TOO_LARGE => Problem(
                        StatusCode::PAYLOAD_TOO_LARGE,
                        format!(
                            "that is more than a look takes in; send at most {} KB of text",
                            MOST_TEXT >> 10
                        ),
                    ),
                    status => Problem(status, rejection.body_text()),
                })?;
        serde_json::from_slice(&body)
            .map(Self)
            .map_err(|error| Problem::bad(format!("the question is not as expected: {error}")))
    }
}

/// A text to read.
#[derive(Deserialize)]
pub(super) struct TextQuestion {
    name: String,
    text: String,
}

impl TextQuestion {
    pub(super) fn document(self) -> Result<Document, Problem> {
        if self.text.len() > MOST_TEXT {
            let line = format!(
                "the text has {} KB; a look takes in {} KB: send a part of it",
                self.text.len() >> 10,
                MOST_TEXT >> 10
            );
            return Err(Problem(StatusCode::PAYLOAD_TOO_LARGE, line));
        }
        Ok(Document {
            name: self.name,
            text: self.text,
        })
    }
}

/// One signal of one unit.
#[derive(Deserialize)]
pub(super) struct UnitQuestion {
    layer: usize,
    unit: usize,
    #[serde(default = "hidden")]
    signal: String,
}

fn hidden() -> String {
    Signal::Hidden.letter().to_owned()
}

impl UnitQuestion {
    pub(super) fn unit(&self, subject: &Subject) -> Result<Unit, Problem> {
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
pub(super) fn range(document: &Document, from: usize, to: usize) -> Result<Range<usize>, Problem> {
    let length = document.text.len();
    let (from, to) = (from.min(length), to.min(length));
    if from > to {
        let line = format!("a range ends where it begins or later, not from {from} to {to}");
        return Err(Problem::bad(line));
    }
    Ok(from..to)
}

/// Refuses a list of more members than a person would name.
fn bounded(list: &str, members: usize) -> Result<(), Problem> {
    match members <= MOST_LISTED {
        true => Ok(()),
        false => Err(Problem::bad(format!(
            "`{list}` has {members} members; at most {MOST_LISTED} are looked at"
        ))),
    }
}

/// A place in a document: up to its end, between two characters.
pub(super) fn place(document: &Document, at: usize) -> Result<usize, Problem> {
    if document.text.is_char_boundary(at) {
        return Ok(at);
    }
    let length = document.text.len();
    Err(Problem::bad(format!(
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
pub(super) struct Scope {
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
                return Err(Problem::bad(line));
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
            let all = Property::BUILT_IN.into_iter();
            properties.extend(all.map(|(name, property)| (name.to_owned(), property)));
        }
        Ok((self.scope.documents(document, explorer)?, properties))
    }
}

/// A regular expression as a property.
pub(super) fn expression(pattern: &str) -> Result<Property, Problem> {
    let compiled = RegexBuilder::new(pattern)
        .multi_line(true)
        .size_limit(PATTERN_BYTES)
        .build();
    compiled.map(Property::Pattern).map_err(|error| {
        // The message shows the place on lines of its own; the last says what.
        let text = error.to_string();
        let last = text.lines().last().unwrap_or_default();
        let what = last.trim_start_matches("error: ");
        Problem::bad(format!("the expression does not work: {what}"))
    })
}

impl Scope {
    /// `document` and, where asked for, those of the program; cut to size.
    pub(super) fn documents(
        &self,
        document: Document,
        explorer: &Explorer,
    ) -> Result<Vec<Document>, Problem> {
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
            return Err(Problem::bad("there is no text to look through"));
        }
        Ok(documents)
    }
}

/// How to write on from a place.
#[derive(Deserialize)]
pub(super) struct SteerQuestion {
    #[serde(flatten)]
    text: TextQuestion,
    at: usize,
    #[serde(default = "a_few_lines")]
    length: usize,
    #[serde(default = "warm")]
    temperature: f32,
    #[serde(default)]
    seed: u64,
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

impl SteerQuestion {
    pub(super) fn parts(self, subject: &Subject) -> Result<(Document, Steering), Problem> {
        let document = self.text.document()?;
        if self.length > MOST_WRITTEN {
            let line = format!("at most {MOST_WRITTEN} bytes are written on");
            return Err(Problem::bad(line));
        }
        if !(0.0..=10.0).contains(&self.temperature) {
            return Err(Problem::bad("a temperature is a number from 0 to 10"));
        }
        bounded("changes", self.changes.len())?;
        let mut changes = Vec::new();
        let mut watched = None;
        for change in &self.changes {
            let unit = change.unit.unit(subject)?;
            watched = watched.or(Some(unit));
            changes.push(change.change(unit)?);
        }
        let Some(watched) = watched else {
            return Err(Problem::bad("name a unit to hold or push in `changes`"));
        };
        let steering = Steering {
            at: place(&document, self.at)?,
            length: self.length,
            temperature: self.temperature,
            seed: self.seed,
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
            _ => return Err(Problem::bad("what is changed is a state, h or c")),
        };
        if !(-100.0..=100.0).contains(&self.amount) {
            return Err(Problem::bad("an amount is a number from -100 to 100"));
        }
        let amount = match self.how.as_str() {
            "set" => Amount::Set(self.amount),
            "add" => Amount::Add(self.amount),
            _ => return Err(Problem::bad("`how` is set or add")),
        };
        Ok(Change {
            layer: unit.layer,
            unit: unit.unit,
            target,
            amount,
        })
    }
}
