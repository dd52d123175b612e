//! Optimisers whose state can be saved, unlike that of libtorch's own: AdamW, or
//! Muon for the matrices and AdamW for the rest.

mod adamw;
mod muon;

use std::collections::BTreeMap;

use lstm_format::model_file::TRAINING_PREFIX;
use tch::{Kind, Tensor, no_grad};

use crate::network::{Network, to_vec};

/// Exponential decay of AdamW's first and second moment.
const BETAS: (f64, f64) = (0.9, 0.98);

/// Added to the root of the second moment.
const EPSILON: f64 = 1e-8;

/// Decoupled weight decay, on matrices only.
const WEIGHT_DECAY: f64 = 0.01;

/// Largest global gradient norm.
const CLIP: f64 = 1.0;

/// An optimiser with gradient clipping by global norm and decoupled weight decay.
pub struct Optimizer {
    /// Muon's learning rate over AdamW's.
    muon: f64,
    /// Type of Muon's matrix products.
    compute: Kind,
    /// One for each parameter of the network.
    memories: Vec<Memory>,
}

/// What is remembered of a parameter's gradients, and so how it is updated.
enum Memory {
    AdamW { first: Tensor, second: Tensor },
    Muon { momentum: Tensor, blocks: usize },
}

impl Optimizer {
    /// An optimiser for `network` that has seen no gradient. With `muon`, Muon's
    /// learning rate over AdamW's, the matrices that hidden states are multiplied by
    /// are updated by Muon; `compute` is the type of its matrix products.
    pub fn new(network: &Network, muon: Option<f64>, compute: Kind) -> Self {
        let config = network.config();
        let blocks = config.cell.row_blocks().len();
        let hidden = |name: &str| {
            (0..config.num_layers).any(|layer| {
                // The first layer's input is a byte's embedding: a look-up, no product.
                name == config.recurrent_name("weight_hh", layer)
                    || layer > 0 && name == config.recurrent_name("weight_ih", layer)
            })
        };
        let memory = |(name, parameter): &(String, Tensor)| {
            let zeros = || parameter.zeros_like();
            match muon {
                Some(_) if hidden(name) => Memory::Muon {
                    momentum: zeros(),
                    blocks,
                },
                _ => Memory::AdamW {
                    first: zeros(),
                    second: zeros(),
                },
            }
        };
        Self {
            muon: muon.unwrap_or_default(),
            compute,
            memories: no_grad(|| network.parameters().iter().map(memory).collect()),
        }
    }

    /// One update from the gradients in `network`, which are then cleared. The
    /// learning rate is AdamW's, `step` counts from 1. Gives the gradient norm before clipping.
    pub fn step(&mut self, network: &Network, learning_rate: f64, step: u64) -> f64 {
        no_grad(|| {
            let parameters = network.parameters();
            let norms: Vec<Tensor> = parameters.iter().map(|(_, p)| p.grad().norm()).collect();
            let norm = Tensor::stack(&norms, 0).norm().double_value(&[]);
            let gradient_scale = (CLIP / (norm + 1e-6)).min(1.0);
            let decay = 1.0 - learning_rate * WEIGHT_DECAY;
            let adamw = adamw::Update {
                gradient_scale,
                first_rate: 1.0 - BETAS.0,
                second_rate: 1.0 - BETAS.1,
                second_correction: 1.0 - BETAS.1.powi(step as i32),
                step_size: learning_rate / (1.0 - BETAS.0.powi(step as i32)),
                epsilon: EPSILON,
                decay,
            };
            let muon = muon::Update {
                gradient_scale,
                learning_rate: learning_rate * self.muon,
                decay,
                compute: self.compute,
            };
            for ((_, parameter), memory) in parameters.iter().zip(&mut self.memories) {
                let mut gradient = parameter.grad();
                let mut parameter = parameter.shallow_clone();
                match memory {
                    Memory::AdamW { first, second } => {
                        let update = match parameter.dim() {
                            ..=1 => adamw.without_decay(),
                            _ => adamw,
                        };
                        update.apply([&mut parameter, &mut gradient, first, second]);
                    }
                    Memory::Muon { momentum, blocks } => {
                        muon.apply([&mut parameter, &mut gradient, momentum], *blocks);
                    }
                }
            }
            norm
        })
    }

    /// What is remembered, as named vectors for a checkpoint.
    pub fn state(&self, network: &Network) -> Vec<(String, Vec<f32>)> {
        let named = network.parameters().iter().zip(&self.memories);
        let vectors = named.flat_map(|((name, _), memory)| {
            let tensors = memory.tensors().into_iter();
            tensors.map(move |(what, tensor)| (saved_name(what, name), to_vec(tensor)))
        });
        vectors.collect()
    }

    /// Takes that back from a checkpoint; `None` if something is missing or of the
    /// wrong length.
    pub fn restore(&mut self, network: &Network, saved: &BTreeMap<String, Vec<f32>>) -> Option<()> {
        for ((name, parameter), memory) in network.parameters().iter().zip(&self.memories) {
            for (what, tensor) in memory.tensors() {
                let values = saved.get(&saved_name(what, name))?;
                if values.len() != parameter.numel() {
                    return None;
                }
                let values = Tensor::from_slice(values).to_kind(Kind::Float);
                let values = values.view_as(parameter).to_device(network.device());
                no_grad(|| tensor.shallow_clone().copy_(&values));
            }
        }
        Some(())
    }
}

impl Memory {
    /// Its tensors, by PyTorch's names.
    fn tensors(&self) -> Vec<(&'static str, &Tensor)> {
        match self {
            Self::AdamW { first, second } => vec![("exp_avg", first), ("exp_avg_sq", second)],
            Self::Muon { momentum, .. } => vec![("momentum_buffer", momentum)],
        }
    }
}

fn saved_name(what: &str, parameter: &str) -> String {
    format!("{TRAINING_PREFIX}{what}.{parameter}")
}
