//! One client's folders, and what is remembered around the document it completes
//! in: the files of its folders as they are on the disk, and the documents it has
//! changed but not saved as they are in the editor.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use code_index::{Layer, Segment};
use tokio::sync::watch;
use tower_lsp::lsp_types::{FileEvent, Url, WorkspaceFoldersChangeEvent};
use workspace::Progress;
use workspace::files::{self, Limits};

use super::document::Document;
use super::memories::{Key, Memories, Remembered};
use crate::memory::group_of;

/// Unsaved documents beyond these are known as they are on the disk.
const MOST_UNSAVED: usize = 8;

/// See the top of the file.
#[derive(Default)]
pub(super) struct Workspace {
    folders: Mutex<Vec<Url>>,
    remembered: watch::Sender<Option<Arc<Remembered>>>,
    unsaved: Mutex<Option<Unsaved>>,
}

/// The index of some unsaved documents.
struct Unsaved {
    /// Which, and which state of each.
    of: Vec<(Url, u64)>,
    segment: Arc<Segment>,
}

/// See [`Workspace::news`].
pub(super) struct News {
    folders: watch::Receiver<Option<Arc<Remembered>>>,
    reading: Option<watch::Receiver<()>>,
}

impl News {
    /// Waits for the next change.
    pub(super) async fn next(&mut self) {
        let Self { folders, reading } = self;
        let read = async {
            let changed = match reading.as_mut() {
                Some(reading) => reading.changed().await.is_ok(),
                None => false,
            };
            // An error is the end of the reading.
            if !changed {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            changed = folders.changed() => {
                if changed.is_err() {
                    std::future::pending::<()>().await;
                }
                *reading = folders.borrow_and_update().as_ref().map(|r| r.changes());
            }
            () = read => {}
        }
    }
}

impl Workspace {
    /// The folders of `initialize`.
    pub(super) fn open(&self, folders: Vec<Url>) {
        *lock(&self.folders) = folders;
    }

    /// Folders come and go.
    pub(super) fn change_folders(&self, change: &WorkspaceFoldersChangeEvent) {
        let mut folders = lock(&self.folders);
        folders.retain(|folder| !change.removed.iter().any(|gone| gone.uri == *folder));
        for added in &change.added {
            if !folders.contains(&added.uri) {
                folders.push(added.uri.clone());
            }
        }
    }

    /// Remembers at most so many `megabytes` of the folders' files from now on.
    pub(super) fn remember(&self, memories: &Memories, megabytes: usize) {
        let folders = lock(&self.folders);
        let folders = folders
            .iter()
            .filter_map(|folder| folder.to_file_path().ok());
        let remembered = memories.open(Key {
            folders: folders.collect(),
            megabytes,
        });
        self.remembered.send_if_modified(|before| {
            let same = match (before.as_ref(), &remembered) {
                (Some(before), Some(now)) => Arc::ptr_eq(before, now),
                (None, None) => true,
                _ => false,
            };
            *before = remembered;
            !same
        });
    }

    /// An open document was written to the disk.
    pub(super) fn saved(&self, uri: &Url) {
        self.changed_on_disk(uri);
    }

    /// Files were written, made or deleted behind the editor's back.
    pub(super) fn files_changed(&self, changes: &[FileEvent]) {
        for change in changes {
            self.changed_on_disk(&change.uri);
        }
    }

    fn changed_on_disk(&self, uri: &Url) {
        if let (Some(remembered), Ok(path)) = (&*self.remembered.borrow(), uri.to_file_path()) {
            remembered.file_changed(&path);
        }
    }

    /// How far the reading of the folders is; `None` without folders.
    pub(super) fn progress(&self) -> Option<Progress> {
        let remembered = self.remembered.borrow();
        remembered.as_ref().map(|remembered| remembered.progress())
    }

    /// Hears of every change to that.
    pub(super) fn news(&self) -> News {
        let mut folders = self.remembered.subscribe();
        let reading = folders.borrow_and_update().as_ref().map(|r| r.changes());
        News { folders, reading }
    }

    /// What is remembered around the document at `path`, which is not part of
    /// it. `unsaved` are the client's other documents that differ from the disk.
    pub(super) fn layer(
        &self,
        path: &Path,
        language: &str,
        unsaved: Vec<(Url, u64, Document)>,
    ) -> Layer {
        let group = group_of(path, language);
        let mut others: Vec<(PathBuf, Url, u64, Document)> = unsaved
            .into_iter()
            .filter_map(|(uri, revision, document)| {
                let path = uri.to_file_path().ok()?;
                let same = group_of(&path, &document.language) == group;
                // What would not be read from the disk is not read here.
                let large = document.text.len_bytes() > Limits::default().file;
                let read = same && !large && !files::is_secret(&path);
                read.then_some((path, uri, revision, document))
            })
            .collect();
        // The latest changed first.
        others.sort_by_key(|&(_, _, revision, _)| std::cmp::Reverse(revision));
        others.truncate(MOST_UNSAVED);
        let mut without = vec![path.to_owned()];
        without.extend(others.iter().map(|(path, ..)| path.clone()));
        let layer = match &*self.remembered.borrow() {
            Some(remembered) => remembered.layer(&group, &without),
            None => Layer::new(),
        };
        if others.is_empty() {
            return layer;
        }
        layer.with(self.index(&others))
    }

    fn index(&self, documents: &[(PathBuf, Url, u64, Document)]) -> Arc<Segment> {
        let of = documents
            .iter()
            .map(|(_, uri, revision, _)| (uri.clone(), *revision));
        let of: Vec<(Url, u64)> = of.collect();
        let known = lock(&self.unsaved);
        if let Some(known) = known.as_ref().filter(|known| known.of == of) {
            return Arc::clone(&known.segment);
        }
        drop(known);
        let whole = |document: &Document| document.head(0, usize::MAX);
        let texts: Vec<String> = documents.iter().map(|(.., d)| whole(d)).collect();
        let segment = Arc::new(Segment::new(texts.iter().map(String::as_bytes)));
        *lock(&self.unsaved) = Some(Unsaved {
            of,
            segment: Arc::clone(&segment),
        });
        segment
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use tower_lsp::lsp_types::WorkspaceFolder;

    use super::*;

    fn url(name: &str) -> Url {
        format!("file:///{name}").parse().expect("a valid uri")
    }

    fn folder(name: &str) -> WorkspaceFolder {
        WorkspaceFolder {
            uri: url(name),
            name: name.to_owned(),
        }
    }

    #[test]
    fn folders_come_and_go() {
        let workspace = Workspace::default();
        workspace.open(vec![url("a"), url("b")]);
        workspace.change_folders(&WorkspaceFoldersChangeEvent {
            added: vec![folder("c"), folder("b")],
            removed: vec![folder("a")],
        });
        assert_eq!(*lock(&workspace.folders), [url("b"), url("c")]);
    }
}
