//! The engine in a web page: what a visitor types is completed by the visitor's own
//! browser, with the models, kernels and rules of the server.
//!
//! Owns: what a page may ask, in words that JavaScript has. Must not know: the page, nor
//! anything that only a server has (files, sockets, threads, clocks).
//!
//! Invariant: for the same model, text and options the suggestions are those of `lstm-ls
//! complete`, but for the last bits of their probabilities.

#![forbid(unsafe_code)]

use std::sync::Arc;

use code_index::Layer;
use completer::{Before, CancelToken, Completer, NO_CLOCK, Options, Request};
use lstm_format::ModelFile;
use lstm_runtime::{Kernel, Runtime};
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;

/// A model that is ready to complete.
#[wasm_bindgen]
pub struct Engine {
    completer: Completer,
    /// LSP identifier of the model's language.
    language: String,
    kernel: &'static str,
}

/// One way to go on.
#[derive(Serialize)]
struct Candidate<'a> {
    text: &'a str,
    /// Of all of it, in nats.
    log_prob: f64,
    /// Length in bytes.
    bytes: usize,
}

#[wasm_bindgen]
impl Engine {
    /// Loads the model whose file has these bytes.
    ///
    /// # Errors
    /// What is wrong with the file, for a person to read.
    #[wasm_bindgen(constructor)]
    pub fn new(model: &[u8]) -> Result<Engine, String> {
        let file = ModelFile::from_bytes(model).map_err(|error| error.to_string())?;
        let kernel = Kernel::detect();
        let runtime = Runtime::load(&file, kernel).map_err(|error| error.to_string())?;
        Ok(Self {
            completer: Completer::new(Arc::new(runtime)),
            language: file.config.language,
            kernel: kernel.name().as_str(),
        })
    }

    /// LSP identifier of the language that the model knows.
    #[wasm_bindgen(getter)]
    pub fn language(&self) -> String {
        self.language.clone()
    }

    /// The instructions it runs on: `simd128`, or `scalar` in a browser without.
    #[wasm_bindgen(getter)]
    pub fn kernel(&self) -> String {
        self.kernel.to_owned()
    }

    /// At most `candidates` ways to go on between `before` and `after` in a file called
    /// `path`, best first: a JSON list of `text`, `log_prob` (nats) and `bytes`. What the
    /// engine read is kept, so that the next key costs one step.
    ///
    /// # Errors
    /// That the list can't be written, which does not happen with finite numbers.
    pub fn complete(
        &self,
        path: &str,
        before: &str,
        after: &str,
        candidates: usize,
    ) -> Result<String, String> {
        let options = Options {
            candidates,
            ..Options::default()
        };
        let request = Request {
            path,
            before: Before::whole(before.as_bytes()),
            after,
            language: &self.language,
            memory: Some(&Layer::new()),
            options: &options,
            clock: NO_CLOCK,
        };
        let completion = self.completer.complete(&request, &CancelToken::new());
        let completion = completion.map_err(|error| error.to_string())?;
        let candidates = completion.suggestions.iter().map(|suggestion| Candidate {
            text: &suggestion.text,
            log_prob: suggestion.log_prob,
            bytes: suggestion.bytes,
        });
        serde_json::to_string(&candidates.collect::<Vec<_>>()).map_err(|error| error.to_string())
    }
}
