//! The memory of a process, as Linux tells it.

use std::path::PathBuf;

use anyhow::{Context, Result};

/// What the process holds now, in bytes.
///
/// # Errors
/// If there is no such process.
pub fn resident_bytes(process: u32) -> Result<u64> {
    field(process, "VmRSS:")
}

/// The most that the process held since the last [`forget_peak`], in bytes.
///
/// # Errors
/// If there is no such process.
pub fn peak_bytes(process: u32) -> Result<u64> {
    field(process, "VmHWM:")
}

/// Begins anew with [`peak_bytes`].
///
/// # Errors
/// If the process is another user's.
pub fn forget_peak(process: u32) -> Result<()> {
    Ok(std::fs::write(file(process, "clear_refs"), "5")?)
}

fn field(process: u32, name: &str) -> Result<u64> {
    let status = std::fs::read_to_string(file(process, "status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kilobytes = line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok());
    let kilobytes: u64 = kilobytes.with_context(|| format!("there is no {name}"))?;
    Ok(kilobytes * 1024)
}

fn file(process: u32, name: &str) -> PathBuf {
    PathBuf::from(format!("/proc/{process}/{name}"))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_process_holds_something() {
        let this = std::process::id();
        let resident = resident_bytes(this).unwrap();
        assert!(resident > 100_000);
        assert!(peak_bytes(this).unwrap() > 100_000);
    }
}
