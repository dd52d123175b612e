//! One step of training, for whatever is learnt: first the gradients, added up over the
//! micro-batches of all ranks, then the update. Must not know what is read, nor where a
//! run is kept.

use std::ops::Range;

use anyhow::{Result, ensure};
use tch::{Tensor, no_grad};

use crate::network::{Network, to_vec};
use crate::optimizer::Optimizer;
use crate::ranks::{Ranks, pairwise};
use crate::schedule::Schedule;

/// What a network learns from.
pub(crate) trait Lesson {
    /// Reads what step number `step` learns from; gives how much that is, as the schedule
    /// counts it.
    fn read(&mut self, step: u64) -> u64;

    /// Runs the network over one micro-batch of that.
    fn losses(&mut self, network: &Network, micro_batch: usize) -> Losses;
}

/// What a micro-batch adds to the losses of a step; scalars, in nats and f32.
pub(crate) struct Losses {
    /// What the update makes smaller.
    pub(crate) learnt: Tensor,
    /// What the user is told.
    pub(crate) told: Tensor,
}

/// What a step was like.
#[derive(Clone, Copy)]
pub(crate) struct Made {
    /// The loss before the update, in bits.
    pub(crate) bits: f64,
    /// Learning rate of the update.
    pub(crate) learning_rate: f64,
}

/// A network that learns, step by step. All ranks have the same, and of each step's
/// micro-batches as many.
pub(crate) struct Learner<'a> {
    /// What learns.
    pub(crate) network: Network,
    /// How it is updated.
    pub(crate) optimizer: Optimizer,
    /// How far, and at which rates.
    pub(crate) schedule: Schedule,
    /// Parts that a step's lanes are read in, a multiple of the number of ranks.
    pub(crate) micro_batches: usize,
    /// Who learns together.
    pub(crate) ranks: &'a dyn Ranks,
    /// Steps made.
    pub(crate) step: u64,
    /// What was read in them, as the schedule counts it.
    pub(crate) read: u64,
    /// Seconds that took, if the caller counts them.
    pub(crate) seconds: f64,
}

impl<'a> Learner<'a> {
    /// A learner that has made no step.
    pub(crate) fn new(
        optimizer: Optimizer,
        network: Network,
        schedule: Schedule,
        micro_batches: usize,
        ranks: &'a dyn Ranks,
    ) -> Self {
        Self {
            network,
            optimizer,
            schedule,
            micro_batches,
            ranks,
            step: 0,
            read: 0,
            seconds: 0.0,
        }
    }

    /// How much of the schedule is done, 0–1.
    pub(crate) fn share(&self) -> f64 {
        self.schedule.share(self.read, self.seconds)
    }

    /// One step.
    ///
    /// # Errors
    /// If the loss is no longer finite; the network is then what it was.
    pub(crate) fn step(&mut self, lesson: &mut impl Lesson) -> Result<Made> {
        let step = self.step + 1;
        let read = self.read + lesson.read(step);
        let bits = self.gradients(lesson) / std::f64::consts::LN_2;
        ensure!(bits.is_finite(), "the loss is {bits} at step {step}");
        let learning_rate = self.schedule.learning_rate(read, self.seconds);
        self.optimizer.step(&self.network, learning_rate, step);
        (self.step, self.read) = (step, read);
        Ok(Made {
            bits,
            learning_rate,
        })
    }

    /// Puts the gradients of all micro-batches together into the network; gives their loss
    /// in nats.
    fn gradients(&self, lesson: &mut impl Lesson) -> f64 {
        let mut of = |micro_batch| {
            let losses = lesson.losses(&self.network, micro_batch);
            losses.learnt.backward();
            losses.told
        };
        if self.micro_batches == 1 {
            return of(0).double_value(&[]);
        }
        let own = own_micro_batches(self.ranks, self.micro_batches);
        let each = own.map(|micro_batch| {
            let told = of(micro_batch);
            no_grad(|| self.taken(&told))
        });
        let own = pairwise(each, |mut sum, other| no_grad(|| sum.g_add_(&other)))
            .expect("every rank has a micro-batch");
        let sum = match self.ranks.count() {
            1 => own,
            _ => Tensor::from_slice(&self.ranks.sum(to_vec(&own))).to_device(own.device()),
        };
        no_grad(|| self.put(&sum))
    }

    /// A loss and the gradients, which are then cleared: `[1 + N]`, where `N` is the number
    /// of parameters.
    fn taken(&self, told: &Tensor) -> Tensor {
        let gradients = self.network.parameters().iter().map(|(_, p)| p.grad());
        let gradients: Vec<Tensor> = gradients.collect();
        let flat = gradients.iter().map(|gradient| gradient.view(-1));
        let all: Vec<Tensor> = std::iter::once(told.view(1)).chain(flat).collect();
        let taken = Tensor::cat(&all, 0);
        for mut gradient in gradients {
            let _ = gradient.zero_();
        }
        taken
    }

    /// Puts gradients [back](Self::taken); gives the loss.
    fn put(&self, sum: &Tensor) -> f64 {
        let mut begin = 1;
        for (_, parameter) in self.network.parameters() {
            let length = parameter.numel() as i64;
            let gradient = sum.narrow(0, begin, length).view_as(parameter);
            parameter.grad().copy_(&gradient);
            begin += length;
        }
        sum.double_value(&[0])
    }
}

/// Which of `micro_batches` micro-batches this rank has.
pub(crate) fn own_micro_batches(ranks: &dyn Ranks, micro_batches: usize) -> Range<usize> {
    let each = micro_batches / ranks.count();
    each * ranks.rank()..each * (ranks.rank() + 1)
}
