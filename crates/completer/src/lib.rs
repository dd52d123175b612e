//! Turns the text before a cursor into ranked suggestions.
//!
//! `(path, text around the cursor, options, clock, cancel)` → [`Completion`]. Owns:
//! prefix states and their cache, decoding, stop rules, trimming against the
//! text after the cursor, ranking. Must not know: LSP, sockets, files, threads, the
//! system's clock, or which engine stands behind [`lstm_format::Engine`].
//!
//! **Invariant.** A completion is a function of the request alone. The cache of
//! states changes how long it takes, never what it says; the clock matters only
//! through [`Options::deadline`].

mod cancel;
mod completer;
mod completion;
mod decode;
mod exponential;
mod memo;
pub mod mixing;
pub mod names_after;
mod options;
mod perceptron;
mod prefix;
pub mod rows;
pub mod show;
mod state_cache;
mod stop_rules;
mod suggest;
pub mod surprise;
mod surroundings;
mod utf8;

pub use cancel::{CancelToken, Cancelled, Clock, NO_CLOCK};
pub use completer::Completer;
pub use completion::{Completion, Micros, Stop, Suggestion};
pub use options::{Before, MultiLine, Options, Reach, Request, Strategy};
