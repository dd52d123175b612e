//! Trains a small network on documents of a task that are made up on the spot.

use anyhow::Result;
use lstm_format::{CellKind, ModelConfig, ModelFile, Precision, Provenance, document_header};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tch::{Device, Kind, Reduction, Tensor, no_grad};

use super::task::Task;
use crate::batches::IGNORED;
use crate::learner::{Learner, Lesson, Losses};
use crate::network::{Network, Pass};
use crate::optimizer::Optimizer;
use crate::ranks::Alone;
use crate::schedule::Schedule;

/// Documents of one step.
const LANES: usize = 128;

/// Sequences of one document, so that a network learns to begin anew.
const LINES: usize = 2;

/// What a byte that is drawn by chance counts in the loss beside a determined
/// one: little, for no network can foresee it, but enough to write lines too.
const CHANCE_WEIGHT: f32 = 0.1;

/// Output bias of a byte that the task does not have: e⁻²⁰ is none.
const NEVER: f64 = -20.0;

/// What decides a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What to learn.
    pub task: Task,
    /// Kind, layers and units of the network.
    pub config: ModelConfig,
    /// Optimiser steps of 128 documents each.
    pub steps: u64,
    /// Seed of weights and data.
    pub seed: u64,
}

impl Settings {
    /// Enough for an LSTM to learn any of the tasks.
    pub const STEPS: u64 = 600;

    /// The network of the post, made of `cell`s.
    pub fn new(task: Task, cell: CellKind, seed: u64) -> Self {
        Self {
            task,
            config: task.config(cell),
            steps: Self::STEPS,
            seed,
        }
    }
}

/// A trained network and how it came about.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The weights, in f32.
    pub model: ModelFile,
    /// Mean loss of the determined bytes, in bits, step by step.
    pub losses: Vec<f64>,
}

/// Trains a network, one thread. `progress` is told the steps done and the loss
/// of the determined bytes, in bits.
///
/// # Errors
/// If the configuration is out of range or the loss is no longer finite.
pub fn train(
    settings: &Settings,
    command: &str,
    mut progress: impl FnMut(u64, f64),
) -> Result<Outcome> {
    settings.config.validate()?;
    // Ten units are so little work that threads only wait for each other.
    tch::set_num_threads(1);
    let task = settings.task;
    let network = Network::new(settings.config.clone(), Device::Cpu, settings.seed as i64);
    let alphabet = Alphabet::new(task);
    alphabet.leave_out_the_rest(&network);
    // Counted in steps: documents of all lengths are as much to learn from.
    let schedule = Schedule {
        peak: 0.02,
        warmup: 20,
        total: settings.steps,
        seconds: None,
        decay: 1.0,
    };
    let optimizer = Optimizer::new(&network, None, Kind::Float);
    let mut learner = Learner::new(optimizer, network, schedule, 1, &Alone);
    let mut documents = Documents::new(task, alphabet, settings.seed);
    let mut losses = Vec::new();
    while learner.share() < 1.0 {
        let made = learner.step(&mut documents)?;
        losses.push(made.bits);
        progress(learner.step, made.bits);
    }
    let provenance = Provenance {
        data: format!("{task}: {}", task.description()),
        license: "MIT OR Apache-2.0".to_owned(),
        command: command.to_owned(),
        steps: settings.steps,
        bytes_trained: documents.bytes,
        ..Provenance::default()
    };
    Ok(Outcome {
        model: learner.network.to_model(provenance, Precision::F32)?,
        losses,
    })
}

/// What precedes a document's first line; the name is drawn by chance, so that
/// a network does not depend on it.
pub(super) fn header(task: Task, random: &mut ChaCha8Rng) -> Vec<u8> {
    let length = random.random_range(0..=10);
    let letter = |_| char::from(random.random_range(b'!'..=b'~'));
    document_header(task.name(), &(0..length).map(letter).collect::<String>())
}

/// The bytes of a task, which alone are learnt to be told apart: a softmax over
/// all 256 would take most of the time.
struct Alphabet {
    /// `[A]`, as int64.
    bytes: Tensor,
    /// Index in `bytes`, by byte.
    index: [i64; 256],
}

impl Alphabet {
    fn new(task: Task) -> Self {
        let mut index = [IGNORED; 256];
        for (i, &byte) in (0..).zip(task.alphabet()) {
            index[usize::from(byte)] = i;
        }
        let bytes: Vec<i64> = task.alphabet().iter().map(|&b| i64::from(b)).collect();
        Self {
            bytes: Tensor::from_slice(&bytes),
            index,
        }
    }

    /// Makes every other byte impossible, whatever the hidden state.
    fn leave_out_the_rest(&self, network: &Network) {
        no_grad(|| {
            for (name, unused) in [("head.weight", 0.0), ("head.bias", NEVER)] {
                let parameter = network.parameter(name);
                let kept = parameter.index_select(0, &self.bytes);
                let mut whole = parameter.full_like(unused);
                let _ = whole.index_copy_(0, &self.bytes, &kept);
                parameter.shallow_clone().copy_(&whole);
            }
        });
    }

    /// Logits `[T * B, A]` of this alphabet alone.
    fn logits(&self, network: &Network, hidden: &Tensor) -> Tensor {
        let rows = |name| network.parameter(name).index_select(0, &self.bytes);
        let width = hidden.size()[2];
        (hidden.view([-1, width])).linear(&rows("head.weight"), Some(&rows("head.bias")))
    }
}

/// Documents that are made up anew for each step.
struct Documents {
    task: Task,
    alphabet: Alphabet,
    random: ChaCha8Rng,
    /// Of all documents so far.
    bytes: u64,
    batch: Option<Batch>,
}

impl Documents {
    fn new(task: Task, alphabet: Alphabet, seed: u64) -> Self {
        Self {
            task,
            alphabet,
            random: ChaCha8Rng::seed_from_u64(seed),
            bytes: 0,
            batch: None,
        }
    }
}

impl Lesson for Documents {
    fn read(&mut self, _step: u64) -> u64 {
        let batch = Batch::new(self.task, &self.alphabet, &mut self.random);
        self.bytes += batch.bytes;
        self.batch = Some(batch);
        1
    }

    fn losses(&mut self, network: &Network, _micro_batch: usize) -> Losses {
        let batch = self.batch.as_ref().expect("a batch was read");
        let pass = Pass {
            train: true,
            ..Pass::EVALUATE
        };
        let zeros = network.zero_state(LANES, Kind::Float);
        let (hidden, _) = network.head_input(&batch.inputs, &zeros, pass);
        let logits = self.alphabet.logits(network, &hidden);
        let (determined, chance) = (batch.loss(&logits, true), batch.loss(&logits, false));
        Losses {
            learnt: &determined + f64::from(CHANCE_WEIGHT) * chance,
            told: determined,
        }
    }
}

/// Documents side by side, padded behind.
struct Batch {
    /// `[T, B]` bytes as int64.
    inputs: Tensor,
    /// `[T * B]` indices of next bytes in the alphabet where they are
    /// determined, else [`IGNORED`].
    determined: Tensor,
    /// The same where they are drawn by chance.
    chance: Tensor,
    bytes: u64,
}

impl Batch {
    fn new(task: Task, alphabet: &Alphabet, random: &mut ChaCha8Rng) -> Self {
        let header = header(task, random);
        let documents: Vec<(Vec<u8>, Vec<bool>)> = (0..LANES)
            .map(|_| {
                let (mut text, mut determined) = (header.clone(), vec![false; header.len()]);
                for _ in 0..LINES {
                    let size = random.random_range(task.trained_sizes());
                    let sequence = task.sequence(size, random);
                    let places = 0..sequence.text.len();
                    determined.extend(places.map(|place| place >= sequence.determined));
                    text.extend(sequence.text);
                }
                (text, determined)
            })
            .collect();
        let longest = documents.iter().map(|(text, _)| text.len()).max();
        let steps = longest.unwrap_or(1) - 1;
        let mut inputs = vec![0; steps * LANES];
        let mut targets = [inputs.clone(), inputs.clone()];
        targets.iter_mut().for_each(|targets| targets.fill(IGNORED));
        for (lane, (text, determined)) in documents.iter().enumerate() {
            for t in 0..text.len() - 1 {
                let at = t * LANES + lane;
                inputs[at] = i64::from(text[t]);
                // The header is given, not foretold.
                if t + 1 >= header.len() {
                    let next = alphabet.index[usize::from(text[t + 1])];
                    targets[usize::from(!determined[t + 1])][at] = next;
                }
            }
        }
        let [determined, chance] = targets.map(|targets| Tensor::from_slice(&targets));
        Self {
            inputs: Tensor::from_slice(&inputs).view([steps as i64, LANES as i64]),
            determined,
            chance,
            bytes: documents.iter().map(|(text, _)| text.len() as u64).sum(),
        }
    }

    /// Mean cross-entropy in nats of one kind of targets.
    fn loss(&self, logits: &Tensor, determined: bool) -> Tensor {
        let targets = match determined {
            true => &self.determined,
            false => &self.chance,
        };
        let weight = None::<&Tensor>;
        logits.cross_entropy_loss(targets, weight, Reduction::Mean, IGNORED, 0.0)
    }
}
