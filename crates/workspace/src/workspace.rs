//! The user's folders, remembered: read in the background, kept up to date file
//! by file, and written to a cache so that the next start need not read again.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Weak};
use std::thread;

use code_index::{Group, Layer, MOST_TEXT};
use parking_lot::RwLock;

use crate::files::{self, Skipped};
use crate::{reading, store};

/// What to remember and where to keep it.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Folders to read.
    pub folders: Vec<PathBuf>,
    /// File of the cache; `None` keeps nothing between starts.
    pub cache: Option<PathBuf>,
    /// Most bytes of text to remember. Files beyond are left out.
    pub most_text: usize,
    /// Which files are remembered together: those of one language, say. Files
    /// without a group are left out.
    pub group_of: fn(&Path) -> Option<String>,
}

/// How far the reading of the folders is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Whether all folders have been read.
    pub done: bool,
    /// Files found that are to be looked at.
    pub found: usize,
    /// Files looked at.
    pub seen: usize,
    /// Files remembered.
    pub files: usize,
    /// Their text in bytes.
    pub bytes: usize,
    /// What was left out, and why; the first hundred.
    pub skipped: Vec<(PathBuf, String)>,
}

/// The reasons kept in [`Progress::skipped`].
const MOST_SKIPPED: usize = 100;

/// Files of some folders. Clones share them; when the last one goes, the
/// background thread ends.
#[derive(Clone)]
pub struct Workspace {
    shared: Arc<Shared>,
    jobs: Sender<Job>,
}

#[derive(Default)]
struct Shared {
    groups: RwLock<HashMap<String, Arc<Group>>>,
    progress: RwLock<Progress>,
}

enum Job {
    /// The file was written or removed.
    File(PathBuf),
    /// Answers when everything before it is done.
    Wait(Sender<()>),
}

impl Workspace {
    /// Begins to read the folders. `told` hears whenever [`progress`](Self::progress)
    /// has something new.
    ///
    /// # Panics
    /// If the system has no room for a thread.
    pub fn open(setup: Setup, told: impl Fn() + Send + 'static) -> Self {
        let shared = Arc::new(Shared::default());
        let (jobs, queue) = mpsc::channel();
        let keeper = Keeper {
            setup,
            shared: Arc::downgrade(&shared),
            told: Box::new(told),
        };
        thread::Builder::new()
            .name("workspace".to_owned())
            .spawn(move || keeper.run(&queue))
            .expect("the system has room for a thread");
        Self { shared, jobs }
    }

    /// All files of `folder` that are remembered by default, each among those of its
    /// language, read before this returns; nothing is kept on the disk.
    pub fn of_folder(folder: &Path) -> Self {
        let setup = Setup {
            folders: vec![folder.to_owned()],
            cache: None,
            most_text: usize::MAX,
            group_of: language::group_of_file,
        };
        let workspace = Self::open(setup, || {});
        workspace.settle();
        workspace
    }

    /// All that is remembered of `group` but the files at `without`.
    pub fn layer(&self, group: &str, without: &[PathBuf]) -> Layer {
        let group = self.shared.groups.read().get(group).cloned();
        group.map_or_else(Layer::new, |group| group.layer(without))
    }

    /// How far the reading is.
    pub fn progress(&self) -> Progress {
        self.shared.progress.read().clone()
    }

    /// The file at `path` was saved, created or deleted.
    pub fn file_changed(&self, path: &Path) {
        let _ = self.jobs.send(Job::File(path.to_owned()));
    }

    /// Waits until everything asked for so far is remembered.
    pub fn settle(&self) {
        let (done, wait) = mpsc::channel();
        if self.jobs.send(Job::Wait(done)).is_ok() {
            // An error means that the thread is gone, with all that it did.
            let _ = wait.recv();
        }
    }
}

/// The background thread.
struct Keeper {
    setup: Setup,
    shared: Weak<Shared>,
    told: Box<dyn Fn() + Send>,
}

impl Keeper {
    fn run(self, queue: &Receiver<Job>) {
        if self.read_all().is_none() {
            return;
        }
        while let Ok(job) = queue.recv() {
            for job in std::iter::once(job).chain(queue.try_iter()) {
                let Some(shared) = self.shared.upgrade() else {
                    return;
                };
                match job {
                    Job::File(path) => self.read_again(&shared, &path),
                    Job::Wait(done) => drop(done.send(())),
                }
            }
            let Some(shared) = self.shared.upgrade() else {
                return;
            };
            // The changes are visible already; this only makes room for more.
            tidy(&shared);
        }
    }

    /// `None` if every clone of the workspace is gone.
    fn read_all(&self) -> Option<()> {
        let known = self.setup.cache.as_deref().and_then(store::load);
        let mut known = known.unwrap_or_default();
        let mut found: HashMap<String, Vec<PathBuf>> = HashMap::new();
        for folder in &self.setup.folders {
            for (path, group) in files::below(folder, self.setup.group_of) {
                found.entry(group).or_default().push(path);
            }
        }
        let count = found.values().map(Vec::len).sum();
        self.report(|progress| progress.found = count)?;
        let mut left = self.setup.most_text;
        let mut is_new = false;
        let mut kept = HashMap::new();
        let mut groups: Vec<(String, Vec<PathBuf>)> = found.into_iter().collect();
        groups.sort();
        for (name, mut paths) in groups {
            // Folders may hold one another.
            paths.sort();
            paths.dedup();
            let before = known.remove(&name).unwrap_or_default();
            let mut skipped = Vec::new();
            let mut unread = 0;
            let up = before.brought_up_to(
                paths,
                &mut left.min(MOST_TEXT / 2),
                |path, why: Skipped| skipped.push((path, why.to_string())),
                || {
                    unread += 1;
                    if unread == 64 {
                        unread = 0;
                        self.report(|progress| progress.seen += 64);
                    }
                },
            );
            let (files, bytes) = up.kept.group.size();
            left = left.saturating_sub(bytes);
            is_new |= up.is_new;
            let shared = self.shared.upgrade()?;
            let group = Arc::clone(&up.kept.group);
            shared.groups.write().insert(name.clone(), group);
            kept.insert(name, up.kept);
            self.report(|progress| {
                progress.seen += unread;
                progress.files += files;
                progress.bytes += bytes;
                progress.skipped.extend(skipped);
                progress.skipped.truncate(MOST_SKIPPED);
            })?;
        }
        is_new |= !known.is_empty();
        self.report(|progress| progress.done = true)?;
        if let (Some(cache), true) = (&self.setup.cache, is_new) {
            // A cache that cannot be written only costs time at the next start.
            let _ = store::save(cache, &kept);
        }
        Some(())
    }

    fn report(&self, change: impl FnOnce(&mut Progress)) -> Option<()> {
        change(&mut self.shared.upgrade()?.progress.write());
        (self.told)();
        Some(())
    }

    fn read_again(&self, shared: &Shared, path: &Path) {
        let Some(name) = (self.setup.group_of)(path) else {
            return;
        };
        let groups = shared.groups.read().clone();
        let group = groups.get(&name).cloned().unwrap_or_default();
        if !group.holds(path) {
            let mut folders = self.setup.folders.iter();
            let held = groups.values().map(|group| group.size().1).sum::<usize>();
            let more = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
            let left = self.setup.most_text.saturating_sub(held) as u64;
            if more > left || !folders.any(|f| files::is_below(f, path)) {
                return;
            }
        }
        if let Some(group) = group.with(path, reading::read(path).ok()) {
            shared.groups.write().insert(name, Arc::new(group));
        }
    }
}

fn tidy(shared: &Shared) {
    let groups = shared.groups.read().clone();
    for (name, group) in groups {
        if let Some(tidied) = group.tidied() {
            shared.groups.write().insert(name, Arc::new(tidied));
        }
    }
}
