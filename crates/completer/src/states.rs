//! States of the model: how the one at a cursor is reached, and which are kept so that
//! it is reached soon.
//!
//! Only caches: an entry is used after a comparison of all that led to it, so they
//! change how long an answer takes, never what it says.

mod cache;
mod feeder;
mod memo;
pub mod rows;

pub(crate) use cache::StateCache;
pub(crate) use feeder::{Feeder, Windows};
pub(crate) use memo::{Memo, MemoSession};
