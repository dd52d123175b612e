//! The oracle: an LSTM in plain scalar f32, written to be read.
//!
//! Everything faster is tested against it. It takes a model at any precision,
//! dequantised to f32, and can show the gates of a step.

use lstm_format::{Engine, HeadInput, ModelConfig, ModelFile, Session, State, VOCABULARY_SIZE};

/// A row-major f32 matrix.
struct Matrix {
    columns: usize,
    values: Vec<f32>,
}

impl Matrix {
    /// `self · x`, `[rows]` from `[columns]`.
    fn times(&self, x: &[f32]) -> Vec<f32> {
        let rows = self.values.chunks_exact(self.columns);
        rows.map(|row| row.iter().zip(x).map(|(w, x)| w * x).sum())
            .collect()
    }
}

struct Layer {
    weight_ih: Matrix,
    weight_hh: Matrix,
    /// `bias_ih + bias_hh`, `[4*H]`.
    bias: Vec<f32>,
}

/// The scalar f32 engine.
pub struct Reference {
    config: ModelConfig,
    embedding: Matrix,
    layers: Vec<Layer>,
    head: Matrix,
    head_bias: Vec<f32>,
}

/// What one layer did in one step; every vector is `[H]`.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerTrace {
    /// `i`, how much of the candidate is let in, in (0, 1).
    pub input_gate: Vec<f32>,
    /// `f`, how much of the old cell is kept, in (0, 1).
    pub forget_gate: Vec<f32>,
    /// `g`, the candidate for the cell, in (−1, 1).
    pub candidate: Vec<f32>,
    /// `o`, how much of the cell is shown, in (0, 1).
    pub output_gate: Vec<f32>,
    /// The new cell state.
    pub c: Vec<f32>,
    /// The new hidden state, in (−1, 1).
    pub h: Vec<f32>,
}

impl Reference {
    /// Takes the weights of `model`, dequantised.
    pub fn new(model: &ModelFile) -> Self {
        let config = model.config.clone();
        let vector = |name: &str| model.tensor(name).to_f32();
        let matrix = |name: &str, columns| Matrix {
            columns,
            values: vector(name),
        };
        let layer = |l: usize| Layer {
            weight_ih: matrix(&format!("lstm.weight_ih_l{l}"), config.layer_input_size(l)),
            weight_hh: matrix(&format!("lstm.weight_hh_l{l}"), config.hidden_size),
            bias: add(
                vector(&format!("lstm.bias_ih_l{l}")),
                &vector(&format!("lstm.bias_hh_l{l}")),
            ),
        };
        Self {
            embedding: matrix("embedding.weight", config.embedding_size),
            layers: (0..config.num_layers).map(layer).collect(),
            head: matrix("head.weight", config.head_input_size()),
            head_bias: vector("head.bias"),
            config,
        }
    }

    /// Feeds `byte` to `state` and shows what each layer did, first layer first.
    ///
    /// The LSTM of Hochreiter and Schmidhuber (1997) with the forget gate of
    /// Gers et al. (2000), no peepholes, as in PyTorch's `nn.LSTM`.
    ///
    /// # Panics
    /// If `state` is not of this model's shape.
    pub fn trace(&self, state: &mut State, byte: u8) -> Vec<LayerTrace> {
        let hidden = self.config.hidden_size;
        let width = self.embedding.columns;
        let mut x = self.embedding.values[usize::from(byte) * width..][..width].to_vec();
        let mut traces = Vec::with_capacity(self.layers.len());
        for (index, layer) in self.layers.iter().enumerate() {
            let units = index * hidden..(index + 1) * hidden;
            let sums = add(layer.bias.clone(), &layer.weight_ih.times(&x));
            let sums = add(sums, &layer.weight_hh.times(&state.h[units.clone()]));
            let gate = |number: usize, activation: fn(f32) -> f32| -> Vec<f32> {
                let sums = &sums[number * hidden..][..hidden];
                sums.iter().map(|&sum| activation(sum)).collect()
            };
            let input_gate = gate(0, sigmoid);
            let forget_gate = gate(1, sigmoid);
            let candidate = gate(2, f32::tanh);
            let output_gate = gate(3, sigmoid);
            let (c, h) = (&mut state.c[units.clone()], &mut state.h[units]);
            for unit in 0..hidden {
                c[unit] = forget_gate[unit] * c[unit] + input_gate[unit] * candidate[unit];
                h[unit] = output_gate[unit] * c[unit].tanh();
            }
            x = h.to_vec();
            traces.push(LayerTrace {
                input_gate,
                forget_gate,
                candidate,
                output_gate,
                c: c.to_vec(),
                h: x.clone(),
            });
        }
        traces
    }
}

impl Engine for Reference {
    fn config(&self) -> &ModelConfig {
        &self.config
    }

    fn describe(&self) -> String {
        "f32 reference".into()
    }

    fn session(&self) -> Box<dyn Session + '_> {
        Box::new(ReferenceSession(self))
    }
}

struct ReferenceSession<'a>(&'a Reference);

impl Session for ReferenceSession<'_> {
    fn step(&mut self, states: &mut [State], bytes: &[u8]) {
        assert_eq!(states.len(), bytes.len(), "one byte a lane");
        for (state, &byte) in states.iter_mut().zip(bytes) {
            self.0.trace(state, byte);
        }
    }

    fn log_probs(&mut self, state: &State, out: &mut [f32; VOCABULARY_SIZE]) {
        let model = self.0;
        let head_input = match model.config.head {
            HeadInput::AllLayers => &state.h[..],
            HeadInput::LastLayer => &state.h[state.h.len() - model.config.hidden_size..],
        };
        let logits = add(model.head_bias.clone(), &model.head.times(head_input));
        let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let total: f32 = logits.iter().map(|logit| (logit - largest).exp()).sum();
        for (out, logit) in out.iter_mut().zip(logits) {
            *out = logit - largest - total.ln();
        }
    }
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

fn add(mut a: Vec<f32>, b: &[f32]) -> Vec<f32> {
    for (a, b) in a.iter_mut().zip(b) {
        *a += b;
    }
    a
}
