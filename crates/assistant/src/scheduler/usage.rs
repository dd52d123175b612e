//! How much of the threads each client has had lately.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::ClientId;

/// What was used so long ago counts for 1/e.
const MEMORY: Duration = Duration::from_secs(1);

/// Share of one thread below which a client counts as resting.
const RESTING: f64 = 0.002;

/// Share of one thread below which no client's work gives way: a person who jumps to a new
/// place has it for a second.
const ORDINARY: f64 = 0.2;

/// Share of one thread that no client is denied.
const GRANTED: f64 = 0.3;

/// Fair shares above which a client's work gives way to that of others.
const MUCH: f64 = 1.0;

/// Fair shares that are too much: people do not type evenly.
const TOO_MUCH: f64 = 1.3;

/// What a client has had, beside what the others have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// No more than its share, or the others rest.
    Fair,
    /// More than its share: its work gives way.
    Much,
    /// So much more that it has to wait.
    TooMuch,
}

/// Seconds of work by client, older work counting less.
#[derive(Debug, Default)]
pub(super) struct Usage(HashMap<ClientId, (f64, Instant)>);

impl Usage {
    /// A client's job ended `now` after so much work.
    pub(super) fn add(&mut self, client: ClientId, work: Duration, now: Instant) {
        self.0.retain(|_, used| share(*used, now) > RESTING);
        let before = self.0.get(&client).map_or(0.0, |&used| share(used, now));
        let used = before * MEMORY.as_secs_f64() + work.as_secs_f64();
        self.0.insert(client, (used, now));
    }

    /// Whether another client has worked lately.
    pub(super) fn others_work(&self, client: ClientId, now: Instant) -> bool {
        let mut others = self.0.iter().filter(|(other, _)| **other != client);
        others.any(|(_, &used)| share(used, now) > RESTING)
    }

    /// What it has had of `threads` threads.
    pub(super) fn standing(&self, client: ClientId, threads: usize, now: Instant) -> Standing {
        let at_work = |used: &&(f64, Instant)| share(**used, now) > RESTING;
        let clients = self.0.values().filter(at_work).count();
        let Some(&used) = self.0.get(&client).filter(|_| clients > 1) else {
            return Standing::Fair;
        };
        let fair = threads as f64 / clients as f64;
        match share(used, now) {
            had if had > (TOO_MUCH * fair).max(GRANTED) => Standing::TooMuch,
            had if had > (MUCH * fair).max(ORDINARY) => Standing::Much,
            _ => Standing::Fair,
        }
    }
}

/// Share of one thread that `used` is by `now`.
fn share((seconds, at): (f64, Instant), now: Instant) -> f64 {
    let memory = MEMORY.as_secs_f64();
    let ago = now.saturating_duration_since(at).as_secs_f64();
    seconds * (-ago / memory).exp() / memory
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each client uses its share of one thread, in tenths of a second, for five
    /// seconds; which of them had too much of two threads then.
    fn check(shares: &[f64], expected: &[usize]) {
        let mut usage = Usage::default();
        let mut now = Instant::now();
        for _ in 0..50 {
            now += Duration::from_millis(100);
            for (client, share) in shares.iter().enumerate() {
                let work = Duration::from_secs_f64(share / 10.0);
                usage.add(client as ClientId, work, now);
            }
        }
        let had_too_much =
            |&client: &usize| usage.standing(client as ClientId, 2, now) == Standing::TooMuch;
        let found: Vec<_> = (0..shares.len()).filter(had_too_much).collect();
        assert_eq!(found, expected, "{shares:?}");
    }

    #[test]
    fn a_flood_is_too_much_and_typing_is_not() {
        let mut typing = vec![0.06; 16];
        check(&typing, &[]);
        typing.push(1.0);
        check(&typing, &[16]);
    }

    #[test]
    fn one_that_jumps_is_no_flood_however_many_there_are() {
        let mut usage = Usage::default();
        let now = Instant::now();
        for client in 0..64 {
            usage.add(client, Duration::from_millis(5), now);
        }
        usage.add(0, Duration::from_millis(120), now);
        assert_eq!(usage.standing(0, 2, now), Standing::Fair);
        usage.add(0, Duration::from_millis(120), now);
        assert_eq!(usage.standing(0, 2, now), Standing::Much);
        usage.add(0, Duration::from_millis(120), now);
        assert_eq!(usage.standing(0, 2, now), Standing::TooMuch);
    }

    #[test]
    fn one_that_works_alone_or_beside_those_that_rest_has_never_too_much() {
        check(&[2.0], &[]);
        check(&[2.0, 0.0, 0.001], &[]);
        check(&[1.0, 0.9], &[]);
    }
}
