//! One step of AdamW (Loshchilov & Hutter, 2019) for one parameter.

use rayon::prelude::*;
use tch::{Device, Kind, Tensor};

/// One step's numbers, the same for every element.
#[derive(Clone, Copy)]
pub(super) struct Update {
    pub(super) gradient_scale: f64,
    pub(super) first_rate: f64,
    pub(super) second_rate: f64,
    pub(super) second_correction: f64,
    pub(super) step_size: f64,
    pub(super) epsilon: f64,
    pub(super) decay: f64,
}

/// The least that a thread is given to update.
const LEAST_OF_A_THREAD: usize = 1 << 14;

impl Update {
    pub(super) fn without_decay(self) -> Self {
        Self { decay: 1.0, ..self }
    }

    /// Updates a parameter from its gradient and both moments, and clears the
    /// gradient.
    pub(super) fn apply(self, all: [&mut Tensor; 4]) {
        if all.iter().all(|tensor| is_plain(tensor)) {
            self.apply_in_one_pass(all);
        } else {
            self.apply_by_operations(all);
        }
    }

    /// Operation by operation, wherever the tensors are.
    fn apply_by_operations(self, [parameter, gradient, first, second]: [&mut Tensor; 4]) {
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
        update.apply_by_operations(expected.each_mut());
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
