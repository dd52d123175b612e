//! Does what a plan says: all of it, or nothing that stays.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use disk::Readers;

use crate::plan::{Change, Step, read};
use crate::{Obstacle, Plan};

impl Plan {
    /// Does what there is to do.
    ///
    /// # Errors
    /// If a file has changed since it was looked at, can't be written, or a program fails.
    /// Files that were written before that are put back.
    pub fn apply(&self) -> Result<(), Obstacle> {
        for step in &self.steps {
            if let Step::Write(change) = step {
                change.expect_unchanged()?;
            }
        }
        for (at, step) in self.steps.iter().enumerate() {
            let done = match step {
                Step::Write(change) => change.write(&change.after),
                Step::Run { program, arguments } => {
                    run(Command::new(program).args(arguments).stdin(Stdio::null()))
                }
            };
            if let Err(obstacle) = done {
                for step in self.steps[..at].iter().rev() {
                    if let Step::Write(change) = step {
                        // The first failure is the one to tell of.
                        let _ = change.write(&change.before);
                    }
                }
                return Err(obstacle);
            }
        }
        Ok(())
    }
}

impl Change {
    fn expect_unchanged(&self) -> Result<(), Obstacle> {
        match read(&self.path)? == self.before {
            true => Ok(()),
            false => Err(Obstacle::Changed(self.path.clone())),
        }
    }

    /// Has the file say `text`, or not be there.
    fn write(&self, text: &Option<String>) -> Result<(), Obstacle> {
        let written = match text {
            Some(text) => write(&self.path, text),
            None => self.remove(),
        };
        written.map_err(|error| Obstacle::Unwritten {
            path: self.path.clone(),
            error,
        })
    }

    /// Removes the file, and folders of ours that it leaves empty.
    fn remove(&self) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let Some(own) = &self.own_folder else {
            return Ok(());
        };
        let folders = self.path.ancestors().skip(1);
        for folder in folders.take_while(|folder| folder.starts_with(own)) {
            if fs::remove_dir(folder).is_err() {
                break;
            }
        }
        Ok(())
    }
}

/// Writes `text` to `path`, whose folder is made. What others may do with a file that is
/// there stays what it was.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    folder?;
    let before = fs::metadata(path).ok();
    let readers = match before {
        Some(_) => Readers::Owner,
        None => Readers::AsUsual,
    };
    disk::write_with(path, readers, |file| file.write_all(text.as_bytes()))
        .map_err(|refused| refused.error)?;
    before.map_or(Ok(()), |before| {
        fs::set_permissions(path, before.permissions())
    })
}

/// Runs a program to its end. What it says is shown where it fails.
fn run(command: &mut Command) -> Result<(), Obstacle> {
    let finished = command.output();
    let said = match finished {
        Ok(finished) if finished.status.success() => return Ok(()),
        Ok(finished) => {
            let said = String::from_utf8_lossy(&finished.stderr);
            let line = said.lines().rev().find(|line| !line.trim().is_empty());
            line.map_or_else(|| finished.status.to_string(), str::to_owned)
        }
        Err(error) => error.to_string(),
    };
    Err(Obstacle::Failed {
        program: command.get_program().into(),
        said,
    })
}
