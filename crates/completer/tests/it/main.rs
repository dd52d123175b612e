//! Completions at a cursor, through the public API, with engines small enough
//! to know what they will say.

mod cursor;
mod engines;
mod model;
mod properties;
mod right_text;
mod states;
