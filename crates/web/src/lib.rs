//! The engine of a page that computes for itself: the visitor's own browser looks into a
//! model and completes with it, by the questions, kernels and rules of the server.
//!
//! Owns: the same in words that JavaScript has. Must not know: the page, nor anything that
//! only a server has (files, sockets, threads, clocks).
//!
//! Invariant: for the same model, texts and question the answer is that of `lstm-ls
//! explore`, to the bit.

#![forbid(unsafe_code)]

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Waker};

use explorer::question::{Explorer, Lines, Question, about};
use explorer::reading::Document;
use lstm_format::ModelFile;
use serde::Deserialize;
use serde_json::json;
use wasm_bindgen::prelude::wasm_bindgen;

/// A model that is ready to be asked.
#[wasm_bindgen]
pub struct Engine(Rc<Explorer>);

/// What is beside a model.
#[derive(Deserialize)]
struct Texts {
    title: String,
    documents: Vec<Document>,
    example: String,
}

#[wasm_bindgen]
impl Engine {
    /// Loads the model whose file has the bytes `model`. `texts` is a JSON object: the
    /// `title` that people call it by, `documents` to begin with, a list of `name` and
    /// `text`, and the `example` that stands in the box to try it.
    ///
    /// # Errors
    /// What is wrong with the file or the texts, for a person to read.
    #[wasm_bindgen(constructor)]
    pub fn new(model: &[u8], texts: &str) -> Result<Engine, String> {
        let texts: Texts = serde_json::from_str(texts).map_err(|error| error.to_string())?;
        let file = ModelFile::from_bytes(model).map_err(|error| error.to_string())?;
        let explorer = Explorer::load(&file, texts.title, texts.documents, texts.example);
        let explorer = explorer.map_err(|error| error.to_string())?;
        Ok(Self(Rc::new(explorer)))
    }

    /// What there is to say of the model, and the texts to begin with, as JSON.
    pub fn about(&self) -> String {
        about(&self.0).to_string()
    }

    /// Asks about `view`; `question` is a JSON object. Lines of the answer go to `sink`
    /// as it [advances](Answer::advance).
    ///
    /// # Errors
    /// What is wrong with the question.
    pub fn ask(&self, view: &str, question: &str, sink: Sink) -> Result<Answer, String> {
        let explorer = Rc::clone(&self.0);
        let question = Question::read(view, question.as_bytes(), &explorer);
        let question = question.map_err(|problem| problem.to_string())?;
        Ok(Answer(Box::pin(async move {
            let take = |line: String| {
                sink.take(&line);
                ControlFlow::Continue(())
            };
            question.answer(&explorer, &Lines::new(&take)).await
        })))
    }

    /// Remembers `files`, a JSON list of pairs of path and text, for what is completed
    /// from now on; what was remembered before is forgotten. As JSON, how many `files` and
    /// `bytes` are kept: those in the model's language.
    ///
    /// # Errors
    /// If `files` are no such list, or the model cannot complete.
    pub fn remember(&self, files: &str) -> Result<String, String> {
        let files: Vec<(PathBuf, String)> =
            serde_json::from_str(files).map_err(|error| error.to_string())?;
        let trying = self.0.trying.as_ref().ok_or("this model cannot complete")?;
        let (files, bytes) = trying.remember(files);
        Ok(json!({"files": files, "bytes": bytes}).to_string())
    }
}

#[wasm_bindgen]
extern "C" {
    /// What lines of an answer are given to.
    pub type Sink;

    /// Takes one.
    #[wasm_bindgen(method)]
    fn take(this: &Sink, line: &str);
}

/// An answer that is being computed; dropped, it is computed no further.
#[wasm_bindgen]
pub struct Answer(Pin<Box<dyn Future<Output = ControlFlow<()>>>>);

#[wasm_bindgen]
impl Answer {
    /// Computes for a few milliseconds; whether the answer is complete, after which this
    /// must not be called again.
    pub fn advance(&mut self) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        self.0.as_mut().poll(&mut context).is_ready()
    }
}
