//! The user's folders, remembered: read in the background, kept up to date file
//! by file, and written to a cache so that the next start need not read again.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread;

use crate::files::{self, Limits, Skipped};
use crate::group::Group;
use crate::layer::Layer;
use crate::store;

/// What to remember and where to keep it.
#[derive(Clone)]
pub struct Setup {
    /// Folders to read.
    pub folders: Vec<PathBuf>,
    /// File of the cache; `None` keeps nothing between starts.
    pub cache: Option<PathBuf>,
    /// Most bytes of text to remember. Files beyond are left out.
    pub most_text: usize,
    /// Which files are remembered together: one language, say. Files without a
    /// group are left out.
    pub group_of: fn(&Path) -> Option<String>,
}

/// How far the reading of the folders is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Whether all folders have been read.
    pub done: bool,
    /// Files remembered.
    pub files: usize,
    /// Their text in bytes.
    pub bytes: usize,
    /// Files found so far that are to be read.
    pub found: usize,
    /// What was left out, and why; the first hundred.
    pub skipped: Vec<(PathBuf, String)>,
}

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
    /// The file's text in an editor.
    Text(PathBuf, Vec<u8>),
    /// Answers when everything before it is done.
    Wait(Sender<()>),
}

impl Workspace {
    /// Begins to read the folders.
    pub fn open(setup: Setup) -> Self {
        let shared = Arc::new(Shared::default());
        let (jobs, queue) = mpsc::channel();
        let reader = Keeper {
            setup,
            shared: Arc::clone(&shared),
        };
        thread::Builder::new()
            .name("workspace".to_owned())
            .spawn(move || reader.run(&queue))
            .expect("the system has room for a thread");
        Self { shared, jobs }
    }

    /// All that is remembered of `group` but the file at `path`.
    pub fn layer(&self, group: &str, path: &Path) -> Layer {
        let group = read(&self.shared.groups).get(group).cloned();
        group.map_or_else(Layer::new, |group| group.layer(path))
    }

    /// How far the reading is.
    pub fn progress(&self) -> Progress {
        read(&self.shared.progress).clone()
    }

    /// The file at `path` was saved, created or deleted.
    pub fn file_changed(&self, path: &Path) {
        let _ = self.jobs.send(Job::File(path.to_owned()));
    }

    /// An editor holds `text` for the file at `path`, saved or not.
    pub fn text_changed(&self, path: &Path, text: &str) {
        let job = Job::Text(path.to_owned(), text.as_bytes().to_vec());
        let _ = self.jobs.send(job);
    }

    /// Waits until everything asked for so far is remembered.
    pub fn settle(&self) {
        let (done, wait) = mpsc::channel();
        if self.jobs.send(Job::Wait(done)).is_ok() {
            let _ = wait.recv();
        }
    }
}

/// The background thread.
struct Keeper {
    setup: Setup,
    shared: Arc<Shared>,
}

impl Keeper {
    fn run(self, queue: &Receiver<Job>) {
        self.read_all();
        while let Ok(job) = queue.recv() {
            match job {
                Job::File(path) => self.update(&path, None),
                Job::Text(path, text) => self.update(&path, Some(text)),
                Job::Wait(done) => drop(done.send(())),
            }
        }
    }

    fn read_all(&self) {
        let known = self.setup.cache.as_deref().and_then(store::load);
        let mut known = known.unwrap_or_default();
        let mut found: HashMap<String, Vec<PathBuf>> = HashMap::new();
        let mut count = 0;
        for folder in &self.setup.folders {
            for (path, group) in files::below(folder, self.setup.group_of) {
                found.entry(group).or_default().push(path);
                count += 1;
            }
        }
        write(&self.shared.progress).found = count;
        let mut left = self.setup.most_text;
        let mut is_new = false;
        let mut groups: Vec<(String, Vec<PathBuf>)> = found.into_iter().collect();
        groups.sort();
        for (name, paths) in groups {
            let before = known.remove(&name).unwrap_or_default();
            let skip = |path: PathBuf, why: Skipped| self.skip(path, &why);
            let group = before.brought_up_to(paths, &mut left, skip);
            is_new |= group.is_new;
            let mut progress = write(&self.shared.progress);
            progress.files += group.group.files();
            progress.bytes += group.group.text_len();
            drop(progress);
            write(&self.shared.groups).insert(name, Arc::new(group.group));
        }
        is_new |= !known.is_empty();
        write(&self.shared.progress).done = true;
        if let (Some(cache), true) = (&self.setup.cache, is_new) {
            let groups = read(&self.shared.groups).clone();
            // A cache that cannot be written only costs time at the next start.
            let _ = store::save(cache, &groups);
        }
    }

    fn update(&self, path: &Path, text: Option<Vec<u8>>) {
        let Some(name) = (self.setup.group_of)(path) else {
            return;
        };
        let inside = self
            .setup
            .folders
            .iter()
            .any(|folder| path.starts_with(folder));
        if !inside || files::is_secret(path) {
            return;
        }
        let text = text.or_else(|| files::read(path, Limits::default()).ok());
        let group = read(&self.shared.groups)
            .get(&name)
            .cloned()
            .unwrap_or_default();
        let group = Arc::new(group.with(path, text));
        write(&self.shared.groups).insert(name, group);
    }

    fn skip(&self, path: PathBuf, why: &Skipped) {
        let mut progress = write(&self.shared.progress);
        if progress.skipped.len() < 100 {
            progress.skipped.push((path, why.to_string()));
        }
    }
}

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
