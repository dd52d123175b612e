//! Models of a given shape with random weights: speed does not depend on what
//! the weights are.

use anyhow::Result;
use lstm_format::{CellKind, HeadInput, ModelConfig, ModelFile, Precision};

/// Layers and units of a network, written `3x512`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) num_layers: usize,
    pub(crate) hidden_size: usize,
}

impl Shape {
    /// `3x512`.
    pub(crate) fn name(self) -> String {
        format!("{}x{}", self.num_layers, self.hidden_size)
    }

    /// Bytes of int8 weights that one step reads, the output layer left out:
    /// the first layer's input product is a table of which one row is read.
    pub(crate) fn step_bytes(self) -> usize {
        (2 * self.num_layers - 1) * 4 * self.hidden_size * self.hidden_size
    }

    /// Bytes of int8 weights of the output layer.
    pub(crate) fn head_bytes(self) -> usize {
        256 * self.hidden_size
    }

    /// An f32 model of this shape, always the same.
    ///
    /// # Errors
    /// If the shape is out of range.
    pub(crate) fn model(self) -> Result<ModelFile> {
        let config = ModelConfig {
            language: "rust".to_owned(),
            cell: CellKind::Lstm,
            num_layers: self.num_layers,
            hidden_size: self.hidden_size,
            embedding_size: 64,
            head: HeadInput::LastLayer,
            window: 1024,
        };
        Ok(ModelFile::random(config, Precision::F32, 1.0, 1)?)
    }
}
