//! What a page may ask of a model, and the answers.
//!
//! A question is the name of a view and a JSON object. It is checked as a whole before
//! anything is computed, so that who asks nonsense hears so at once, in one line. An
//! answer is lines of JSON as they come, the last of them the result.

use std::ops::Range;

use lstm_format::ModelFile;
use lstm_runtime::{RuntimeError, Signal};
use serde::de::DeserializeOwned;

use crate::reading::Document;
use crate::search::Named;
use crate::steering::Steering;
use crate::subject::{Subject, Unit, Unknown};
use crate::writing::Drawing;

mod about;
mod answer;
mod lines;
mod parts;
mod trying;

pub use about::about;
pub use lines::Lines;
pub use trying::{Trying, Way};

use parts::{
    Alike, Cursor, OneLayer, OneUnit, Passage, Place, SearchQuestion, SteerQuestion, TextQuestion,
    WriteQuestion,
};

/// Most bytes of one text.
pub const MOST_TEXT: usize = 256 << 10;

/// A model, and what a page knows of it.
pub struct Explorer {
    /// The model.
    pub subject: Subject,
    /// Texts to begin with: the first is shown, all are searched.
    pub documents: Vec<Document>,
    /// What stands in the box to try it.
    pub example: String,
    /// What completes there; none for models that cannot.
    pub trying: Option<Trying>,
}

impl Explorer {
    /// Makes `model` ready, which people call `title`, with texts to begin with and an
    /// `example` to try it.
    ///
    /// # Errors
    /// If `LSTM_KERNEL` names a kernel that this CPU lacks.
    pub fn load(
        model: &ModelFile,
        title: String,
        documents: Vec<Document>,
        example: String,
    ) -> Result<Self, RuntimeError> {
        let subject = Subject::load(model, title)?;
        Ok(Self {
            trying: subject.engine().map(Trying::new),
            subject,
            documents,
            example,
        })
    }
}

/// Why a question has no answer, in one line for the user.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It is about a view that is not there.
    #[error("there is no such page")]
    NoSuchView,
    /// It brings more text than a look takes in.
    #[error("{0}")]
    TooMuch(String),
    /// It makes no sense.
    #[error("{0}")]
    Senseless(String),
}

impl Problem {
    fn senseless(line: impl Into<String>) -> Self {
        Self::Senseless(line.into())
    }
}

impl From<Unknown> for Problem {
    fn from(unknown: Unknown) -> Self {
        Self::senseless(unknown.to_string())
    }
}

/// A question that makes sense.
pub struct Question(Asked);

/// What is asked, every part of it looked up and within bounds.
enum Asked {
    Unit(Document, Unit),
    Layer {
        document: Document,
        layer: usize,
        signal: Signal,
        range: Range<usize>,
    },
    Gates(Document),
    Next(Document, usize),
    Search(Vec<Document>, Vec<Named>),
    Matches(Vec<Document>, Unit, Range<usize>),
    Steer(Document, Steering),
    Write(Document, Unit, Drawing),
    Picture(Document, Unit, Range<usize>),
    Ghost(Cursor),
}

impl Question {
    /// Reads the question about `view` that is to be asked of `explorer`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(view: &str, question: &[u8], explorer: &Explorer) -> Result<Self, Problem> {
        let subject = &explorer.subject;
        let asked = match view {
            "unit" => {
                let (document, unit) = parse::<OneUnit>(question)?.parts(subject)?;
                Asked::Unit(document, unit)
            }
            "layer" => parse::<OneLayer>(question)?.asked(subject)?,
            "gates" => Asked::Gates(parse::<TextQuestion>(question)?.document()?),
            "next" => {
                let (document, at) = parse::<Place>(question)?.parts()?;
                Asked::Next(document, at)
            }
            "search" => {
                let (documents, properties) = parse::<SearchQuestion>(question)?.parts(explorer)?;
                Asked::Search(documents, properties)
            }
            "matches" => {
                let (documents, unit, span) = parse::<Alike>(question)?.parts(explorer)?;
                Asked::Matches(documents, unit, span)
            }
            "steer" => {
                let (document, steering) = parse::<SteerQuestion>(question)?.parts(subject)?;
                Asked::Steer(document, steering)
            }
            "write" => {
                let (document, unit, drawing) = parse::<WriteQuestion>(question)?.parts(subject)?;
                Asked::Write(document, unit, drawing)
            }
            "picture" => {
                let (document, unit, range) = parse::<Passage>(question)?.parts(subject)?;
                Asked::Picture(document, unit, range)
            }
            "ghost" => Asked::Ghost(parse::<Cursor>(question)?.checked(explorer)?),
            _ => return Err(Problem::NoSuchView),
        };
        Ok(Self(asked))
    }
}

fn parse<T: DeserializeOwned>(question: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(question)
        .map_err(|error| Problem::senseless(format!("the question is not as expected: {error}")))
}
