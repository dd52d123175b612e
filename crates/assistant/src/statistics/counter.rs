//! Counts for one process, and hands the counts on to the file now and then.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tracing::{debug, warn};

use super::{NotAdded, Statistics, Tally};
use crate::documents::DocumentId;

/// Between two writes of the file while clients work.
const INTERVAL: Duration = Duration::from_secs(60);

/// Longest wait, at the end of the process, for another one that holds the file.
const FAREWELL: Duration = Duration::from_secs(1);

/// Suggestions whose fate is still of interest.
const REMEMBERED: usize = 1024;

/// A suggestion that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Its language.
    pub language: String,
    /// Whose idea it was.
    pub model: String,
    /// What it adds to the text.
    pub added: String,
    /// The document.
    pub document: DocumentId,
}

/// Counts. Clones share the counts.
#[derive(Clone, Debug)]
pub struct Counter {
    /// `None` where the user has no folder for such things.
    file: Option<PathBuf>,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug)]
struct Inner {
    /// Not yet in the file.
    news: Statistics,
    written: Instant,
    /// Whether it was said that nothing can be written.
    said: bool,
    last: u64,
    /// The youngest last, with its number and how much of it was accepted.
    offers: VecDeque<(u64, Offer, Fate)>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Fate {
    shown: bool,
    dismissed: bool,
    accepted: bool,
    accepted_bytes: usize,
}

impl Counter {
    /// Counts for `file`.
    pub fn new(file: Option<PathBuf>) -> Self {
        Self {
            file,
            inner: Arc::new(Mutex::new(Inner {
                news: Statistics::default(),
                written: Instant::now(),
                said: false,
                last: 0,
                offers: VecDeque::new(),
            })),
        }
    }

    /// A request was answered in `micros`.
    pub fn answered(&self, language: &str, model: &str, micros: u64) {
        let due = {
            let mut inner = self.inner.lock();
            let tally = inner.news.tally(language, model);
            tally.requests += 1;
            tally.latency.record(micros);
            inner.written.elapsed() > INTERVAL
        };
        if due {
            let counter = self.clone();
            std::thread::spawn(move || counter.write(Duration::ZERO));
        }
    }

    /// A suggestion is sent; the number under which its fate is told.
    pub fn offered(&self, offer: Offer) -> u64 {
        let mut inner = self.inner.lock();
        inner.last += 1;
        let number = inner.last;
        inner.news.tally(&offer.language, &offer.model).offered += 1;
        if inner.offers.len() == REMEMBERED {
            inner.offers.pop_front();
        }
        inner.offers.push_back((number, offer, Fate::default()));
        number
    }

    /// It was shown.
    pub fn shown(&self, number: u64) {
        self.update(number, |_, fate, tally| {
            tally.shown += u64::from(!fate.shown);
            fate.shown = true;
        });
    }

    /// It was dismissed.
    pub fn dismissed(&self, number: u64) {
        self.update(number, |_, fate, tally| {
            tally.dismissed += u64::from(!fate.dismissed);
            fate.dismissed = true;
        });
    }

    /// All of it was accepted, perhaps after a part. The suggestion, the first
    /// time that this is told.
    pub fn accepted(&self, number: u64) -> Option<Offer> {
        self.accepted_all_but(number, 0);
        self.update(number, |offer, fate, _| {
            let first = !std::mem::replace(&mut fate.accepted, true);
            first.then(|| offer.clone())
        })?
    }

    /// It was looked whether `offer`, which was accepted, was `kept`.
    pub fn looked_for(&self, offer: &Offer, kept: bool) {
        let mut inner = self.inner.lock();
        let tally = inner.news.tally(&offer.language, &offer.model);
        tally.looked_for += 1;
        tally.kept += u64::from(kept);
    }

    /// All but its last `rest` UTF-16 units were accepted, perhaps after less.
    pub fn accepted_all_but(&self, number: u64, rest: usize) {
        self.update(number, |offer, fate, tally| {
            let units = offer.added.encode_utf16().count().saturating_sub(rest);
            let bytes = bytes_of(&offer.added, units);
            if bytes > fate.accepted_bytes {
                tally.accepted += u64::from(fate.accepted_bytes == 0);
                tally.bytes_saved += (bytes - fate.accepted_bytes) as u64;
                fate.accepted_bytes = bytes;
            }
        });
    }

    /// Writes what is not yet in the file. Where that can't be done now, as when another
    /// process holds it for longer than `patience`, it is kept for the next time.
    pub fn write(&self, patience: Duration) {
        let news = {
            let mut inner = self.inner.lock();
            inner.written = Instant::now();
            std::mem::take(&mut inner.news)
        };
        let Some(file) = self.file.as_ref().filter(|_| !news.0.is_empty()) else {
            return;
        };
        let Err(error) = news.add_to(file, patience) else {
            return;
        };
        let mut inner = self.inner.lock();
        inner.news.add(&news);
        match &error {
            NotAdded::Failed(error) if !std::mem::replace(&mut inner.said, true) => {
                warn!("what is counted is not kept: {error:#}");
            }
            NotAdded::Failed(_) => {}
            NotAdded::Held(_) => debug!("{error}; what was counted is written later"),
        }
    }

    /// The same, but goes on after `limit` if the disk does not answer.
    pub fn write_within(&self, limit: Duration, patience: Duration) {
        let counter = self.clone();
        let path = self.file.as_deref().unwrap_or(Path::new(""));
        // What can't be written is kept, and that is all there is to know.
        let _ = disk::within(path, limit, move || counter.write(patience));
    }

    /// Writes what is not yet in the file, for the last time: what can't be written now is
    /// lost, as a process that was told to end must not wait for another.
    pub fn finish(&self) {
        self.write_within(2 * FAREWELL, FAREWELL);
        if !self.inner.lock().news.0.is_empty() && self.file.is_some() {
            warn!("what was counted last is lost: the file of statistics can't be written");
        }
    }

    fn update<T>(
        &self,
        number: u64,
        update: impl FnOnce(&Offer, &mut Fate, &mut Tally) -> T,
    ) -> Option<T> {
        let mut inner = self.inner.lock();
        let Inner { offers, news, .. } = &mut *inner;
        // One that is not remembered, or was never made, counts for nothing.
        let found = offers.iter_mut().rev().find(|(other, ..)| *other == number);
        let (_, offer, fate) = found?;
        let tally = news.tally(&offer.language, &offer.model);
        Some(update(offer, fate, tally))
    }
}

/// Bytes that the first `units` UTF-16 units of `text` take.
fn bytes_of(text: &str, units: usize) -> usize {
    let mut left = units;
    let within = text.chars().take_while(|c| {
        let fits = c.len_utf16() <= left;
        left = left.saturating_sub(c.len_utf16());
        fits
    });
    within.map(char::len_utf8).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(added: &str) -> Offer {
        Offer {
            language: "rust".to_owned(),
            model: "m".to_owned(),
            added: added.to_owned(),
            document: DocumentId::new("file:///a"),
        }
    }

    #[test]
    fn each_fate_counts_once() {
        let counter = Counter::new(None);
        let first = counter.offered(offer("é😀abc"));
        let second = counter.offered(offer("xyz"));
        for _ in 0..2 {
            counter.shown(first);
            counter.dismissed(second);
            counter.accepted_all_but(first, 5);
            counter.accepted_all_but(first, 3);
            counter.accepted(first);
            counter.accepted(99);
        }
        let mut inner = counter.inner.lock();
        let expected = Tally {
            offered: 2,
            shown: 1,
            accepted: 1,
            dismissed: 1,
            bytes_saved: 9,
            ..Tally::default()
        };
        assert_eq!(*inner.news.tally("rust", "m"), expected);
    }

    #[test]
    fn what_can_not_be_written_is_written_later() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("statistics.json");
        let counter = Counter::new(Some(path.clone()));
        counter.offered(offer("x"));
        let held = std::fs::File::create(path.with_extension("lock")).expect("it is made");
        held.lock().expect("it is free");
        counter.write(Duration::ZERO);
        counter.offered(offer("y"));
        // Returns, though the lock is held for good.
        counter.finish();
        assert!(!path.exists());
        held.unlock().expect("it is given back");
        counter.write(Duration::ZERO);
        let mut all = Statistics::read(&path).expect("it is read");
        assert_eq!(all.tally("rust", "m").offered, 2);
        counter.finish();
        assert_eq!(Statistics::read(&path).expect("it is read"), all);
    }

    #[test]
    fn only_the_youngest_offers_are_remembered() {
        let counter = Counter::new(None);
        for _ in 0..REMEMBERED + 1 {
            counter.offered(offer("x"));
        }
        counter.accepted(1);
        counter.accepted(2);
        let mut inner = counter.inner.lock();
        assert_eq!(inner.news.tally("rust", "m").accepted, 1);
    }

    #[test]
    fn parts_are_cut_at_characters() {
        let bytes: Vec<_> = (0..6).map(|units| bytes_of("é😀a", units)).collect();
        assert_eq!(bytes, [0, 2, 2, 6, 7, 7]);
    }
}
