//! How much of what is shown the typist sees.

/// Those of earlier views count this much less with each one after them.
const FADING: f64 = 0.98;

/// What is known of a typist of whom nothing is: that fast ones see little. So many
/// views, half of which are forgotten after 35 others.
const PRIOR: Attention = Attention {
    accepted: 3.0,
    overlooked: 2.0,
};

/// The probability that the typist accepts what is right: learnt from what became of
/// suggestions that were, for as long as a session lasts.
///
/// A typist who looks up seldom, or never accepts, is shown again what was typed into; to
/// one who overlooks nothing, that is known to be wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Attention {
    /// Views of right suggestions that were accepted.
    accepted: f64,
    /// Those that were typed by hand instead.
    overlooked: f64,
}

impl Default for Attention {
    fn default() -> Self {
        PRIOR
    }
}

impl Attention {
    /// A suggestion was accepted, after as many views of right ones as `overlooked` says
    /// had been typed into.
    pub fn accepted(&mut self, overlooked: usize) {
        self.overlooked(overlooked);
        self.fade();
        self.accepted += 1.0;
    }

    /// So many views of suggestions that were right were typed into to their end.
    pub fn overlooked(&mut self, views: usize) {
        for _ in 0..views {
            self.fade();
            self.overlooked += 1.0;
        }
    }

    /// The probability, in (0, 1).
    pub fn probability(self) -> f64 {
        self.accepted / (self.accepted + self.overlooked)
    }

    fn fade(&mut self) {
        self.accepted *= FADING;
        self.overlooked *= FADING;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_accepts_is_attentive_and_who_types_on_is_not() {
        let before = Attention::default().probability();
        let mut attentive = Attention::default();
        let mut hasty = Attention::default();
        for _ in 0..30 {
            attentive.accepted(0);
            hasty.overlooked(1);
        }
        assert!(attentive.probability() > 0.9);
        assert!(hasty.probability() < 0.1);
        assert!((hasty.probability()..attentive.probability()).contains(&before));
    }

    #[test]
    fn what_was_long_ago_is_forgotten() {
        let mut changed = Attention::default();
        changed.overlooked(1000);
        for _ in 0..200 {
            changed.accepted(0);
        }
        assert!(changed.probability() > 0.9);
        assert!(changed.probability() < 1.0);
    }
}
