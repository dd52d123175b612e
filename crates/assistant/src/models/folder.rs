//! The user's folder of models: which file is for which language.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use disk::Stamp;
use lstm_format::ModelFile;
use tracing::warn;

/// The model files in a folder.
#[derive(Clone, Debug, Default)]
pub struct Files(BTreeMap<PathBuf, File>);

#[derive(Clone, Debug)]
struct File {
    stamp: Stamp,
    /// `None` if it has never been a model.
    language: Option<String>,
}

impl Files {
    /// What is in `folder` now. Only files that have changed are read; one that
    /// cannot be read, perhaps because it is being written, stays what it was.
    pub fn look(mut self, folder: &Path) -> Self {
        let asked = folder.to_owned();
        let paths = disk::within(folder, disk::PATIENCE, move || -> Vec<PathBuf> {
            let entries = std::fs::read_dir(asked).into_iter().flatten().flatten();
            entries.map(|entry| entry.path()).collect()
        });
        let Some(paths) = paths else {
            warn!(
                "{} does not answer; its models stay what they were",
                folder.display()
            );
            return self;
        };
        let models = paths
            .into_iter()
            .filter(|path| path.extension().is_some_and(|e| e == "safetensors"));
        let mut found = BTreeMap::new();
        for path in models {
            // One that does not answer is read all the same, to say so once.
            let stamp = Stamp::of(&path).unwrap_or_default();
            let known = self.0.remove(&path);
            let file = match known {
                Some(known) if known.stamp == stamp => known,
                known => File {
                    stamp,
                    language: language_of(&path).or(known.and_then(|known| known.language)),
                },
            };
            found.insert(path, file);
        }
        Self(found)
    }

    /// Whether `path` is one of them.
    pub fn has(&self, path: &Path) -> bool {
        self.0.contains_key(path)
    }

    /// The file for `language` that was written last.
    pub fn for_language(&self, language: &str) -> Option<&Path> {
        let fitting = |file: &File| file.language.as_deref() == Some(language);
        let files = self.0.iter().filter(|(_, file)| fitting(file));
        let newest = files.max_by_key(|(_, file)| file.stamp.nanos);
        newest.map(|(path, _)| path.as_path())
    }

    /// The languages there are models for.
    pub fn languages(&self) -> impl Iterator<Item = String> {
        self.0.values().filter_map(|file| file.language.clone())
    }
}

fn language_of(path: &Path) -> Option<String> {
    match ModelFile::read(path) {
        Ok(model) => Some(model.config.language),
        Err(error) => {
            warn!("not a model: {error}");
            None
        }
    }
}
