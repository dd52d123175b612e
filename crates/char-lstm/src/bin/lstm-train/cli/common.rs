//! What several commands do alike: devices, the command line as text, a corpus without
//! evaluation files.

use std::path::Path;

use anyhow::{Result, bail, ensure};
use tch::Device;

/// The device of that name.
pub(super) fn device(name: &str) -> Result<Device> {
    match name {
        "cpu" => Ok(Device::Cpu),
        "cuda" => {
            ensure!(
                tch::Cuda::is_available(),
                "no CUDA device: there is no GPU, or libtorch's part for it is not loaded; put the lib \
                 folder of a PyTorch 2.11 for CUDA on LD_LIBRARY_PATH and its libtorch_cuda.so into \
                 LD_PRELOAD"
            );
            Ok(Device::Cuda(0))
        }
        other => bail!("unknown device {other}: expected cpu or cuda"),
    }
}

/// The command as a person would type it, without the folder of the program.
pub(super) fn command_line() -> String {
    let arguments = std::env::args_os().skip(1);
    std::iter::once("lstm-train".to_owned())
        .chain(arguments.map(|argument| argument.to_string_lossy().into_owned()))
        .collect::<Vec<_>>()
        .join(" ")
}

/// What to say of a corpus without evaluation files.
pub(super) fn no_evaluation_files(corpus: &Path) -> String {
    format!(
        "corpus {} has no evaluation files: they are files of 3 to 40 KB of validation \
         repositories, one repository in 16, chosen by its name; pack more repositories, or \
         measure files of your own with `lstm-train eval MODEL FILES`",
        corpus.display()
    )
}
