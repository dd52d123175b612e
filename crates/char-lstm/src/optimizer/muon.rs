//! One step of Muon (Jordan et al., 2024) for one matrix: along its momentum, but
//! as far in every direction, however small the gradients there are.

use tch::{Kind, Tensor};

/// Exponential decay of the momentum.
const MOMENTUM: f64 = 0.95;

/// Iterations towards an orthogonal matrix.
const ITERATIONS: usize = 5;

/// One step's numbers, the same for every matrix.
#[derive(Clone, Copy)]
pub(super) struct Update {
    pub(super) gradient_scale: f64,
    /// Root mean square of a matrix's update (Liu et al., 2025): what AdamW's
    /// learning rate is about.
    pub(super) learning_rate: f64,
    pub(super) decay: f64,
    /// Type of the matrix products.
    pub(super) compute: Kind,
}

impl Update {
    /// Updates a parameter, `[blocks * R, C]`, from its gradient and momentum, and
    /// clears the gradient. Each block of rows, which is one gate's, is a matrix of
    /// its own.
    pub(super) fn apply(self, [parameter, gradient, momentum]: [&mut Tensor; 3], blocks: usize) {
        let shape = parameter.size();
        let [rows, columns] = [shape[0] / blocks as i64, shape[1]];
        let _ = gradient.g_mul_scalar_(self.gradient_scale);
        let _ = momentum.g_mul_scalar_(MOMENTUM).g_add_(gradient);
        // Nesterov's look ahead.
        let direction = &*gradient + &*momentum * MOMENTUM;
        let direction = orthogonal(&direction.view([-1, rows, columns]), self.compute);
        // The root mean square of an orthogonal matrix is 1/√max(R, C).
        let scale = self.learning_rate * (rows.max(columns) as f64).sqrt();
        let change = direction.reshape(&shape) * scale;
        let _ = parameter.g_mul_scalar_(self.decay).g_sub_(&change);
        let _ = gradient.zero_();
    }
}

/// The matrices `[N, R, C]` with singular values brought near 1, between 0.7 and
/// 1.2, by the quintic Newton–Schulz iteration with Jordan's coefficients.
fn orthogonal(matrices: &Tensor, compute: Kind) -> Tensor {
    let (a, b, c) = (3.4445, -4.7750, 2.0315);
    // The iteration's products are of the shorter side.
    let tall = matrices.size()[1] > matrices.size()[2];
    let turned = |tensor: &Tensor| match tall {
        true => tensor.transpose(1, 2),
        false => tensor.shallow_clone(),
    };
    let norm = matrices
        .square()
        .sum_dim_intlist([1, 2].as_slice(), true, Kind::Float);
    let mut x = (turned(matrices) / (norm.sqrt() + 1e-12)).to_kind(compute);
    for _ in 0..ITERATIONS {
        let square = x.bmm(&x.transpose(1, 2));
        let polynomial = &square * b + square.bmm(&square) * c;
        x = &x * a + polynomial.bmm(&x);
    }
    turned(&x.to_kind(Kind::Float))
}

#[cfg(test)]
mod tests {
    use tch::Device;

    use super::*;

    #[test]
    fn every_direction_is_gone_as_far() {
        tch::manual_seed(5);
        let options = (Kind::Float, Device::Cpu);
        for (rows, columns) in [(48, 48), (64, 24), (24, 64)] {
            let (u, _, v) = Tensor::randn([2, rows, columns], options).svd(true, true);
            let least = rows.min(columns);
            // Some directions are stretched twenty times more than others.
            let stretched = &u * Tensor::linspace(0.05, 1.0, least, options);
            let x = stretched.bmm(&v.transpose(1, 2));
            for compute in [Kind::Float, Kind::BFloat16] {
                // In the directions of `u` and `v` it is diagonal, but for rounding.
                let y = u.transpose(1, 2).bmm(&orthogonal(&x, compute)).bmm(&v);
                let diagonal = y.diagonal(0, 1, 2);
                let values = [diagonal.min(), diagonal.max()].map(|v| v.double_value(&[]));
                assert!(values[0] > 0.6 && values[1] < 1.3, "{values:?}");
                let rest = (&y - diagonal.diag_embed(0, 1, 2)).abs().max();
                assert!(rest.double_value(&[]) < 0.1, "{rest:?}");
            }
        }
    }

    #[test]
    fn blocks_are_matrices_of_their_own() {
        tch::manual_seed(6);
        let update = Update {
            gradient_scale: 0.5,
            learning_rate: 0.1,
            decay: 0.9,
            compute: Kind::Float,
        };
        let random = || Tensor::randn([3 * 16, 8], (Kind::Float, Device::Cpu));
        let start = [random(), random(), random()];
        let mut whole = start.each_ref().map(Tensor::copy);
        update.apply(whole.each_mut(), 3);
        for block in 0..3 {
            let part = |tensor: &Tensor| tensor.narrow(0, block * 16, 16);
            let mut alone = start.each_ref().map(|tensor| part(tensor).copy());
            update.apply(alone.each_mut(), 1);
            for (alone, whole) in alone.iter().zip(&whole) {
                let difference = (alone - part(whole)).abs().max().double_value(&[]);
                assert!(difference < 1e-5, "{difference}");
            }
        }
        assert_eq!(whole[1].abs().max().double_value(&[]), 0.0);
        let moved = (&whole[0] - &start[0] * update.decay)
            .square()
            .mean(Kind::Float);
        let moved = moved.sqrt().double_value(&[]);
        assert!(
            (0.6..1.3).contains(&(moved / update.learning_rate)),
            "{moved}"
        );
    }
}
