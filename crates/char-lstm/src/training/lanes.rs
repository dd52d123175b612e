//! What training on a corpus reads: the lanes of each step's batch, and the states that
//! they carry from one to the next.

use tch::{Device, Kind, Reduction, Tensor, no_grad};

use super::Settings;
use crate::batches::{Batch, Batches, IGNORED, Position};
use crate::learner::{Lesson, Losses, own_micro_batches};
use crate::network::{BatchState, Network, Pass, to_vec};
use crate::ranks::{Ranks, lanes_of};

/// The lanes of a run. Every rank reads all of them, and computes those of its own
/// micro-batches.
pub(super) struct Lanes<'a> {
    batches: Batches<'a>,
    /// What this step reads: headers alone, if any, then what is learnt from.
    read: Vec<Batch>,
    /// Its number.
    step: u64,
    /// Bytes that are learnt from in all lanes.
    bytes: usize,
    seed: u64,
    pass: Pass,
    device: Device,
    micro_batches: usize,
    first_own: usize,
    /// Of each own micro-batch.
    states: Vec<BatchState>,
}

/// Hidden and cell state of all lanes, in that order, as [`BatchState`] has them.
pub(super) type Carried = [Vec<f32>; 2];

impl<'a> Lanes<'a> {
    /// The lanes of a run with `settings` that goes on, or begins, with `batches` and all
    /// lanes in `state`.
    pub(super) fn new(
        batches: Batches<'a>,
        settings: &Settings,
        network: &Network,
        ranks: &dyn Ranks,
        state: &BatchState,
    ) -> Self {
        let own = own_micro_batches(ranks, settings.micro_batches);
        let part = |micro_batch| {
            let lanes = lanes_of(micro_batch, settings.micro_batches, settings.lanes);
            let [from, length] = [lanes.start, lanes.len()].map(|n| n as i64);
            let of = |tensor: &Tensor| tensor.narrow(1, from, length).contiguous();
            BatchState {
                h: of(&state.h),
                c: of(&state.c),
            }
        };
        Self {
            batches,
            read: Vec::new(),
            step: 0,
            bytes: 0,
            seed: settings.seed,
            pass: Pass {
                compute: settings.compute(),
                dropout: settings.dropout,
                train: true,
            },
            device: network.device(),
            micro_batches: settings.micro_batches,
            first_own: own.start,
            states: own.map(part).collect(),
        }
    }

    /// Where they stand.
    pub(super) fn position(&self) -> &Position {
        self.batches.position()
    }

    /// The states of all lanes, on rank 0.
    pub(super) fn carried(&self, ranks: &dyn Ranks) -> Option<Carried> {
        let all = |of: fn(&BatchState) -> &Tensor| {
            let own: Vec<&Tensor> = self.states.iter().map(of).collect();
            let own = Tensor::cat(&own, 1);
            let (layers, width) = (own.size()[0], own.size()[2]);
            if width == 0 {
                return (ranks.rank() == 0).then(Vec::new);
            }
            let values = to_vec(&own);
            let bytes = values.iter().flat_map(|value| value.to_le_bytes());
            let ranks = ranks.gather(bytes.collect()).into_iter().map(|bytes| {
                let (values, _) = bytes.as_chunks();
                let values: Vec<f32> = values.iter().map(|v| f32::from_le_bytes(*v)).collect();
                Tensor::from_slice(&values).view([layers, -1, width])
            });
            let ranks: Vec<Tensor> = ranks.collect();
            (!ranks.is_empty()).then(|| to_vec(&Tensor::cat(&ranks, 1)))
        };
        let (h, c) = no_grad(|| (all(|state| &state.h), all(|state| &state.c)));
        Some([h?, c?])
    }

    /// libtorch's generator can't be saved, so each micro-batch of each step seeds it anew.
    fn seed(&self, micro_batch: usize) {
        let of_step = self.seed ^ self.step.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let of_part = (micro_batch as u64).wrapping_mul(0xd1b5_4a32_d192_ed03);
        tch::manual_seed(of_step.wrapping_add(of_part) as i64);
    }
}

impl Lesson for Lanes<'_> {
    fn read(&mut self, step: u64) -> u64 {
        self.step = step;
        self.read.clear();
        loop {
            let batch = self.batches.next_batch(Device::Cpu);
            self.bytes = batch.bytes;
            self.read.push(batch);
            // Headers are read and not learnt.
            if self.bytes > 0 {
                return self.bytes as u64;
            }
        }
    }

    fn losses(&mut self, network: &Network, micro_batch: usize) -> Losses {
        self.seed(micro_batch);
        let state = micro_batch - self.first_own;
        let (last, before) = self.read.split_last().expect("a batch was read");
        let lanes = last.keep.size()[0] as usize;
        let lanes = lanes_of(micro_batch, self.micro_batches, lanes);
        let part = |tensor: &Tensor| {
            let lanes = tensor.narrow(-1, lanes.start as i64, lanes.len() as i64);
            lanes.contiguous().to_device(self.device)
        };
        for batch in before {
            let carried = self.states[state].carried(&part(&batch.keep));
            let inputs = part(&batch.inputs);
            self.states[state] = no_grad(|| network.forward(&inputs, &carried, self.pass)).1;
        }
        let carried = self.states[state].carried(&part(&last.keep));
        let (logits, next) = network.forward(&part(&last.inputs), &carried, self.pass);
        self.states[state] = next;
        let nats = logits.view([-1, 256]).cross_entropy_loss(
            &part(&last.targets).view(-1),
            None::<&Tensor>,
            Reduction::Sum,
            IGNORED,
            0.0,
        );
        // Documents end at different places, so that micro-batches learn from different
        // numbers of bytes: each counts as much as it has of all.
        let mean = nats / self.bytes as f64;
        Losses {
            told: mean.detach(),
            learnt: mean,
        }
    }
}

/// The states of all lanes, of type `kind`, from what a checkpoint has; `None` if it has
/// those of others.
pub(super) fn state(
    network: &Network,
    lanes: usize,
    kind: Kind,
    [h, c]: [&[f32]; 2],
) -> Option<BatchState> {
    let zeros = network.zero_state(lanes, kind);
    let like = |values: &[f32], like: &Tensor| {
        let fits = values.len() == like.numel();
        fits.then(|| {
            let values = Tensor::from_slice(values).view_as(like);
            values.to_device(network.device()).to_kind(kind)
        })
    };
    Some(BatchState {
        h: like(h, &zeros.h)?,
        c: like(c, &zeros.c)?,
    })
}
