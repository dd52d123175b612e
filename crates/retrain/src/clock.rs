//! The time that a retraining may take, and what of it goes where. Must not know
//! what is done in it.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use completer::CancelToken;

use super::{Progress, Watcher};

/// What starting a program or an engine takes beside training and measuring.
const STARTING: Duration = Duration::from_secs(5);

/// What writing a version takes.
const ENDING: Duration = Duration::from_secs(5);

/// Of all the time, the share after which measuring the model in use ends,
/// whatever it has come to.
const BEFORE: f64 = 1.0 / 8.0;

/// How much longer than measuring before all measuring after may take: it is done
/// up to twice, and the machine may have become busy.
const AFTER: f64 = 3.0;

/// The share of all the time that measuring after has at least: what took a moment
/// before takes longer where others have begun to work.
const AFTER_AT_LEAST: f64 = 1.0 / 10.0;

/// The least time that training is worth starting for.
pub(super) const LEAST_TRAINING: Duration = Duration::from_secs(5);

/// What is left of the time.
pub(super) struct Clock {
    started: Instant,
    before: Duration,
    budget: Duration,
}

/// What is set aside for what follows training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Reserve {
    measuring: Duration,
}

impl Reserve {
    /// Where there is `budget` for all, and the model in use took `measuring` to
    /// measure.
    pub(super) fn new(budget: Duration, measuring: Duration) -> Self {
        let least = budget.mul_f64(AFTER_AT_LEAST);
        Self {
            measuring: measuring.mul_f64(AFTER).max(least),
        }
    }

    /// How long to train if there is `left` for all: `None` if it is not worth it.
    pub(super) fn training(self, left: Duration) -> Option<Duration> {
        let training = left.saturating_sub(STARTING + self.measuring + ENDING);
        (training >= LEAST_TRAINING).then_some(training)
    }

    /// How much of `left` the trainer has, which should end by itself before: where
    /// the machine has become slow, measuring gives it half of its time.
    pub(super) fn training_at_most(self, left: Duration) -> Duration {
        left.saturating_sub(self.measuring / 2 + ENDING)
    }

    /// How much of `left` measuring has.
    pub(super) fn measuring(left: Duration) -> Duration {
        left.saturating_sub(ENDING)
    }

    /// What it takes from the end of the training on.
    fn all(self) -> Duration {
        STARTING + self.measuring + ENDING
    }
}

impl Clock {
    pub(super) fn new(budget: Duration) -> Self {
        Self {
            started: Instant::now(),
            before: Duration::ZERO,
            budget,
        }
    }

    /// The same clock with `seconds` spent in starts that were stopped.
    pub(super) fn after(self, seconds: f64) -> Self {
        let before = Duration::try_from_secs_f64(seconds).unwrap_or_default();
        Self { before, ..self }
    }

    /// The same clock, but if starts that were stopped took what was set aside, it
    /// is set aside once more: each start ends within the time, and comes to an end.
    pub(super) fn with(self, reserve: Reserve) -> Self {
        let most = self.budget.saturating_sub(reserve.all());
        let before = self.before.min(most);
        Self { before, ..self }
    }

    /// Seconds spent, those before a stop counted.
    pub(super) fn spent(&self) -> f64 {
        (self.before + self.started.elapsed()).as_secs_f64()
    }

    pub(super) fn left(&self) -> Duration {
        let spent = self.before + self.started.elapsed();
        self.budget.saturating_sub(spent)
    }

    /// How long the model in use may be measured.
    pub(super) fn measuring_before(&self) -> Duration {
        self.left().min(self.budget.mul_f64(BEFORE))
    }

    pub(super) fn tell(&self, watcher: &mut dyn Watcher, stage: &str) {
        self.tell_left(watcher, stage.to_owned(), self.left());
    }

    /// The same, where it will take only `left`.
    pub(super) fn tell_left(&self, watcher: &mut dyn Watcher, stage: String, left: Duration) {
        let spent = self.spent();
        watcher.progress(&Progress {
            stage,
            share: spent / (spent + left.as_secs_f64()).max(1e-9),
            left,
        });
    }
}

/// Runs `work` with a token that is set after `time`.
pub(super) fn within<T>(time: Duration, work: impl FnOnce(&CancelToken) -> T) -> T {
    let token = CancelToken::new();
    let alarm = token.clone();
    let (done, waits) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            if waits.recv_timeout(time) == Err(RecvTimeoutError::Timeout) {
                alarm.cancel();
            }
        });
        // Dropped, a panic or not, it ends the wait.
        let _done = done;
        work(&token)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn what_is_not_set_aside_is_for_training() {
        let reserve = Reserve::new(seconds(600), seconds(30));
        assert_eq!(reserve.training(seconds(570)), Some(seconds(470)));
        assert_eq!(reserve.training(seconds(105)), Some(seconds(5)));
        assert_eq!(reserve.training(seconds(104)), None);
        assert_eq!(reserve.training(seconds(0)), None);
        // Late, the trainer is ended while there still is time to measure.
        assert_eq!(reserve.training_at_most(seconds(570)), seconds(520));
        assert_eq!(reserve.training_at_most(seconds(49)), seconds(0));
        assert_eq!(Reserve::measuring(seconds(50)), seconds(45));
        // What measuring took a moment for may take longer the next time.
        let quick = Reserve::new(seconds(600), seconds(1));
        assert_eq!(quick.training(seconds(590)), Some(seconds(520)));
    }

    #[test]
    fn half_a_minute_is_enough_on_any_machine() {
        let budget = seconds(30);
        let before = Clock::new(budget).measuring_before();
        let training = Reserve::new(budget, before).training(budget - before);
        assert_eq!(training, Some(seconds(5)));
    }

    #[test]
    fn a_start_after_others_has_time_to_come_to_an_end() {
        let reserve = Reserve::new(seconds(600), seconds(30));
        let left = |spent: f64| {
            let clock = Clock::new(seconds(600)).after(spent).with(reserve);
            clock.left().as_secs_f64().ceil()
        };
        assert_eq!(left(0.0), 600.0);
        assert_eq!(left(200.0), 400.0);
        assert_eq!(left(590.0), 100.0);
        assert_eq!(left(5_000.0), 100.0);
    }

    #[test]
    fn the_token_is_set_when_the_time_is_over() {
        within(Duration::ZERO, |token| {
            while !token.is_cancelled() {
                std::hint::spin_loop();
            }
        });
        assert!(within(Duration::MAX, |token| !token.is_cancelled()));
    }
}
