//! A home directory for one test.

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use portable_pty::CommandBuilder;
use tempfile::TempDir;

/// Where editors look for what is the user's own; unset, all of it is in `HOME`.
const ELSEWHERE: &[&str] = &[
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
    "XDG_CACHE_HOME",
    "XDG_RUNTIME_DIR",
];

/// An empty home directory. Dropped, it is removed, and so are processes that
/// outlived what was started there, such as a server that editors share.
pub struct Home(TempDir);

impl Home {
    /// A new one.
    ///
    /// # Errors
    /// If no folder can be made.
    pub fn new() -> Result<Self> {
        Ok(Self(tempfile::tempdir()?))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// `program`, living here.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.current_dir(self.path()).env("HOME", self.path());
        for variable in ELSEWHERE {
            command.env_remove(variable);
        }
        command
    }

    /// The same, for a terminal.
    pub fn terminal_command(&self, program: impl AsRef<Path>) -> CommandBuilder {
        let mut command = CommandBuilder::new(program.as_ref());
        command.cwd(self.path());
        command.env("HOME", self.path());
        for variable in ELSEWHERE {
            command.env_remove(variable);
        }
        command
    }

    /// Ids of the processes that live here.
    fn processes(&self) -> Vec<String> {
        let home = format!("HOME={}", self.path().display());
        let Ok(entries) = std::fs::read_dir("/proc") else {
            return Vec::new();
        };
        entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
            .filter(|id| {
                let variables = std::fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
                variables
                    .split(|&byte| byte == 0)
                    .any(|variable| variable == home.as_bytes())
            })
            .collect()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        for id in self.processes() {
            // It may have ended meanwhile.
            let _ = Command::new("kill").args(["-KILL", &id]).status();
        }
    }
}
