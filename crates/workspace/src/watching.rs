//! The system is asked to tell of changed files, of which clients tell few or none.
//!
//! Where the system watches folders one by one, only the user's own are watched; where
//! it can't watch them all, the caller is told that it has to look by itself.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use notify::{Config, Event, RecommendedWatcher, RecursiveMode, Watcher, WatcherKind};

/// Folders watched one by one, at most: the system's own limit is for all programs.
const MOST_FOLDERS: usize = 4096;

/// What the system tells.
pub(crate) enum News {
    /// These files or folders were written, made, renamed or deleted.
    Changed(Vec<PathBuf>),
    /// Some were, and the system has lost count of which.
    Lost,
}

/// A watch over some folders; it ends when it is dropped.
pub(crate) struct Watch {
    watcher: RecommendedWatcher,
    watched: HashSet<PathBuf>,
    /// Whether a folder could not be watched.
    is_blind: bool,
}

impl Watch {
    /// Begins to watch; `hear` is called on a thread of the watch. `None` if the system
    /// can't.
    pub(crate) fn begin(hear: impl Fn(News) + Send + 'static) -> Option<Self> {
        let heard = move |event: notify::Result<Event>| match event {
            Ok(event) if event.need_rescan() => hear(News::Lost),
            // Reading is no change, and is what this program does itself.
            Ok(event) if event.kind.is_access() => {}
            Ok(event) => hear(News::Changed(event.paths)),
            Err(_) => hear(News::Lost),
        };
        let config = Config::default().with_follow_symlinks(false);
        Some(Self {
            watcher: RecommendedWatcher::new(heard, config).ok()?,
            watched: HashSet::new(),
            is_blind: false,
        })
    }

    /// Watches the opened folder `root` with all below it, where the system can do that
    /// at the price of one folder.
    pub(crate) fn opened(&mut self, root: &Path) {
        if !is_one_by_one() {
            self.add(root, RecursiveMode::Recursive);
        }
    }

    /// Watches `folder`, which is about to be read.
    pub(crate) fn folder(&mut self, folder: &Path) {
        if is_one_by_one() {
            self.add(folder, RecursiveMode::NonRecursive);
        }
    }

    /// What lies at `changed` may have been deleted and made again, and the system has
    /// then dropped its watches: they are begun anew when those folders are read.
    pub(crate) fn forget(&mut self, changed: &HashSet<PathBuf>) {
        if is_one_by_one() {
            self.watched
                .retain(|folder| !folder.ancestors().any(|above| changed.contains(above)));
        }
    }

    /// Whether changes in some folders are not told.
    pub(crate) fn is_blind(&self) -> bool {
        self.is_blind
    }

    fn add(&mut self, folder: &Path, mode: RecursiveMode) {
        if self.watched.contains(folder) {
            return;
        }
        let has_room = self.watched.len() < MOST_FOLDERS;
        if has_room && self.watcher.watch(folder, mode).is_ok() {
            self.watched.insert(folder.to_owned());
        } else {
            self.is_blind |= folder.is_dir();
        }
    }
}

fn is_one_by_one() -> bool {
    matches!(
        RecommendedWatcher::kind(),
        WatcherKind::Inotify | WatcherKind::Kqueue
    )
}
