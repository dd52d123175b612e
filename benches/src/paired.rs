//! Paired measurement: all contenders take turns within each round, so what
//! slows the machine for a moment slows them all.

use anyhow::Result;
use serde::Serialize;

/// Something that can be timed again and again.
pub(crate) struct Contender<'a> {
    /// As it stands in the table.
    pub(crate) name: String,
    /// Runs once and returns what it took, in the measurement's unit.
    pub(crate) run: Box<dyn FnMut() -> Result<f64> + 'a>,
}

impl<'a> Contender<'a> {
    /// `name`, timed by `run`.
    pub(crate) fn new(name: impl Into<String>, run: impl FnMut() -> Result<f64> + 'a) -> Self {
        Self {
            name: name.into(),
            run: Box::new(run),
        }
    }
}

/// What each contender took in each round.
#[derive(Debug, Serialize)]
pub(crate) struct Rounds {
    /// Names, in the order of `times`.
    pub(crate) names: Vec<String>,
    /// `[contender][round]`.
    pub(crate) times: Vec<Vec<f64>>,
}

/// Runs every contender once a round, after one round that does not count. The
/// order turns by one place each round.
///
/// # Errors
/// The first error of a contender.
pub(crate) fn measure(rounds: u32, contenders: &mut [Contender<'_>]) -> Result<Rounds> {
    let count = contenders.len();
    let mut times = vec![Vec::new(); count];
    for round in 0..=rounds {
        for place in 0..count {
            let index = (place + round as usize) % count;
            let time = (contenders[index].run)()?;
            if round > 0 {
                times[index].push(time);
            }
        }
    }
    Ok(Rounds {
        names: contenders.iter().map(|c| c.name.clone()).collect(),
        times,
    })
}

impl Rounds {
    /// Median time of contender `index`.
    pub(crate) fn median(&self, index: usize) -> f64 {
        median(&self.times[index])
    }

    /// Median over the rounds of the time of `a` over that of `b`.
    pub(crate) fn ratio(&self, a: usize, b: usize) -> f64 {
        let rounds = self.times[a].iter().zip(&self.times[b]);
        median(&rounds.map(|(a, b)| a / b).collect::<Vec<_>>())
    }

    /// The one among `of` with the lowest median.
    pub(crate) fn fastest(&self, of: impl IntoIterator<Item = usize>) -> Option<usize> {
        of.into_iter()
            .min_by(|&a, &b| self.median(a).total_cmp(&self.median(b)))
    }
}

/// The median of `values`; NaN if there are none.
pub(crate) fn median(values: &[f64]) -> f64 {
    percentile(values, 50.0)
}

/// The `percent`th percentile of `values`, between neighbours by proportion;
/// NaN if there are none.
pub(crate) fn percentile(values: &[f64], percent: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else {
        return f64::NAN;
    };
    let place = percent / 100.0 * last as f64;
    let (low, part) = (place.floor() as usize, place.fract());
    let high = (low + 1).min(last);
    sorted[low] + part * (sorted[high] - sorted[low])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_lie_between_neighbours() {
        let values = [4.0, 1.0, 3.0, 2.0];
        assert_eq!(median(&values), 2.5);
        assert_eq!(percentile(&values, 0.0), 1.0);
        assert_eq!(percentile(&values, 100.0), 4.0);
        assert!(percentile(&[], 50.0).is_nan());
    }

    #[test]
    fn contenders_are_timed_in_every_round_but_the_first() {
        let mut a = 0.0;
        let mut contenders = [
            Contender::new("a", || {
                a += 1.0;
                Ok(a)
            }),
            Contender::new("b", || Ok(2.0)),
        ];
        let rounds = measure(3, &mut contenders).unwrap();
        assert_eq!(rounds.times, [[2.0, 3.0, 4.0], [2.0, 2.0, 2.0]]);
        assert_eq!(rounds.ratio(0, 1), 1.5);
        assert_eq!(rounds.fastest([0, 1]), Some(1));
    }
}
