//! Looks inside a character LSTM: what its units do over a text, which of them
//! track what, what becomes of a text when one is held; and a page on loopback
//! that shows it.
//!
//! Owns: the views and their JSON and SVG, the page, the HTTP server. Must not
//! know: LSP, how a model is trained, how a suggestion is made (whoever serves
//! the page hands in a function), files on disk.
//!
//! Architecture invariant: nothing is kept between two requests but the model
//! and the texts it was started with. Each request reads its text anew, within
//! bounds, on a bounded number of threads; so any number of browsers may look.
//!
//! Reading order: [`reading`], what a step of a text is; [`search`]; the rest as
//! it comes.

mod code_shape;
pub mod matches;
pub mod picture;
mod probe;
pub mod property;
pub mod reading;
pub mod samples;
pub mod saturation;
pub mod search;
mod server;
pub mod steering;
pub mod subject;
mod tally;

pub use server::{Complete, Explorer, serve};
