//! What is promised of memories, as callers see it.

mod predictions;

use code_index::{Counts, Layer, Memory, Prediction, Prefix, PrefixCache, Reader, Stops};

/// The prediction after `before`, with `workspace` around it.
fn predict(before: &[u8], workspace: &Layer) -> Prediction {
    let prefix = Prefix::new(before, &PrefixCache::default());
    let memory = Memory {
        prefix: &prefix,
        workspace,
        stops: &Stops::default(),
    };
    let mut prediction = Prediction::default();
    Reader::new(&memory).predict(&memory, &mut Counts::default(), &mut prediction);
    prediction
}
