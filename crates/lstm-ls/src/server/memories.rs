//! What is remembered of folders, shared by all clients that have them open.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use code_index::Layer;
use tokio::sync::watch;
use tracing::info;
use workspace::{Progress, Setup, Workspace};

use crate::memory::group_of_file;

/// Every set of folders that somebody has open.
#[derive(Debug)]
pub(super) struct Memories {
    /// Folder of the caches.
    caches: Option<PathBuf>,
    open: Mutex<HashMap<Key, Weak<Remembered>>>,
}

/// What makes two workspaces the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    /// In order of path.
    pub(super) folders: Vec<PathBuf>,
    /// Most text to remember.
    pub(super) megabytes: usize,
}

/// The files of some folders.
pub(super) struct Remembered {
    workspace: Workspace,
    changes: watch::Receiver<()>,
}

impl Memories {
    /// Nothing is open yet. Caches go to the folder `caches`, if there is one.
    pub(super) fn new(caches: Option<PathBuf>) -> Self {
        Self {
            caches,
            open: Mutex::default(),
        }
    }

    /// The files of these folders, which are read in the background if nobody
    /// has them open. `None` if there is nothing to remember.
    pub(super) fn open(&self, mut key: Key) -> Option<Arc<Remembered>> {
        key.folders.retain(|folder| !is_too_wide(folder));
        key.folders.sort();
        key.folders.dedup();
        if key.folders.is_empty() || key.megabytes == 0 {
            return None;
        }
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, remembered| remembered.strong_count() > 0);
        if let Some(remembered) = open.get(&key).and_then(Weak::upgrade) {
            return Some(remembered);
        }
        info!(folders = ?key.folders, "reading");
        let setup = Setup {
            folders: key.folders.clone(),
            cache: self
                .caches
                .as_ref()
                .map(|caches| caches.join(file_name(&key))),
            most_text: key.megabytes << 20,
            group_of: group_of_file,
        };
        let (changed, changes) = watch::channel(());
        let remembered = Arc::new(Remembered {
            workspace: Workspace::open(setup, move || {
                // Nobody need listen.
                let _ = changed.send(());
            }),
            changes,
        });
        open.insert(key, Arc::downgrade(&remembered));
        Some(remembered)
    }
}

impl Remembered {
    /// Everything of `group` but the files at `without`.
    pub(super) fn layer(&self, group: &str, without: &[PathBuf]) -> Layer {
        self.workspace.layer(group, without)
    }

    /// How far the reading is.
    pub(super) fn progress(&self) -> Progress {
        self.workspace.progress()
    }

    /// Told whenever that has changed.
    pub(super) fn changes(&self) -> watch::Receiver<()> {
        self.changes.clone()
    }

    /// The file at `path` was written, made or deleted.
    pub(super) fn file_changed(&self, path: &Path) {
        self.workspace.file_changed(path);
    }
}

/// Whether `folder` holds far more than one person's project.
fn is_too_wide(folder: &Path) -> bool {
    let home = etcetera::home_dir().ok();
    folder.parent().is_none() || home.is_some_and(|home| home.starts_with(folder))
}

fn file_name(key: &Key) -> String {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    format!("{:016x}.memory", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_opens_the_same_folders_shares_them() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let memories = Memories::new(None);
        let key = |folder: &Path, megabytes| Key {
            folders: vec![folder.to_owned()],
            megabytes,
        };
        let first = memories.open(key(folder.path(), 8)).expect("it is open");
        let second = memories.open(key(folder.path(), 8)).expect("it is open");
        assert!(Arc::ptr_eq(&first, &second));
        assert!(memories.open(key(folder.path(), 0)).is_none());
        assert!(memories.open(key(Path::new("/"), 8)).is_none());
    }
}
