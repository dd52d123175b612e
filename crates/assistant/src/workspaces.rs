//! What is remembered of folders, shared by all clients that have them open.
//!
//! Owns which sets of folders are open, and where their caches lie. Must not know how
//! files are read or indexed.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};

use code_index::Layer;
use parking_lot::Mutex;
use tracing::info;
use workspace::{Progress, Setup, Workspace};

use crate::watched::Watched;

mod folders;
mod open;

pub(crate) use folders::Folders;
pub use folders::News;

/// Every set of folders that a client has open.
#[derive(Debug)]
pub(crate) struct Memories {
    /// Folder of the caches.
    caches: Option<PathBuf>,
    open: Mutex<HashMap<Key, Weak<Remembered>>>,
}

/// What makes two workspaces the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    /// Their [identities](workspace::identity), in order of path.
    pub(crate) folders: Vec<PathBuf>,
    /// Most text to remember.
    pub(crate) megabytes: usize,
}

/// The files of some folders.
pub(crate) struct Remembered {
    workspace: Workspace,
    /// Changes with the progress of the reading.
    changes: Watched<()>,
}

impl Memories {
    /// Nothing is open yet. Caches go to the folder `caches`, if there is one.
    pub(crate) fn new(caches: Option<PathBuf>) -> Self {
        Self {
            caches,
            open: Mutex::default(),
        }
    }

    /// The files of these folders, which are read in the background if no
    /// client has them open yet. `None` if there is nothing to remember.
    pub(crate) fn open(&self, mut key: Key) -> Option<Arc<Remembered>> {
        for folder in &mut key.folders {
            *folder = workspace::identity(folder);
        }
        key.folders.retain(|folder| !is_too_wide(folder));
        key.folders.sort();
        key.folders.dedup();
        if key.folders.is_empty() || key.megabytes == 0 {
            return None;
        }
        let mut open = self.open.lock();
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
            group_of: language::group_of_file,
        };
        let changes = Watched::default();
        let changed = changes.clone();
        let remembered = Arc::new(Remembered {
            workspace: Workspace::open(setup, move || changed.set(())),
            changes,
        });
        open.insert(key, Arc::downgrade(&remembered));
        Some(remembered)
    }

    /// The files or folders at `paths` were written, made, renamed or deleted.
    pub(crate) fn changed(&self, paths: &[PathBuf]) {
        let open: Vec<_> = self
            .open
            .lock()
            .values()
            .filter_map(Weak::upgrade)
            .collect();
        for remembered in open {
            remembered.workspace.changed(paths.to_vec());
        }
    }
}

impl Remembered {
    /// Everything of `group` but the files at `without`.
    pub(crate) fn layer(&self, group: &str, without: &[PathBuf]) -> Layer {
        self.workspace.layer(group, without)
    }

    /// How far the reading is.
    pub(crate) fn progress(&self) -> Progress {
        self.workspace.progress()
    }

    /// Told whenever that has changed.
    pub(crate) fn changes(&self) -> &Watched<()> {
        &self.changes
    }

    /// Whether the file at `path` is remembered in `group`.
    pub(crate) fn holds(&self, group: &str, path: &Path) -> bool {
        self.workspace.holds(group, path)
    }

    /// A client has opened the file at `path`.
    pub(crate) fn opened(&self, path: &Path) {
        self.workspace.opened(path);
    }

    /// Changes are not only told by clients, but watched.
    pub(crate) fn watch(&self) {
        self.workspace.watch();
    }
}

/// Whether `folder` holds far more than one person's project.
fn is_too_wide(folder: &Path) -> bool {
    let home = etcetera::home_dir().ok();
    let home = home.map(|home| workspace::identity(&home));
    folder.parent().is_none() || home.is_some_and(|home| home.starts_with(folder))
}

fn file_name(key: &Key) -> String {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    format!("{:016x}.{}", hasher.finish(), workspace::CACHE_EXTENSION)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_that_open_the_same_folders_share_them() {
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

    #[cfg(unix)]
    #[test]
    fn a_link_to_a_folder_is_that_folder() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let real = folder.path().join("real");
        let link = folder.path().join("link");
        std::fs::create_dir(&real).expect("a new folder");
        std::os::unix::fs::symlink(&real, &link).expect("a new link");
        let memories = Memories::new(None);
        let open = |folders: &[&Path]| {
            let folders = folders.iter().map(|f| f.to_path_buf()).collect();
            let key = Key {
                folders,
                megabytes: 8,
            };
            memories.open(key).expect("it is open")
        };
        let first = open(&[&real]);
        for other in [&[&*link][..], &[&link.join(".")], &[&link, &real]] {
            assert!(Arc::ptr_eq(&first, &open(other)), "{other:?}");
        }
    }
}
