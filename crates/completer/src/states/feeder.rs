//! The state at a cursor, as `lstm_format::context` defines it.
//!
//! Two windows are alive during typing: the one that ends at the cursor
//! now, and the one that will take over at the next boundary. Both are kept
//! rolling, so that the hand-over costs no more than any other keystroke.

use std::sync::Arc;

use lstm_format::{ModelConfig, Session, State, WindowRule};
use parking_lot::{Mutex, MutexGuard};

use super::cache::{CHECKPOINT, StateCache};
use super::header;
use crate::cancel::{Cancelled, Limits};
use crate::options::Before;

/// Fewest bytes fed to a following window at a time.
const CATCH_UP: usize = 32;

/// Bytes that one edit may bring, as a line does that is accepted, pasted or opened: a
/// following window is read so far that such edits find it ready when it takes over.
const LINE: usize = 64;

/// As close to a cursor states are kept at every multiple of this many bytes: most edits
/// take away or change a little of what stands just before it.
const CLOSE: usize = 64;

/// Bytes fed at a time where no client waits: a key may come at any moment.
const PIECE: usize = 2 * CHECKPOINT;

/// What is fed to the model for one cursor.
pub(crate) struct Windows<'a> {
    header: Vec<u8>,
    before: Before<'a>,
    rule: WindowRule,
    start: usize,
}

impl<'a> Windows<'a> {
    /// Of a document at `path`, which an editor says is in `language`.
    pub(crate) fn new(
        config: &ModelConfig,
        path: &str,
        language: &str,
        before: Before<'a>,
    ) -> Self {
        let rule = config.window_rule();
        // What lies farther back than that decides nothing.
        let before = match before.text.len().checked_sub(rule.reach()) {
            None => Before::whole(before.text),
            Some(farther) => Before {
                text: &before.text[farther..],
                start: before.start + farther,
            },
        };
        Self {
            header: header(config, path, language),
            before,
            rule,
            start: rule.start(before.text, before.start),
        }
    }

    /// Header and text of the window that starts at offset `start`.
    fn window(&self, start: usize) -> Arc<[u8]> {
        let text = &self.before.text[start - self.before.start..];
        [&self.header, text].concat().into()
    }

    /// The state at the cursor; `None` if the deadline passed first.
    pub(crate) fn state(&self, feeder: &mut Feeder<'_>) -> Result<Option<State>, Cancelled> {
        feeder.advance(&self.window(self.start), |unread| unread)
    }

    /// Feeds all up to the cursor piece by piece, each remembered at once, so that a key
    /// that comes meanwhile goes on from there.
    pub(crate) fn approach(&self, feeder: &mut Feeder<'_>) -> Result<(), Cancelled> {
        let window = self.window(self.start);
        // Where nothing can be remembered it would begin anew each time.
        for _ in 0..window.len().div_ceil(PIECE) {
            if feeder.advance(&window, |_| PIECE)?.is_some() {
                break;
            }
        }
        Ok(())
    }

    /// The windows that will follow, the next one first, each with how many bytes are to
    /// be typed before it takes over.
    pub(crate) fn following(&self) -> Vec<(Arc<[u8]>, usize)> {
        let cursor = self.before.start + self.before.text.len();
        let boundaries = self.rule.boundaries(self.before.text, self.before.start);
        let following = boundaries.into_iter().filter(|&b| b > self.start);
        let left = |start: usize| (start + self.rule.window()).saturating_sub(cursor);
        following
            .map(|start| (self.window(start), left(start)))
            .collect()
    }
}

/// Feeds windows from the nearest state that is known.
pub(crate) struct Feeder<'a> {
    pub(crate) session: &'a mut dyn Session,
    pub(crate) config: &'a ModelConfig,
    pub(crate) cache: &'a Mutex<StateCache>,
    pub(crate) limits: Limits<'a>,
}

impl Feeder<'_> {
    /// Feeds a part of a window that takes over `away` bytes from here: as much as has it
    /// ready in time even if each edit until then brings a line.
    pub(crate) fn bring_nearer(
        &mut self,
        window: &Arc<[u8]>,
        away: usize,
    ) -> Result<(), Cancelled> {
        let edits = (away / LINE).max(1);
        let share = |unread: usize| unread.div_ceil(edits).max(CATCH_UP);
        self.advance(window, share).map(drop)
    }

    /// Feeds of the bytes of `window` that are unread at most as many as `share` says, which
    /// is told their number. The state at its end, or `None` if that is farther or the
    /// deadline passed.
    ///
    /// What was fed is remembered in any case, so that a typist who types faster
    /// than a long window can be read still gets there.
    fn advance(
        &mut self,
        window: &Arc<[u8]>,
        share: impl FnOnce(usize) -> usize,
    ) -> Result<Option<State>, Cancelled> {
        let known = lock(self.cache).longest(window);
        let (mut fed, mut state) = match known {
            Some((fed, state)) => (fed, State::clone(&state)),
            None => (0, State::zeros(self.config)),
        };
        let unread = window.len() - fed;
        let target = fed + share(unread).min(unread);
        let parts = parts(&window[..target], fed);
        let limits = self.limits;
        // Looked at again by `late`, which says why.
        let stop = || !matches!(limits.late(), Ok(false));
        let after = self.session.feed_parts(&stop, &state, &parts);
        for (part, after) in parts.iter().zip(after) {
            fed += part.len();
            self.remember(window, fed, &after);
            state = after;
        }
        if fed < target {
            return limits.late().map(|_| None);
        }
        Ok((fed == window.len()).then_some(state))
    }

    fn remember(&self, window: &Arc<[u8]>, fed: usize, state: &State) {
        lock(self.cache).insert(window, fed, state.clone());
    }
}

/// `window` from `fed` on, cut at every multiple of [`CHECKPOINT`], and of [`CLOSE`] where
/// its end is no farther than a checkpoint.
fn parts(window: &[u8], fed: usize) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut from = fed;
    while from < window.len() {
        let checkpoint = (from + 1).next_multiple_of(CHECKPOINT);
        let to = match checkpoint + CHECKPOINT <= window.len() {
            true => checkpoint,
            false => window.len().min((from + 1).next_multiple_of(CLOSE)),
        };
        parts.push(&window[from..to]);
        from = to;
    }
    parts
}

/// Locks the cache, never for as long as a step takes.
pub(crate) fn lock(cache: &Mutex<StateCache>) -> MutexGuard<'_, StateCache> {
    // A panic while it was locked can have lost an entry, not falsified one.
    cache.lock()
}
