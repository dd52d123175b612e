//! The text before the cursor, as a memory of its own.
//!
//! All but its last kilobyte is indexed like any other document; what is too
//! fresh for that is found through chains of places with the same last three
//! bytes. Which part is which changes no count of contexts of three bytes and
//! more.

use std::sync::Arc;

use parking_lot::Mutex;

use crate::contexts::Recent;
use crate::segment::Segment;
use crate::{MOST_ORDER, SEPARATOR};

/// Bytes typed between two re-indexings.
const FRESH: usize = 1024;
/// Text farther back than this is forgotten, in steps of half as much.
const REMEMBERED: usize = 128 << 10;
/// Bytes of context that a chain is made of.
const CHAINED: usize = 3;
const CHAINS: usize = 1 << 12;
/// Text farther back than this has no contexts of other kinds, in steps of half as much.
const RECENT: usize = 32 << 10;
/// Latest places looked at on one chain.
const MOST_PLACES: usize = 256;

/// One document up to the cursor.
pub struct Prefix {
    /// A separator, if the document starts here, and the text.
    text: Vec<u8>,
    indexed: Arc<Segment>,
    /// Where the fresh part starts.
    fresh: usize,
    /// The latest place on each chain, plus 1; 0 is none.
    latest: Vec<u32>,
    /// For each fresh place the one before it on its chain, plus 1.
    earlier: Vec<u32>,
    /// The last part once more.
    recent: Arc<Recent>,
}

impl Prefix {
    /// Bytes before a cursor that are enough to know all a prefix remembers.
    pub const REACH: usize = REMEMBERED;

    /// The whole text before a cursor. `known` saves indexing it again while it
    /// is typed.
    pub fn new(text: &[u8], known: &PrefixCache) -> Self {
        Self::ending(text, 0, known)
    }

    /// The text before a cursor, of which `text` is at least the last
    /// [`REACH`](Self::REACH) bytes and starts at offset `start`.
    pub fn ending(text: &[u8], start: usize, known: &PrefixCache) -> Self {
        let offset = start + text.len();
        let from = |most| kept_from(offset, most).saturating_sub(start);
        let recent = known.recent(&text[from(RECENT)..]);
        let text = &text[from(REMEMBERED)..];
        let mut remembered = Vec::with_capacity(text.len() + 1);
        remembered.push(SEPARATOR);
        remembered.extend_from_slice(text);
        let fresh = remembered.len() / FRESH * FRESH;
        let mut prefix = Self {
            indexed: known.index(&remembered[..fresh]),
            fresh,
            latest: vec![0; CHAINS],
            earlier: Vec::with_capacity(FRESH),
            text: remembered,
            recent,
        };
        for place in fresh..prefix.text.len() {
            prefix.chain(place);
        }
        prefix
    }

    /// Appends a byte, as if the prefix had been made of the longer text, but
    /// forgets nothing. True if that indexed the text anew: a reader of the
    /// shorter prefix has lost its place then.
    pub fn push(&mut self, byte: u8, known: &PrefixCache) -> bool {
        self.text.push(byte);
        Arc::make_mut(&mut self.recent).push(byte);
        let full = self.text.len().is_multiple_of(FRESH);
        if full {
            self.fresh = self.text.len();
            self.indexed = known.index(&self.text);
            self.latest.fill(0);
            self.earlier.clear();
        } else {
            self.chain(self.text.len() - 1);
        }
        full
    }

    /// Makes the byte at `place` known as what follows those before it.
    fn chain(&mut self, place: usize) {
        let latest = match place.checked_sub(CHAINED) {
            Some(from) => &mut self.latest[chain_of(&self.text[from..place])],
            None => &mut 0,
        };
        self.earlier.push(*latest);
        *latest = place as u32 + 1;
    }

    pub(crate) fn recent(&self) -> &Recent {
        &self.recent
    }

    /// The last bytes of the text, at most as many as a context tells apart.
    pub(crate) fn context(&self) -> &[u8] {
        &self.text[self.text.len().saturating_sub(MOST_ORDER)..]
    }

    pub(crate) fn indexed(&self) -> &Segment {
        &self.indexed
    }

    /// For each fresh place that `context` leads to, how many bytes match and
    /// what follows; into `places`, longest match first.
    pub(crate) fn fresh_places(&self, context: &[u8], places: &mut Vec<(usize, u8)>) {
        places.clear();
        let Some(from) = context.len().checked_sub(CHAINED) else {
            return;
        };
        let mut next = self.latest[chain_of(&context[from..])];
        for _ in 0..MOST_PLACES {
            let Some(place) = (next as usize).checked_sub(1) else {
                break;
            };
            let backwards = self.text[..place].iter().rev();
            let same = backwards
                .zip(context.iter().rev())
                .take_while(|(a, b)| a == b);
            let order = same.count().min(MOST_ORDER);
            if order >= CHAINED {
                places.push((order, self.text[place]));
            }
            next = self.earlier[place - self.fresh];
        }
        places.sort_unstable_by_key(|place| std::cmp::Reverse(place.0));
    }
}

/// Where the text begins that is kept at `offset`, if at most `most` bytes are.
fn kept_from(offset: usize, most: usize) -> usize {
    let step = most / 2;
    (offset.saturating_sub(step) / step) * step
}

/// FNV-1a, folded.
fn chain_of(bytes: &[u8]) -> usize {
    let hash = bytes.iter().fold(0x811c_9dc5_u32, |hash, &byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    (hash ^ (hash >> 15)) as usize % CHAINS
}

/// Indexes of prefixes already made, found again by their exact text.
#[derive(Default)]
pub struct PrefixCache {
    /// Most recently used first.
    entries: Mutex<Vec<Known>>,
    /// Most recently used first.
    recent: Mutex<Vec<Arc<Recent>>>,
}

/// A text and its index.
type Known = (Box<[u8]>, Arc<Segment>);

/// Recent texts that a cache holds: of two documents, between which a typist may go
/// back and forth.
const RECENTS: usize = 2;

/// Indexes a cache holds: some documents, some stages of each.
const CACHED: usize = 4;

impl PrefixCache {
    /// `text` with its contexts: what is known and begins alike is changed to it. The
    /// thread that changes it does not hold the lock meanwhile, as at a low priority it may
    /// take long: a second thread that asks just then makes its own, and one of the two is
    /// kept.
    fn recent(&self, text: &[u8]) -> Arc<Recent> {
        let mut recent = self.take_alike(text).unwrap_or_default();
        Arc::make_mut(&mut recent).become_text(text);
        let mut known = self.recent.lock();
        known.retain(|other| 2 * other.begins_like(text) <= other.text().len());
        known.insert(0, Arc::clone(&recent));
        known.truncate(RECENTS);
        recent
    }

    /// What is known and begins like `text`; or anything, where there is no room for more.
    fn take_alike(&self, text: &[u8]) -> Option<Arc<Recent>> {
        let mut known = self.recent.lock();
        let same = known.iter().map(|known| known.begins_like(text));
        let best = same.enumerate().max_by_key(|&(_, same)| same);
        let (at, _) = best.filter(|&(_, same)| same > 0 || known.len() == RECENTS)?;
        Some(known.remove(at))
    }

    fn index(&self, text: &[u8]) -> Arc<Segment> {
        let found = {
            let mut entries = self.entries.lock();
            let place = entries.iter().position(|(known, _)| **known == *text);
            place.map(|place| {
                entries[..=place].rotate_right(1);
                Arc::clone(&entries[0].1)
            })
        };
        found.unwrap_or_else(|| {
            let segment = Arc::new(Segment::unfinished(text));
            let mut entries = self.entries.lock();
            entries.insert(0, (text.into(), Arc::clone(&segment)));
            entries.truncate(CACHED);
            segment
        })
    }
}
