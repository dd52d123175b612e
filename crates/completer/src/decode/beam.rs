//! Beam search with length-normalised scores.

use super::{Candidate, Decoded, Extended, Head, Hypothesis, Predictor, Task};
use crate::cancel::Cancelled;
use crate::options::Options;

/// Branches this many nats below the best of their length are not followed
/// (relative threshold pruning, Freitag & Al-Onaizan 2017). Where the model is
/// sure, this saves steps and keeps texts that break off anywhere out.
const BEAM_DEPTH: f64 = 7.0;

pub(super) fn beam(
    predictor: &mut Predictor<'_>,
    cursor: Head,
    task: &Task<'_>,
) -> Result<Decoded, Cancelled> {
    let width = task.options.candidates.min(Options::MOST_CANDIDATES);
    let mut hypotheses = vec![Hypothesis::new()];
    let mut heads = vec![cursor];
    let mut decoded = Decoded::default();
    loop {
        if task.limits.late()? {
            decoded.unfinished = hypotheses.iter().map(Hypothesis::cut_off).collect();
            return Ok(decoded);
        }
        // All live hypotheses are equally long, so the plain sums compare.
        let mut branches = Vec::new();
        for (parent, (hypothesis, head)) in hypotheses.iter().zip(&mut heads).enumerate() {
            let log_probs = predictor.log_probs(head);
            let choices = task.choices(hypothesis, &log_probs);
            if choices.is_empty() {
                decoded.finished.push(hypothesis.cut_off());
            }
            let sum = hypothesis.log_prob();
            let choices = choices.into_iter();
            branches.extend(choices.map(|(byte, p)| (sum + f64::from(p), parent, byte, p)));
        }
        branches.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        let floor = branches.first().map_or(0.0, |best| best.0 - BEAM_DEPTH);
        let mut children = Vec::new();
        let mut child_heads = Vec::new();
        let mut bytes = Vec::new();
        for (_, parent, byte, log_prob) in branches.into_iter().take_while(|b| b.0 >= floor) {
            match task.extend(&hypotheses[parent], byte, log_prob) {
                Extended::Finished(candidate) => decoded.finished.push(candidate),
                Extended::Live(hypothesis) => {
                    children.push(hypothesis);
                    child_heads.push(heads[parent].clone());
                    bytes.push(byte);
                }
            }
            if children.len() == width {
                break;
            }
        }
        if children.is_empty() || none_can_win(&children, &decoded.finished, width) {
            return Ok(decoded);
        }
        predictor.advance(&mut child_heads, &bytes);
        (hypotheses, heads) = (children, child_heads);
    }
}

/// Whether `width` finished candidates already score above all that still grow.
fn none_can_win(live: &[Hypothesis], finished: &[Candidate], width: usize) -> bool {
    let best = live
        .iter()
        .map(Hypothesis::score)
        .fold(f64::NEG_INFINITY, f64::max);
    let finished = finished.iter().filter(|candidate| !candidate.is_empty());
    finished
        .filter(|candidate| candidate.score() >= best)
        .count()
        >= width
}
