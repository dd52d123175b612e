//! Samples, as a tree: lanes that agree so far share one state.

use super::sampler::{Lane, Sampler};
use super::{Candidate, Decoded, Extended, Head, Hypothesis, Predictor, Task};
use crate::cancel::Cancelled;
use crate::options::{Options, Strategy};

/// Text that one or more lanes have chosen.
struct Node {
    hypothesis: Hypothesis,
    lanes: Vec<Lane>,
}

impl Node {
    fn cut_off(&self) -> Candidate {
        let candidate = self.hypothesis.cut_off();
        candidate.marked(any_likeliest(&self.lanes))
    }
}

fn any_likeliest(lanes: &[Lane]) -> bool {
    lanes.iter().any(|lane| matches!(lane, Lane::Likeliest))
}

pub(super) fn sample(
    predictor: &mut Predictor<'_>,
    cursor: Head,
    task: &Task<'_>,
) -> Result<Decoded, Cancelled> {
    let options = task.options;
    let sampler = Sampler::new(options);
    // The likeliest text is among the candidates, whatever is drawn beside it.
    let drawn = (1..lane_count(options)).map(|lane| Lane::drawing(options.seed, lane));
    let mut nodes = vec![Node {
        hypothesis: Hypothesis::new(),
        lanes: std::iter::once(Lane::Likeliest).chain(drawn).collect(),
    }];
    let mut heads = vec![cursor];
    let mut decoded = Decoded::default();
    loop {
        if task.limits.late()? {
            decoded.unfinished = nodes.iter().map(Node::cut_off).collect();
            return Ok(decoded);
        }
        let mut children = Vec::new();
        let mut child_heads = Vec::new();
        let mut bytes = Vec::new();
        for (node, mut head) in nodes.into_iter().zip(heads) {
            // With many lanes, the distributions take longer than the step.
            task.limits.late()?;
            let log_probs = predictor.log_probs(&mut head);
            let weights = sampler.cumulative_weights(task.choices(&node.hypothesis, &log_probs));
            if weights.is_empty() {
                // The model rules out everything that would be text.
                decoded.finished.push(node.cut_off());
                continue;
            }
            for (byte, lanes) in chosen(node.lanes, &weights) {
                let log_prob = log_probs[usize::from(byte)];
                match task.extend(&node.hypothesis, byte, log_prob) {
                    Extended::Finished(candidate) => {
                        decoded
                            .finished
                            .push(candidate.marked(any_likeliest(&lanes)));
                    }
                    Extended::Live(hypothesis) => {
                        children.push(Node { hypothesis, lanes });
                        child_heads.push(head.clone());
                        bytes.push(byte);
                    }
                }
            }
        }
        if children.is_empty() {
            return Ok(decoded);
        }
        predictor.advance(&mut child_heads, &bytes);
        (nodes, heads) = (children, child_heads);
    }
}

fn lane_count(options: &Options) -> usize {
    let candidates = options.candidates.min(Options::MOST_CANDIDATES);
    match options.strategy {
        Strategy::Greedy => 1,
        _ => (3 * candidates).min(candidates.max(16)),
    }
}

/// Lets every lane choose, and groups the lanes by what they chose.
fn chosen(lanes: Vec<Lane>, weights: &[(u8, f64)]) -> Vec<(u8, Vec<Lane>)> {
    let mut groups: Vec<(u8, Vec<Lane>)> = Vec::new();
    for mut lane in lanes {
        let byte = lane.choose(weights);
        match groups.iter_mut().find(|(other, _)| *other == byte) {
            Some((_, group)) => group.push(lane),
            None => groups.push((byte, vec![lane])),
        }
    }
    groups
}
