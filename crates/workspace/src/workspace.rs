//! The user's folders, remembered: read in the background, kept up to date file
//! by file, and written to a cache so that the next start need not read again.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread;

use code_index::{Group, Layer};
use parking_lot::RwLock;

use crate::identity;
use crate::keeper::{Job, Keeper, State};
use crate::reading::LeftOut;

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
    /// What found no room.
    pub left_out: LeftOut,
    /// How often changes were taken over since all was read, each time with a new index
    /// at most for each group.
    pub rounds: usize,
}

/// Files of some folders. Clones share them; when the last one goes, the
/// background thread ends.
#[derive(Clone)]
pub struct Workspace(Arc<Handle>);

struct Handle {
    shared: Arc<Shared>,
    jobs: Sender<Job>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        // An error means that the thread is gone already.
        let _ = self.jobs.send(Job::End);
    }
}

/// What the thread makes and everyone reads.
#[derive(Default)]
pub(crate) struct Shared {
    pub(crate) groups: RwLock<HashMap<String, Arc<Group>>>,
    pub(crate) progress: RwLock<Progress>,
}

impl Workspace {
    /// Begins to read the folders. `told` hears whenever [`progress`](Self::progress)
    /// has something new.
    ///
    /// # Panics
    /// If the system has no room for a thread.
    pub fn open(mut setup: Setup, told: impl Fn() + Send + 'static) -> Self {
        let shared = Arc::new(Shared::default());
        let (jobs, queue) = mpsc::channel();
        for folder in &mut setup.folders {
            *folder = identity(folder);
        }
        let keeper = Keeper {
            setup,
            shared: Arc::downgrade(&shared),
            told: Box::new(told),
            jobs: jobs.clone(),
            state: State::default(),
        };
        thread::Builder::new()
            .name("workspace".to_owned())
            .spawn(move || keeper.run(&queue))
            .expect("the system has room for a thread");
        Self(Arc::new(Handle { shared, jobs }))
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

    /// All that is remembered of `group` but the files at `without`, which are
    /// [identities](identity).
    pub fn layer(&self, group: &str, without: &[PathBuf]) -> Layer {
        let group = self.0.shared.groups.read().get(group).cloned();
        group.map_or_else(Layer::new, |group| group.layer(without))
    }

    /// Whether the file at `path`, an [identity], is remembered in `group`.
    pub fn holds(&self, group: &str, path: &Path) -> bool {
        let groups = self.0.shared.groups.read();
        groups.get(group).is_some_and(|group| group.holds(path))
    }

    /// How far the reading is.
    pub fn progress(&self) -> Progress {
        self.0.shared.progress.read().clone()
    }

    /// The files or folders at `paths` were written, made, renamed or deleted: one
    /// change, however many they are.
    pub fn changed(&self, paths: Vec<PathBuf>) {
        self.tell(Job::Changed(paths));
    }

    /// The user has opened the file at `path`: what lies near it goes first.
    pub fn opened(&self, path: &Path) {
        self.tell(Job::Opened(path.to_owned()));
    }

    /// From now on the system is asked to tell of changes, as clients tell of few or
    /// none; where it can't, the folders are looked through whenever a file is opened.
    pub fn watch(&self) {
        self.tell(Job::Watch);
    }

    /// Waits until everything asked for so far is remembered.
    pub fn settle(&self) {
        let (done, wait) = mpsc::channel();
        self.tell(Job::Wait(done));
        // An error means that the thread is gone, with all that it did.
        let _ = wait.recv();
    }

    fn tell(&self, job: Job) {
        // An error means that the thread is gone.
        let _ = self.0.jobs.send(job);
    }
}
