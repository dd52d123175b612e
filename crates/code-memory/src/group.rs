//! Files that are remembered together: an index of all, and what has changed
//! since it was made.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use crate::files::{self, Limits, Skipped};
use crate::layer::Layer;
use crate::segment::Segment;

/// Bytes of changed files above which all is indexed anew: so many are indexed
/// at every change, which takes a few milliseconds.
const MOST_CHANGED: usize = 256 << 10;
/// Indexes of files to be taken away that are kept.
const MOST_MASKS: usize = 32;

/// When a file was written and how long it was, to tell whether it changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stamp {
    pub(crate) nanos: u64,
    pub(crate) length: u64,
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let metadata = std::fs::metadata(path).ok()?;
        let written = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some(Self {
            nanos: u64::try_from(written.as_nanos()).ok()?,
            length: metadata.len(),
        })
    }
}

/// A file that is remembered.
#[derive(Clone)]
pub(crate) struct File {
    pub(crate) stamp: Stamp,
    pub(crate) text: Arc<[u8]>,
}

/// Reads the file at `path` if it is worth remembering.
fn read(path: &Path) -> Result<File, Skipped> {
    // Looked at before: a file that is written meanwhile is read again later.
    let stamp = Stamp::of(path).unwrap_or_default();
    let text = files::read(path, Limits::default())?.into();
    Ok(File { stamp, text })
}

/// Files remembered together. Never changes; a change makes another.
#[derive(Default)]
pub(crate) struct Group {
    /// What `index` holds.
    pub(crate) indexed: Arc<HashMap<PathBuf, File>>,
    pub(crate) index: Option<Arc<Segment>>,
    /// Files that have changed since; `None` are gone.
    changed: HashMap<PathBuf, Option<File>>,
    /// The changed files as `index` holds them, and as they are.
    outdated: Option<Arc<Segment>>,
    current: Option<Arc<Segment>>,
    masks: Mutex<Vec<(Vec<PathBuf>, Arc<Segment>)>>,
}

/// A group, and whether its index is another than the stored one.
pub(crate) struct BroughtUp {
    pub(crate) group: Group,
    pub(crate) is_new: bool,
}

impl Group {
    fn new(indexed: HashMap<PathBuf, File>) -> Self {
        let files: Vec<(&PathBuf, &File)> = indexed.iter().collect();
        let index = index(files);
        Self::of_parts(indexed, index)
    }

    pub(crate) fn of_parts(indexed: HashMap<PathBuf, File>, index: Option<Arc<Segment>>) -> Self {
        Self {
            indexed: Arc::new(indexed),
            index,
            ..Self::default()
        }
    }

    /// How many files are remembered, and the bytes of their texts.
    pub(crate) fn size(&self) -> (usize, usize) {
        let unchanged = self.indexed.iter();
        let unchanged = unchanged.filter(|(path, _)| !self.changed.contains_key(*path));
        let files = unchanged.map(|(_, file)| file);
        files
            .chain(self.changed.values().flatten())
            .fold((0, 0), |(files, bytes), file| {
                (files + 1, bytes + file.text.len())
            })
    }

    /// The file at `path`, as it is remembered.
    fn file(&self, path: &Path) -> Option<&File> {
        match self.changed.get(path) {
            Some(changed) => changed.as_ref(),
            None => self.indexed.get(path),
        }
    }

    /// All that is remembered but the files at `without`.
    pub(crate) fn layer(&self, without: &[PathBuf]) -> Layer {
        let mut layer = Layer::new();
        for segment in self.index.iter().chain(&self.current) {
            layer = layer.with(Arc::clone(segment));
        }
        for segment in self.outdated.iter().chain(&self.mask(without)) {
            layer = layer.without(Arc::clone(segment));
        }
        layer
    }

    /// The index of some files, to be taken away.
    fn mask(&self, paths: &[PathBuf]) -> Option<Arc<Segment>> {
        let known = |path: &&PathBuf| self.file(path).is_some();
        let mut paths: Vec<PathBuf> = paths.iter().filter(known).cloned().collect();
        paths.sort();
        paths.dedup();
        if paths.is_empty() {
            return None;
        }
        let lock = || self.masks.lock().unwrap_or_else(PoisonError::into_inner);
        let found = lock().iter().find(|(of, _)| *of == paths).cloned();
        if let Some((_, mask)) = found {
            return Some(mask);
        }
        let files = paths.iter().filter_map(|p| Some((p, self.file(p)?)));
        let mask = index(files.collect())?;
        let mut masks = lock();
        masks.insert(0, (paths, Arc::clone(&mask)));
        masks.truncate(MOST_MASKS);
        Some(mask)
    }

    /// Whether the file at `path` is remembered.
    pub(crate) fn holds(&self, path: &Path) -> bool {
        self.file(path).is_some()
    }

    /// The group after the file at `path` was written or removed; `None` if that
    /// changes nothing.
    pub(crate) fn with_read_again(&self, path: &Path) -> Option<Self> {
        let file = read(path).ok();
        let text = |file: Option<&File>| file.map(|file| Arc::clone(&file.text));
        if text(file.as_ref()) == text(self.file(path)) {
            return None;
        }
        let mut changed = self.changed.clone();
        changed.insert(path.to_owned(), file);
        let masks = self.masks.lock().unwrap_or_else(PoisonError::into_inner);
        let masks = masks
            .iter()
            .filter(|(of, _)| !of.iter().any(|of| of == path));
        let masks = Mutex::new(masks.cloned().collect());
        Some(Self {
            masks,
            ..self.with_changes(changed)
        })
    }

    /// The same index, and `changed` instead of what has changed by now.
    fn with_changes(&self, changed: HashMap<PathBuf, Option<File>>) -> Self {
        let before = changed.keys().filter_map(|p| self.indexed.get_key_value(p));
        let outdated = index(before.collect());
        let after = changed.iter().filter_map(|(p, f)| Some((p, f.as_ref()?)));
        let current = index(after.collect());
        Self {
            indexed: Arc::clone(&self.indexed),
            index: self.index.clone(),
            changed,
            outdated,
            current,
            masks: Mutex::default(),
        }
    }

    /// The same with all in one index, if so much has changed that this pays.
    pub(crate) fn tidied(&self) -> Option<Self> {
        self.with_all_indexed(&self.changed)
    }

    /// All of `indexed`, with `changed`, in one index, if that pays.
    fn with_all_indexed(&self, changed: &HashMap<PathBuf, Option<File>>) -> Option<Self> {
        let bytes = |file: &Option<File>| file.as_ref().map_or(0, |file| file.text.len());
        let many: usize = changed.values().map(bytes).sum();
        if many <= MOST_CHANGED && (self.index.is_some() || many == 0) {
            return None;
        }
        let mut files = HashMap::clone(&self.indexed);
        for (path, file) in changed {
            match file {
                Some(file) => files.insert(path.clone(), file.clone()),
                None => files.remove(path),
            };
        }
        Some(Self::new(files))
    }

    /// The group of just the files at `paths`, of which those are read that are
    /// not in this one or have changed. `left` is how many bytes may still be
    /// remembered.
    pub(crate) fn brought_up_to(
        self,
        paths: Vec<PathBuf>,
        left: &mut usize,
        mut skip: impl FnMut(PathBuf, Skipped),
        mut was_read: impl FnMut(),
    ) -> BroughtUp {
        let mut gone = HashMap::clone(&self.indexed);
        let mut changed = HashMap::new();
        for path in paths {
            let stamp = Stamp::of(&path).unwrap_or_default();
            let known = self.indexed.get(&path).filter(|file| file.stamp == stamp);
            let file = known.map_or_else(|| read(&path), |file| Ok(file.clone()));
            was_read();
            match file {
                Ok(file) if file.text.len() > *left => skip(path, Skipped::NoRoom),
                Ok(file) => {
                    *left -= file.text.len();
                    gone.remove(&path);
                    if known.is_none() {
                        changed.insert(path, Some(file));
                    }
                }
                Err(why) => skip(path, why),
            }
        }
        changed.extend(gone.into_keys().map(|path| (path, None)));
        let anew = self.with_all_indexed(&changed);
        BroughtUp {
            is_new: anew.is_some(),
            group: anew.unwrap_or_else(|| self.with_changes(changed)),
        }
    }
}

/// The index of `files`, in order of path so that the same files give the same
/// index. `None` of none.
fn index(mut files: Vec<(&PathBuf, &File)>) -> Option<Arc<Segment>> {
    files.sort_by_key(|(path, _)| *path);
    let texts = files.iter().map(|(_, file)| &*file.text);
    (!files.is_empty()).then(|| Arc::new(Segment::new(texts)))
}
