//! Another engine in a process of its own, which is told how many steps to make
//! and answers with the mean time of one.

pub(crate) mod pytorch;

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, ensure};

/// A running peer; ended when dropped.
pub(crate) struct Peer {
    name: String,
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Peer {
    /// Starts `command`.
    ///
    /// # Errors
    /// If it is not there.
    pub(crate) fn start(name: &str, command: &mut Command) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("could not start {name}"))?;
        Ok(Self {
            name: name.to_owned(),
            stdin: child.stdin.take().context("standard input is a pipe")?,
            stdout: BufReader::new(child.stdout.take().context("standard output is a pipe")?),
            child,
        })
    }

    /// Sends `line` and returns the number that comes back, in µs.
    ///
    /// # Errors
    /// If the peer has ended or says something else.
    pub(crate) fn ask(&mut self, line: &str) -> Result<f64> {
        writeln!(self.stdin, "{line}").with_context(|| format!("{} ended", self.name))?;
        self.stdin.flush()?;
        let mut answer = String::new();
        let read = self.stdout.read_line(&mut answer)?;
        ensure!(read > 0, "{} ended; what it said is above", self.name);
        let micros = answer.trim().parse();
        micros.with_context(|| format!("{} said {answer:?}", self.name))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Both fail if the peer has already ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
