//! Small experiments on what a recurrent network learns, after Edwin Chen's
//! "Exploring LSTMs": it counts, counts selectively, keeps a state, copies.
//!
//! A run makes its own data, trains a network of ten units in seconds, measures
//! it inside and beyond what it was trained on, and looks for the units that
//! carry the answer. Must not know the command line, nor where reports go.

pub mod comparison;
mod figure;
mod grid;
mod html;
mod report;
mod score;
mod task;
mod training;
mod units;

pub use report::Report;
pub use score::{Accuracy, accuracies};
pub use task::{Sequence, Task};
pub use training::{Outcome, Settings, train};
pub use units::{Finding, Where, findings};
