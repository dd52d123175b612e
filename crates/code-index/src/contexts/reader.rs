//! A place, and where all its contexts lead.

use std::ops::Range;
use std::sync::Arc;

use super::near::Near;
use super::places::Places;
use super::recent::Recent;
use super::scanner::{KINDS, Keys, Scanner};

/// Where places are looked for: the text before the cursor, and near texts.
pub(crate) const SOURCES: usize = 2;
/// Kinds of context, for each source.
pub(crate) const SLOTS: usize = SOURCES * KINDS;

/// The part of a place that says in which of the near parts it is.
const PART: u32 = 28;
const MOST_PARTS: usize = 8;

/// Texts that are near, but for some ranges.
#[derive(Clone)]
pub(crate) struct NearPart {
    pub(crate) near: Arc<Near>,
    pub(crate) masked: Arc<[Range<u32>]>,
}

/// All places that contexts may lead to.
#[derive(Clone, Copy)]
pub(crate) struct Sources<'m> {
    pub(crate) recent: &'m Recent,
    /// Nearest last.
    pub(crate) near: &'m [NearPart],
}

/// A place in [`Sources`].
#[derive(Clone)]
pub(crate) struct ContextReader {
    scanner: Scanner,
    /// Bytes since the last anchor.
    since: u32,
    /// Recent ones first.
    places: [Places; SLOTS],
}

impl ContextReader {
    /// The place at the end of the recent text.
    pub(crate) fn new(sources: Sources<'_>) -> Self {
        let mut reader = Self {
            scanner: sources.recent.scanner().clone(),
            since: 0,
            places: [Places::default(); SLOTS],
        };
        if let Some((bytes, keys)) = sources.recent.last_anchor() {
            reader.look(sources, keys);
            for &byte in bytes {
                reader.narrow(sources, byte);
            }
        }
        reader
    }

    pub(crate) fn push(&mut self, sources: Sources<'_>, byte: u8) {
        self.scanner.push(byte);
        if self.scanner.is_anchor() {
            self.look(sources, &self.scanner.keys());
        } else {
            self.narrow(sources, byte);
        }
    }

    fn look(&mut self, sources: Sources<'_>, keys: &Keys) {
        self.since = 0;
        let (recent, near) = self.places.split_at_mut(KINDS);
        for (kind, (&key, (recent, near))) in
            keys.iter().zip(recent.iter_mut().zip(near)).enumerate()
        {
            recent.clear();
            sources.recent.find(kind, key, recent);
            near.clear();
            for (number, part) in sources.near.iter().take(MOST_PARTS).enumerate().rev() {
                let mark = (number as u32) << PART;
                part.near.find(kind, key, &part.masked, mark, near);
            }
        }
    }

    fn narrow(&mut self, sources: Sources<'_>, byte: u8) {
        let since = self.since;
        for (slot, places) in self.places.iter_mut().enumerate() {
            places.retain(|place| following(sources, slot, place, since) == Some(byte));
        }
        self.since += 1;
    }

    /// What followed at the places of a slot, latest first.
    pub(crate) fn followers(&self, sources: Sources<'_>, slot: usize) -> impl Iterator<Item = u8> {
        let places = self.places[slot].each().iter();
        places.filter_map(move |&place| following(sources, slot, place, self.since))
    }
}

/// The byte `since` bytes after a place.
fn following(sources: Sources<'_>, slot: usize, place: u32, since: u32) -> Option<u8> {
    if slot < KINDS {
        let text = sources.recent.text();
        return text.get((place + since) as usize).copied();
    }
    let part = &sources.near[(place >> PART) as usize];
    part.near.byte((place & ((1 << PART) - 1)) + since)
}
