//! Feeds `COUNT` bytes to a model, one step each, and says on which kernel: a program whose
//! instructions can be counted.
//!
//! `steps MODEL COUNT`, where `MODEL` is a file of weights.

use std::error::Error;
use std::path::PathBuf;

use lstm_format::{Engine, ModelFile, State};
use lstm_runtime::{Kernel, Runtime};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let model = arguments.next().map(PathBuf::from).ok_or("which model?")?;
    let count = arguments.next().ok_or("how many bytes?")?;
    let count: usize = count.to_string_lossy().parse()?;
    let kernel = Kernel::detect();
    let runtime = Runtime::load(&ModelFile::read(&model)?, kernel)?;
    let mut session = runtime.session();
    let mut states = [State::zeros(runtime.config())];
    for byte in (0..=u8::MAX).cycle().take(count) {
        session.step(&mut states, &[byte]);
    }
    println!("{}", kernel.name());
    Ok(())
}
