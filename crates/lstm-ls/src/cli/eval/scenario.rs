//! How files are typed again.

use clap::ValueEnum;
use completer::evaluation::passage::{Passage, inside_brackets};

/// How files are typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Scenario {
    /// From the first byte to the last, nothing behind the cursor.
    #[default]
    Append,
    /// Blocks and arguments are deleted, one after the other, and typed again
    /// with the rest of the file in place.
    Edit,
}

impl Scenario {
    /// The passages of `text`, in order, none inside another.
    pub(super) fn passages(self, text: &str) -> Vec<Passage> {
        match self {
            Self::Append => vec![Passage {
                start: 0,
                end: text.len(),
                has_rest: false,
            }],
            Self::Edit => inside_brackets(text),
        }
    }
}
