//! What is promised of memories, as callers see it.

mod contexts;
mod predictions;

use code_index::{Counts, Layer, Memory, Prediction, Prefix, PrefixCache, Reader, Scorer, Stops};

/// The prediction after `before`, with `workspace` around it.
fn predict(before: &[u8], workspace: &Layer) -> Prediction {
    predict_after(&Prefix::new(before, &PrefixCache::default()), workspace)
}

fn predict_after(prefix: &Prefix, workspace: &Layer) -> Prediction {
    let memory = Memory {
        prefix,
        workspace,
        stops: &Stops::default(),
        scorer: Some(Scorer::built_in()),
    };
    let mut prediction = Prediction::default();
    Reader::new(&memory).predict(&memory, &mut Counts::default(), &mut prediction);
    prediction
}
