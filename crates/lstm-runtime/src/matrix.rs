//! What a network needs of a packed matrix, whatever its numbers are.

use lstm_format::Tensor;

use crate::aligned::{Aligned, CACHE_LINE};
use crate::kernel::Kernel;
use crate::tile::{RowOrder, TileRows};

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

/// Runs `$body` over all lanes, `LANES` at a time: eight where `$eight` says that
/// the kernel can and there are as many, else at most four.
macro_rules! for_lane_blocks {
    ($sums:expr, $eight:expr, |$first:ident, $block:ident, $lanes:ident| $body:expr) => {{
        let mut rest: &mut [$crate::tile::TileRows<f32>] = $sums;
        let mut next = 0;
        while !rest.is_empty() {
            let lanes = match rest.len() {
                8.. if $eight => 8,
                left => left.min(4),
            };
            let ($block, others) = rest.split_at_mut(lanes);
            let $first = next;
            match lanes {
                1 => {
                    const $lanes: usize = 1;
                    $body
                }
                2 => {
                    const $lanes: usize = 2;
                    $body
                }
                3 => {
                    const $lanes: usize = 3;
                    $body
                }
                4 => {
                    const $lanes: usize = 4;
                    $body
                }
                _ => {
                    const $lanes: usize = 8;
                    $body
                }
            }
            rest = others;
            next += lanes;
        }
    }};
}
pub(crate) use for_lane_blocks;
