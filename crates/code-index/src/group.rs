//! Texts that are remembered together: an index of all, and what has changed since
//! it was made.
//!
//! A path is the name of a text here; nothing is read from where it leads.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

use crate::contexts::Near;
use crate::layer::Layer;
use crate::segment::Segment;

/// Bytes of changed texts above which all is indexed anew: so many are indexed
/// at every change, which takes a few milliseconds.
const MOST_CHANGED: usize = 256 << 10;
/// Indexes of texts to be taken away that are kept.
const MOST_MASKS: usize = 32;
/// Bytes of text whose contexts of all kinds are kept; each takes about 60 bytes.
const MOST_NEAR: usize = 512 << 10;
/// Folders whose near texts are kept where not all texts are near.
const MOST_NEIGHBOURHOODS: usize = 2;

/// Texts by their names.
pub type Texts = HashMap<PathBuf, Arc<[u8]>>;
/// Texts that have changed; `None` are gone.
pub type Changes = HashMap<PathBuf, Option<Arc<[u8]>>>;

/// Texts remembered together. Never changes; a change makes another.
#[derive(Default)]
pub struct Group {
    /// What `index` holds.
    indexed: Arc<Texts>,
    indexed_bytes: usize,
    index: Option<Arc<Segment>>,
    /// What has changed since.
    changed: Changes,
    /// The changed texts as `index` holds them, and as they are.
    outdated: Option<Arc<Segment>>,
    current: Option<Arc<Segment>>,
    current_bytes: usize,
    masks: Mutex<Vec<(Vec<PathBuf>, Arc<Segment>)>>,
    /// What of `indexed` is near, and what of `current`.
    near: Arc<Neighbourhoods>,
    near_current: Neighbourhoods,
}

/// Texts that are near some place.
#[derive(Clone)]
struct Neighbourhood {
    /// Which of `near` each is.
    numbers: Arc<HashMap<PathBuf, usize>>,
    near: Arc<Near>,
}

impl Neighbourhood {
    /// The nearest last.
    fn new(texts: &[(&PathBuf, &Arc<[u8]>)]) -> Self {
        let paths = texts.iter().map(|(path, _)| (*path).clone());
        let numbers = paths.enumerate().map(|(number, path)| (path, number));
        Self {
            numbers: Arc::new(numbers.collect()),
            near: Arc::new(Near::new(texts.iter().map(|(_, text)| &***text))),
        }
    }

    /// `layer`, looking in these texts too, but for those at `hidden`.
    fn added_to<'p>(&self, layer: Layer, hidden: impl Iterator<Item = &'p PathBuf>) -> Layer {
        let hidden = hidden.filter_map(|path| self.numbers.get(path).copied());
        layer.looking_in(Arc::clone(&self.near), hidden)
    }
}

/// What of some texts is near, by folder; all is near every folder if it is little.
#[derive(Default)]
struct Neighbourhoods(Mutex<Vec<(PathBuf, Neighbourhood)>>);

impl Neighbourhoods {
    /// What of `texts`, which have so many `bytes`, is near `folder`.
    fn of<'t, I>(&self, folder: &Path, bytes: usize, texts: impl FnOnce() -> I) -> Neighbourhood
    where
        I: Iterator<Item = (&'t PathBuf, &'t Arc<[u8]>)>,
    {
        let folder = match bytes <= MOST_NEAR {
            true => Path::new(""),
            false => folder,
        };
        let known = |near: &[(PathBuf, Neighbourhood)]| near.iter().position(|n| n.0 == folder);
        let found = {
            let mut near = self.0.lock();
            known(&near).map(|at| {
                near[..=at].rotate_right(1);
                near[0].1.clone()
            })
        };
        // That takes some time, for which requests in other folders do not wait.
        found.unwrap_or_else(|| {
            let made = Neighbourhood::new(&nearest(texts(), folder));
            let mut near = self.0.lock();
            near.insert(0, (folder.to_owned(), made.clone()));
            near.truncate(MOST_NEIGHBOURHOODS);
            made
        })
    }
}

impl Group {
    fn new(indexed: Texts) -> Self {
        let index = index(indexed.iter().collect());
        Self::of_parts(indexed, index)
    }

    /// The group whose texts are `indexed`, and whose index was made of just these:
    /// what [`indexed`](Self::indexed) and [`index`](Self::index) gave.
    pub fn of_parts(indexed: Texts, index: Option<Arc<Segment>>) -> Self {
        Self {
            indexed_bytes: indexed.values().map(|text| text.len()).sum(),
            indexed: Arc::new(indexed),
            index,
            ..Self::default()
        }
    }

    /// The texts of [`index`](Self::index), which may have changed since.
    pub fn indexed(&self) -> &Texts {
        &self.indexed
    }

    /// The index of [`indexed`](Self::indexed); `None` if nothing was.
    pub fn index(&self) -> Option<&Segment> {
        self.index.as_deref()
    }

    /// How many texts are remembered, and their bytes.
    pub fn size(&self) -> (usize, usize) {
        self.texts().fold((0, 0), |(texts, bytes), (_, text)| {
            (texts + 1, bytes + text.len())
        })
    }

    /// The text at `path`, as it is remembered.
    pub fn text(&self, path: &Path) -> Option<&Arc<[u8]>> {
        match self.changed.get(path) {
            Some(changed) => changed.as_ref(),
            None => self.indexed.get(path),
        }
    }

    /// Whether the text at `path` is remembered.
    pub fn holds(&self, path: &Path) -> bool {
        self.text(path).is_some()
    }

    /// All that is remembered but the texts at `without`. The first of these is what is
    /// completed: where not all texts are near, those are that lie beside it.
    pub fn layer(&self, without: &[PathBuf]) -> Layer {
        let mut layer = Layer::new();
        for segment in self.index.iter().chain(&self.current) {
            layer = layer.with(Arc::clone(segment));
        }
        for segment in self.outdated.iter().chain(&self.mask(without)) {
            layer = layer.without(Arc::clone(segment));
        }
        let folder = without.first().and_then(|path| path.parent());
        let folder = folder.unwrap_or(Path::new(""));
        if self.index.is_some() {
            let texts = || self.indexed.iter();
            let near = self.near.of(folder, self.indexed_bytes, texts);
            layer = near.added_to(layer, without.iter().chain(self.changed.keys()));
        }
        if self.current.is_some() {
            let near = self.near_current.of(folder, self.current_bytes, || {
                let after = self.changed.iter();
                after.filter_map(|(path, text)| Some((path, text.as_ref()?)))
            });
            layer = near.added_to(layer, without.iter());
        }
        layer
    }

    /// Makes ready what [`layer`](Self::layer) takes some time for at first: what is
    /// near a text at `path`.
    pub fn prepare(&self, path: &Path) {
        self.layer(&[path.to_owned()]);
    }

    /// The index of some texts, to be taken away.
    fn mask(&self, paths: &[PathBuf]) -> Option<Arc<Segment>> {
        let mut paths: Vec<PathBuf> = paths.iter().filter(|p| self.holds(p)).cloned().collect();
        paths.sort();
        paths.dedup();
        if paths.is_empty() {
            return None;
        }
        let found = self
            .masks
            .lock()
            .iter()
            .find(|(of, _)| *of == paths)
            .cloned();
        if let Some((_, mask)) = found {
            return Some(mask);
        }
        let texts = paths.iter().filter_map(|p| Some((p, self.text(p)?)));
        let mask = index(texts.collect())?;
        let mut masks = self.masks.lock();
        masks.insert(0, (paths, Arc::clone(&mask)));
        masks.truncate(MOST_MASKS);
        Some(mask)
    }

    /// Every text that is remembered, by its name.
    pub fn texts(&self) -> impl Iterator<Item = (&PathBuf, &Arc<[u8]>)> {
        let unchanged = self.indexed.iter();
        let unchanged = unchanged.filter(|(path, _)| !self.changed.contains_key(*path));
        let changed = self.changed.iter();
        unchanged.chain(changed.filter_map(|(path, text)| Some((path, text.as_ref()?))))
    }

    /// Whether the text at `path` is another than [`index`](Self::index) was made of.
    pub fn has_changed(&self, path: &Path) -> bool {
        self.changed.contains_key(path)
    }

    /// The group once these texts are as `changes` say; `None` if that changes nothing.
    /// However many they are, two indexes are made: of what changed, as it was and as it
    /// is, or one of all where that is no more.
    pub fn with(&self, changes: Changes) -> Option<Self> {
        let mut changed = self.changed.clone();
        let mut new = HashSet::new();
        for (path, text) in changes {
            if text.as_ref() != self.text(&path) {
                new.insert(path.clone());
                changed.insert(path, text);
            }
        }
        if new.is_empty() {
            return None;
        }
        if 2 * self.bytes_of(&changed) >= self.indexed_bytes
            && let Some(anew) = self.indexed_anew(&changed)
        {
            return Some(anew);
        }
        let masks = self.masks.lock();
        let masks = masks
            .iter()
            .filter(|(of, _)| !of.iter().any(|of| new.contains(of)));
        let masks = Mutex::new(masks.cloned().collect());
        Some(Self {
            masks,
            ..self.with_changes(changed)
        })
    }

    /// The group whose texts are just `texts`, and whether its index is another; `None`
    /// if they are what it holds.
    pub fn holding(&self, texts: &Texts) -> Option<(Self, bool)> {
        let mut changed: Changes = texts
            .iter()
            .filter(|(path, text)| self.indexed.get(*path) != Some(text))
            .map(|(path, text)| (path.clone(), Some(Arc::clone(text))))
            .collect();
        let gone = self
            .indexed
            .keys()
            .filter(|path| !texts.contains_key(*path));
        changed.extend(gone.map(|path| (path.clone(), None)));
        if changed == self.changed {
            return None;
        }
        Some(match self.indexed_anew(&changed) {
            Some(group) => (group, true),
            None => (self.with_changes(changed), false),
        })
    }

    /// The same index, and `changed` instead of what has changed by now.
    fn with_changes(&self, changed: Changes) -> Self {
        let before = changed.keys().filter_map(|p| self.indexed.get_key_value(p));
        let outdated = index(before.collect());
        let after = changed.iter().filter_map(|(p, t)| Some((p, t.as_ref()?)));
        let after: Vec<_> = after.collect();
        let current_bytes = after.iter().map(|(_, text)| text.len()).sum();
        let current = index(after);
        Self {
            indexed: Arc::clone(&self.indexed),
            indexed_bytes: self.indexed_bytes,
            index: self.index.clone(),
            changed,
            outdated,
            current,
            current_bytes,
            masks: Mutex::default(),
            near: Arc::clone(&self.near),
            near_current: Neighbourhoods::default(),
        }
    }

    /// The same with all in one index, if so much has changed that this pays.
    pub fn tidied(&self) -> Option<Self> {
        self.indexed_anew(&self.changed)
    }

    /// Whether so much has changed that [`tidied`](Self::tidied) makes a new index.
    pub fn is_untidy(&self) -> bool {
        self.is_much(&self.changed)
    }

    /// Whether `changed` is too much to be kept beside the index: what is new, or what
    /// has to be taken away.
    fn is_much(&self, changed: &Changes) -> bool {
        let bytes = self.bytes_of(changed);
        bytes > MOST_CHANGED || (self.index.is_none() && bytes > 0)
    }

    /// Bytes of `changed`: of what is new, or of what has to be taken away if that is more.
    fn bytes_of(&self, changed: &Changes) -> usize {
        let new = changed.values().flatten().map(|text| text.len());
        let old = changed.keys().filter_map(|path| self.indexed.get(path));
        let old = old.map(|text| text.len());
        new.sum::<usize>().max(old.sum())
    }

    /// What was indexed, with `changed` instead of what has changed by now, in one
    /// index; `None` if so little has changed that this does not pay.
    fn indexed_anew(&self, changed: &Changes) -> Option<Self> {
        if !self.is_much(changed) {
            return None;
        }
        let mut texts = HashMap::clone(&self.indexed);
        for (path, text) in changed {
            match text {
                Some(text) => texts.insert(path.clone(), Arc::clone(text)),
                None => texts.remove(path),
            };
        }
        Some(Self::new(texts))
    }
}

/// The index of `texts`, in order of path so that the same texts give the same
/// index. `None` of none.
fn index(texts: Vec<(&PathBuf, &Arc<[u8]>)>) -> Option<Arc<Segment>> {
    let texts = in_order(texts);
    let documents = texts.iter().map(|(_, text)| &***text);
    (!texts.is_empty()).then(|| Arc::new(Segment::new(documents)))
}

/// Texts by path, so that the same texts come in the same order.
fn in_order<'t>(
    texts: impl IntoIterator<Item = (&'t PathBuf, &'t Arc<[u8]>)>,
) -> Vec<(&'t PathBuf, &'t Arc<[u8]>)> {
    let mut texts: Vec<_> = texts.into_iter().collect();
    texts.sort_by_key(|(path, _)| *path);
    texts
}

/// As many of `texts` as may be near, the nearest to `folder` last: those that share
/// most of its path.
fn nearest<'t>(
    texts: impl Iterator<Item = (&'t PathBuf, &'t Arc<[u8]>)>,
    folder: &Path,
) -> Vec<(&'t PathBuf, &'t Arc<[u8]>)> {
    let mut texts = in_order(texts);
    texts.sort_by_key(|(path, _)| {
        let pairs = path.components().zip(folder.components());
        pairs.take_while(|(a, b)| a == b).count()
    });
    let mut left = MOST_NEAR;
    let fitting = texts.iter().rev().take_while(|(_, text)| {
        let less = left.checked_sub(text.len());
        left = less.unwrap_or_default();
        less.is_some()
    });
    let fitting = fitting.count();
    texts.split_off(texts.len() - fitting)
}
