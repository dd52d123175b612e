//! Bits per byte on libtorch, with states as the server defines them.

use std::path::Path;

use lstm_format::document_header;
use tch::{Kind, Tensor, no_grad};

use crate::batches::IGNORED;
use crate::network::{Network, Pass};
use crate::ranks::{Alone, Ranks};

/// Windows that are run side by side.
const LANES: usize = 64;

/// Steps of one forward pass.
const STEPS: usize = 256;

/// A text to be measured.
pub struct Text<'a> {
    /// Path, for the document header.
    pub path: &'a str,
    /// Content.
    pub bytes: &'a [u8],
}

/// A window as the network reads it.
struct Sequence {
    text: usize,
    /// Header and bytes; `bytes[i + 1]` is predicted after `bytes[i]`.
    bytes: Vec<u8>,
    /// Index in `bytes` of the first byte whose prediction counts.
    counted_from: usize,
}

/// Bits each text costs, in the order given: negative log2-likelihood of every
/// byte from the first on. `progress` is told the bytes fed so far and in all.
pub fn bits(
    network: &Network,
    texts: &[Text<'_>],
    pass: Pass,
    progress: impl FnMut(usize, usize),
) -> Vec<f64> {
    shared_bits(&Alone, network, texts, pass, progress)
}

/// The same on rank 0, each rank having read a part of the texts; zeros on the others.
pub(crate) fn shared_bits(
    ranks: &dyn Ranks,
    network: &Network,
    texts: &[Text<'_>],
    pass: Pass,
    mut progress: impl FnMut(usize, usize),
) -> Vec<f64> {
    let config = network.config();
    let mut sequences = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        for window in config.window_rule().windows(text.bytes) {
            // A model of several languages is told which by the header.
            let language = language::of_path(Path::new(text.path));
            let language = language.as_ref().unwrap_or(&config.language);
            let mut bytes = document_header(language, text.path);
            let header = bytes.len();
            bytes.extend_from_slice(&text.bytes[window.start..window.predicted.end]);
            sequences.push(Sequence {
                text: index,
                bytes,
                counted_from: header + window.predicted.start - window.start,
            });
        }
    }
    // Like lengths together: little padding.
    sequences.sort_by_key(|s| s.bytes.len());
    let total = sequences.iter().map(|s| s.bytes.len()).sum();
    let mut costs = Vec::with_capacity(sequences.len());
    let mut done = 0;
    for (index, group) in sequences.chunks(LANES).enumerate() {
        if index % ranks.count() == ranks.rank() {
            costs.extend(group_bits(network, group, pass));
        }
        done += group.iter().map(|s| s.bytes.len()).sum::<usize>();
        progress(done, total);
    }
    let costs = costs.iter().flat_map(|cost| cost.to_le_bytes());
    let of_ranks = ranks.gather(costs.collect());
    let each = of_ranks.iter().map(|costs| costs.as_chunks::<8>().0.iter());
    let mut each: Vec<_> = each.collect();
    let mut bits = vec![0.0; texts.len()];
    // Added in the same order however many ranks there are.
    for (index, group) in sequences.chunks(LANES).enumerate() {
        let Some(costs) = each.get_mut(index % ranks.count()) else {
            break;
        };
        for (sequence, cost) in group.iter().zip(costs) {
            bits[sequence.text] += f64::from_le_bytes(*cost);
        }
    }
    bits
}

/// Bits of each sequence in a group that is run side by side.
fn group_bits(network: &Network, group: &[Sequence], pass: Pass) -> Vec<f64> {
    let lanes = group.len();
    let longest = group.iter().map(|s| s.bytes.len()).max().unwrap_or(1) - 1;
    let device = network.device();
    let mut state = network.zero_state(lanes, pass.compute);
    let mut sums = Tensor::zeros([lanes as i64], (Kind::Double, device));
    no_grad(|| {
        for from in (0..longest).step_by(STEPS) {
            let steps = STEPS.min(longest - from);
            let mut inputs = vec![0_i64; steps * lanes];
            let mut targets = vec![IGNORED; steps * lanes];
            for (lane, sequence) in group.iter().enumerate() {
                for t in 0..steps.min(sequence.bytes.len().saturating_sub(from + 1)) {
                    inputs[t * lanes + lane] = i64::from(sequence.bytes[from + t]);
                    if from + t + 1 >= sequence.counted_from {
                        targets[t * lanes + lane] = i64::from(sequence.bytes[from + t + 1]);
                    }
                }
            }
            let shape = [steps as i64, lanes as i64];
            let inputs = Tensor::from_slice(&inputs).view(shape).to_device(device);
            let targets = Tensor::from_slice(&targets).to_device(device);
            let (logits, next) = network.forward(&inputs, &state, pass);
            state = next;
            let losses = logits.view([-1, 256]).cross_entropy_loss(
                &targets,
                None::<&Tensor>,
                tch::Reduction::None,
                IGNORED,
                0.0,
            );
            let per_lane = losses.view(shape).sum_dim_intlist(0, false, Kind::Double);
            sums += per_lane;
        }
    });
    let nats: Vec<f64> = Vec::try_from(sums.to_device(tch::Device::Cpu)).expect("one sum a lane");
    nats.into_iter()
        .map(|n| n / std::f64::consts::LN_2)
        .collect()
}

/// Bits a text costs after PPMd (variant H, order 16, 64 MB), alone.
pub fn ppmd_bits(bytes: &[u8]) -> anyhow::Result<f64> {
    use std::io::Write;
    let mut encoder = ppmd_rust::Ppmd7Encoder::new(Vec::new(), 16, 64 << 20)?;
    encoder.write_all(bytes)?;
    Ok(encoder.finish(false)?.len() as f64 * 8.0)
}
