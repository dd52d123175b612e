//! A character LSTM on libtorch: corpus, training, evaluation, sampling, export.
//!
//! The only library that links libtorch. Must not know LSP, nor how a completion
//! is chosen. Files come in, model files go out; nothing is printed.

#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod batches;
mod cell;
pub mod corpus;
pub mod curve;
pub mod engine;
pub mod evaluation;
pub mod lab;
pub mod network;
pub mod optimizer;
pub mod samples;
pub mod schedule;
pub mod training;
