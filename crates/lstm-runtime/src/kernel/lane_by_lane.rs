//! The products of kernels that take one lane after the other: the first leaves the weights
//! in the cache for those that follow.

use crate::inputs::Inputs;
use crate::tile::{TILE_ROWS, TileRows};

use super::{Int8Tile, scalar};

/// [`InstructionSet::add_int8`](super::InstructionSet::add_int8); `product` gives the exact
/// sums of a lane with these inputs.
pub(super) fn add_int8(
    tile: &Int8Tile<'_>,
    inputs: &Inputs<u8>,
    sums: &mut [TileRows<f32>],
    product: impl Fn(&[u8]) -> TileRows<i32>,
) {
    for (lane, sums) in sums.iter_mut().enumerate() {
        let [inputs] = inputs.lanes(lane, tile.weights.len() / TILE_ROWS);
        scalar::add_scaled(&[product(inputs)], tile.scales, std::slice::from_mut(sums));
    }
}

/// The exact sums that [`add_int8`] scales.
#[cfg(test)]
pub(super) fn int8_sums(
    tile: &Int8Tile<'_>,
    inputs: &Inputs<u8>,
    sums: &mut [TileRows<i32>],
    product: impl Fn(&[u8]) -> TileRows<i32>,
) {
    for (lane, sums) in sums.iter_mut().enumerate() {
        let [inputs] = inputs.lanes(lane, tile.weights.len() / TILE_ROWS);
        *sums = product(inputs);
    }
}

/// Adds the product of an f32 tile with each lane's inputs to its sums; `product` adds that
/// of one lane.
pub(super) fn add_f32(
    weights: &[f32],
    inputs: &Inputs<f32>,
    sums: &mut [TileRows<f32>],
    product: impl Fn(&[f32], &mut TileRows<f32>),
) {
    for (lane, sums) in sums.iter_mut().enumerate() {
        let [inputs] = inputs.lanes(lane, weights.len() / TILE_ROWS);
        product(inputs, sums);
    }
}
