//! Whether there is power for work that is not asked for.

use std::time::{Duration, Instant};

use parking_lot::Mutex;
use starship_battery::units::ratio::percent;
use starship_battery::{Manager, State};

/// Below this charge, in percent, it is saved.
const LOW: f32 = 30.0;

/// Between two looks.
const BETWEEN_LOOKS: Duration = Duration::from_secs(60);

/// The machine's batteries, if it has any.
#[derive(Default)]
pub(crate) struct Batteries {
    /// When they were looked at last, and whether one was low.
    looked: Mutex<Option<(Instant, bool)>>,
}

impl Batteries {
    /// Whether one gives its last power. Takes a few files' reading once a minute.
    pub(crate) fn are_low(&self) -> bool {
        let mut looked = self.looked.lock();
        match *looked {
            Some((at, low)) if at.elapsed() < BETWEEN_LOOKS => low,
            _ => {
                // A machine that can't tell is taken for one on mains.
                let low = look().unwrap_or(false);
                *looked = Some((Instant::now(), low));
                low
            }
        }
    }
}

fn look() -> Result<bool, starship_battery::Error> {
    for battery in Manager::new()?.batteries()? {
        let battery = battery?;
        if is_low(battery.state(), battery.state_of_charge().get::<percent>()) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_low(state: State, charge: f32) -> bool {
    state == State::Discharging && charge < LOW
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_being_used_up_is_low() {
        let cases = [
            (State::Discharging, 29.0, true),
            (State::Discharging, 31.0, false),
            (State::Charging, 5.0, false),
            (State::Full, 100.0, false),
            (State::Unknown, 5.0, false),
        ];
        for (state, charge, expected) in cases {
            assert_eq!(is_low(state, charge), expected, "{state:?} {charge}");
        }
    }

    #[test]
    fn looking_again_at_once_says_the_same() {
        let batteries = Batteries::default();
        assert_eq!(batteries.are_low(), batteries.are_low());
        assert!(batteries.looked.lock().is_some());
    }
}
