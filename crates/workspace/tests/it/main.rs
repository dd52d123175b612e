//! What is promised of folders, as callers see it.

// `allow-unwrap-in-tests` does not reach helpers outside test functions.
#![allow(clippy::unwrap_used)]

mod budget;
mod caches;
mod changes;
mod folders;

use code_index::{Counts, Layer, Memory, Prediction, Prefix, PrefixCache, Reader, Scorer, Stops};

/// The prediction after `before`, with `workspace` around it.
fn predict(before: &[u8], workspace: &Layer) -> Prediction {
    let prefix = Prefix::new(before, &PrefixCache::default());
    let memory = Memory {
        prefix: &prefix,
        workspace,
        stops: &Stops::default(),
        scorer: Some(Scorer::built_in()),
    };
    let mut prediction = Prediction::default();
    Reader::new(&memory).predict(&memory, &mut Counts::default(), &mut prediction);
    prediction
}

/// Whether what is remembered in `group` goes on with `word` where all texts have one.
fn knows(workspace: &workspace::Workspace, group: &str, word: &str) -> bool {
    let layer = workspace.layer(group, &[]);
    let mut text = b"let aurora = ".to_vec();
    // Whatever else is known there, once it has begun there is no other.
    word.bytes().chain(*b";").all(|byte| {
        let probability = predict(&text, &layer).probabilities[usize::from(byte)];
        text.push(byte);
        probability > 0.01
    })
}
