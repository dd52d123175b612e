//! Runs other programs, so that each failure is one line that names the command.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, ErrorKind};
use std::process::{Child, Command, Output, Stdio};

use anyhow::{Context, Result, anyhow, bail};

use crate::workspace;

/// `cargo` in the workspace root, as a user would start it.
///
/// `cargo xtask` is itself a `cargo run`, which leaves variables about xtask's
/// own package behind. Build scripts that watch them would build again, so
/// they go, and so does the default `LIBTORCH`, which cargo will set itself.
pub(crate) fn cargo() -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.current_dir(workspace::root());
    for (name, value) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let of_this_package = [
            "CARGO_PKG_",
            "CARGO_MANIFEST_",
            "CARGO_BIN_",
            "CARGO_CRATE_",
        ]
        .iter()
        .any(|prefix| text.starts_with(prefix));
        let default_libtorch =
            name == "LIBTORCH" && workspace::root().join(".libtorch").as_os_str() == value;
        if of_this_package || default_libtorch {
            command.env_remove(&name);
        }
    }
    command
}

/// The command as one would type it.
pub(crate) fn describe(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program())
        .file_name()
        .unwrap_or(command.get_program());
    std::iter::once(program)
        .chain(command.get_args())
        .map(quoted)
        .collect::<Vec<_>>()
        .join(" ")
}

fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    // A script given on the command line would drown the rest.
    if word.contains('\n') {
        "'…'".to_owned()
    } else if word.is_empty() || word.contains([' ', '$', '"', '*']) {
        format!("'{word}'")
    } else {
        word.into_owned()
    }
}

/// Runs `command` with this process's own output.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = spawn(command)?.wait()?;
    if !status.success() {
        bail!("`{}` failed ({status})", describe(command));
    }
    Ok(())
}

/// Runs a command that is shown first.
pub(crate) fn shown(command: &mut Command) -> Result<()> {
    println!("$ {}", describe(command));
    run(command)
}

/// Runs `command`, shows every line of its standard output and hands it to `look`.
pub(crate) fn run_watched(command: &mut Command, mut look: impl FnMut(&str)) -> Result<()> {
    let mut child = spawn(command.stdout(Stdio::piped()))?;
    let stdout = child
        .stdout
        .take()
        .context("the pipe is there, it was asked for")?;
    for line in BufReader::new(stdout).split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        look(&line);
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("`{}` failed ({status})", describe(command));
    }
    Ok(())
}

/// Runs `command` and returns what it wrote to standard output; its last word
/// on standard error becomes part of the error.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let Output {
        status,
        stdout,
        stderr,
    } = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| not_started(command, error))?;
    if !status.success() {
        let stderr = String::from_utf8_lossy(&stderr);
        let last = stderr
            .lines()
            .rfind(|line| !line.trim().is_empty())
            .unwrap_or("");
        bail!("`{}` failed ({status}): {last}", describe(command));
    }
    String::from_utf8(stdout)
        .with_context(|| format!("what `{}` wrote is not UTF-8", describe(command)))
}

fn spawn(command: &mut Command) -> Result<Child> {
    command
        .stdin(Stdio::null())
        .spawn()
        .map_err(|error| not_started(command, error))
}

fn not_started(command: &Command, error: std::io::Error) -> anyhow::Error {
    if error.kind() == ErrorKind::NotFound {
        anyhow!(
            "{} is not installed",
            command.get_program().to_string_lossy()
        )
    } else {
        anyhow!("could not start `{}`: {error}", describe(command))
    }
}
