//! What was offered and what came of it, counted on this machine for its user.
//!
//! Owns: the counts, and the file they are added to. Holds no text, no names of
//! files and no times, and nothing is ever sent anywhere.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, Serialize};

mod counter;
mod histogram;

pub use counter::{Counter, Offer};
pub use histogram::Histogram;

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

impl Statistics {
    /// The counts in the file at `path`; none if there is no file.
    ///
    /// # Errors
    /// If it cannot be read or holds something else.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = match std::fs::read_to_string(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            text => text.with_context(|| format!("cannot read {}", path.display()))?,
        };
        let named = || {
            format!(
                "{} holds no statistics; delete it to start again",
                path.display()
            )
        };
        serde_json::from_str(&text).with_context(named)
    }

    /// Adds these counts to those in the file at `path`, while other processes may do so too.
    ///
    /// # Errors
    /// If it cannot be read or written.
    pub fn add_to(&self, path: &Path) -> anyhow::Result<()> {
        let written = || format!("cannot write {}", path.display());
        let folder = path.parent().with_context(written)?;
        std::fs::create_dir_all(folder).with_context(written)?;
        let lock = File::create(path.with_extension("lock")).with_context(written)?;
        lock.lock().with_context(written)?;
        let mut all = Self::read(path)?;
        all.add(self);
        let text = serde_json::to_string_pretty(&all)?;
        disk::write(path, text.as_bytes()).context("cannot write the statistics")
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
            one.add_to(&path).expect("it is written");
        }
        let mut all = Statistics::read(&path).expect("it is read");
        let tally = all.tally("rust", "rust 2x512");
        assert_eq!(
            (tally.requests, tally.accepted, tally.bytes_saved),
            (6, 3, 90)
        );
        assert_eq!(tally.latency.count(), 3);
    }

    #[test]
    fn a_file_of_something_else_is_named_and_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("statistics.json");
        std::fs::write(&path, "[1]").expect("it is written");
        let error = Statistics::default().add_to(&path).expect_err("refused");
        assert!(error.to_string().contains("holds no statistics"), "{error}");
        let text = std::fs::read_to_string(&path).expect("it is there");
        assert_eq!(text, "[1]");
        // Files of a later version may know more, those of an earlier one less.
        std::fs::write(&path, r#"{"rust": {"m": {"requests": 1, "odour": 7}}}"#).expect("written");
        assert!(Statistics::read(&path).is_ok());
    }
}
