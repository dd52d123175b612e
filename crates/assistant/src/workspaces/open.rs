//! The open documents of one client, remembered with what is on the disk.
//!
//! What is changed and not saved is known as it is in the editor, and so is what the
//! disk's memory does not hold, but for what looks like a secret. Indexes are kept from request to request: only documents
//! that have changed are indexed again.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use code_index::{Group, Layer, Texts};
use language::secrets::without_secrets;
use workspace::files::{self, Limits};

use crate::documents::Other;

/// Bytes of other documents that are known, the latest changed first.
const MOST_TEXT: usize = 2 << 20;
/// And how many they are: each is looked at for every key.
const MOST_DOCUMENTS: usize = 256;

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
/// languages. `is_held` tells what the disk's memory has.
pub(crate) fn known(mut others: Vec<Other>, is_held: impl Fn(&Other) -> bool) -> Vec<Other> {
    others.sort_by_key(|other| std::cmp::Reverse(other.revision.number));
    others.truncate(MOST_DOCUMENTS);
    others.retain(|other| {
        // What would not be read from the disk is not read here.
        let is_large = other.document.text.len_bytes() > Limits::default().file;
        let names = [Some(other.place.path.as_path()), other.place.identity()];
        let is_secret = names.into_iter().flatten().any(files::is_secret);
        !is_large && !is_secret && (other.is_unsaved || !is_held(other))
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
