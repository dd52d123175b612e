//! One client's folders, and what is remembered around the document it completes
//! in: the files of its folders as they are on the disk, and the documents it has open
//! as they are in the editor.

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use code_index::Layer;
use futures_util::future::{Either, select};
use parking_lot::Mutex;
use workspace::Progress;

use super::open::{self, Ignored, OpenTexts};
use super::{Key, Memories, Remembered};
use crate::documents::Other;
use crate::watched::{Watched, Watcher};

/// Files opened last that are told to a memory that begins to read.
const MOST_OPENED: usize = 8;

/// The folders of one client.
#[derive(Default)]
pub(crate) struct Folders {
    folders: Mutex<Vec<Folder>>,
    remembered: Watched<Option<Arc<Remembered>>>,
    open: Mutex<OpenTexts>,
    ignored: Mutex<Ignored>,
    /// Whether the files are watched for the client.
    watches: AtomicBool,
    /// The files opened last, the latest last.
    opened: Mutex<Vec<PathBuf>>,
}

/// An open folder.
#[derive(Clone, Debug)]
struct Folder {
    /// As the client named it, and where that led when it was opened.
    named: PathBuf,
    identity: PathBuf,
}

impl Folder {
    fn new(named: PathBuf) -> Self {
        let identity = workspace::identity(&named);
        Self { named, identity }
    }

    /// Whether it is the same: by its name too, as a link may lead elsewhere by now.
    fn is(&self, other: &Self) -> bool {
        self.named == other.named || self.identity == other.identity
    }
}

/// Hears of every change to the folders and to how far they are read.
pub struct News {
    folders: Watcher<Option<Arc<Remembered>>>,
    reading: Option<Watcher<()>>,
}

impl News {
    /// Waits for the next change.
    pub async fn next(&mut self) {
        let read = async {
            match &mut self.reading {
                Some(reading) => reading.changed().await,
                None => std::future::pending().await,
            }
        };
        let changed = {
            let (changed, read) = (pin!(self.folders.changed()), pin!(read));
            matches!(select(changed, read).await, Either::Left(_))
        };
        if changed {
            self.reading = self.folders.get().map(|r| r.changes().watch());
        }
    }
}

impl Folders {
    /// The client has these folders open.
    pub(crate) fn open(&self, folders: Vec<PathBuf>) {
        *self.folders.lock() = folders.into_iter().map(Folder::new).collect();
    }

    /// Folders come and go.
    pub(crate) fn change(&self, added: Vec<PathBuf>, removed: &[PathBuf]) {
        let mut folders = self.folders.lock();
        for removed in removed {
            let removed = Folder::new(removed.clone());
            folders.retain(|folder| !folder.is(&removed));
        }
        for added in added.into_iter().map(Folder::new) {
            if !folders.iter().any(|folder| folder.is(&added)) {
                folders.push(added);
            }
        }
    }

    /// Remembers at most so many `megabytes` of the folders' files from now on.
    pub(crate) fn remember(&self, memories: &Memories, megabytes: usize) {
        let folders = self.folders.lock().clone();
        let remembered = memories.open(Key {
            folders: folders.into_iter().map(|folder| folder.identity).collect(),
            megabytes,
        });
        if let Some(remembered) = &remembered {
            if self.watches.load(Ordering::Relaxed) {
                remembered.watch();
            }
            let opened = self.opened.lock();
            opened.iter().for_each(|path| remembered.opened(path));
        }
        self.remembered.change(|before| {
            let same = match (before.as_ref(), &remembered) {
                (Some(before), Some(now)) => Arc::ptr_eq(before, now),
                (None, None) => true,
                _ => false,
            };
            *before = remembered;
            !same
        });
    }

    /// The client has opened the file at `path`, an identity.
    pub(crate) fn opened(&self, path: &Path) {
        let mut opened = self.opened.lock();
        opened.retain(|other| other != path);
        if opened.len() == MOST_OPENED {
            opened.remove(0);
        }
        opened.push(path.to_owned());
        drop(opened);
        if let Some(remembered) = self.remembered.get() {
            remembered.opened(path);
        }
    }

    /// Files that other programs change are watched, whatever the client tells of them.
    pub(crate) fn watch(&self) {
        self.watches.store(true, Ordering::Relaxed);
        if let Some(remembered) = self.remembered.get() {
            remembered.watch();
        }
    }

    /// How far the reading of the folders is; `None` without folders.
    pub(crate) fn progress(&self) -> Option<Progress> {
        let remembered = self.remembered.get();
        remembered.map(|remembered| remembered.progress())
    }

    /// Hears of every change to that.
    pub(crate) fn news(&self) -> News {
        let folders = self.remembered.watch();
        let reading = folders.get().map(|r| r.changes().watch());
        News { folders, reading }
    }

    /// What is remembered in `group` but the documents called `without`. `others` are the
    /// client's other documents.
    pub(crate) fn layer(&self, group: &str, without: &[PathBuf], others: &[Other]) -> Layer {
        let remembered = self.remembered.get();
        let mut others = others.to_vec();
        others.retain(|other| {
            let is_another = !without.contains(&other.name());
            is_another && other.place.group(&other.document.language) == group
        });
        let folders = self.folders.lock().clone();
        let folders: Vec<PathBuf> = folders.into_iter().map(|folder| folder.identity).collect();
        let is_held = |other: &Other| {
            let path = other.place.identity();
            path.zip(remembered.as_ref())
                .is_some_and(|(path, remembered)| remembered.holds(group, path))
        };
        let is_ignored = |other: &Other| {
            let path = other.place.identity();
            path.is_some_and(|path| self.ignored.lock().has(path, &folders))
        };
        let others = open::known(others, is_held, is_ignored);
        let open = self.open.lock().layer(group, &others, without);
        let Some(remembered) = remembered else {
            return open;
        };
        let mut hidden = without.to_vec();
        hidden.extend(others.iter().map(Other::name));
        remembered.layer(group, &hidden).and(open)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_come_and_go() {
        let folders = Folders::default();
        folders.open(vec!["/a".into(), "/b".into()]);
        folders.change(vec!["/c".into(), "/b".into()], &["/a".into()]);
        let named = || -> Vec<PathBuf> {
            let folders = folders.folders.lock();
            folders.iter().map(|folder| folder.named.clone()).collect()
        };
        assert_eq!(named(), [Path::new("/b"), Path::new("/c")]);
        folders.change(Vec::new(), &["/c/".into(), "/x/../b".into()]);
        assert!(named().is_empty());
    }
}
