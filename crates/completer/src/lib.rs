//! Turns the text before a cursor into ranked suggestions.
//!
//! `(path, text around the cursor, options, clock, cancel)` → [`Completion`]. Owns:
//! prefix states and their cache, decoding, stop rules, what fits between the texts
//! around the cursor, ranking. Must not know: LSP, sockets, files, threads, the
//! system's clock, or which engine stands behind [`lstm_format::Engine`].
//!
//! **Invariant.** A completion is a function of the request alone. The cache of
//! states changes how long it takes, never what it says; the clock matters only
//! through [`Options::deadline`].
//!
//! ```
//! use std::sync::Arc;
//! use std::time::{Duration, Instant};
//!
//! use code_index::{Group, Texts};
//! use completer::{Before, CancelToken, Completer, MultiLine, Options, Request, Strategy};
//!
//! // `Completer::new` takes a model; this one knows the user's other files alone.
//! let completer = Completer::of_memory();
//! let other = "fn sum(items: &[f64]) -> f64 {\n    items.iter().sum()\n}\n";
//! let files = Texts::from([("src/sum.rs".into(), Arc::from(other.as_bytes()))]);
//! let (group, _) = Group::default().holding(&files).expect("they are new");
//! let memory = group.layer(&[]);
//!
//! let started = Instant::now();
//! let request = Request {
//!     path: "src/total.rs",
//!     before: Before::whole(b"fn total(items: &[f64]) -> f64 {\n    items.it"),
//!     after: "\n}\n",
//!     language: "rust",
//!     memory: Some(&memory),
//!     options: &Options {
//!         strategy: Strategy::Greedy,
//!         multi_line: MultiLine::Auto,
//!         // A look at a wrong suggestion costs nothing here.
//!         glance_cost: Some(0.0),
//!         deadline: Some(Duration::from_secs(60)),
//!         ..Options::default()
//!     },
//!     clock: &|| started.elapsed(),
//! };
//! let completion = completer.complete(&request, &CancelToken::new())?;
//! assert_eq!(completion.suggestions[0].text, "er().sum()");
//! # Ok::<(), completer::Cancelled>(())
//! ```

#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

mod cancel;
mod completer;
mod completion;
mod decode;
mod fitted;
pub mod mixing;
pub mod names_after;
mod options;
mod perceptron;
pub mod show;
mod states;
mod suggest;
pub mod surprise;
mod surroundings;

pub use cancel::{CancelToken, Cancelled, Clock, NO_CLOCK};
pub use completer::Completer;
pub use completion::{Completion, End, Micros, Stop, Suggestion};
pub use fitted::Fitted;
pub use options::{Before, MultiLine, Options, Reach, Request, Strategy};
pub use states::{header, rows};
pub use suggest::{Flaws, flaws};
