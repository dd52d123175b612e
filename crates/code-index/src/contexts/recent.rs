//! The places of the text before the cursor, by context.

use super::places::Places;
use super::scanner::{KINDS, Keys, Scanner};

/// Buckets of a kind, as a power of 2.
const BITS: u32 = 12;
const BUCKETS: usize = 1 << BITS;
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
    /// The keys of the last anchor.
    last: Keys,
    /// The latest anchor of each kind and bucket, plus 1; 0 is none.
    latest: Vec<u32>,
}

/// There may be one for every other byte, so it is small.
#[derive(Clone)]
struct Anchor {
    place: u32,
    /// What of each key is not told by its bucket.
    rests: [u16; KINDS],
    /// For each kind how many anchors back the one before in its bucket is; 0 is none, or
    /// too far.
    back: [u16; KINDS],
}

impl Default for Recent {
    fn default() -> Self {
        Self {
            text: Vec::new(),
            scanner: Scanner::default(),
            kept: vec![Scanner::default()],
            anchors: Vec::new(),
            last: Keys::default(),
            latest: vec![0; KINDS * BUCKETS],
        }
    }
}

fn slot(kind: usize, key: u32) -> usize {
    kind * BUCKETS + key as usize % BUCKETS
}

fn rest(key: u32) -> u16 {
    (key >> BITS) as u16
}

/// The number of the anchor `back` before anchor `number`; 0 is none.
fn before(number: u32, back: u16) -> u32 {
    match back {
        0 => 0,
        back => number - u32::from(back),
    }
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
        Some((&self.text[anchor.place as usize..], &self.last))
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
        self.last = self.scanner.keys();
        let number = self.anchors.len() as u32 + 1;
        let mut back = [0; KINDS];
        for (kind, (&key, back)) in self.last.iter().zip(&mut back).enumerate() {
            let latest = std::mem::replace(&mut self.latest[slot(kind, key)], number);
            if latest > 0 {
                *back = u16::try_from(number - latest).unwrap_or(0);
            }
        }
        self.anchors.push(Anchor {
            place: self.text.len() as u32,
            rests: self.last.map(rest),
            back,
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
        self.scanner = self.scanner_at(length);
        let mut scanner = self.scanner.clone();
        let mut gone: Vec<Keys> = Vec::new();
        for &byte in &self.text[length..] {
            scanner.push(byte);
            if scanner.is_anchor() {
                gone.push(scanner.keys());
            }
        }
        for keys in gone.iter().rev() {
            let number = self.anchors.len() as u32;
            let Some(anchor) = self.anchors.pop() else {
                break;
            };
            for (kind, (&key, back)) in keys.iter().zip(anchor.back).enumerate() {
                self.latest[slot(kind, key)] = before(number, back);
            }
        }
        if let Some(anchor) = self.anchors.last() {
            self.last = self.scanner_at(anchor.place as usize).keys();
        }
        self.kept.truncate(length / KEPT + 1);
        self.text.truncate(length);
    }

    /// What stands before the byte at `place`, which is within the text.
    fn scanner_at(&self, place: usize) -> Scanner {
        let mut scanner = self.kept[place / KEPT].clone();
        for &byte in &self.text[place / KEPT * KEPT..place] {
            scanner.push(byte);
        }
        scanner
    }

    /// The latest places before the end with this key.
    pub(crate) fn find(&self, kind: usize, key: u32, found: &mut Places) {
        let mut next = self.latest[slot(kind, key)];
        for _ in 0..STEPS {
            let Some(number) = next.checked_sub(1) else {
                return;
            };
            let anchor = &self.anchors[number as usize];
            next = before(next, anchor.back[kind]);
            let has_next = (anchor.place as usize) < self.text.len();
            if anchor.rests[kind] == rest(key) && has_next && !found.add(anchor.place) {
                return;
            }
        }
    }
}
