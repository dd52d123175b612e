//! A retraining on the disk: what has been done, so that it can be taken up.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use disk::Links;
use lstm_format::messages::Packed;
use serde::{Deserialize, Serialize};

use super::sample::Sample;
use super::{Outcome, place_for};
use assistant::store::Quality;

/// No state is longer, in bytes.
const MOST_STATE: u64 = 16 << 20;

/// What is known so far.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct State {
    /// What the rest of it was found out with; see [`Base::basis`](super::base::Base::basis).
    #[serde(default)]
    basis: String,
    /// What was packed.
    pub(super) packed: Option<Packed>,
    /// What the model in use was worth, and how long it took to find out, in seconds.
    pub(super) before: Option<(Sample, f64)>,
    /// Seconds planned for training where there were so many for all. The difference
    /// counts when another budget is given, so they can be none, or less.
    pub(super) training: Option<(f64, f64)>,
    /// Seconds spent so far.
    pub(super) spent: f64,
}

/// The folder of one retraining; no other process works in it while this exists.
pub(super) struct Job {
    folder: PathBuf,
    pub(super) state: State,
    /// Whether what an earlier start left was of no use, as its basis is gone or it can't be
    /// read.
    pub(super) anew: bool,
    last_spent: std::cell::Cell<f64>,
    _lock: File,
}

impl Job {
    /// The work on `workspace`, as far as it has come on this `basis`: what was
    /// measured or trained on another one is removed.
    ///
    /// # Errors
    /// If its folder can't be used, or another process uses it now.
    pub(super) fn open(
        work: &Path,
        workspace: &Path,
        language: &str,
        basis: &str,
    ) -> anyhow::Result<Self> {
        let folder = place_for(work, &format!("{language}\n{}", workspace.display()));
        let lock = || -> std::io::Result<File> {
            // Copies of the user's files lie in it.
            disk::make_own_folder(&folder)?;
            Ok(disk::open_lock(&folder.join("lock"))?)
        };
        let lock = lock().with_context(|| format!("using {}", folder.display()))?;
        if lock.try_lock().is_err() {
            bail!(
                "{} is being trained on already, by another process",
                workspace.display()
            );
        }
        let state = folder.join("state.json");
        let bytes = disk::read(&state, Links::Refused, MOST_STATE);
        let is_there = !bytes.as_ref().is_err_and(|error| error.is_not_found());
        let left: Option<State> = bytes
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok());
        // What can't be read may have come far, too.
        let begun = left.as_ref().map_or(is_there, |left| left.packed.is_some());
        let fitting = left.filter(|left| left.basis == basis);
        let job = Self {
            anew: begun && fitting.is_none(),
            state: fitting.unwrap_or_else(|| State {
                basis: basis.to_owned(),
                ..State::default()
            }),
            last_spent: std::cell::Cell::default(),
            folder,
            _lock: lock,
        };
        if job.state.packed.is_none() {
            job.write(&job.state)?;
            job.clear()?;
        }
        Ok(job)
    }

    /// Changes what is known, and keeps it.
    ///
    /// # Errors
    /// If it can't be written.
    pub(super) fn update<T>(&mut self, change: impl FnOnce(&mut State) -> T) -> anyhow::Result<()> {
        change(&mut self.state);
        self.write(&self.state)
    }

    /// Keeps how many seconds have been spent.
    ///
    /// # Errors
    /// If it can't be written.
    pub(super) fn note_spent(&self, spent: f64) -> anyhow::Result<()> {
        self.last_spent.set(spent);
        self.write(&State {
            spent,
            ..self.state.clone()
        })
    }

    /// What was kept last of the seconds spent.
    pub(super) fn last_spent(&self) -> f64 {
        self.last_spent.get().max(self.state.spent)
    }

    fn write(&self, state: &State) -> anyhow::Result<()> {
        let path = self.folder.join("state.json");
        disk::write_own(&path, &serde_json::to_vec(state)?)?;
        Ok(())
    }

    /// Ends it without a new version.
    ///
    /// # Errors
    /// If its folder can't be removed.
    pub(super) fn refuse(
        self,
        reason: String,
        measured: Option<(Quality, Quality)>,
    ) -> anyhow::Result<Outcome> {
        self.done()?;
        Ok(Outcome::Refused(reason, measured))
    }

    /// Ends it for an `error` that would come again if it were gone on with; gives
    /// the error that says so.
    pub(super) fn failed(self, error: &anyhow::Error) -> anyhow::Error {
        match self.done() {
            Ok(()) => anyhow!("{error:#}; the next retraining begins anew"),
            Err(left) => anyhow!("{error:#}; {left:#}"),
        }
    }

    /// Ends it.
    ///
    /// # Errors
    /// If its folder can't be removed.
    pub(super) fn done(self) -> anyhow::Result<()> {
        fs::remove_dir_all(&self.folder)
            .with_context(|| format!("removing {}", self.folder.display()))
    }

    /// Removes what an earlier start left but the lock.
    fn clear(&self) -> anyhow::Result<()> {
        for folder in [self.held_out(), self.run()] {
            if folder.exists() {
                fs::remove_dir_all(&folder)
                    .with_context(|| format!("removing {}", folder.display()))?;
            }
        }
        Ok(())
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The packed corpus.
    pub(super) fn corpus(&self) -> PathBuf {
        self.folder.join("corpus.pack")
    }

    /// Copies of the files to measure on.
    pub(super) fn held_out(&self) -> PathBuf {
        self.folder.join("held-out")
    }

    /// The folder of the training run.
    pub(super) fn run(&self) -> PathBuf {
        self.folder.join("run")
    }

    /// What the training run has come to.
    pub(super) fn checkpoint(&self) -> PathBuf {
        self.run().join("checkpoint.safetensors")
    }
}
