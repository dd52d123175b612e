//! The open documents of one client, remembered with what is on the disk.
//!
//! What is changed and not saved is known as it is in the editor, and so is what the
//! disk's memory does not hold, but for what looks like a secret and what git ignores.
//! Indexes are kept from request to request: only documents that have changed are indexed
//! again.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use code_index::{Group, Layer, Texts};
use language::secrets::without_secrets;
use workspace::files::{self, Limits};

use crate::documents::Other;

/// Bytes of other documents that are known, the latest changed first.
const MOST_TEXT: usize = 2 << 20;
/// And how many they are: each is looked at for every key.
const MOST_DOCUMENTS: usize = 256;

/// How long it is known whether git ignores a file: the rules may change.
const IGNORED_FOR: Duration = Duration::from_secs(5);

/// Which files git ignores, as it was found a moment ago.
#[derive(Default)]
pub(crate) struct Ignored(HashMap<PathBuf, (Instant, bool)>);

impl Ignored {
    /// Whether git leaves out the file at `path`, an identity, with these folders open.
    pub(crate) fn has(&mut self, path: &Path, folders: &[PathBuf]) -> bool {
        let now = Instant::now();
        let is_new = |(asked, _): &(Instant, bool)| now.duration_since(*asked) < IGNORED_FOR;
        if let Some((_, is_ignored)) = self.0.get(path).filter(|known| is_new(known)) {
            return *is_ignored;
        }
        self.0.retain(|_, known| is_new(known));
        let is_ignored = files::is_ignored(path, folders.iter().map(PathBuf::as_path));
        self.0.insert(path.to_owned(), (now, is_ignored));
        is_ignored
    }
}

/// What is remembered of the open documents, by groups of languages.
#[derive(Default)]
pub(crate) struct OpenTexts(HashMap<String, OpenGroup>);

#[derive(Default)]
struct OpenGroup {
    group: Group,
    /// Which states of which documents those are.
    texts: HashMap<PathBuf, (u64, Arc<[u8]>)>,
}

/// Those of `others` that are known, and not from the disk: all are in one group of
/// languages. `is_held` tells what the disk's memory has, `is_ignored` which of the rest git
/// leaves out.
pub(crate) fn known(
    mut others: Vec<Other>,
    is_held: impl Fn(&Other) -> bool,
    mut is_ignored: impl FnMut(&Other) -> bool,
) -> Vec<Other> {
    others.sort_by_key(|other| std::cmp::Reverse(other.revision.number));
    others.truncate(MOST_DOCUMENTS);
    others.retain(|other| {
        // What would not be read from the disk is not read here.
        let is_large = other.document.text.len_bytes() > Limits::default().file;
        let names = [Some(other.place.path.as_path()), other.place.identity()];
        let is_secret = names.into_iter().flatten().any(files::is_secret);
        if is_large || is_secret {
            return false;
        }
        match is_held(other) {
            true => other.is_unsaved,
            false => !is_ignored(other),
        }
    });
    let mut left = MOST_TEXT;
    others.retain(|other| {
        let less = left.checked_sub(other.document.text.len_bytes());
        left = less.unwrap_or(left);
        less.is_some()
    });
    others
}

impl OpenTexts {
    /// What is remembered in `group` of `others`, but the documents called `without`.
    pub(crate) fn layer(&mut self, group: &str, others: &[Other], without: &[PathBuf]) -> Layer {
        let open = self.0.entry(group.to_owned()).or_default();
        let others: HashMap<PathBuf, &Other> =
            (others.iter()).map(|other| (other.name(), other)).collect();
        // What is completed changes with every key and is taken away as it was.
        open.texts
            .retain(|name, _| others.contains_key(name) || without.contains(name));
        for (name, other) in others {
            let number = other.revision.number;
            if open
                .texts
                .get(&name)
                .is_none_or(|(known, _)| *known != number)
            {
                let text = other.document.head(0, usize::MAX).into_bytes();
                let text = without_secrets(text.into());
                open.texts.insert(name, (number, text.into()));
            }
        }
        let texts = open.texts.iter();
        let texts: Texts = texts
            .map(|(name, (_, text))| (name.clone(), Arc::clone(text)))
            .collect();
        if let Some((group, _)) = open.group.holding(&texts) {
            open.group = group;
        }
        open.group.layer(without)
    }
}
