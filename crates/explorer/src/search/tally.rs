//! How well each of many numbers goes with a property, kept up step by step in
//! bounded memory: correlation with amounts, separation (AUC) of yes from no.
//!
//! Must not know what the numbers are.

/// Sums for the Pearson correlation of many numbers with one amount.
#[derive(Clone, Debug)]
pub(crate) struct Correlations {
    steps: f64,
    y: f64,
    yy: f64,
    /// Sums of each number, of its square, and of its product with the amount.
    x: Vec<f64>,
    xx: Vec<f64>,
    xy: Vec<f64>,
}

impl Correlations {
    pub(crate) fn new(numbers: usize) -> Self {
        Self {
            steps: 0.0,
            y: 0.0,
            yy: 0.0,
            x: vec![0.0; numbers],
            xx: vec![0.0; numbers],
            xy: vec![0.0; numbers],
        }
    }

    /// One step: all numbers, and the amount.
    pub(crate) fn add(&mut self, numbers: &[f32], amount: f32) {
        let y = f64::from(amount);
        self.steps += 1.0;
        self.y += y;
        self.yy += y * y;
        let sums = self.x.iter_mut().zip(&mut self.xx).zip(&mut self.xy);
        for (((x, xx), xy), &number) in sums.zip(numbers) {
            let number = f64::from(number);
            *x += number;
            *xx += number * number;
            *xy += number * y;
        }
    }

    /// The correlation of number `index`, in [−1, 1]; `None` where either never
    /// changed.
    pub(crate) fn of(&self, index: usize) -> Option<f64> {
        let n = self.steps;
        let covariance = n * self.xy[index] - self.x[index] * self.y;
        let spread_x = n * self.xx[index] - self.x[index] * self.x[index];
        let spread_y = n * self.yy - self.y * self.y;
        // A variance this small is left over from rounding: the number never changed.
        let moves = |spread: f64, squares: f64| spread > 1e-9 * n * squares;
        (moves(spread_x, self.xx[index]) && moves(spread_y, self.yy))
            .then(|| covariance / (spread_x * spread_y).sqrt())
    }
}

/// Histograms of many numbers in [−1, 1], for steps with the property and
/// without.
#[derive(Clone, Debug)]
pub(crate) struct Separations {
    bins: usize,
    /// `[numbers][2][bins]`, without the property first.
    counts: Vec<u32>,
}

impl Separations {
    pub(crate) fn new(numbers: usize, bins: usize) -> Self {
        Self {
            bins,
            counts: vec![0; numbers * 2 * bins],
        }
    }

    /// The bin of `number`, of `bins`.
    pub(crate) fn bin(number: f32, bins: usize) -> usize {
        let place = (number + 1.0) * 0.5 * bins as f32;
        (place as usize).min(bins - 1)
    }

    /// One step: the bin of every number, and whether it has the property.
    pub(crate) fn add(&mut self, places: &[u16], has: bool) {
        let numbers = self.counts.chunks_exact_mut(2 * self.bins);
        for (counts, &place) in numbers.zip(places) {
            counts[usize::from(has) * self.bins + usize::from(place)] += 1;
        }
    }

    /// The area under the ROC curve of number `index`: how likely the number is
    /// higher at a step with the property than at one without, ties counted
    /// half. `None` where one of the two never occurred.
    pub(crate) fn of(&self, index: usize) -> Option<f64> {
        let counts = &self.counts[index * 2 * self.bins..][..2 * self.bins];
        let (without, with) = counts.split_at(self.bins);
        area(without, with)
    }
}

/// The area under the ROC curve, from the counts of each bin, lowest first: how likely
/// a number is higher with the property than without, ties counted half.
fn area(without: &[u32], with: &[u32]) -> Option<f64> {
    let (mut below, mut won) = (0.0, 0.0);
    for (&without, &with) in without.iter().zip(with) {
        won += f64::from(with) * (below + 0.5 * f64::from(without));
        below += f64::from(without);
    }
    let with: f64 = with.iter().copied().map(f64::from).sum();
    (below > 0.0 && with > 0.0).then(|| won / (below * with))
}

/// The area under the ROC curve of `scores` themselves.
pub(crate) fn area_of(scores: &[f32], has: &[bool]) -> Option<f64> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    // Equal scores share a place.
    let (mut without, mut with): (Vec<u32>, Vec<u32>) = (Vec::new(), Vec::new());
    let mut last = None;
    for index in order {
        if last != Some(scores[index]) {
            without.push(0);
            with.push(0);
            last = Some(scores[index]);
        }
        let counts = if has[index] { &mut with } else { &mut without };
        *counts.last_mut().expect("a place was just made") += 1;
    }
    area(&without, &with)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn correlations_are_those_of_the_textbook() {
        let mut sums = Correlations::new(3);
        for (x, y) in [(1.0, 2.0), (2.0, 3.0), (3.0, 7.0)] {
            sums.add(&[x, -y, 5.0], y);
        }
        // cov = 5/3, var x = 2/3, var y = 14/3.
        let expected = (5.0 / 3.0) / f64::sqrt(2.0 / 3.0 * 14.0 / 3.0);
        assert!((sums.of(0).unwrap() - expected).abs() < 1e-12);
        assert!((sums.of(1).unwrap() + 1.0).abs() < 1e-12);
        assert_eq!(sums.of(2), None, "it never changes");
    }

    #[test]
    fn separation_counts_the_pairs_that_are_in_order() {
        let mut histograms = Separations::new(2, 16);
        for (number, has) in [(-0.9, false), (0.1, false), (0.1, true), (0.9, true)] {
            let place = Separations::bin(number, 16) as u16;
            histograms.add(&[place, 3], has);
        }
        // Of four pairs three are in order and one is a tie.
        assert_eq!(histograms.of(0), Some(3.5 / 4.0));
        assert_eq!(histograms.of(1), Some(0.5));
        let scores = [-0.9, 0.1, 0.1, 0.9];
        let has = [false, false, true, true];
        assert_eq!(area_of(&scores, &has), Some(3.5 / 4.0));
        assert_eq!(area_of(&scores, &[true; 4]), None);
    }

    #[test]
    fn the_ends_of_the_range_have_bins() {
        assert_eq!(Separations::bin(-1.0, 64), 0);
        assert_eq!(Separations::bin(1.0, 64), 63);
        assert_eq!(Separations::bin(f32::NAN, 64), 0);
    }
}
