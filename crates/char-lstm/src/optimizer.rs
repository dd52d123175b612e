//! AdamW whose state can be saved, unlike that of libtorch's own optimisers.

use std::collections::BTreeMap;

use lstm_format::model_file::TRAINING_PREFIX;
use tch::{Kind, Tensor, no_grad};

use crate::network::{Network, to_vec};

/// AdamW (Loshchilov & Hutter, 2019) with gradient clipping by global norm.
pub struct AdamW {
    /// Exponential decay of the first moment.
    pub beta1: f64,
    /// Exponential decay of the second moment.
    pub beta2: f64,
    /// Added to the root of the second moment.
    pub epsilon: f64,
    /// Decoupled weight decay, on matrices only.
    pub weight_decay: f64,
    /// Largest global gradient norm.
    pub clip: f64,
    moments: Vec<(Tensor, Tensor)>,
}

impl AdamW {
    /// Zero moments for every parameter of `network`.
    pub fn new(network: &Network) -> Self {
        let zeros = |(_, p): &(String, Tensor)| (p.zeros_like(), p.zeros_like());
        Self {
            beta1: 0.9,
            beta2: 0.98,
            epsilon: 1e-8,
            weight_decay: 0.01,
            clip: 1.0,
            moments: no_grad(|| network.parameters().iter().map(zeros).collect()),
        }
    }

    /// One update from the gradients in `network`, which are then cleared.
    /// `step` counts from 1. Gives the gradient norm before clipping.
    pub fn step(&mut self, network: &Network, learning_rate: f64, step: u64) -> f64 {
        no_grad(|| {
            let parameters = network.parameters();
            let norms: Vec<Tensor> = parameters.iter().map(|(_, p)| p.grad().norm()).collect();
            let norm = Tensor::stack(&norms, 0).norm().double_value(&[]);
            let scale = (self.clip / (norm + 1e-6)).min(1.0);
            let correction1 = 1.0 - self.beta1.powi(step as i32);
            let correction2 = 1.0 - self.beta2.powi(step as i32);
            for ((_, parameter), (first, second)) in parameters.iter().zip(&mut self.moments) {
                let mut parameter = parameter.shallow_clone();
                let mut gradient = parameter.grad();
                let _ = gradient.g_mul_scalar_(scale);
                let _ = first.lerp_(&gradient, 1.0 - self.beta1);
                let square = &gradient * &gradient;
                let _ = second.lerp_(&square, 1.0 - self.beta2);
                if parameter.dim() > 1 {
                    let _ = parameter.g_mul_scalar_(1.0 - learning_rate * self.weight_decay);
                }
                let denominator = (&*second / correction2).sqrt() + self.epsilon;
                let update = &*first / denominator * (learning_rate / correction1);
                let _ = parameter.g_sub_(&update);
                let _ = gradient.zero_();
            }
            norm
        })
    }

    /// The moments as named vectors for a checkpoint.
    pub fn state(&self, network: &Network) -> Vec<(String, Vec<f32>)> {
        let named = network.parameters().iter().zip(&self.moments);
        named
            .flat_map(|((name, _), (first, second))| {
                [
                    (format!("{TRAINING_PREFIX}exp_avg.{name}"), to_vec(first)),
                    (
                        format!("{TRAINING_PREFIX}exp_avg_sq.{name}"),
                        to_vec(second),
                    ),
                ]
            })
            .collect()
    }

    /// Takes the moments back from a checkpoint; `None` if one is missing or
    /// of the wrong length.
    pub fn restore(&mut self, network: &Network, saved: &BTreeMap<String, Vec<f32>>) -> Option<()> {
        for ((name, parameter), (first, second)) in
            network.parameters().iter().zip(&mut self.moments)
        {
            for (moment, kind) in [(first, "exp_avg"), (second, "exp_avg_sq")] {
                let values = saved.get(&format!("{TRAINING_PREFIX}{kind}.{name}"))?;
                if values.len() != parameter.numel() {
                    return None;
                }
                let values = Tensor::from_slice(values).to_kind(Kind::Float);
                no_grad(|| moment.copy_(&values.view_as(parameter).to_device(network.device())));
            }
        }
        Some(())
    }
}
