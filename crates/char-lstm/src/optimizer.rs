//! AdamW whose state can be saved, unlike that of libtorch's own optimisers.

use std::collections::BTreeMap;

use lstm_format::model_file::TRAINING_PREFIX;
use rayon::prelude::*;
use tch::{Device, Kind, Tensor, no_grad};

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
            let update = Update {
                gradient_scale: (self.clip / (norm + 1e-6)).min(1.0),
                first_rate: 1.0 - self.beta1,
                second_rate: 1.0 - self.beta2,
                second_correction: 1.0 - self.beta2.powi(step as i32),
                step_size: learning_rate / (1.0 - self.beta1.powi(step as i32)),
                epsilon: self.epsilon,
                decay: 1.0 - learning_rate * self.weight_decay,
            };
            for ((_, parameter), (first, second)) in parameters.iter().zip(&mut self.moments) {
                let update = match parameter.dim() {
                    ..=1 => update.without_decay(),
                    _ => update,
                };
                let mut gradient = parameter.grad();
                let mut parameter = parameter.shallow_clone();
                let all = [&mut parameter, &mut gradient, first, second];
                if all.iter().all(|tensor| is_plain(tensor)) {
                    update.apply_in_one_pass(all);
                } else {
                    update.apply(all);
                }
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

/// One step's numbers, the same for every element.
#[derive(Clone, Copy)]
struct Update {
    gradient_scale: f64,
    first_rate: f64,
    second_rate: f64,
    second_correction: f64,
    step_size: f64,
    epsilon: f64,
    decay: f64,
}

/// The least that a thread is given to update.
const LEAST_OF_A_THREAD: usize = 1 << 14;

impl Update {
    fn without_decay(self) -> Self {
        Self { decay: 1.0, ..self }
    }

    /// Updates a parameter from its gradient and both moments, and clears the
    /// gradient: operation by operation, wherever they are.
    fn apply(self, [parameter, gradient, first, second]: [&mut Tensor; 4]) {
        let _ = gradient.g_mul_scalar_(self.gradient_scale);
        let _ = first.lerp_(gradient, self.first_rate);
        let square = &*gradient * &*gradient;
        let _ = second.lerp_(&square, self.second_rate);
        let denominator = (&*second / self.second_correction).sqrt() + self.epsilon;
        let change = &*first / denominator * self.step_size;
        let _ = parameter.g_mul_scalar_(self.decay).g_sub_(&change);
        let _ = gradient.zero_();
    }

    /// The same in one pass over the memory, which is all that it costs a CPU. Each
    /// must be [plain](is_plain).
    fn apply_in_one_pass(self, all: [&mut Tensor; 4]) {
        let threads = tch::get_num_threads().max(1) as usize;
        let length = all[0].numel().div_ceil(threads).max(LEAST_OF_A_THREAD);
        let [parameter, gradient, first, second] = all.map(elements);
        let parts = (
            parameter.par_chunks_mut(length),
            gradient.par_chunks_mut(length),
            first.par_chunks_mut(length),
            second.par_chunks_mut(length),
        );
        let [scale, first_rate, second_rate, step_size, epsilon, decay] = [
            self.gradient_scale,
            self.first_rate,
            self.second_rate,
            self.step_size,
            self.epsilon,
            self.decay,
        ]
        .map(|number| number as f32);
        let root_correction = (1.0 / self.second_correction).sqrt() as f32;
        parts.into_par_iter().for_each(|(p, g, m, v)| {
            for (((p, g), m), v) in p.iter_mut().zip(g).zip(m).zip(v) {
                let gradient = *g * scale;
                *m += (gradient - *m) * first_rate;
                *v += (gradient * gradient - *v) * second_rate;
                let change = *m / (v.sqrt() * root_correction + epsilon) * step_size;
                *p = *p * decay - change;
                *g = 0.0;
            }
        });
    }
}

/// Whether the elements of `tensor` lie one after the other in this program's memory.
fn is_plain(tensor: &Tensor) -> bool {
    tensor.device() == Device::Cpu && tensor.kind() == Kind::Float && tensor.is_contiguous()
}

/// The elements of a [plain](is_plain) tensor.
fn elements(tensor: &mut Tensor) -> &mut [f32] {
    assert!(is_plain(tensor), "elements of {tensor:?}");
    // SAFETY: it is on the CPU, contiguous and of f32, so that as many of them lie
    // where its data begins, and live as long as it does. libtorch runs nothing
    // else meanwhile, and no other slice is made of the same tensor.
    unsafe { std::slice::from_raw_parts_mut(tensor.data_ptr().cast(), tensor.numel()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_pass_does_what_the_operations_do() {
        tch::manual_seed(3);
        let shape = [300, 130];
        let random = || Tensor::randn(shape, (Kind::Float, Device::Cpu));
        let start = [random(), random(), random() * 0.1, random().abs() * 0.1];
        let update = Update {
            gradient_scale: 0.7,
            first_rate: 0.1,
            second_rate: 0.02,
            second_correction: 0.3,
            step_size: 0.01,
            epsilon: 1e-8,
            decay: 0.999,
        };
        let mut expected = start.each_ref().map(Tensor::copy);
        update.apply(expected.each_mut());
        let mut got = start.each_ref().map(Tensor::copy);
        update.apply_in_one_pass(got.each_mut());
        for (got, expected) in got.iter().zip(&expected) {
            let difference = (got - expected).abs().max().double_value(&[]);
            assert!(difference < 1e-6, "{difference}");
        }
        assert_eq!(got[1].abs().max().double_value(&[]), 0.0);
    }

    #[test]
    fn what_lies_otherwise_is_not_taken_for_plain() {
        let matrix = Tensor::zeros([4, 6], (Kind::Float, Device::Cpu));
        assert!(is_plain(&matrix));
        assert!(!is_plain(&matrix.transpose(0, 1)));
        assert!(!is_plain(&matrix.to_kind(Kind::BFloat16)));
    }
}
