//! Fitted layers as they are embedded.

use anyhow::{Context, Result};
use tch::nn::Linear;

/// Weights, one row for each input, and biases, layer after layer: f32,
/// little-endian.
///
/// # Errors
/// If a layer has no bias.
pub(crate) fn bytes_of(layers: &[Linear]) -> Result<Vec<u8>> {
    let mut numbers = Vec::new();
    for layer in layers {
        numbers.extend(Vec::<f32>::try_from(layer.ws.tr().contiguous().view(-1))?);
        let bias = layer.bs.as_ref().context("a layer without bias")?;
        numbers.extend(Vec::<f32>::try_from(bias)?);
    }
    Ok(numbers.iter().flat_map(|n| n.to_le_bytes()).collect())
}
