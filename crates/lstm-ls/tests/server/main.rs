//! The server over in-memory pipes, with an engine that needs no weights.

// `allow-unwrap-in-tests` does not reach helpers outside test functions.
#![allow(clippy::unwrap_used)]

mod client;
mod parrot;

mod acceptance;
mod completion;
mod diagnostic;
mod documents;
mod inline_completion;
mod open_documents;
mod outside;
mod session;
mod settings;
mod status;
mod tolerance;
mod workspace;
