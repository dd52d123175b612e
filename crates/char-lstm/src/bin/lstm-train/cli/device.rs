//! The device that a command is told to compute on.

use anyhow::{Result, bail, ensure};
use tch::Device;

/// The device of that name, for one of several processes on a machine, which take its GPUs
/// by turns.
pub(super) fn named(name: &str, process: usize) -> Result<Device> {
    match name {
        "cpu" => Ok(Device::Cpu),
        "cuda" => {
            ensure!(
                tch::Cuda::is_available(),
                "no CUDA device: there is no GPU, or libtorch's part for it is not loaded; put the lib \
                 folder of a PyTorch 2.11 for CUDA on LD_LIBRARY_PATH and its libtorch_cuda.so into \
                 LD_PRELOAD"
            );
            let devices = usize::try_from(tch::Cuda::device_count())?;
            Ok(Device::Cuda(process % devices.max(1)))
        }
        other => bail!("unknown device {other}: expected cpu or cuda"),
    }
}
