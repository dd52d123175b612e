//! The numbers that several lanes multiply by a matrix.

use crate::aligned::{Aligned, CACHE_LINE};

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
