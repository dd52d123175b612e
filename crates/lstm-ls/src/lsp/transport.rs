//! Messages to and from one client: what stands around tower-lsp, and why.
//!
//! tower-lsp routes methods, knows their types and cancels requests. Its own loop is not
//! used: it ends at the first message that it cannot decode, and it polls handlers in an
//! order of its own, so that edits could change places. So [`framing`] finds messages in
//! a stream of bytes, and finds the stream again after it was lost; `connection` reads
//! them, runs each handler up to its first wait before it looks at the next message, and
//! writes answers; `tolerance.rs` puts right what clients write otherwise than the standard
//! has it; `room.rs` and `structure.rs` bound the bytes that a client's messages take up;
//! `wire` does what tower-lsp 0.20 leaves undone between the two: the
//! capability that its types lack, tokens, tracing, panics, and the end of the session.

mod connection;
pub(super) mod ending;
pub mod framing;
mod link;
pub mod message;
pub(crate) mod process;
pub(crate) mod room;
pub(crate) mod structure;
pub(crate) mod tolerance;
mod wire;

pub use link::{Link, Place};

pub(super) use connection::serve;
pub(super) use ending::Ending;
pub(super) use wire::{Ties, Wire};
