//! `cargo xtask bench …`: builds what is measured and hands the words on to
//! `lstm-bench`, which measures.

use std::ffi::OsString;

use anyhow::Result;

use crate::{process, python, workspace};

/// Runs `lstm-bench` with `arguments`. libtorch is a peer where it is installed,
/// ONNX Runtime one of `decode` where PyPI can be reached.
///
/// # Errors
/// If something does not build, or the benchmark fails.
pub(crate) fn run(arguments: &[OsString]) -> Result<()> {
    let build = |arguments: &[&str]| {
        let mut build = process::cargo();
        process::run(
            build
                .args(["build", "--quiet", "--release"])
                .args(arguments),
        )
    };
    build(&["--package=lstm-bench", "--package=lstm-ls"])?;
    let release = workspace::target().join("release");
    let mut bench = std::process::Command::new(release.join("lstm-bench"));
    bench.args(arguments);
    bench.env("LSTM_LS_SERVER", release.join("lstm-ls"));
    let asked = |name: &str| arguments.iter().any(|argument| argument == name);
    for (name, program, variable) in [
        ("decode", "libtorch-steps", "LSTM_BENCH_LIBTORCH"),
        ("train", "training-steps", "LSTM_BENCH_TRAINING"),
    ] {
        if has_libtorch() && asked(name) {
            build(&["--package=lstm-bench-torch", "--bin", program])?;
            bench.env(variable, release.join(program));
        }
    }
    if asked("decode") {
        match python::onnx() {
            Ok(folder) => drop(bench.env("LSTM_BENCH_ONNX", folder)),
            Err(error) => eprintln!("without ONNX Runtime: {error:#}"),
        }
    }
    process::run(&mut bench)
}

fn has_libtorch() -> bool {
    std::env::var_os("LIBTORCH").is_some_and(|path| {
        let path = workspace::root().join(path);
        path.join("lib").is_dir()
    })
}
