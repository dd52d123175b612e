//! Which of the weights that training led to come into use, if any, judged by what
//! can be measured in the time that is left. Must not know clocks or models.

use std::time::Duration;

use super::sample::{self, Sample};
use super::verdict;
use assistant::store::Quality;

/// How far the weights go from where they started to where training led them, the
/// first that is better. Weights half-way are less sure of themselves where the
/// files are small (Wortsman et al., 2022), and the mixing trusts who is sure.
const WAYS: [f32; 2] = [1.0, 0.5];

/// Share of what was measured before that must be measured after: from less,
/// nothing is concluded.
const LEAST_SHARE: f64 = 0.5;

/// What was decided.
#[derive(Debug, PartialEq)]
pub(super) struct Choice {
    /// How far the weights go.
    pub(super) way: f32,
    /// Why they do not come into use, if they do not.
    pub(super) refused: Option<String>,
    /// What was in use and what they are worth, on the same bytes.
    pub(super) before: Quality,
    pub(super) after: Quality,
}

/// Tries one way after the other while there is time `left`: `measure` is given a
/// way, and gives what it came to measure in that time.
///
/// # Errors
/// Those of `measure`.
pub(super) fn choose(
    before: &Sample,
    left: impl Fn() -> Duration,
    mut measure: impl FnMut(f32) -> anyhow::Result<Sample>,
) -> anyhow::Result<Choice> {
    let asked = sample::bytes(before);
    let mut first: Option<Choice> = None;
    for way in WAYS {
        // The first is tried in any case: that costs the least there is to be told.
        if first.is_some() && left().is_zero() {
            break;
        }
        let pair = sample::pair(before, &measure(way)?);
        let refused = if (pair.bytes as f64) < LEAST_SHARE * asked as f64 {
            Some(format!(
                "the machine was too busy to find out what came of it: {} of {asked} bytes were \
                 measured in time; give it more --minutes",
                pair.bytes
            ))
        } else {
            verdict::not_better(pair.before, pair.after)
        };
        let choice = Choice {
            way,
            refused,
            before: pair.before,
            after: pair.after,
        };
        if choice.refused.is_none() {
            return Ok(choice);
        }
        first = first.or(Some(choice));
    }
    Ok(first.expect("one way was tried"))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::super::sample::Tally;
    use super::*;

    const FILES: usize = 8;

    /// Files that cost so much under the LSTM alone and in the mixture.
    fn files(lstm: f64, mixed: f64, measured: usize) -> Sample {
        let tally = Tally {
            bytes: 1_000,
            lstm: lstm * 1_000.0,
            mixed: mixed * 1_000.0,
            typed: 100,
            keys: 60,
        };
        let file = |index| (index < measured).then_some(tally);
        (0..FILES).map(file).collect()
    }

    /// What is chosen if there are `seconds` left and a file takes so many to
    /// measure; `worth` says what each way is. Also what was tried, and when it ended.
    fn chosen(
        seconds: f64,
        a_file_takes: f64,
        worth: fn(f32) -> (f64, f64),
    ) -> (Choice, Vec<f32>, f64) {
        let now = Cell::new(0.0);
        let left = || Duration::try_from_secs_f64(seconds - now.get()).unwrap_or_default();
        let mut tried = Vec::new();
        let before = files(1.4, 0.8, FILES);
        let choice = choose(&before, left, |way| {
            tried.push(way);
            let time = left().as_secs_f64();
            let measured = (time / a_file_takes) as usize;
            now.set(now.get() + time.min(FILES as f64 * a_file_takes));
            let (lstm, mixed) = worth(way);
            Ok(files(lstm, mixed, measured))
        });
        (choice.unwrap(), tried, now.get())
    }

    fn all_are_better(_: f32) -> (f64, f64) {
        (1.2, 0.7)
    }

    fn half_way_is_better(way: f32) -> (f64, f64) {
        if way < 1.0 { (1.25, 0.75) } else { (1.1, 0.9) }
    }

    #[test]
    fn the_first_that_is_better_is_chosen() {
        let (choice, tried, ended) = chosen(100.0, 1.0, all_are_better);
        assert_eq!((choice.way, choice.refused), (1.0, None));
        assert_eq!((tried, ended), (vec![1.0], 8.0));
        let (choice, tried, ended) = chosen(100.0, 1.0, half_way_is_better);
        assert_eq!((choice.way, choice.refused), (0.5, None));
        assert_eq!((tried, ended), (vec![1.0, 0.5], 16.0));
    }

    #[test]
    fn on_a_slow_machine_it_is_decided_on_what_was_measured_in_time() {
        let (choice, _, ended) = chosen(6.0, 1.0, all_are_better);
        assert_eq!((choice.way, choice.refused, ended), (1.0, None, 6.0));
        let (choice, tried, ended) = chosen(14.0, 1.0, half_way_is_better);
        assert_eq!((choice.way, choice.refused), (0.5, None));
        assert_eq!((tried.len(), ended), (2, 14.0));
    }

    #[test]
    fn without_time_for_the_second_the_first_is_refused_for_its_own_reason() {
        let (choice, tried, ended) = chosen(8.0, 1.0, half_way_is_better);
        assert_eq!((tried, ended), (vec![1.0], 8.0));
        let reason = choice.refused.unwrap();
        assert!(reason.contains("with your files remembered"), "{reason}");
        // Too little of the second was measured to trust it.
        let (choice, tried, ended) = chosen(10.0, 1.0, half_way_is_better);
        assert_eq!((tried.len(), ended, choice.way), (2, 10.0, 1.0));
        assert!(choice.refused.is_some());
    }

    #[test]
    fn from_too_little_nothing_is_concluded() {
        for seconds in [0.0, 3.0] {
            let (choice, _, ended) = chosen(seconds, 1.0, all_are_better);
            let reason = choice.refused.unwrap();
            assert!(reason.contains("too busy"), "{reason}");
            assert_eq!(ended, seconds);
        }
    }
}
