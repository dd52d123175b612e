//! Independent samples, as a tree: lanes that agree so far share one state.

use lstm_format::{Session, State};
use rand_chacha::ChaCha8Rng;

use super::sampler::{Sampler, draw, random_stream};
use super::{Decoded, Extended, Hypothesis, Task, log_probs};
use crate::cancel::Cancelled;
use crate::options::{Options, Strategy};

/// Text that one or more lanes have drawn, with those lanes' random streams.
struct Node {
    hypothesis: Hypothesis,
    lanes: Vec<ChaCha8Rng>,
}

pub(super) fn sample(
    session: &mut dyn Session,
    prefix: State,
    task: &Task<'_>,
) -> Result<Decoded, Cancelled> {
    let options = task.options;
    let sampler = Sampler::new(options);
    let lanes = (0..lane_count(options)).map(|lane| random_stream(options.seed, lane));
    let mut nodes = vec![Node {
        hypothesis: Hypothesis::new(),
        lanes: lanes.collect(),
    }];
    let mut states = vec![prefix];
    let mut decoded = Decoded::default();
    loop {
        if task.limits.late()? {
            decoded.unfinished = nodes.iter().map(|node| node.hypothesis.cut_off()).collect();
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
                decoded.finished.push(node.hypothesis.cut_off());
                continue;
            }
            for (byte, lanes) in drawn(node.lanes, &weights) {
                let log_prob = log_probs[usize::from(byte)];
                match task.extend(&node.hypothesis, byte, log_prob) {
                    Extended::Finished(candidate) => decoded.finished.push(candidate),
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
        _ => (2 * candidates).min(candidates.max(16)),
    }
}

/// Lets every lane draw, and groups the lanes by what they drew.
fn drawn(lanes: Vec<ChaCha8Rng>, weights: &[(u8, f64)]) -> Vec<(u8, Vec<ChaCha8Rng>)> {
    let mut groups: Vec<(u8, Vec<ChaCha8Rng>)> = Vec::new();
    for mut lane in lanes {
        let byte = draw(weights, &mut lane);
        match groups.iter_mut().find(|(other, _)| *other == byte) {
            Some((_, group)) => group.push(lane),
            None => groups.push((byte, vec![lane])),
        }
    }
    groups
}
