//! Tensors as stored: f32, bf16, or int8 rows with a scale each.

use half::bf16;

/// A row-major tensor. A vector is one row.
#[derive(Clone, Debug, PartialEq)]
pub enum Tensor {
    /// Plain 32-bit floats.
    F32(Vec<f32>),
    /// The upper half of a 32-bit float.
    Bf16(Vec<bf16>),
    /// `value[r][c] = scales[r] * rows[r][c]`.
    Int8 {
        /// `[rows * columns]`.
        values: Vec<i8>,
        /// `[rows]`, positive.
        scales: Vec<f32>,
    },
}

impl Tensor {
    /// Quantises row by row, symmetrically: `scale = max|row| / 127`.
    ///
    /// # Panics
    /// If `columns` is 0 or `data` is not a whole number of rows of them.
    pub fn quantise(data: &[f32], columns: usize) -> Self {
        assert_eq!(data.len() % columns, 0, "whole rows");
        let mut values = Vec::with_capacity(data.len());
        let mut scales = Vec::with_capacity(data.len() / columns);
        for row in data.chunks_exact(columns) {
            let largest = row.iter().fold(0.0_f32, |m, v| m.max(v.abs()));
            // An all-zero row still needs a positive scale.
            let scale = largest.max(f32::MIN_POSITIVE * 127.0) / 127.0;
            scales.push(scale);
            values.extend(
                row.iter()
                    .map(|v| (v / scale).round().clamp(-127.0, 127.0) as i8),
            );
        }
        Self::Int8 { values, scales }
    }

    /// The tensor as f32, dequantised where needed.
    pub fn to_f32(&self) -> Vec<f32> {
        match self {
            Self::F32(values) => values.clone(),
            Self::Bf16(values) => values.iter().map(|v| v.to_f32()).collect(),
            Self::Int8 { values, scales } => {
                let columns = values.len() / scales.len();
                let rows = values.chunks_exact(columns).zip(scales);
                rows.flat_map(|(row, &scale)| row.iter().map(move |&v| f32::from(v) * scale))
                    .collect()
            }
        }
    }

    /// Number of elements, scales not counted.
    pub fn len(&self) -> usize {
        match self {
            Self::F32(values) => values.len(),
            Self::Bf16(values) => values.len(),
            Self::Int8 { values, .. } => values.len(),
        }
    }

    /// Whether it has no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
