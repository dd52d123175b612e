//! One client's folders, and what is remembered around the document it completes
//! in: the files of its folders as they are on the disk, and the documents it has
//! changed but not saved as they are in the editor.

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;

use code_index::{Layer, Segment};
use futures_util::future::{Either, select};
use language::group_of;
use parking_lot::Mutex;
use workspace::Progress;
use workspace::files::{self, Limits};

use super::{Key, Memories, Remembered};
use crate::documents::{Revision, Unsaved};
use crate::watched::{Watched, Watcher};

/// Unsaved documents beyond these are known as they are on the disk.
const MOST_UNSAVED: usize = 8;

/// The folders of one client.
#[derive(Default)]
pub(crate) struct Folders {
    folders: Mutex<Vec<PathBuf>>,
    remembered: Watched<Option<Arc<Remembered>>>,
    unsaved: Mutex<Option<UnsavedIndex>>,
}

/// The index of some unsaved documents.
struct UnsavedIndex {
    /// Which state of which documents.
    of: Vec<Revision>,
    segment: Arc<Segment>,
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
        *self.folders.lock() = folders;
    }

    /// Folders come and go.
    pub(crate) fn change(&self, added: Vec<PathBuf>, removed: &[PathBuf]) {
        let mut folders = self.folders.lock();
        folders.retain(|folder| !removed.contains(folder));
        for added in added {
            if !folders.contains(&added) {
                folders.push(added);
            }
        }
    }

    /// Remembers at most so many `megabytes` of the folders' files from now on.
    pub(crate) fn remember(&self, memories: &Memories, megabytes: usize) {
        let remembered = memories.open(Key {
            folders: self.folders.lock().clone(),
            megabytes,
        });
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

    /// The file at `path` was written, made or deleted.
    pub(crate) fn file_changed(&self, path: &Path) {
        if let Some(remembered) = self.remembered.get() {
            remembered.file_changed(path);
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

    /// What is remembered around the document at `path`, which is not part of
    /// it. `unsaved` are the client's other documents that differ from the disk.
    pub(crate) fn layer(&self, path: &Path, language: &str, unsaved: Vec<Unsaved>) -> Layer {
        let group = group_of(path, language);
        let mut others = unsaved;
        others.retain(|Unsaved { path, document, .. }| {
            let same = group_of(path, &document.language) == group;
            // What would not be read from the disk is not read here.
            let large = document.text.len_bytes() > Limits::default().file;
            same && !large && !files::is_secret(path)
        });
        // The latest changed first.
        others.sort_by_key(|other| std::cmp::Reverse(other.revision.number));
        others.truncate(MOST_UNSAVED);
        let mut without = vec![path.to_owned()];
        without.extend(others.iter().map(|other| other.path.clone()));
        let layer = match self.remembered.get() {
            Some(remembered) => remembered.layer(&group, &without),
            None => Layer::new(),
        };
        if others.is_empty() {
            return layer;
        }
        layer.with(self.index(&others))
    }

    fn index(&self, documents: &[Unsaved]) -> Arc<Segment> {
        let of = documents.iter().map(|other| other.revision.clone());
        let of: Vec<Revision> = of.collect();
        let known = self.unsaved.lock();
        if let Some(known) = known.as_ref().filter(|known| known.of == of) {
            return Arc::clone(&known.segment);
        }
        drop(known);
        let texts = documents
            .iter()
            .map(|other| other.document.head(0, usize::MAX));
        let texts: Vec<String> = texts.collect();
        let segment = Arc::new(Segment::new(texts.iter().map(String::as_bytes)));
        *self.unsaved.lock() = Some(UnsavedIndex {
            of,
            segment: Arc::clone(&segment),
        });
        segment
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
        assert_eq!(*folders.folders.lock(), [Path::new("/b"), Path::new("/c")]);
    }
}
