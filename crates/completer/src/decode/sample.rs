//! Samples, as a tree: lanes that agree so far share one state.

use lstm_format::{Session, State};

use super::sampler::{Lane, Sampler};
use super::{Candidate, Decoded, Extended, Hypothesis, Task, log_probs};
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
    session: &mut dyn Session,
    prefix: State,
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
    let mut states = vec![prefix];
    let mut decoded = Decoded::default();
    loop {
        if task.limits.late()? {
            decoded.unfinished = nodes.iter().map(Node::cut_off).collect();
            return Ok(decoded);
        }
        let mut children = Vec::new();
        let mut child_states = Vec::new();
        let mut bytes = Vec::new();
        for (node, state) in nodes.into_iter().zip(states) {
            let log_probs = log_probs(session, &state);
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
                        child_states.push(state.clone());
                        bytes.push(byte);
                    }
                }
            }
        }
        if children.is_empty() {
            return Ok(decoded);
        }
        session.step(&mut child_states, &bytes);
        (nodes, states) = (children, child_states);
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
