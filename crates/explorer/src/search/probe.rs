//! The best linear probe: what all hidden states together say of a property.
//!
//! Ridge regression (Hoerl & Kennard 1970) by conjugate gradients on the normal
//! equations (Hestenes & Stiefel 1952): a few passes over the rows, no matrix
//! but theirs.

use crate::pause::pause;

/// Ridge, as a share of the features' mean square.
const RIDGE: f64 = 0.01;

/// Passes; more change the held-out score by nothing that can be seen.
const PASSES: usize = 50;

/// Weights of a linear function of features.
pub(crate) struct Probe {
    weights: Vec<f32>,
    bias: f32,
}

/// Rows of a block.
const BLOCK: usize = 64;

/// Feature vectors of one length, in blocks: one list would be copied as it grows, and a
/// page never gives back what it needed meanwhile.
#[derive(Clone, Debug)]
pub(crate) struct Rows {
    columns: usize,
    blocks: Vec<Vec<f32>>,
}

impl Rows {
    pub(crate) fn new(columns: usize) -> Self {
        Self {
            columns,
            blocks: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, row: &[f32]) {
        debug_assert_eq!(row.len(), self.columns);
        let is_full = |block: &Vec<f32>| block.len() >= BLOCK * self.columns;
        if self.blocks.last().is_none_or(is_full) {
            self.blocks.push(Vec::with_capacity(BLOCK * self.columns));
        }
        let last = self.blocks.last_mut().expect("one was added");
        last.extend_from_slice(row);
    }

    fn iter(&self) -> impl Iterator<Item = &[f32]> {
        let blocks = self.blocks.iter();
        blocks.flat_map(|block| block.chunks_exact(self.columns))
    }
}

impl Probe {
    /// The linear function of `rows` that is nearest to `targets`. Rows without a target have
    /// no say.
    pub(crate) async fn fit(rows: &Rows, targets: &[Option<f32>]) -> Self {
        let columns = rows.columns;
        let told = || {
            let pairs = rows.iter().zip(targets);
            pairs.filter_map(|(row, target)| Some((row, (*target)?)))
        };
        let count = told().count().max(1) as f32;
        let mut mean = vec![0.0; columns];
        for (row, _) in told() {
            add_scaled(&mut mean, row, 1.0 / count);
        }
        let target_mean = told().map(|(_, target)| target).sum::<f32>() / count;
        let values = told().flat_map(|(row, _)| row);
        let squares: f64 = values.map(|&v| f64::from(v * v)).sum();
        let ridge = (RIDGE * squares / columns as f64) as f32;

        // (X − m)ᵀ(X − m) w + ridge·w = (X − m)ᵀ(y − ȳ)
        let mut residual = vec![0.0; columns];
        for (row, target) in told() {
            let error = target - target_mean;
            add_scaled(&mut residual, row, error);
            add_scaled(&mut residual, &mean, -error);
        }
        let mut weights = vec![0.0; columns];
        let mut direction = residual.clone();
        let mut length = dot(&residual, &residual);
        let small = length * 1e-8;
        for _ in 0..PASSES {
            if length <= small {
                break;
            }
            let mut image = vec![0.0; columns];
            let of_mean = dot(&mean, &direction);
            let mut total = 0.0;
            for (row, _) in told() {
                let value = dot(row, &direction) - of_mean;
                total += value;
                add_scaled(&mut image, row, value);
            }
            add_scaled(&mut image, &mean, -total);
            add_scaled(&mut image, &direction, ridge);
            let step = length / dot(&direction, &image);
            add_scaled(&mut weights, &direction, step);
            add_scaled(&mut residual, &image, -step);
            let next = dot(&residual, &residual);
            let share = next / length;
            for (direction, residual) in direction.iter_mut().zip(&residual) {
                *direction = residual + share * *direction;
            }
            length = next;
            pause().await;
        }
        let bias = target_mean - dot(&mean, &weights);
        Self { weights, bias }
    }

    /// What it says of each of `rows`.
    pub(crate) fn of(&self, rows: &Rows) -> Vec<f32> {
        let value = |row: &[f32]| dot(row, &self.weights) + self.bias;
        rows.iter().map(value).collect()
    }
}

/// In parts, so that a compiler can do them side by side.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    const PARTS: usize = 16;
    let mut parts = [0.0; PARTS];
    let (blocks_a, rest_a) = a.as_chunks::<PARTS>();
    let (blocks_b, rest_b) = b.as_chunks::<PARTS>();
    for (a, b) in blocks_a.iter().zip(blocks_b) {
        for part in 0..PARTS {
            parts[part] += a[part] * b[part];
        }
    }
    let rest: f32 = rest_a.iter().zip(rest_b).map(|(a, b)| a * b).sum();
    parts.iter().sum::<f32>() + rest
}

fn add_scaled(to: &mut [f32], from: &[f32], by: f32) {
    for (to, from) in to.iter_mut().zip(from) {
        *to += by * from;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pause::now;

    #[test]
    fn a_linear_function_is_found_again() {
        let mut rows = Rows::new(3);
        let mut targets = Vec::new();
        for index in 0..200 {
            let phase = index as f32;
            let row = [phase.sin(), (phase * 0.7).cos(), (phase * 1.3).sin()];
            targets.push(2.0 * row[0] - row[2] + 5.0);
            rows.push(&row);
        }
        // Rows in between that say nothing, though they lie far off.
        for _ in 0..50 {
            rows.push(&[9.0, -9.0, 9.0]);
        }
        let told: Vec<_> = targets
            .iter()
            .copied()
            .map(Some)
            .chain([None; 50])
            .collect();
        let probe = now(Probe::fit(&rows, &told));
        // The ridge pulls the weights a little towards zero.
        for (value, target) in probe.of(&rows).iter().zip(&targets) {
            assert!((value - target).abs() < 0.1, "{value} is not {target}");
        }
    }

    #[test]
    fn features_that_never_change_leave_the_mean() {
        let mut rows = Rows::new(2);
        for _ in 0..4 {
            rows.push(&[1.0, 1.0]);
        }
        let probe = now(Probe::fit(&rows, &[1.0, 2.0, 3.0, 6.0].map(Some)));
        assert!((probe.of(&rows)[0] - 3.0).abs() < 1e-4);
    }
}
