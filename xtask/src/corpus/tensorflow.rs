//! TensorFlow: the Python and the headers that its wheel carries.

use std::fs;

use anyhow::{Context, Result};

use super::{Files, python};

/// Every wheel of a version has these files; this one is the smallest.
const WHEEL: &[&str] = &[
    "--only-binary=:all:",
    "--platform=macosx_12_0_arm64",
    "--implementation=cp",
    "--abi=cp312",
    "--python-version=3.12",
];

/// Folders with headers of its own. Beside them lie those of other projects, under licences
/// of their own, and of the compiler's dialects, which make up most of the rest.
const HEADERS: &[&str] = &[
    "tensorflow/include/tensorflow/c/",
    "tensorflow/include/tensorflow/core/",
];

/// Fetches the wheel of `models/corpus/tensorflow/requirements.txt` and packs it.
///
/// # Errors
/// If a step fails.
pub(super) fn provide() -> Result<()> {
    let packages = python::unpacked("tensorflow", WHEEL, HEADERS)?;
    let package = fs::read_dir(&packages)?.next();
    let package = package.context("the wheel is empty")??.path();
    Files {
        name: "tensorflow",
        languages: "python,c",
        license: "Apache-2.0",
        folder: &package,
        options: &["--own-code-only"],
    }
    .pack()
}
