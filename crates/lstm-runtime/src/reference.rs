//! The oracle: every cell in plain scalar f32, written to be read.
//!
//! Everything faster is tested against it. It takes a model at any precision,
//! dequantised to f32, and can show the inside of a step.

use lstm_format::{
    Engine, Fits, Gate, HeadInput, ModelConfig, ModelFile, Session, State, VOCABULARY_SIZE,
};

use crate::cell::{self, Cell, Sums};

mod tracing;

/// A row-major f32 matrix with a bias a row.
struct Affine {
    columns: usize,
    values: Vec<f32>,
    bias: Vec<f32>,
}

impl Affine {
    /// `self · x + bias`, `[rows]` from `[columns]`.
    fn of(&self, x: &[f32]) -> Vec<f32> {
        let rows = self.values.chunks_exact(self.columns).zip(&self.bias);
        rows.map(|(row, bias)| bias + dot(row, x)).collect()
    }
}

struct Layer {
    /// `[G*H, E]` or `[G*H, H]`.
    input: Affine,
    /// `[G*H, H]`.
    recurrent: Affine,
    cell: Box<dyn Cell>,
}

/// The scalar f32 engine.
pub struct Reference {
    config: ModelConfig,
    fits: Fits,
    /// `[256 * E]`.
    embedding: Vec<f32>,
    layers: Vec<Layer>,
    head: Affine,
}

/// What the network did in one step.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// Each layer, first layer first.
    pub layers: Vec<LayerTrace>,
    /// What the output layer makes of it, `[256]`; a softmax of them is the
    /// distribution of the next byte.
    pub logits: Vec<f32>,
}

/// What one layer did in one step; every vector is `[H]`.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerTrace {
    /// The new hidden state, in (−1, 1).
    pub h: Vec<f32>,
    /// The new cell state; empty where the cell has none.
    pub c: Vec<f32>,
    /// Each of the cell's [gates](lstm_format::CellKind::gates), in that order.
    pub gates: Vec<(Gate, Vec<f32>)>,
}

impl LayerTrace {
    /// The values of `gate`, where the cell has it.
    pub fn gate(&self, gate: Gate) -> Option<&[f32]> {
        let found = self.gates.iter().find(|(name, _)| *name == gate);
        found.map(|(_, values)| values.as_slice())
    }
}

impl Reference {
    /// Takes the weights of `model`, dequantised.
    pub fn new(model: &ModelFile) -> Self {
        let config = model.config.clone();
        let vector = |name: &str| model.tensor(name).to_f32();
        let affine = |weight: &str, bias: &str, columns| Affine {
            columns,
            values: vector(weight),
            bias: vector(bias),
        };
        let layer = |l: usize| {
            let name = |tensor: &str| config.recurrent_name(tensor, l);
            let (width, hidden) = (config.layer_input_size(l), config.hidden_size);
            Layer {
                input: affine(&name("weight_ih"), &name("bias_ih"), width),
                recurrent: affine(&name("weight_hh"), &name("bias_hh"), hidden),
                cell: cell::of(model, l),
            }
        };
        Self {
            embedding: vector("embedding.weight"),
            layers: (0..config.num_layers).map(layer).collect(),
            head: affine("head.weight", "head.bias", config.head_input_size()),
            config,
            fits: model.fits.clone(),
        }
    }

    /// Feeds `byte` to `state` and shows what happened.
    ///
    /// # Panics
    /// If `state` is not of this model's shape.
    pub fn trace(&self, state: &mut State, byte: u8) -> Trace {
        let layers = self.advance(state, byte, &mut |_, _| {});
        Trace {
            layers,
            logits: self.logits(state),
        }
    }

    /// The output layer's `[256]` logits of the next byte in `state`.
    ///
    /// # Panics
    /// If `state` is not of this model's shape.
    pub fn logits(&self, state: &State) -> Vec<f32> {
        self.head.of(match self.config.head {
            HeadInput::AllLayers => &state.h,
            HeadInput::LastLayer => &state.h[state.h.len() - self.config.hidden_size..],
        })
    }

    /// One step. `changed` is given each layer's number and what it did, before
    /// the layer above sees it, and may change its states.
    pub(crate) fn advance(
        &self,
        state: &mut State,
        byte: u8,
        changed: &mut dyn FnMut(usize, &mut LayerTrace),
    ) -> Vec<LayerTrace> {
        let width = self.config.embedding_size;
        let mut x = self.embedding[usize::from(byte) * width..][..width].to_vec();
        let (hidden, in_cell) = (self.config.hidden_size, self.config.cell_state_size());
        let mut traces = Vec::with_capacity(self.layers.len());
        for (index, layer) in self.layers.iter().enumerate() {
            let h = &mut state.h[index * hidden..][..hidden];
            let c = &mut state.c[index * in_cell..][..in_cell];
            let sums = Sums {
                input: &layer.input.of(&x),
                recurrent: &layer.recurrent.of(h),
            };
            let gates = layer.cell.step(sums, h, c);
            let mut trace = LayerTrace {
                h: h.to_vec(),
                c: c.to_vec(),
                gates,
            };
            changed(index, &mut trace);
            h.copy_from_slice(&trace.h);
            c.copy_from_slice(&trace.c);
            x.clone_from(&trace.h);
            traces.push(trace);
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

    fn fits(&self) -> &Fits {
        &self.fits
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
            self.0.advance(state, byte, &mut |_, _| {});
        }
    }

    fn log_probs(&mut self, state: &State, out: &mut [f32; VOCABULARY_SIZE]) {
        let logits = self.0.logits(state);
        let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let total: f32 = logits.iter().map(|logit| libm::expf(logit - largest)).sum();
        for (out, logit) in out.iter_mut().zip(logits) {
            *out = logit - largest - libm::logf(total);
        }
    }
}

/// Sum of products. In 16 parts, which a compiler can do side by side; one
/// running sum would make it wait for every addition.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    const PARTS: usize = 16;
    let (blocks_a, rest_a) = a.as_chunks::<PARTS>();
    let (blocks_b, rest_b) = b.as_chunks::<PARTS>();
    let mut parts = [0.0; PARTS];
    for (a, b) in blocks_a.iter().zip(blocks_b) {
        for part in 0..PARTS {
            parts[part] += a[part] * b[part];
        }
    }
    let rest: f32 = rest_a.iter().zip(rest_b).map(|(a, b)| a * b).sum();
    parts.iter().sum::<f32>() + rest
}
