//! What was offered and what came of it, counted on this machine for its user.
//!
//! Owns: the counts, and the file they are added to. Holds no text, no names of
//! files and no times, and nothing is ever sent anywhere.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Error};
use disk::Links;
use serde::{Deserialize, Serialize};
use tracing::warn;

mod counter;
mod histogram;

pub use counter::{Counter, Offer};
pub use histogram::Histogram;

/// No counts are longer, in bytes.
const MOST_BYTES: u64 = 16 << 20;

/// Between two attempts to get a lock.
const ATTEMPTS: Duration = Duration::from_millis(10);

/// What is counted for one language and model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Tally {
    /// Requests that were answered.
    pub requests: u64,
    /// Inline suggestions that were sent.
    pub offered: u64,
    /// Of those, how many a client said that it showed; most clients don't say.
    pub shown: u64,
    /// Of those, how many were accepted, whole or in part.
    pub accepted: u64,
    /// Of those, how many a client said were dismissed.
    pub dismissed: u64,
    /// Of those accepted whole, how many were looked for half a minute later.
    pub looked_for: u64,
    /// Of those, how many still stood in the text.
    pub kept: u64,
    /// Bytes that were accepted, without what had been typed.
    pub bytes_saved: u64,
    /// Times from request to answer.
    pub latency: Histogram,
}

/// The counts of one file: by language, by model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Statistics(pub BTreeMap<String, BTreeMap<String, Tally>>);

impl Tally {
    fn add(&mut self, other: &Self) {
        self.requests += other.requests;
        self.offered += other.offered;
        self.shown += other.shown;
        self.accepted += other.accepted;
        self.dismissed += other.dismissed;
        self.looked_for += other.looked_for;
        self.kept += other.kept;
        self.bytes_saved += other.bytes_saved;
        self.latency.add(&other.latency);
    }
}

/// Why the counts in a file are not known.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system does not let it be read.
    #[error("cannot read {}", .0.display())]
    Unreadable(PathBuf, #[source] std::io::Error),
    /// It holds something else, or is torn.
    #[error("{} holds no statistics; they begin anew with the next that are counted", .0.display())]
    Other(PathBuf),
}

/// Why counts were not added to a file.
#[derive(Debug, thiserror::Error)]
pub enum NotAdded {
    /// Another process holds this lock.
    #[error("another process holds {}", .0.display())]
    Held(PathBuf),
    /// The file can't be read or written.
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

impl Statistics {
    /// The counts in the file at `path`; none if there is no file.
    ///
    /// # Errors
    /// If it cannot be read or holds something else.
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        let text = match disk::read(path, Links::Followed, MOST_BYTES) {
            Err(error) if error.is_not_found() => return Ok(Self::default()),
            text => text.map_err(|error| ReadError::Unreadable(path.to_owned(), error.into()))?,
        };
        serde_json::from_slice(&text).map_err(|_| ReadError::Other(path.to_owned()))
    }

    /// Adds these counts to those in the file at `path`, while other processes may do so
    /// too; waits at most for `patience` for them. A file that holds something else is
    /// put aside, once.
    ///
    /// # Errors
    /// If another process holds the file for longer, or it cannot be read or written.
    pub fn add_to(&self, path: &Path, patience: Duration) -> Result<(), NotAdded> {
        let written = || format!("cannot write {}", path.display());
        let folder = path.parent().with_context(written)?;
        disk::make_folder(folder).with_context(written)?;
        let _lock = lock(path.with_extension("lock"), patience)?;
        let mut all = match Self::read(path) {
            Ok(all) => all,
            Err(ReadError::Other(_)) => {
                let aside = path.with_extension("torn.json");
                std::fs::rename(path, &aside).with_context(written)?;
                warn!(
                    "{} held no statistics; it is kept as {}, and counting begins anew",
                    path.display(),
                    aside.display()
                );
                Self::default()
            }
            Err(error) => return Err(NotAdded::Failed(error.into())),
        };
        all.add(self);
        let text = serde_json::to_string_pretty(&all).context("cannot write numbers")?;
        disk::write_own(path, text.as_bytes()).context("cannot write the statistics")?;
        Ok(())
    }

    fn tally(&mut self, language: &str, model: &str) -> &mut Tally {
        let models = self.0.entry(language.to_owned()).or_default();
        models.entry(model.to_owned()).or_default()
    }

    fn add(&mut self, other: &Self) {
        for (language, models) in &other.0 {
            for (model, tally) in models {
                self.tally(language, model).add(tally);
            }
        }
    }
}

/// The lock at `path`, which is given back with what is returned.
fn lock(path: PathBuf, patience: Duration) -> Result<File, NotAdded> {
    let cannot = || format!("cannot lock {}", path.display());
    let given_up = Instant::now() + patience;
    let lock = disk::open_lock(&path).with_context(cannot)?;
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::WouldBlock) if Instant::now() >= given_up => {
                return Err(NotAdded::Held(path));
            }
            Err(TryLockError::WouldBlock) => std::thread::sleep(ATTEMPTS),
            Err(TryLockError::Error(error)) => {
                return Err(NotAdded::Failed(Error::new(error).context(cannot())));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_several_processes_add_up_in_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deep/statistics.json");
        let mut one = Statistics::default();
        *one.tally("rust", "rust 2x512") = Tally {
            requests: 2,
            accepted: 1,
            bytes_saved: 30,
            ..Tally::default()
        };
        one.tally("rust", "rust 2x512").latency.record(900);
        for _ in 0..3 {
            one.add_to(&path, PATIENCE).expect("it is written");
        }
        let mut all = Statistics::read(&path).expect("it is read");
        let tally = all.tally("rust", "rust 2x512");
        assert_eq!(
            (tally.requests, tally.accepted, tally.bytes_saved),
            (6, 3, 90)
        );
        assert_eq!(tally.latency.count(), 3);
    }

    /// Of a process that does nothing but add.
    const PATIENCE: Duration = Duration::from_secs(60);

    #[test]
    fn a_file_of_something_else_is_put_aside_and_counting_begins_anew() {
        let mut news = Statistics::default();
        news.tally("rust", "m").requests = 1;
        let good = serde_json::to_vec(&news).expect("numbers");
        let torn = &good[..good.len() / 2];
        let other: [&[u8]; 6] = [
            b"",
            b"[1]",
            b"{",
            b"\xff\0",
            torn,
            b"{\"rust\": {\"m\": 7}}",
        ];
        for other in other {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("statistics.json");
            std::fs::write(&path, other).expect("it is written");
            assert!(matches!(Statistics::read(&path), Err(ReadError::Other(_))));
            for _ in 0..2 {
                news.add_to(&path, PATIENCE).expect("it is written");
            }
            let mut all = Statistics::read(&path).expect("it is read");
            assert_eq!(all.tally("rust", "m").requests, 2);
            let aside = std::fs::read(folder.path().join("statistics.torn.json"));
            assert_eq!(aside.expect("it is kept"), other);
        }
    }

    #[test]
    fn files_of_other_versions_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("statistics.json");
        // Those of a later version may know more, those of an earlier one less.
        std::fs::write(&path, r#"{"rust": {"m": {"requests": 1, "odour": 7}}}"#).expect("written");
        assert!(Statistics::read(&path).is_ok());
    }

    #[test]
    fn a_file_that_another_process_holds_is_not_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("statistics.json");
        let held = lock(path.with_extension("lock"), Duration::ZERO).expect("it is free");
        let added = Statistics::default().add_to(&path, Duration::ZERO);
        assert!(matches!(added, Err(NotAdded::Held(_))));
        drop(held);
        let added = Statistics::default().add_to(&path, Duration::ZERO);
        assert!(added.is_ok());
    }
}
