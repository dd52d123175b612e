//! What a network needs of a packed matrix, whatever its numbers are.

use lstm_format::Tensor;

use crate::aligned::{Aligned, CACHE_LINE};
use crate::kernel::Kernel;
use crate::tile::{LANE_BLOCK, RowOrder, TileRows};

/// A matrix packed in tiles, ready to be multiplied.
pub(crate) trait Matrix: Send + Sync + Sized {
    /// How a hidden unit is handed to the product.
    type Input: Copy + Default + Send + Sync;

    /// First word of [`Engine::describe`](lstm_format::Engine::describe).
    const NAME: &'static str;

    /// Packs the `[rows, columns]` tensor for `kernel`, which the CPU supports.
    fn pack(kernel: Kernel, tensor: &Tensor, columns: usize, order: &RowOrder) -> Self;

    /// Turns hidden states in (−1, 1) into inputs, one for one.
    fn encode(kernel: Kernel, h: &[f32], inputs: &mut [Self::Input]);

    /// Adds the product of tile `tile` with each lane's inputs to that lane's
    /// 64 sums: `sums[lane] += W[tile] · inputs[lane]`.
    fn add_tile(&self, tile: usize, inputs: &Inputs<Self::Input>, sums: &mut [TileRows<f32>]);
}

/// The inputs of several lanes, each on cache lines of its own.
pub(crate) struct Inputs<T> {
    values: Aligned<T>,
    stride: usize,
}

impl<T: Copy + Default> Inputs<T> {
    /// Room for `lanes` lanes of `columns` inputs.
    pub(crate) fn new(lanes: usize, columns: usize) -> Self {
        let stride = columns.next_multiple_of(CACHE_LINE);
        Self {
            values: Aligned::zeroed(lanes * stride),
            stride,
        }
    }

    /// All inputs of one lane and the zeros that follow them.
    pub(crate) fn lane(&self, lane: usize) -> &[T] {
        &self.values[lane * self.stride..][..self.stride]
    }

    /// As [`lane`](Self::lane), to be written.
    pub(crate) fn lane_mut(&mut self, lane: usize) -> &mut [T] {
        &mut self.values[lane * self.stride..][..self.stride]
    }

    /// The first `columns` inputs of `LANES` lanes from `first` on.
    pub(crate) fn lanes<const LANES: usize>(&self, first: usize, columns: usize) -> [&[T]; LANES] {
        std::array::from_fn(|lane| &self.lane(first + lane)[..columns])
    }
}

/// Runs `$block::<LANES>(first_lane, sums_of_these_lanes)` over all lanes, as
/// many at a time as a kernel keeps in registers.
macro_rules! for_lane_blocks {
    ($sums:expr, |$first:ident, $block:ident, $lanes:ident| $body:expr) => {
        for (index, block) in $sums.chunks_mut($crate::tile::LANE_BLOCK).enumerate() {
            let $first = index * $crate::tile::LANE_BLOCK;
            match block.len() {
                1 => {
                    const $lanes: usize = 1;
                    let $block = block;
                    $body
                }
                2 => {
                    const $lanes: usize = 2;
                    let $block = block;
                    $body
                }
                3 => {
                    const $lanes: usize = 3;
                    let $block = block;
                    $body
                }
                _ => {
                    const $lanes: usize = 4;
                    let $block = block;
                    $body
                }
            }
        }
    };
}
pub(crate) use for_lane_blocks;

const _: () = assert!(
    LANE_BLOCK == 4,
    "for_lane_blocks lists the sizes of a block"
);
