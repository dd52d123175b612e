//! The thread that keeps a workspace as the disk is: looks through the folders, takes
//! changes over, makes indexes.
//!
//! What is asked of the workspace meanwhile is answered from the indexes before.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::fs::FileType;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Weak};
use std::time::{Instant, SystemTime};

use code_index::{Changes, Group, Texts};
use disk::{ReadError, Stamp};
use thread_priority::{ThreadPriority, set_current_thread_priority};

use crate::files::Skipped;
use crate::nearness::Focus;
use crate::pending::{Pending, Taken};
use crate::reading::{self, Found, Known, LeftOut, Room, Survey};
use crate::store::NoCache;
use crate::tree::Tree;
use crate::watching::{News, Watch};
use crate::workspace::{Setup, Shared};
use crate::{caches, files, identity, rules, store, tree};

/// The priority, of 99, of a thread that makes a large index; 5 as `nice` counts it. A
/// lower one would starve where another language server reads the same checkout.
const GIVING_WAY: u8 = 36;
/// Bytes of changed text above which an index is made at that priority.
const LARGE: usize = 256 << 10;

/// What the thread is told.
pub(crate) enum Job {
    /// These files or folders were written, made, renamed or deleted.
    Changed(Vec<PathBuf>),
    /// Some were, and which is not known.
    Lost,
    /// The user has opened this file.
    Opened(PathBuf),
    /// What clients tell of changes is not enough: the system is to be asked.
    Watch,
    /// Answers when everything before it is done.
    Wait(Sender<()>),
    /// The last clone of the workspace is gone.
    End,
}

/// The background thread.
pub(crate) struct Keeper {
    pub(crate) setup: Setup,
    pub(crate) shared: Weak<Shared>,
    pub(crate) told: Box<dyn Fn() + Send>,
    /// To itself, for the watch.
    pub(crate) jobs: Sender<Job>,
    pub(crate) state: State,
}

#[derive(Default)]
pub(crate) struct State {
    groups: HashMap<String, Arc<Group>>,
    stamps: HashMap<PathBuf, Stamp>,
    left_out: LeftOut,
    /// Folders of the user's own of which a file found no room.
    crowded: HashSet<PathBuf>,
    /// The cache, where it is of no use, and why.
    cache: Option<(PathBuf, Skipped)>,
    focus: Focus,
    /// What was said to have changed, as it was called, and is not sifted yet.
    said: HashSet<PathBuf>,
    pending: Pending,
    waiting: Vec<Sender<()>>,
    watch: Option<Watch>,
    has_ended: bool,
}

impl Keeper {
    pub(crate) fn run(mut self, queue: &Receiver<Job>) {
        if self.begin(queue).is_none() {
            return;
        }
        while !self.state.has_ended {
            // Who waits by now has asked while all was read.
            if self.state.waiting.is_empty() {
                self.wait(queue);
            }
            let wait = self.state.pending.wait(Instant::now());
            let is_due = wait.is_some_and(|wait| wait.is_zero()) || !self.state.waiting.is_empty();
            if is_due && self.take_over(queue).is_none() {
                return;
            }
        }
    }

    /// Waits until something is to be done: a job, or the time of what is pending.
    fn wait(&mut self, queue: &Receiver<Job>) {
        let job = match self.state.pending.wait(Instant::now()) {
            None => queue.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(wait) => queue.recv_timeout(wait),
        };
        match job {
            Ok(job) => self.hear(job),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => self.state.has_ended = true,
        }
        self.hear_all(queue);
    }

    fn hear_all(&mut self, queue: &Receiver<Job>) {
        queue.try_iter().for_each(|job| self.hear(job));
        // All together: systems tell of each change several times, in a message each.
        let said = std::mem::take(&mut self.state.said);
        if !said.is_empty() {
            let changed = self.of_interest(said);
            self.state.pending.change(changed, Instant::now());
        }
    }

    fn hear(&mut self, job: Job) {
        let (state, now) = (&mut self.state, Instant::now());
        match job {
            Job::Changed(paths) => state.said.extend(paths),
            Job::Lost => state.pending.survey(now),
            Job::Opened(path) => {
                let is_news = state.focus.turn_to(&path);
                if let Some(group) = (self.setup.group_of)(&path).filter(|_| is_news)
                    && let Some(group) = state.groups.get(&group)
                {
                    group.prepare(&path);
                }
                let is_blind = state.watch.as_ref().is_some_and(Watch::is_blind);
                if is_blind || (is_news && state.is_crowded(&path)) {
                    state.pending.survey(now);
                }
            }
            Job::Watch if state.watch.is_none() => {
                let jobs = self.jobs.clone();
                state.watch = Watch::begin(move |news| {
                    // An error means that the workspace is gone.
                    let _ = jobs.send(match news {
                        News::Changed(paths) => Job::Changed(paths),
                        News::Lost => Job::Lost,
                    });
                });
                state.pending.survey(now);
            }
            Job::Watch => {}
            Job::Wait(done) => state.waiting.push(done),
            Job::End => state.has_ended = true,
        }
    }

    /// The identities of those of `paths` that a look through the folders would come by, or
    /// would have. A build changes thousands of files that are none of these.
    fn of_interest(&self, paths: HashSet<PathBuf>) -> Vec<PathBuf> {
        let folders = &self.setup.folders;
        let mut trees: Vec<Tree> = folders.iter().map(|folder| Tree::new(folder)).collect();
        let mut is_wanted = |path: &Path| {
            let mut trees = trees
                .iter_mut()
                .filter(|tree| path.starts_with(tree.root()));
            let name = path.file_name().and_then(|name| name.to_str());
            let is_rules = name.is_some_and(rules::are_in);
            trees.any(|tree| {
                let held = tree.holds(path, false).or_else(|| tree.holds(path, true));
                is_rules || held.is_some()
            })
        };
        let names = paths.into_iter().flat_map(|path| {
            let asked = path.clone();
            let names = disk::within(&path, disk::PATIENCE, move || names(&asked));
            names.unwrap_or_else(|| vec![path])
        });
        names.filter(|path| is_wanted(path)).collect()
    }

    /// Reads all, with the help of the cache. `None` if every clone of the workspace is
    /// gone.
    fn begin(&mut self, queue: &Receiver<Job>) -> Option<()> {
        let mut known = Known::new();
        let cache = self.setup.cache.clone();
        let kept = cache.as_deref().map(|cache| (cache, store::load(cache)));
        let kept = match kept {
            None | Some((_, Err(NoCache::Absent))) => HashMap::new(),
            Some((cache, Ok(kept))) => {
                caches::use_one(cache);
                kept
            }
            Some((cache, Err(why))) => {
                let reason = Skipped::NoCache(why.to_string());
                self.state.cache = Some((cache.to_owned(), reason));
                // Nor could it be written where nothing answers.
                if matches!(why, NoCache::Unreadable(ReadError::Slow)) {
                    self.setup.cache = None;
                }
                HashMap::new()
            }
        };
        for (name, kept) in kept {
            for (path, text) in kept.group.indexed() {
                if let Some(stamp) = kept.stamps.get(path) {
                    known.insert(path.clone(), (*stamp, Arc::clone(text)));
                }
            }
            self.state.groups.insert(name, kept.group);
        }
        let is_new = self.look_through(queue, &known, true)?;
        self.report(|progress| progress.done = true)?;
        if let (Some(cache), true) = (&self.setup.cache, is_new) {
            let saved = store::save(cache, &self.setup.folders, &self.state.groups, |path| {
                self.state.stamps.get(path).copied()
            });
            // That only costs time at the next start.
            if let Err(error) = saved {
                let why = (cache.clone(), Skipped::Unwritable(error.to_string()));
                self.state.cache = Some(why.clone());
                let named = files::named(vec![why]);
                self.report(|progress| progress.skipped.splice(0..0, named).for_each(drop))?;
            }
        }
        if let Some(cache) = &self.setup.cache {
            caches::prune(cache, caches::Limits::default());
        }
        Some(())
    }

    /// Takes over what is pending. `None` if every clone of the workspace is gone.
    fn take_over(&mut self, queue: &Receiver<Job>) -> Option<()> {
        let taken = self.state.pending.take(Instant::now());
        // Those who ask from here on wait for what is told from here on, too.
        let waiting = std::mem::take(&mut self.state.waiting);
        if let Some(watch) = &mut self.state.watch {
            watch.forget(&taken.changed);
        }
        if taken.survey || self.take_over_few(&taken)? {
            let mut known = self.known();
            // Told to have changed, whatever their stamps say.
            for path in &taken.changed {
                known.remove(path);
            }
            self.look_through(queue, &known, false)?;
        }
        if taken.tidy {
            self.tidy();
        } else if self.state.groups.values().any(|group| group.is_untidy()) {
            self.state.pending.untidy(Instant::now());
        }
        if taken.survey || !taken.changed.is_empty() {
            self.report(|progress| progress.rounds += 1)?;
        }
        for done in waiting {
            // An error means that the one who asked waits no longer.
            let _ = done.send(());
        }
        Some(())
    }

    /// Reads the files that have changed, without a look at any other. True if all is to
    /// be looked through instead: a folder has changed, or what is ignored.
    fn take_over_few(&mut self, taken: &Taken) -> Option<bool> {
        let shared = self.shared.upgrade()?;
        let mut trees: Vec<Tree> = self.setup.folders.iter().map(|f| Tree::new(f)).collect();
        // Whether a folder holds it, and whether all that do say others made it.
        let mut holds = |path: &Path, is_folder: bool| {
            let held = trees
                .iter_mut()
                .filter_map(|tree| tree.holds(path, is_folder));
            held.reduce(|one, other| one && other)
        };
        let mut changes: HashMap<String, Changes> = HashMap::new();
        let used = Used::default();
        for path in &taken.changed {
            let asked = path.clone();
            let look = move || (kind_of(&asked), Stamp::of(&asked));
            let (kind, stamp) = disk::within(path, disk::PATIENCE, look).unwrap_or_default();
            let name = path.file_name().unwrap_or_default();
            let is_rules = name.to_str().is_some_and(rules::are_in);
            let folder = match is_rules {
                true => path.parent(),
                false => kind
                    .is_some_and(|kind| kind.is_dir())
                    .then_some(path.as_path()),
            };
            if let Some(folder) = folder {
                if holds(folder, true).is_some() {
                    return Some(true);
                }
                continue;
            }
            let is_file = kind.is_some_and(|kind| kind.is_file());
            let held = is_file.then(|| holds(path, false)).flatten();
            let group = (self.setup.group_of)(path).filter(|_| held.is_some());
            let text = group.and_then(|name| Some((name, reading::read(path).ok()?)));
            self.state.stamps.remove(path);
            let is_foreign = held.unwrap_or_default();
            let has_room = |text: &Arc<[u8]>| self.has_room(&used, path, text.len(), is_foreign);
            let fits = text.as_ref().is_some_and(|(_, text)| has_room(text));
            if text.is_some() && !fits && !is_foreign {
                // What was changed last is near: something else has to go.
                return Some(true);
            }
            if let Some((name, text)) = text.filter(|_| fits) {
                if let Some(stamp) = stamp.filter(|s| s.is_settled(SystemTime::now())) {
                    self.state.stamps.insert(path.clone(), stamp);
                }
                let changes = changes.entry(name).or_default();
                changes.insert(path.clone(), Some(text));
                continue;
            }
            // With it goes all that was below it, if it was a folder.
            for (name, group) in &self.state.groups {
                let below = group.texts().map(|(held, _)| held);
                let gone: Vec<_> = below.filter(|held| held.starts_with(path)).collect();
                if !gone.is_empty() {
                    let gone = gone.into_iter().map(|gone| (gone.clone(), None));
                    changes.entry(name.clone()).or_default().extend(gone);
                }
            }
        }
        for (name, changes) in changes {
            let group = self.state.groups.entry(name.clone()).or_default();
            if let Some(changed) = giving_way(&changes, || group.with(changes.clone())) {
                self.state.focus.prepare(&changed);
                *group = Arc::new(changed);
                shared.groups.write().insert(name, Arc::clone(group));
            }
        }
        Some(false)
    }

    /// Whether a text of `bytes` may be remembered at `path`, where so much is `used`.
    fn has_room(&self, used: &Used, path: &Path, bytes: usize, is_foreign: bool) -> bool {
        let mut room = Room::with_slack(self.setup.most_text);
        let theirs = |path: &Path| tree::is_foreign(&self.setup.folders, path);
        let sum = |of: &dyn Fn(&Path) -> bool| {
            let texts = self.state.groups.values().flat_map(|group| group.texts());
            let texts = texts.filter(|(path, _)| of(path));
            texts.map(|(_, text)| text.len()).sum::<usize>()
        };
        let mut groups = self.state.groups.values();
        let own = groups
            .find_map(|group| group.text(path))
            .map_or(0, |text| text.len());
        let all = used.all.get_or_init(|| sum(&|_| true)) - own;
        let foreign = match is_foreign {
            true if theirs(path) => used.foreign.get_or_init(|| sum(&theirs)) - own,
            true => *used.foreign.get_or_init(|| sum(&theirs)),
            false => 0,
        };
        room.take(foreign, true) && room.take(all - foreign, false) && room.take(bytes, is_foreign)
    }

    /// What is remembered, of which it is known how it was read.
    fn known(&self) -> Known {
        let texts = self.state.groups.values().flat_map(|group| group.texts());
        let known = texts.filter_map(|(path, text)| {
            let stamp = *self.state.stamps.get(path)?;
            Some((path.clone(), (stamp, Arc::clone(text))))
        });
        known.collect()
    }

    /// Looks through all folders. Whether an index is another than it was; `None` if
    /// every clone of the workspace is gone.
    fn look_through(
        &mut self,
        queue: &Receiver<Job>,
        known: &Known,
        is_first: bool,
    ) -> Option<bool> {
        let state = &mut self.state;
        if let Some(watch) = &mut state.watch {
            self.setup.folders.iter().for_each(|f| watch.opened(f));
        }
        let Found {
            mut candidates,
            packages,
            refused: mut skipped,
        } = reading::find(&self.setup, |folder| {
            if let Some(watch) = &mut state.watch {
                watch.folder(folder);
            }
        });
        // What the user has opened meanwhile goes first.
        self.hear_all(queue);
        let focus = &self.state.focus;
        focus.order(&mut candidates, &packages, self.setup.group_of);
        let found = candidates.len();
        self.report(|progress| progress.found = found)?;
        let mut unread = 0;
        let survey = reading::survey(&self.setup, candidates, known, || {
            unread += 1;
            if is_first && unread % 64 == 0 {
                self.report(|progress| progress.seen = unread);
            }
        });
        let Survey {
            mut groups,
            stamps,
            skipped: unread,
            left_out,
            crowded,
        } = survey;
        let named: HashSet<&String> = groups.iter().map(|(name, _)| name).collect();
        let gone = self
            .state
            .groups
            .keys()
            .filter(|name| !named.contains(name));
        let gone: Vec<_> = gone.map(|name| (name.clone(), Texts::new())).collect();
        groups.extend(gone);
        let mut is_new = false;
        for (name, texts) in groups {
            let shared = self.shared.upgrade()?;
            let group = self.state.groups.entry(name.clone()).or_default();
            let change = || group.holding(&texts);
            // The first time the user waits for it.
            let changed = match is_first {
                true => change(),
                false => on_a_thread_that_gives_way(change),
            };
            if let Some((changed, has_new_index)) = changed {
                self.state.focus.prepare(&changed);
                *group = Arc::new(changed);
                is_new |= has_new_index;
            }
            shared.groups.write().insert(name, Arc::clone(group));
        }
        skipped.extend(unread);
        skipped.splice(0..0, self.state.cache.clone());
        self.state.stamps = stamps;
        self.state.left_out = left_out;
        self.state.crowded = crowded;
        let left_out = self.state.left_out.clone();
        self.report(move |progress| {
            progress.seen = found;
            progress.left_out = left_out;
            progress.skipped = files::named(skipped);
        })?;
        Some(is_new)
    }

    /// Makes indexes anew beside which much has changed.
    fn tidy(&mut self) {
        let Some(shared) = self.shared.upgrade() else {
            return;
        };
        for (name, group) in &mut self.state.groups {
            let tidied = group
                .is_untidy()
                .then(|| on_a_thread_that_gives_way(|| group.tidied()));
            if let Some(tidied) = tidied.flatten() {
                self.state.focus.prepare(&tidied);
                *group = Arc::new(tidied);
                shared
                    .groups
                    .write()
                    .insert(name.clone(), Arc::clone(group));
            }
        }
    }

    fn report(&self, change: impl FnOnce(&mut crate::Progress)) -> Option<()> {
        let shared = self.shared.upgrade()?;
        let sizes = self.state.groups.values().map(|group| group.size());
        let (files, bytes) = sizes.fold((0, 0), |(files, bytes), (f, b)| (files + f, bytes + b));
        {
            let mut progress = shared.progress.write();
            (progress.files, progress.bytes) = (files, bytes);
            change(&mut progress);
        }
        (self.told)();
        Some(())
    }
}

/// Bytes that are remembered of all files, and of those that others made; each is told once.
#[derive(Default)]
struct Used {
    all: OnceCell<usize>,
    foreign: OnceCell<usize>,
}

impl State {
    /// Whether something beside `path` found no room, and would now.
    fn is_crowded(&self, path: &Path) -> bool {
        path.parent()
            .is_some_and(|folder| self.crowded.contains(folder))
    }
}

/// The names under which a text of the file at `path` may be remembered: a link's own, from
/// when it was a file, and that of what it leads to.
fn names(path: &Path) -> Vec<PathBuf> {
    let own = match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) => identity(folder).join(name),
        _ => return vec![identity(path)],
    };
    match kind_of(&own) {
        Some(kind) if kind.is_symlink() => vec![identity(&own), own],
        _ => vec![own],
    }
}

/// What lies at `path`, of the entry itself.
fn kind_of(path: &Path) -> Option<FileType> {
    let asked = path.to_owned();
    let found = disk::within(path, disk::PATIENCE, move || asked.symlink_metadata());
    Some(found?.ok()?.file_type())
}

fn giving_way<T: Send>(changes: &Changes, work: impl FnOnce() -> T + Send) -> T {
    let bytes = changes.values().flatten().map(|text| text.len());
    match bytes.sum::<usize>() > LARGE {
        true => on_a_thread_that_gives_way(work),
        false => work(),
    }
}

/// Does `work` at a low priority, which a thread can't get back from.
fn on_a_thread_that_gives_way<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("index".to_owned());
        let working = thread.spawn_scoped(scope, || {
            let priority = GIVING_WAY.try_into().expect("it is at most 99");
            // Where the system refuses, the thread works at the priority that others have.
            let _ = set_current_thread_priority(ThreadPriority::Crossplatform(priority));
            work()
        });
        let working = working.expect("the system has room for a thread");
        working
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
