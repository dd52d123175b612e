//! Which bytes before an offset a model is fed: the definition of a state.
//!
//! The state at offset `o` is the model fed, from zeros, with
//! [`document_header`] and then `text[start..o]`, where `start` is given by
//! [`WindowRule`]. It is a function of the text before the cursor alone.

use std::ops::Range;

use crate::DOCUMENT_SEPARATOR;

/// What precedes every document and every window: `\0rust lexer.rs\n`.
///
/// Only the last component of `path` is used, so that a state does not depend
/// on where a project lies.
pub fn document_header(language: &str, path: &str) -> Vec<u8> {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let mut header = vec![DOCUMENT_SEPARATOR];
    header.extend_from_slice(language.as_bytes());
    header.push(b' ');
    header.extend(
        name.bytes()
            .filter(|&b| b != b'\n' && b != DOCUMENT_SEPARATOR),
    );
    header.push(b'\n');
    header
}

/// Chooses where a window starts, from the content alone.
///
/// *Boundaries* are the line starts whose line hashes lowest among all lines
/// within `W/2` bytes on either side (local-minimum content-defined chunking),
/// so an edit moves only the boundaries next to it: far text keeps its states.
/// They lie `W` apart on average and at least `W/2`. The window of offset `o`
/// starts at the last boundary at or before `o − W`, at 0 near the top of a
/// document, and never more than `3·W` back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowRule {
    window: usize,
}

impl WindowRule {
    /// The smallest window for which a boundary never depends on text after the cursor.
    pub const MIN_WINDOW: usize = 4 * HASHED_PREFIX;

    /// A rule with window `W` bytes.
    ///
    /// # Panics
    /// If `window` is below [`MIN_WINDOW`](Self::MIN_WINDOW).
    pub const fn new(window: usize) -> Self {
        assert!(window >= Self::MIN_WINDOW);
        Self { window }
    }

    /// `W` in bytes.
    pub fn window(self) -> usize {
        self.window
    }

    /// Bytes before an offset that decide its window: a tail this long is enough.
    pub fn reach(self) -> usize {
        4 * self.window
    }

    /// Where the window of `o = tail_start + tail.len()` starts.
    ///
    /// `tail` is the document's text from `tail_start` to `o`, at least
    /// [`reach`](Self::reach) bytes of it unless `tail_start` is 0.
    ///
    /// # Panics
    /// If the tail is shorter than that.
    pub fn start(self, tail: &[u8], tail_start: usize) -> usize {
        let offset = tail_start + tail.len();
        if offset < self.window {
            return 0;
        }
        self.start_among(&self.boundaries(tail, tail_start), tail, tail_start, offset)
    }

    /// Every window of `text`, in order: what to feed to predict all of it.
    pub fn windows(self, text: &[u8]) -> Vec<Window> {
        let boundaries = self.boundaries(text, 0);
        let mut windows: Vec<Window> = Vec::new();
        for offset in 0..text.len() {
            let start = match offset < self.window {
                true => 0,
                false => self.start_among(&boundaries, text, 0, offset),
            };
            match windows.last_mut() {
                Some(last) if last.start == start => last.predicted.end = offset + 1,
                _ => windows.push(Window {
                    start,
                    predicted: offset..offset + 1,
                }),
            }
        }
        windows
    }

    fn start_among(
        self,
        boundaries: &[usize],
        tail: &[u8],
        tail_start: usize,
        offset: usize,
    ) -> usize {
        let latest = offset - self.window;
        let known = boundaries.partition_point(|&b| b <= latest);
        match boundaries[..known].last() {
            Some(&boundary) if boundary + 3 * self.window > offset => boundary,
            _ if offset < 3 * self.window => 0,
            _ => {
                // Text without line structure: a multiple of W, and the line
                // start after it if there is one close by.
                let multiple = (offset / self.window - 2) * self.window;
                let from = &tail[multiple - tail_start..];
                let newline = from.iter().take(256).position(|&b| b == b'\n');
                newline.map_or(multiple, |n| multiple + n + 1)
            }
        }
    }

    /// Every boundary that the text in `tail` decides, in ascending order.
    ///
    /// Boundaries in the last `W/2 + 64` bytes are not decided yet; offset 0,
    /// where every document starts, is not listed.
    pub fn boundaries(self, tail: &[u8], tail_start: usize) -> Vec<usize> {
        let radius = self.window / 2;
        let line_starts = std::iter::once(0).filter(|_| tail_start == 0).chain(
            tail.iter()
                .enumerate()
                .filter(|&(_, &b)| b == b'\n')
                .map(|(i, _)| i + 1),
        );
        let lines: Vec<(usize, u64)> = line_starts
            .take_while(|&start| start + HASHED_PREFIX <= tail.len())
            .map(|start| (start, line_hash(&tail[start..])))
            .collect();
        let decided = tail.len().saturating_sub(radius + HASHED_PREFIX);
        let mut boundaries = Vec::new();
        for (i, &(start, hash)) in lines.iter().enumerate() {
            if start < radius || start > decided {
                continue;
            }
            let before = lines[..i].iter().rev();
            let mut before = before.take_while(|&&(s, _)| s + radius > start);
            let mut after = lines[i + 1..]
                .iter()
                .take_while(|&&(s, _)| s < start + radius);
            if before.all(|&(_, h)| hash < h) && after.all(|&(_, h)| hash <= h) {
                boundaries.push(tail_start + start);
            }
        }
        boundaries
    }
}

/// One window of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Where feeding starts, in bytes.
    pub start: usize,
    /// The offsets whose byte is predicted from a state fed from `start`.
    pub predicted: Range<usize>,
}

/// Bytes of a line that its hash reads.
const HASHED_PREFIX: usize = 64;

/// FNV-1a over the line's first 64 bytes, then a finaliser so that the order of
/// hashes says nothing about the order of lines.
fn line_hash(text: &[u8]) -> u64 {
    let line = text.iter().take(HASHED_PREFIX).take_while(|&&b| b != b'\n');
    let mut hash = line.fold(0xcbf2_9ce4_8422_2325_u64, |hash, &b| {
        (hash ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
    });
    hash ^= hash >> 32;
    hash = hash.wrapping_mul(0xd6e8_feb8_6659_fd93);
    hash ^ (hash >> 32)
}
