//! A group brought up to what its files hold now: those that changed are read, the
//! others are taken from what was kept.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use code_index::{Changes, Group};
use disk::Stamp;

use crate::files::{self, Limits, Skipped};

/// A group, and the stamps of the files that its index was made of.
#[derive(Clone, Default)]
pub(crate) struct Kept {
    pub(crate) group: Arc<Group>,
    pub(crate) stamps: HashMap<PathBuf, Stamp>,
}

/// A group as it is now, and whether its index is another than the kept one.
pub(crate) struct BroughtUp {
    pub(crate) kept: Kept,
    pub(crate) is_new: bool,
}

impl Kept {
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
        let indexed = self.group.indexed();
        let mut gone: HashSet<&PathBuf> = indexed.keys().collect();
        let mut changed = Changes::new();
        let mut stamps = HashMap::new();
        for path in paths {
            // Looked at before: a file that is written meanwhile is read again later.
            let stamp = Stamp::of(&path).unwrap_or_default();
            let is_same = self.stamps.get(&path) == Some(&stamp);
            let known = indexed.get(&path).filter(|_| is_same);
            let text = known.map_or_else(|| read(&path), |text| Ok(Arc::clone(text)));
            was_read();
            match text {
                Ok(text) if text.len() > *left => skip(path, Skipped::NoRoom),
                Ok(text) => {
                    *left -= text.len();
                    gone.remove(&path);
                    stamps.insert(path.clone(), stamp);
                    if known.is_none() {
                        changed.insert(path, Some(text));
                    }
                }
                Err(why) => skip(path, why),
            }
        }
        changed.extend(gone.into_iter().map(|path| (path.clone(), None)));
        match self.group.indexed_anew(&changed) {
            Some(group) => BroughtUp {
                kept: Self {
                    group: Arc::new(group),
                    stamps,
                },
                is_new: true,
            },
            None => BroughtUp {
                kept: Self {
                    group: Arc::new(self.group.with_changes(changed)),
                    stamps: self.stamps,
                },
                is_new: false,
            },
        }
    }
}

/// The text of the file at `path` if it is worth remembering.
pub(crate) fn read(path: &Path) -> Result<Arc<[u8]>, Skipped> {
    Ok(files::read(path, Limits::default())?.into())
}
