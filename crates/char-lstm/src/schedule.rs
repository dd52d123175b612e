//! Learning rate over a run: warm-up, a plateau, a cosine decay to zero.
//!
//! Measured in bytes read, so that it does not depend on the size of a step, or
//! in seconds, so that a run ends in time on any machine.

use serde::{Deserialize, Serialize};

/// A learning-rate schedule. A run ends with its bytes or its seconds, whichever
/// come first.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// Highest learning rate.
    pub peak: f64,
    /// Bytes of linear warm-up.
    pub warmup: u64,
    /// Bytes in all.
    pub total: u64,
    /// Seconds in all, where time is limited.
    #[serde(default)]
    pub seconds: Option<f64>,
    /// Share of the run, at its end, that decays; 1 is a plain cosine schedule.
    pub decay: f64,
}

impl Schedule {
    /// How much of the run is done, 0–1, after `bytes` bytes and `seconds` seconds.
    pub fn share(&self, bytes: u64, seconds: f64) -> f64 {
        let read = bytes as f64 / self.total.max(1) as f64;
        let passed = self.seconds.map_or(0.0, |limit| seconds / limit.max(1e-9));
        read.max(passed).min(1.0)
    }

    /// Learning rate after `bytes` bytes and `seconds` seconds.
    pub fn learning_rate(&self, bytes: u64, seconds: f64) -> f64 {
        let warmup = (bytes as f64 / self.warmup.max(1) as f64).min(1.0);
        let decay = self.decay.max(1e-9);
        let into = (self.share(bytes, seconds) - (1.0 - decay)) / decay;
        let into = into.clamp(0.0, 1.0);
        self.peak * warmup * 0.5 * (1.0 + (std::f64::consts::PI * into).cos())
    }

    /// Seconds to the end of the run, at `rate` bytes a second.
    pub fn seconds_left(&self, bytes: u64, seconds: f64, rate: f64) -> f64 {
        let left = self.total.saturating_sub(bytes) as f64;
        let by_bytes = if left > 0.0 { left / rate } else { 0.0 };
        let by_time = self.seconds.map_or(f64::INFINITY, |limit| limit - seconds);
        by_bytes.min(by_time).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEDULE: Schedule = Schedule {
        peak: 2.0,
        warmup: 10,
        total: 100,
        seconds: None,
        decay: 0.5,
    };

    #[test]
    fn rises_stays_and_falls_to_zero() {
        let rate = |bytes| SCHEDULE.learning_rate(bytes, 1e9);
        assert!((rate(5) - 1.0).abs() < 1e-9);
        assert!((rate(30) - 2.0).abs() < 1e-9);
        assert!((rate(75) - 1.0).abs() < 1e-9);
        assert!(rate(100) < 1e-9);
    }

    #[test]
    fn falls_to_zero_by_the_end_of_its_time() {
        let schedule = Schedule {
            seconds: Some(60.0),
            ..SCHEDULE
        };
        assert!((schedule.learning_rate(20, 20.0) - 2.0).abs() < 1e-9);
        assert!((schedule.learning_rate(20, 45.0) - 1.0).abs() < 1e-9);
        assert!(schedule.learning_rate(20, 60.0) < 1e-9);
        assert!(schedule.share(20, 70.0) >= 1.0);
        assert!(schedule.share(100, 6.0) >= 1.0);
    }

    #[test]
    fn the_time_left_follows_the_speed_and_the_limit() {
        assert_eq!(SCHEDULE.seconds_left(50, 0.0, 5.0), 10.0);
        assert_eq!(SCHEDULE.seconds_left(50, 0.0, 0.0), f64::INFINITY);
        assert_eq!(SCHEDULE.seconds_left(100, 0.0, 0.0), 0.0);
        let limited = Schedule {
            seconds: Some(60.0),
            ..SCHEDULE
        };
        assert_eq!(limited.seconds_left(50, 57.0, 5.0), 3.0);
    }
}
