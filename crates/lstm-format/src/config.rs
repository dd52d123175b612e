//! The hyper-parameters that fix every tensor's name and shape.

use serde::{Deserialize, Serialize};

use crate::cell::CellKind;
use crate::error::FormatError;
use crate::{VOCABULARY_SIZE, WindowRule};

/// Which hidden states the output layer reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeadInput {
    /// The last layer's hidden state: `[hidden_size]`.
    LastLayer,
    /// Every layer's hidden state, first layer first: `[num_layers * hidden_size]`.
    AllLayers,
}

/// Shape of a stacked character network: embedding → `num_layers` recurrent
/// layers → 256 logits. A recurrent tensor has `G` blocks of `H` rows, in the
/// order of [`CellKind::row_blocks`]: `i, f, g, o` in an LSTM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelConfig {
    /// LSP language identifier the model was trained on, such as `rust`.
    pub language: String,
    /// What the layers are made of; a file that says nothing is an LSTM.
    #[serde(default, skip_serializing_if = "CellKind::is_lstm")]
    pub cell: CellKind,
    /// Stacked layers, 1–8.
    pub num_layers: usize,
    /// Hidden units a layer (`H`), 1–4096.
    pub hidden_size: usize,
    /// Width of the byte embedding (`E`), 1–1024.
    pub embedding_size: usize,
    /// What the output layer reads.
    pub head: HeadInput,
    /// Context window `W` in bytes; see [`WindowRule`].
    pub window: usize,
}

impl ModelConfig {
    /// One LSTM layer of 8 units for `language`, an LSP identifier: small enough for tests.
    pub fn small(language: &str) -> Self {
        Self {
            language: language.to_owned(),
            cell: CellKind::Lstm,
            num_layers: 1,
            hidden_size: 8,
            embedding_size: 4,
            head: HeadInput::LastLayer,
            window: 256,
        }
    }

    /// Checks every range.
    ///
    /// # Errors
    /// [`FormatError::Config`] names the first field out of range.
    pub fn validate(&self) -> Result<(), FormatError> {
        let range = |field: &'static str, value: usize, low: usize, high: usize| {
            if (low..=high).contains(&value) {
                Ok(())
            } else {
                Err(FormatError::Config(format!(
                    "{field} is {value}, expected {low} to {high}"
                )))
            }
        };
        range("num_layers", self.num_layers, 1, 8)?;
        range("hidden_size", self.hidden_size, 1, 4096)?;
        range("embedding_size", self.embedding_size, 1, 1024)?;
        range("window", self.window, WindowRule::MIN_WINDOW, 1 << 16)?;
        range("length of language", self.language.len(), 1, 64)?;
        if self.language.bytes().any(|b| !b.is_ascii_graphic()) {
            return Err(FormatError::Config(format!(
                "language is {:?}, expected an LSP language identifier such as \"rust\"",
                self.language
            )));
        }
        Ok(())
    }

    /// Width of the output layer's input: `H` or `num_layers * H`.
    pub fn head_input_size(&self) -> usize {
        match self.head {
            HeadInput::LastLayer => self.hidden_size,
            HeadInput::AllLayers => self.num_layers * self.hidden_size,
        }
    }

    /// Width of layer `layer`'s input: `E` for the first, `H` for the others.
    pub fn layer_input_size(&self, layer: usize) -> usize {
        if layer == 0 {
            self.embedding_size
        } else {
            self.hidden_size
        }
    }

    /// Width of a layer's cell state: `H`, or 0 where the cell has none.
    pub fn cell_state_size(&self) -> usize {
        match self.cell.has_cell_state() {
            true => self.hidden_size,
            false => 0,
        }
    }

    /// Full name of a recurrent tensor: `gru.weight_ih_l0` for `weight_ih` and 0.
    pub fn recurrent_name(&self, tensor: &str, layer: usize) -> String {
        format!("{}.{tensor}_l{layer}", self.cell.name())
    }

    /// The context rule of this model.
    ///
    /// # Panics
    /// If the window is out of range, which [`validate`](Self::validate) refuses.
    pub fn window_rule(&self) -> WindowRule {
        WindowRule::new(self.window)
    }

    /// Every tensor of a model with this configuration, in file order, by
    /// PyTorch's names for `nn.Embedding`, `nn.LSTM`, `nn.GRU`, `nn.RNN` and
    /// `nn.Linear`. Peepholes, which PyTorch lacks, are `weight_ch_l0`.
    pub fn tensor_specs(&self) -> Vec<TensorSpec> {
        let hidden = self.hidden_size;
        let rows = self.cell.row_blocks().len() * hidden;
        let peepholes = self.cell.peepholes().len() * hidden;
        let spec = |name: String, shape: Vec<usize>, quantised: bool| TensorSpec {
            name,
            shape,
            quantised,
        };
        let mut specs = vec![spec(
            "embedding.weight".into(),
            vec![VOCABULARY_SIZE, self.embedding_size],
            false,
        )];
        for layer in 0..self.num_layers {
            let input = self.layer_input_size(layer);
            let name = |tensor: &str| self.recurrent_name(tensor, layer);
            specs.extend([
                // The first layer's input product becomes a 256-row table when
                // a model is loaded, so quantising it would save nothing.
                spec(name("weight_ih"), vec![rows, input], layer > 0),
                spec(name("weight_hh"), vec![rows, hidden], true),
                spec(name("bias_ih"), vec![rows], false),
                spec(name("bias_hh"), vec![rows], false),
            ]);
            if peepholes > 0 {
                specs.push(spec(name("weight_ch"), vec![peepholes], false));
            }
        }
        specs.push(spec(
            "head.weight".into(),
            vec![VOCABULARY_SIZE, self.head_input_size()],
            true,
        ));
        specs.push(spec("head.bias".into(), vec![VOCABULARY_SIZE], false));
        specs
    }

    /// Number of trainable parameters.
    pub fn parameter_count(&self) -> usize {
        let length = |spec: &TensorSpec| spec.shape.iter().product::<usize>();
        self.tensor_specs().iter().map(length).sum()
    }
}

/// Name and shape of one tensor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorSpec {
    /// PyTorch's name, such as `lstm.weight_hh_l0`.
    pub name: String,
    /// Row-major shape: `[rows, columns]` or `[length]`.
    pub shape: Vec<usize>,
    /// Whether an int8 export stores it as int8 rows with a scale each.
    pub quantised: bool,
}
