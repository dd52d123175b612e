//! A daemon that a test starts, and ends.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::{language_client, limited};

/// A running daemon.
pub struct Daemon {
    child: Child,
    /// Where it says that it listens.
    pub listens_on: String,
}

impl Daemon {
    /// Starts `server serve` with `arguments` and waits until it listens.
    ///
    /// # Errors
    /// If it cannot be started, or says something else.
    pub fn start(server: &Path, arguments: &[&str]) -> Result<Self> {
        Self::start_in(server, arguments, &[])
    }

    /// The same with variables of its environment set.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn start_in(
        server: &Path,
        arguments: &[&str],
        variables: &[(&str, &Path)],
    ) -> Result<Self> {
        let mut child = language_client::isolated(server)
            .envs(variables.iter().copied())
            .arg("serve")
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("could not start {}", server.display()))?;
        let stdout = child.stdout.take().context("standard output is a pipe")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let listens_on = line.trim_end().strip_prefix("lstm-ls: listening on ");
        let listens_on = listens_on.with_context(|| format!("it says {line:?}"))?;
        Ok(Self {
            listens_on: listens_on.to_owned(),
            child,
        })
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has ended and is not waited for yet.
    ///
    /// # Errors
    /// If the system does not tell.
    pub fn has_ended(&self) -> Result<bool> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.id()))?;
        // After the name in brackets.
        let state = stat.rsplit(") ").next().unwrap_or_default();
        Ok(state.starts_with('Z'))
    }

    /// Waits for its end, and returns its exit code.
    ///
    /// # Errors
    /// If a signal ended it.
    pub fn wait(mut self) -> Result<i32> {
        let status = self.child.wait()?;
        status.code().context("a signal ended the daemon")
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // One that has ended is not affected.
        let _ = limited::kill(&mut self.child);
    }
}

/// Sends a signal, named as `kill` names it, to a process.
///
/// # Errors
/// If there is no such process.
pub fn signal(name: &str, process: u32) -> Result<()> {
    let kill = Command::new("kill")
        .args([format!("-{name}"), process.to_string()])
        .status()?;
    ensure!(kill.success(), "cannot signal {process}");
    Ok(())
}
