//! A character LSTM on libtorch: corpus, training, evaluation, sampling, export.
//!
//! The only library that links libtorch. Must not know LSP, nor how a completion
//! is chosen. Files come in, model files go out.

pub mod batches;
pub mod cli;
pub mod corpus;
pub mod curve;
pub mod engine;
pub mod evaluation;
pub mod network;
pub mod optimizer;
pub mod schedule;
pub mod training;
