//! The `mpi` group: several processes that train one model, where there is MPI.

use anyhow::Result;

use super::tally::Tally;
use super::{Outcome, counted};
use crate::{debian, process};

/// What is built with, run with, and what reads MPI's header for Rust.
const PROGRAMS: [&str; 3] = ["mpicc", "mpirun", "clang"];

/// What brings them; Debian's MPI is Open MPI.
const PACKAGES: &[&str] = &["libopenmpi-dev", "openmpi-bin", "clang", "libclang-dev"];

/// Lints and tests what the feature adds.
pub(super) fn run(tally: &mut Tally) -> Result<Outcome> {
    let lacking = PROGRAMS
        .iter()
        .any(|program| which::which(program).is_err());
    if lacking && !debian::can_install() {
        return Ok(Outcome::Skipped(
            "no MPI; on Debian: apt install libopenmpi-dev openmpi-bin clang libclang-dev",
        ));
    }
    for program in PROGRAMS {
        debian::provide(program, PACKAGES)?;
    }
    // The whole workspace, so that all else is built as the other groups have built it.
    let with_mpi = ["--workspace", "--features=char-lstm/mpi"];
    process::shown(process::cargo().arg("clippy").args(with_mpi).args([
        "--all-targets",
        "--",
        "--deny=warnings",
    ]))?;
    counted(
        tally,
        process::cargo()
            .arg("test")
            .args(with_mpi)
            .args(["--test=interruption", "ranks::"]),
    )?;
    Ok(Outcome::Passed)
}
