//! `lstm-ls-torch`: the same server and commands as `lstm-ls`, run by libtorch in f32.
//!
//! For comparison and for models the int8 kernels do not serve; a step takes
//! many times longer.

#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::sync::Arc;

use char_lstm::engine::TorchEngine;

fn main() -> ExitCode {
    lstm_ls::run(std::env::args_os(), |model| {
        Ok(Arc::new(TorchEngine::new(model)))
    })
}
