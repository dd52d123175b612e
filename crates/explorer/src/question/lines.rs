//! Answers that come line by line.

use std::ops::ControlFlow;

use serde::Serialize;
use serde_json::json;

/// Where an answer goes: takes a line of JSON without its end, and breaks once its
/// reader is gone.
pub struct Lines<'a>(&'a dyn Fn(String) -> ControlFlow<()>);

impl<'a> Lines<'a> {
    /// Lines that `take` takes.
    pub fn new(take: &'a dyn Fn(String) -> ControlFlow<()>) -> Self {
        Self(take)
    }

    /// Writes one line; breaks once it is not wanted any more.
    pub(super) fn write(&self, value: &impl Serialize) -> ControlFlow<()> {
        match serde_json::to_string(value) {
            Ok(line) => (self.0)(line),
            // What is written is made of strings and finite numbers.
            Err(_) => ControlFlow::Break(()),
        }
    }

    /// Says how far the work is; breaks once it is not wanted any more.
    pub(super) fn progress(&self, share: f64) -> ControlFlow<()> {
        self.write(&json!({"progress": (share * 1e3).round() / 1e3}))
    }
}
