//! The fits that are built in: files of the crates that use them.

use std::path::Path;

use anyhow::Result;
use code_index::Scorer;
use completer::Fitted;

/// Writes them below the current folder, the top of the repository. The two numbers
/// of names stand in code; they are printed.
///
/// # Errors
/// If a file can't be written.
pub(crate) fn write(fitted: &Fitted) -> Result<()> {
    let bytes = |numbers: &[f32]| -> Vec<u8> {
        numbers
            .iter()
            .flat_map(|number| number.to_le_bytes())
            .collect()
    };
    for (path, bytes) in [
        ("crates/code-index/src/stops.bin", fitted.stops.to_bytes()),
        (
            "crates/completer/src/mixing/gate.bin",
            bytes(fitted.gate.numbers()),
        ),
        (
            "crates/completer/src/surprise/scale.bin",
            bytes(fitted.scale.numbers()),
        ),
    ] {
        disk::write(Path::new(path), &bytes)?;
    }
    println!("crates/completer/src/names_after.rs: {:?}", fitted.names);
    Ok(())
}

/// Writes a scorer of contexts to `path` there.
///
/// # Errors
/// If the file can't be written.
pub(crate) fn write_scorer(path: &str, scorer: &Scorer) -> Result<()> {
    Ok(disk::write(Path::new(path), &scorer.to_bytes())?)
}
