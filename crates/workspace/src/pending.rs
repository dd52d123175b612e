//! When changes are taken over: one by one at once, many together when they are over.
//!
//! A checkout changes thousands of files. Each time some of them are taken over, the
//! index may have to be made anew, so what comes in numbers is waited for.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// More changed files than these are taken over together.
const FEW: usize = 16;
/// So long nothing new has to come before many are taken over.
const QUIET: Duration = Duration::from_millis(250);
/// So long is waited for that at most, at first.
const PATIENCE: Duration = Duration::from_secs(4);
/// And at most when changes never end.
const MOST_PATIENCE: Duration = Duration::from_secs(60);

/// What is to be looked at again, and since when.
#[derive(Debug)]
pub(crate) struct Pending {
    changed: HashSet<PathBuf>,
    /// Whether all folders are to be looked through.
    survey: bool,
    /// Whether so much has changed that the index is to be made anew.
    untidy: bool,
    first: Option<Instant>,
    last: Option<Instant>,
    patience: Duration,
}

/// What was pending.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) changed: HashSet<PathBuf>,
    pub(crate) survey: bool,
    /// Whether there is time to make an index anew.
    pub(crate) tidy: bool,
}

impl Default for Pending {
    fn default() -> Self {
        Self {
            changed: HashSet::new(),
            survey: false,
            untidy: false,
            first: None,
            last: None,
            patience: PATIENCE,
        }
    }
}

impl Pending {
    /// The files at `paths` have changed at `now`.
    pub(crate) fn change(&mut self, paths: impl IntoIterator<Item = PathBuf>, now: Instant) {
        let before = self.changed.len();
        self.changed.extend(paths);
        // Of a large change the same file may be told several times.
        if before < self.changed.len() || !self.changed.is_empty() {
            self.arrived(now);
        }
    }

    /// All is to be looked through.
    pub(crate) fn survey(&mut self, now: Instant) {
        self.survey = true;
        self.arrived(now);
    }

    /// The index is to be made anew when there is time.
    pub(crate) fn untidy(&mut self, now: Instant) {
        self.untidy = true;
        self.first.get_or_insert(now);
        self.last.get_or_insert(now);
    }

    fn arrived(&mut self, now: Instant) {
        self.first.get_or_insert(now);
        self.last = Some(now);
    }

    /// How long to wait for more; `None` where nothing is pending.
    pub(crate) fn wait(&self, now: Instant) -> Option<Duration> {
        let (first, last) = (self.first?, self.last?);
        if !self.is_much() {
            return Some(Duration::ZERO);
        }
        let due = (last + QUIET).min(first + self.patience);
        Some(due.saturating_duration_since(now))
    }

    /// What is pending is taken over at `now`.
    pub(crate) fn take(&mut self, now: Instant) -> Taken {
        let was_quiet = self.last.is_none_or(|last| now >= last + QUIET);
        let patience = match (self.is_much(), was_quiet) {
            (true, false) => (self.patience * 2).min(MOST_PATIENCE),
            (true, true) => PATIENCE,
            (false, _) => self.patience,
        };
        let taken = Taken {
            survey: self.survey || self.changed.len() > FEW,
            tidy: self.is_much(),
            changed: std::mem::take(&mut self.changed),
        };
        *self = Self {
            patience,
            ..Self::default()
        };
        taken
    }

    fn is_much(&self) -> bool {
        self.survey || self.untidy || self.changed.len() > FEW
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often what is pending is taken over, and how much at a time, while `many`
    /// files change one every `every`, and for long after.
    fn taken(many: u32, every: Duration) -> Vec<usize> {
        let start = Instant::now();
        let mut pending = Pending::default();
        let mut taken = Vec::new();
        let mut take = |pending: &mut Pending, now| taken.push(pending.take(now).changed.len());
        let mut now = start;
        for i in 0..many {
            let next = start + every * i;
            while let Some(wait) = pending.wait(now)
                && now + wait <= next
            {
                now += wait;
                take(&mut pending, now);
                // What changes while that is read comes together.
                now += Duration::from_millis(20);
            }
            now = now.max(next);
            pending.change([PathBuf::from(i.to_string())], now);
        }
        while let Some(wait) = pending.wait(now) {
            now += wait;
            take(&mut pending, now);
        }
        taken
    }

    #[test]
    fn a_single_change_is_taken_over_at_once() {
        let mut pending = Pending::default();
        let now = Instant::now();
        assert_eq!(pending.wait(now), None);
        pending.change([PathBuf::from("a")], now);
        assert_eq!(pending.wait(now), Some(Duration::ZERO));
        assert_eq!(pending.take(now).changed.len(), 1);
        assert_eq!(pending.wait(now), None);
        assert_eq!(taken(5, Duration::from_secs(1)), [1; 5]);
    }

    #[test]
    fn however_many_come_together_are_taken_over_together() {
        for many in [17, 200, 4000] {
            let names = (0..many).map(|i| PathBuf::from(i.to_string()));
            let (mut pending, now) = (Pending::default(), Instant::now());
            pending.change(names, now);
            assert_eq!(pending.wait(now), Some(QUIET));
            let all = pending.take(now + QUIET);
            assert!(all.survey && all.changed.len() == many as usize);
            // One by one, the first may be taken over by itself.
            let together = taken(many, Duration::ZERO);
            assert!(together.len() <= 2, "{together:?}");
            let taken = taken(many, Duration::from_millis(1));
            assert!(taken.len() < 8, "{taken:?}");
        }
    }

    #[test]
    fn changes_without_end_are_taken_over_more_and_more_rarely() {
        // Faster than they are taken over one by one.
        let taken = taken(100_000, Duration::from_millis(1));
        let large = taken.iter().filter(|&&many| many > FEW).count();
        assert!((2..=6).contains(&large), "{taken:?}");
        assert_eq!(taken.iter().sum::<usize>(), 100_000);
    }

    #[test]
    fn a_new_index_waits_until_it_is_quiet() {
        let mut pending = Pending::default();
        let now = Instant::now();
        pending.untidy(now);
        assert_eq!(pending.wait(now), Some(QUIET));
        let later = now + QUIET / 2;
        pending.change([PathBuf::from("a")], later);
        assert_eq!(pending.wait(later), Some(QUIET));
        let taken = pending.take(later + QUIET);
        assert!(taken.tidy && !taken.survey && taken.changed.len() == 1);
        assert_eq!(pending.wait(later + QUIET), None);
    }
}
