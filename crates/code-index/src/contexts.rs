//! Contexts of many kinds beside the suffixes of the text: what followed where the
//! same words, brackets and lines stood before.
//!
//! Three steps. [`scanner`] tells what stands before a place, in [`near`] and
//! [`recent`] the places are found where the same stood, and the [`scorer`], which is
//! fitted, says how much what followed there speaks for each byte.

mod followers;
mod near;
mod places;
mod reader;
mod recent;
mod rows;
mod scanner;
mod scorer;

pub use followers::Followers;
pub use near::Near;
pub(crate) use reader::{ContextReader, NearPart, Sources};
pub(crate) use recent::Recent;
pub use rows::{INPUTS, MOST_ROWS, Rows, VALUES};
pub use scorer::{NUMBERS, Scorer, UNITS, WIDTH};
