//! Files that are remembered together: an index of all, and what has changed
//! since it was made.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::UNIX_EPOCH;

use crate::files::{self, Limits, Skipped};
use crate::layer::Layer;
use crate::segment::Segment;

/// Changed files above which all is indexed anew.
const MOST_CHANGED: usize = 8;
/// Indexes of single files that are kept to be taken away again.
const MOST_MASKS: usize = 32;

/// When a file was written and how long it was, to tell whether it changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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

/// Files remembered together.
#[derive(Default)]
pub(crate) struct Group {
    /// What `index` holds.
    pub(crate) indexed: HashMap<PathBuf, File>,
    pub(crate) index: Option<Arc<Segment>>,
    /// Files whose text is another now, or that are gone.
    changed: HashMap<PathBuf, Changed>,
    masks: Mutex<Vec<(PathBuf, Arc<Segment>)>>,
}

#[derive(Clone)]
struct Changed {
    /// Taken away, if it was indexed.
    before: Option<Arc<Segment>>,
    /// Added, unless it is gone.
    after: Option<(Arc<Segment>, File)>,
}

/// A group, and whether it differs from what was stored.
pub(crate) struct BroughtUp {
    pub(crate) group: Group,
    pub(crate) is_new: bool,
}

impl Group {
    pub(crate) fn new(indexed: HashMap<PathBuf, File>) -> Self {
        // In order of path, so that the same files give the same bytes.
        let mut files: Vec<_> = indexed.iter().collect();
        files.sort_by_key(|(path, _)| *path);
        let texts = files.into_iter().map(|(_, file)| &*file.text);
        let index = (!indexed.is_empty()).then(|| Arc::new(Segment::new(texts)));
        Self::of_parts(indexed, index)
    }

    pub(crate) fn of_parts(indexed: HashMap<PathBuf, File>, index: Option<Arc<Segment>>) -> Self {
        Self {
            indexed,
            index,
            ..Self::default()
        }
    }

    pub(crate) fn files(&self) -> usize {
        self.indexed.len()
    }

    pub(crate) fn text_len(&self) -> usize {
        self.indexed.values().map(|file| file.text.len()).sum()
    }

    /// All that is remembered but the file at `path`.
    pub(crate) fn layer(&self, path: &Path) -> Layer {
        let mut layer = Layer::new();
        if let Some(index) = &self.index {
            layer = layer.with(Arc::clone(index));
        }
        for (changed, Changed { before, after }) in &self.changed {
            if let Some(before) = before {
                layer = layer.without(Arc::clone(before));
            }
            match after {
                Some((after, _)) if changed != path => layer = layer.with(Arc::clone(after)),
                _ => {}
            }
        }
        match self.indexed.get(path) {
            Some(file) if !self.changed.contains_key(path) => {
                layer.without(self.mask(path, &file.text))
            }
            _ => layer,
        }
    }

    /// The index of one file, to be taken away.
    fn mask(&self, path: &Path, text: &[u8]) -> Arc<Segment> {
        let lock = || self.masks.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock()
            .iter()
            .find(|(of, _)| of == path)
            .map(|(_, mask)| Arc::clone(mask));
        known.unwrap_or_else(|| {
            let mask = Arc::new(Segment::new([text]));
            let mut masks = lock();
            masks.insert(0, (path.to_owned(), Arc::clone(&mask)));
            masks.truncate(MOST_MASKS);
            mask
        })
    }

    /// The group with another text for the file at `path`; `None` forgets it.
    pub(crate) fn with(&self, path: &Path, text: Option<Vec<u8>>) -> Self {
        let mut changed = self.changed.clone();
        let indexed = self.indexed.get(path);
        let before = indexed.map(|file| self.mask(path, &file.text));
        let after = text.map(|text| {
            let file = File {
                stamp: Stamp::of(path).unwrap_or_default(),
                text: text.into(),
            };
            (Arc::new(Segment::new([&*file.text])), file)
        });
        changed.insert(path.to_owned(), Changed { before, after });
        if changed.len() <= MOST_CHANGED {
            let masks = self.masks.lock().unwrap_or_else(PoisonError::into_inner);
            return Self {
                indexed: self.indexed.clone(),
                index: self.index.clone(),
                changed,
                masks: Mutex::new(masks.clone()),
            };
        }
        let mut files = self.indexed.clone();
        for (path, change) in changed {
            match change.after {
                Some((_, file)) => files.insert(path, file),
                None => files.remove(&path),
            };
        }
        Self::new(files)
    }

    /// The group of just the files at `paths`, of which those are read that are
    /// not in this one or have changed. `left` is how many bytes may still be
    /// remembered.
    pub(crate) fn brought_up_to(
        self,
        paths: Vec<PathBuf>,
        left: &mut usize,
        mut skip: impl FnMut(PathBuf, Skipped),
    ) -> BroughtUp {
        let mut old = self.indexed;
        let before = old.len();
        let mut kept = HashMap::new();
        let mut fresh = 0;
        for path in paths {
            let stamp = Stamp::of(&path).unwrap_or_default();
            let known = old.remove(&path).filter(|file| file.stamp == stamp);
            let text = match known {
                Some(file) => Ok(file.text),
                None => files::read(&path, Limits::default()).map(|text| {
                    fresh += 1;
                    text.into()
                }),
            };
            match text {
                Ok(text) if text.len() > *left => skip(path, Skipped::NoRoom),
                Ok(text) => {
                    *left -= text.len();
                    kept.insert(path, File { stamp, text });
                }
                Err(why) => skip(path, why),
            }
        }
        let unchanged = fresh == 0 && kept.len() == before;
        let group = match self.index {
            Some(index) if unchanged => Self::of_parts(kept, Some(index)),
            _ => Self::new(kept),
        };
        BroughtUp {
            group,
            is_new: !unchanged,
        }
    }
}
