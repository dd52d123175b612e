//! The memory and the CPU time of a process, as Linux tells them.

use std::path::PathBuf;
use std::time::Duration;

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

/// CPU time that the process has used until now, in steps of 10 ms, its threads and what
/// the system did for it included.
///
/// # Errors
/// If there is no such process.
pub fn cpu_time(process: u32) -> Result<Duration> {
    let stat = std::fs::read_to_string(file(process, "stat"))?;
    // After the name in brackets, which may hold anything, come the third field and so on.
    let fields: Vec<&str> = stat
        .rsplit(") ")
        .next()
        .unwrap_or_default()
        .split(' ')
        .collect();
    let ticks = |number: usize| -> Option<u32> { fields.get(number - 3)?.parse().ok() };
    let (user, system) = ticks(14).zip(ticks(15)).context("there are no times")?;
    Ok(TICK * (user + system))
}

/// In what Linux tells times to programs, on every machine.
const TICK: Duration = Duration::from_millis(10);

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
    fn this_process_holds_something_and_works() {
        let this = std::process::id();
        let resident = resident_bytes(this).unwrap();
        assert!(resident > 100_000);
        assert!(peak_bytes(this).unwrap() > 100_000);
        let before = cpu_time(this).unwrap();
        while cpu_time(this).unwrap() == before {}
    }
}
