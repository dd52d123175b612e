//! The places of the text before the cursor, by context.

use super::places::Places;
use super::scanner::{KINDS, Keys, Scanner};

/// Buckets of a kind.
const BUCKETS: usize = 1 << 12;
/// Places looked at in a bucket, whatever their keys.
const STEPS: usize = 64;
/// Bytes between two scanners that are kept.
const KEPT: usize = 256;

/// Text that grows at its end, or is cut there.
#[derive(Clone)]
pub(crate) struct Recent {
    text: Vec<u8>,
    /// At the end.
    scanner: Scanner,
    /// After every so many bytes.
    kept: Vec<Scanner>,
    anchors: Vec<Anchor>,
    /// The latest anchor of each kind and bucket, plus 1; 0 is none.
    latest: Vec<u32>,
}

#[derive(Clone)]
struct Anchor {
    place: u32,
    keys: Keys,
    /// For each kind the one before in its bucket, plus 1.
    earlier: Keys,
}

impl Default for Recent {
    fn default() -> Self {
        Self {
            text: Vec::new(),
            scanner: Scanner::default(),
            kept: vec![Scanner::default()],
            anchors: Vec::new(),
            latest: vec![0; KINDS * BUCKETS],
        }
    }
}

fn slot(kind: usize, key: u32) -> usize {
    kind * BUCKETS + key as usize % BUCKETS
}

impl Recent {
    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    /// What stands before the end.
    pub(crate) fn scanner(&self) -> &Scanner {
        &self.scanner
    }

    /// The bytes behind the last anchor, and its keys; `None` where there is none yet.
    pub(crate) fn last_anchor(&self) -> Option<(&[u8], &Keys)> {
        let anchor = self.anchors.last()?;
        Some((&self.text[anchor.place as usize..], &anchor.keys))
    }

    /// Appends a byte.
    pub(crate) fn push(&mut self, byte: u8) {
        self.text.push(byte);
        self.scanner.push(byte);
        if self.text.len().is_multiple_of(KEPT) {
            self.kept.push(self.scanner.clone());
        }
        if !self.scanner.is_anchor() {
            return;
        }
        let keys = self.scanner.keys();
        let number = self.anchors.len() as u32 + 1;
        let mut kind = 0;
        let earlier = keys.map(|key| {
            let latest = &mut self.latest[slot(kind, key)];
            kind += 1;
            std::mem::replace(latest, number)
        });
        self.anchors.push(Anchor {
            place: self.text.len() as u32,
            keys,
            earlier,
        });
    }

    /// Makes the text `text`, whatever it was.
    pub(crate) fn become_text(&mut self, text: &[u8]) {
        self.cut(self.begins_like(text));
        for &byte in &text[self.text.len()..] {
            self.push(byte);
        }
    }

    /// Bytes at the start that `text` has too.
    pub(crate) fn begins_like(&self, text: &[u8]) -> usize {
        const STEP: usize = 64;
        let steps = self.text.chunks_exact(STEP).zip(text.chunks_exact(STEP));
        let same = STEP * steps.take_while(|(a, b)| a == b).count();
        let rest = self.text[same..].iter().zip(&text[same..]);
        same + rest.take_while(|(a, b)| a == b).count()
    }

    /// Leaves the first `length` bytes, or fewer.
    fn cut(&mut self, length: usize) {
        if length == self.text.len() {
            return;
        }
        while let Some(anchor) = self.anchors.pop_if(|anchor| anchor.place as usize > length) {
            for (kind, (key, earlier)) in anchor.keys.iter().zip(anchor.earlier).enumerate() {
                self.latest[slot(kind, *key)] = earlier;
            }
        }
        self.kept.truncate(length / KEPT + 1);
        let from = (self.kept.len() - 1) * KEPT;
        self.scanner = self.kept[self.kept.len() - 1].clone();
        for &byte in &self.text[from..length] {
            self.scanner.push(byte);
        }
        self.text.truncate(length);
    }

    /// The latest places before the end with this key.
    pub(crate) fn find(&self, kind: usize, key: u32, found: &mut Places) {
        let mut next = self.latest[slot(kind, key)];
        for _ in 0..STEPS {
            let Some(number) = next.checked_sub(1) else {
                return;
            };
            let anchor = &self.anchors[number as usize];
            next = anchor.earlier[kind];
            let has_next = (anchor.place as usize) < self.text.len();
            if anchor.keys[kind] == key && has_next && !found.add(anchor.place) {
                return;
            }
        }
    }
}
