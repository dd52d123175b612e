//! Runs a program that should end by itself, and ends it if it does not.

use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// How a program ended and what it wrote.
#[derive(Debug)]
pub struct Finished {
    /// `None` if a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// Runs `command` to its end, with nothing on its standard input.
///
/// # Errors
/// If it cannot be started, or does not end within `limit`; then it is killed.
pub fn run_limited(command: &mut Command, limit: Duration) -> Result<Finished> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("could not start {:?}", command.get_program()))?;
    let stdout = collect(child.stdout.take().context("standard output is a pipe")?);
    let stderr = collect(child.stderr.take().context("standard error is a pipe")?);
    let (Ok(stdout), Ok(stderr)) = (stdout.recv_timeout(limit), stderr.recv_timeout(limit)) else {
        kill(&mut child)?;
        let written = stderr.recv_timeout(limit).unwrap_or_default();
        bail!(
            "{:?} did not end within {limit:?}; it wrote: {written}",
            command.get_program()
        );
    };
    Ok(Finished {
        code: child.wait()?.code(),
        stdout,
        stderr,
    })
}

/// Ends `child` by force.
pub(crate) fn kill(child: &mut Child) -> Result<ExitStatus> {
    // It may have ended by itself in the meantime.
    let _ = child.kill();
    Ok(child.wait()?)
}

/// All that comes out of `pipe`, once its other end is closed.
fn collect(mut pipe: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was read before an error is worth showing too.
        let _ = pipe.read_to_end(&mut bytes);
        let _ = sender.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    receiver
}
