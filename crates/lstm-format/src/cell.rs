//! Which recurrent cell a model is made of, and how its weights lie in a file.
//!
//! Owns the names and the order of blocks of rows; what a cell computes is
//! `lstm-runtime`'s and `char-lstm`'s business.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::FormatError;

/// A kind of recurrent cell.
///
/// Every layer of a model is of one kind. Its tensors carry the kind's name in
/// front: `gru.weight_ih_l0`, as PyTorch names them in a module called `gru`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CellKind {
    /// Long short-term memory with a forget gate, as PyTorch's `nn.LSTM`.
    #[default]
    Lstm,
    /// Elman's network with tanh, as PyTorch's `nn.RNN`.
    Rnn,
    /// Gated recurrent unit, as PyTorch's `nn.GRU`.
    Gru,
    /// An LSTM whose gates also see the cell.
    Peephole,
    /// An LSTM that forgets exactly as much as it takes in.
    Coupled,
}

/// A part of a cell that takes part in a step, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Gate {
    /// How much of the candidate is let in, in (0, 1).
    Input,
    /// How much of the old cell is kept, in (0, 1).
    Forget,
    /// What may be added to the cell, in (−1, 1).
    Candidate,
    /// How much of the cell is shown, in (0, 1).
    Output,
    /// How much of the old hidden state the new one sees, in (0, 1).
    Reset,
    /// How much of the old hidden state is kept, in (0, 1).
    Update,
    /// What the hidden state may become, in (−1, 1).
    New,
}

impl Gate {
    /// The name in lower case, such as `forget`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Forget => "forget",
            Self::Candidate => "candidate",
            Self::Output => "output",
            Self::Reset => "reset",
            Self::Update => "update",
            Self::New => "new",
        }
    }

    /// Whether it opens and closes, in (0, 1); the others are in (−1, 1).
    pub fn opens(self) -> bool {
        !matches!(self, Self::Candidate | Self::New)
    }
}

impl CellKind {
    /// Every kind, the LSTM first.
    pub const ALL: [Self; 5] = [
        Self::Lstm,
        Self::Rnn,
        Self::Gru,
        Self::Peephole,
        Self::Coupled,
    ];

    /// The name in files and on the command line, such as `gru`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lstm => "lstm",
            Self::Rnn => "rnn",
            Self::Gru => "gru",
            Self::Peephole => "peephole",
            Self::Coupled => "coupled",
        }
    }

    /// What each block of `H` rows in `weight_ih`, `weight_hh` and the biases
    /// makes, in order. PyTorch's order where PyTorch has the cell.
    pub fn row_blocks(self) -> &'static [Gate] {
        match self {
            Self::Lstm | Self::Peephole => {
                &[Gate::Input, Gate::Forget, Gate::Candidate, Gate::Output]
            }
            Self::Coupled => &[Gate::Input, Gate::Candidate, Gate::Output],
            Self::Gru => &[Gate::Reset, Gate::Update, Gate::New],
            Self::Rnn => &[Gate::New],
        }
    }

    /// What a step shows beside hidden and cell state, in order. The new hidden
    /// state of an `rnn` is all it computes, so there is nothing to show.
    pub fn gates(self) -> &'static [Gate] {
        match self {
            Self::Lstm | Self::Peephole | Self::Coupled => {
                &[Gate::Input, Gate::Forget, Gate::Candidate, Gate::Output]
            }
            Self::Gru => &[Gate::Reset, Gate::Update, Gate::New],
            Self::Rnn => &[],
        }
    }

    /// Whether there is a cell state beside the hidden state.
    pub fn has_cell_state(self) -> bool {
        matches!(self, Self::Lstm | Self::Peephole | Self::Coupled)
    }

    /// The gates that see the cell through a weight a unit, in the order of
    /// `weight_ch`, `[len * H]`.
    pub fn peepholes(self) -> &'static [Gate] {
        match self {
            Self::Peephole => &[Gate::Input, Gate::Forget, Gate::Output],
            _ => &[],
        }
    }

    pub(crate) fn is_lstm(&self) -> bool {
        *self == Self::Lstm
    }
}

impl fmt::Display for CellKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for CellKind {
    type Err = FormatError;

    fn from_str(name: &str) -> Result<Self, FormatError> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == name);
        found.ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            FormatError::Config(format!("cell is {name}, expected one of {names}"))
        })
    }
}
