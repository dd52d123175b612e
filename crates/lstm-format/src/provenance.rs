//! Where weights came from; travels in the file's header.

use serde::{Deserialize, Serialize};

/// What a person needs to judge, credit and reproduce a model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Provenance {
    /// Human-readable name of the training data.
    pub data: String,
    /// SHA-256 of the packed corpus, lower-case hex.
    pub corpus_sha256: String,
    /// Licence of the weights (SPDX).
    pub license: String,
    /// The command that trained them.
    pub command: String,
    /// Optimiser steps taken.
    pub steps: u64,
    /// Bytes of text read in training, repeats counted.
    pub bytes_trained: u64,
    /// Cold bits per byte on the corpus's validation files, where measured.
    pub bits_per_byte: Option<f64>,
}
