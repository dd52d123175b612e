//! Learning rate over a run: warm-up, a plateau, a cosine decay to zero.
//!
//! Measured in bytes read, so that it does not depend on the size of a step.

use serde::{Deserialize, Serialize};

/// A learning-rate schedule over the bytes read.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// Highest learning rate.
    pub peak: f64,
    /// Bytes of linear warm-up.
    pub warmup: u64,
    /// Bytes in all.
    pub total: u64,
    /// Share of all bytes, at the end, that decay; 1 is a plain cosine schedule.
    pub decay: f64,
}

impl Schedule {
    /// Learning rate after `bytes` bytes.
    pub fn learning_rate(&self, bytes: u64) -> f64 {
        let warmup = (bytes as f64 / self.warmup.max(1) as f64).min(1.0);
        let decaying = (self.total as f64 * self.decay).max(1.0);
        let into = (bytes as f64 - (self.total as f64 - decaying)) / decaying;
        let into = into.clamp(0.0, 1.0);
        self.peak * warmup * 0.5 * (1.0 + (std::f64::consts::PI * into).cos())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_stays_and_falls_to_zero() {
        let schedule = Schedule {
            peak: 2.0,
            warmup: 10,
            total: 100,
            decay: 0.5,
        };
        assert!((schedule.learning_rate(5) - 1.0).abs() < 1e-9);
        assert!((schedule.learning_rate(30) - 2.0).abs() < 1e-9);
        assert!((schedule.learning_rate(75) - 1.0).abs() < 1e-9);
        assert!(schedule.learning_rate(100) < 1e-9);
    }
}
