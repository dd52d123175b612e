//! States of the model: how the one at a cursor is reached, and which are kept so that
//! it is reached soon.
//!
//! Only caches: an entry is used after a comparison of all that led to it, so they
//! change how long an answer takes, never what it says.

use std::path::Path;

use lstm_format::{ModelConfig, document_header};

mod cache;
mod feeder;
mod memo;
pub mod rows;

pub(crate) use cache::StateCache;
pub(crate) use feeder::{Feeder, Windows};
pub(crate) use memo::{Memo, MemoSession};

/// What the model is fed before the text of the document at `path`, which an editor says is
/// in `language`.
pub fn header(config: &ModelConfig, path: &str, language: &str) -> Vec<u8> {
    let told = language::told_to(&config.language, language, Path::new(path));
    document_header(&told, path)
}
