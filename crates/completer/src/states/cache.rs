//! States already computed, found again by the exact bytes that led to them.
//!
//! Only a cache: an entry is used after a comparison of every byte, so a hit
//! returns what feeding those bytes would have returned.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use lstm_format::State;

/// States are kept at every multiple of this many fed bytes, so an edit inside
/// a window costs at most this much more than the text behind it.
pub(crate) const CHECKPOINT: usize = 256;

/// Least recently used states of prefixes of windows, within a byte budget.
#[derive(Debug, Default)]
pub(crate) struct StateCache {
    limit: usize,
    used: usize,
    clock: u64,
    /// By the hash of the prefix.
    entries: HashMap<u64, Entry>,
    /// From the time of last use to the hash.
    by_age: BTreeMap<u64, u64>,
}

#[derive(Debug)]
struct Entry {
    /// What was fed: the first `length` bytes.
    fed: Arc<[u8]>,
    length: usize,
    state: Arc<State>,
    used_at: u64,
}

impl Entry {
    /// Bytes of memory. What is shared with other entries is counted in each,
    /// so the true use is lower.
    fn size(&self) -> usize {
        let floats = self.state.h.len() + self.state.c.len();
        floats * size_of::<f32>() + self.fed.len() + 2 * size_of::<Self>()
    }
}

impl StateCache {
    /// A cache of at most `limit` bytes; 0 keeps nothing.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }

    /// Keeps at most `limit` bytes from now on.
    pub(crate) fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
        self.forget();
    }

    /// Drops what was used longest ago until the rest is within the limit.
    fn forget(&mut self) {
        while self.used > self.limit {
            let Some((_, &oldest)) = self.by_age.first_key_value() else {
                break;
            };
            self.remove(oldest);
        }
    }

    /// The state of the longest prefix of `window` that is known, and that
    /// prefix's length.
    pub(crate) fn longest(&mut self, window: &[u8]) -> Option<(usize, Arc<State>)> {
        let hashes = prefix_hashes(window);
        // The window is in use, so its checkpoints should outlive the states of
        // single keystrokes.
        for length in (CHECKPOINT..=window.len()).step_by(CHECKPOINT) {
            self.get(hashes[length], &window[..length]);
        }
        (1..=window.len())
            .rev()
            .find_map(|length| Some((length, self.get(hashes[length], &window[..length])?)))
    }

    /// Remembers that feeding the first `length` bytes of `window` gives `state`.
    pub(crate) fn insert(&mut self, window: &Arc<[u8]>, length: usize, state: State) {
        let hash = prefix_hashes(&window[..length])[length];
        self.remove(hash);
        self.clock += 1;
        let entry = Entry {
            fed: Arc::clone(window),
            length,
            state: Arc::new(state),
            used_at: self.clock,
        };
        self.used += entry.size();
        self.by_age.insert(entry.used_at, hash);
        self.entries.insert(hash, entry);
        self.forget();
    }

    fn get(&mut self, hash: u64, prefix: &[u8]) -> Option<Arc<State>> {
        let entry = self.entries.get_mut(&hash)?;
        if entry.length != prefix.len() || &entry.fed[..entry.length] != prefix {
            return None;
        }
        self.by_age.remove(&entry.used_at);
        self.clock += 1;
        entry.used_at = self.clock;
        self.by_age.insert(entry.used_at, hash);
        Some(Arc::clone(&entry.state))
    }

    fn remove(&mut self, hash: u64) {
        if let Some(entry) = self.entries.remove(&hash) {
            self.used -= entry.size();
            self.by_age.remove(&entry.used_at);
        }
    }
}

/// FNV-1a of every prefix of `bytes`, by length.
fn prefix_hashes(bytes: &[u8]) -> Vec<u64> {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut hashes = Vec::with_capacity(bytes.len() + 1);
    hashes.push(hash);
    for &byte in bytes {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        hashes.push(hash);
    }
    hashes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(value: f32) -> State {
        State {
            h: vec![value; 8],
            c: vec![value; 8],
        }
    }

    fn window(text: &str) -> Arc<[u8]> {
        text.as_bytes().into()
    }

    #[test]
    fn the_longest_known_prefix_is_found() {
        let mut cache = StateCache::new(1 << 20);
        cache.insert(&window("abcdef"), 3, state(3.0));
        cache.insert(&window("abcdef"), 5, state(5.0));
        let found = cache.longest(b"abcdeX").map(|(n, s)| (n, s.h[0]));
        assert_eq!(found, Some((5, 5.0)));
        let found = cache.longest(b"abcX").map(|(n, s)| (n, s.h[0]));
        assert_eq!(found, Some((3, 3.0)));
        assert_eq!(cache.longest(b"abX"), None);
    }

    #[test]
    fn memory_stays_within_the_limit_and_the_oldest_go_first() {
        let mut cache = StateCache::new(2000);
        for i in 0..100 {
            cache.insert(&window(&format!("{i:03}")), 3, state(0.0));
            assert!(cache.longest(b"000").is_some(), "touched at every turn");
            assert!(cache.used <= 2000);
            assert_eq!(cache.entries.len(), cache.by_age.len());
        }
        assert!(cache.longest(b"099").is_some());
        assert!(cache.longest(b"001").is_none());
        cache.set_limit(cache.used / 2);
        assert!(cache.used <= cache.limit && cache.longest(b"000").is_some());
        cache.set_limit(0);
        assert_eq!((cache.used, cache.entries.len()), (0, 0));
    }

    #[test]
    fn a_limit_of_zero_keeps_nothing() {
        let mut cache = StateCache::new(0);
        cache.insert(&window("abc"), 3, state(1.0));
        assert_eq!((cache.longest(b"abc"), cache.used), (None, 0));
    }
}
