//! Fitted layers as numbers.

use anyhow::{Context, Result};
use tch::nn::Linear;

/// Weights, one row for each input, and biases, layer after layer.
///
/// # Errors
/// If a layer has no bias.
pub(crate) fn numbers_of(layers: &[Linear]) -> Result<Vec<f32>> {
    let mut numbers = Vec::new();
    for layer in layers {
        numbers.extend(Vec::<f32>::try_from(layer.ws.tr().contiguous().view(-1))?);
        let bias = layer.bs.as_ref().context("a layer without bias")?;
        numbers.extend(Vec::<f32>::try_from(bias)?);
    }
    Ok(numbers)
}
