//! The scorers of contexts, by gradient descent on bits per byte: of the memory's
//! distribution, and of the mixture.
//!
//! They belong to no model and no language: what speaks for a byte is much the same in
//! all, and so they are fitted on packages of several.

use anyhow::{Context, Result, ensure};
use code_index::{
    Counts, INPUTS, Layer, MOST_ROWS, Memory, NUMBERS, Prediction, Prefix, PrefixCache, Reader,
    Rows, Scorer, Stops, UNITS, VALUES, WIDTH,
};
use completer::Fitted;
use completer::mixing::{by_gate, byte_rows};
use evaluation::observe;
use indicatif::{ProgressBar, ProgressStyle};
use lstm_format::Engine;
use lstm_runtime::Runtime;
use rayon::prelude::*;
use tch::nn::{self, OptimizerConfig};
use tch::{Device, Kind, Tensor};

use crate::packages::Subject;

/// Places of an update.
const BATCH: usize = 2048;
const LEARNING_RATE: f64 = 0.004;
/// Every so many stretches of a file one is learnt in its package, one alone.
const THINNED: usize = 2;
const STRETCH: usize = 64;
/// One file of so many tells how good the fit is, and is not learnt from.
const HELD_OUT: usize = 8;
/// How libtorch calls the sum of a bag of embeddings.
const SUM: i64 = 0;
/// What makes a row that is not there impossible.
const IMPOSSIBLE: f64 = -1e9;

/// What there was to tell of the bytes at one place.
struct Place {
    rows: Rows,
    /// The row of the byte that came next.
    next: usize,
    /// What that byte cost by counts alone, in nats.
    cost: f64,
}

impl Place {
    /// Where `byte` came next, which had this `probability`; `None` where a scorer has no
    /// say.
    fn new(rows: Rows, byte: u8, probability: f32) -> Option<Self> {
        let row = rows.bytes.iter().position(|&other| other == byte);
        (!rows.values.is_empty()).then(|| Self {
            next: row.unwrap_or(rows.bytes.len()),
            rows,
            cost: -f64::from(probability).ln(),
        })
    }
}

/// The scorer of the memory's distribution for the languages of `subjects`.
///
/// # Errors
/// If there are too few files or libtorch fails.
pub(crate) fn fit(subjects: &[Subject], passes: usize) -> Result<Scorer> {
    learn(subjects.par_iter().map(see).collect(), passes)
}

/// The scorer of the mixture for these models, each with the files it is learnt on.
///
/// # Errors
/// As [`fit`].
pub(crate) fn fit_mixture(tasks: &[(Runtime, Vec<Subject>)], passes: usize) -> Result<Scorer> {
    let subjects: Vec<(&Runtime, &Subject)> = tasks
        .iter()
        .flat_map(|(runtime, subjects)| subjects.iter().map(move |subject| (runtime, subject)))
        .collect();
    let bar = ProgressBar::new(subjects.len() as u64);
    let seen = subjects
        .par_iter()
        .map(|(runtime, subject)| see_mixture(runtime, subject))
        .inspect(|_| bar.inc(1));
    let seen = seen.collect();
    bar.finish_and_clear();
    learn(seen, passes)
}

/// Learns from most of the files whose places are `seen`.
fn learn(seen: Vec<Vec<Place>>, passes: usize) -> Result<Scorer> {
    ensure!(seen.len() > HELD_OUT, "{} files are too few", seen.len());
    let (mut learnt, mut held_out) = (Vec::new(), Vec::new());
    for (index, places) in seen.into_iter().enumerate() {
        match (index + 1).is_multiple_of(HELD_OUT) {
            true => held_out.extend(places),
            false => learnt.extend(places),
        }
    }
    println!(
        "{} places to learn, {} held out",
        learnt.len(),
        held_out.len()
    );
    descend(learnt, &held_out, passes)
}

/// Whether a byte of a file is learnt in its package (0) or alone (1).
fn is_learnt(at: usize, which: usize) -> bool {
    (at / STRETCH) % THINNED == which
}

fn see(subject: &Subject) -> Vec<Place> {
    let (stops, scorer) = (Stops::default(), Scorer::flat());
    let mut seen = Vec::new();
    for (which, layer) in [&subject.workspace, &Layer::new()].into_iter().enumerate() {
        let known = PrefixCache::default();
        let mut prefix = Prefix::new(b"", &known);
        let (mut counts, mut prediction) = (Counts::default(), Prediction::default());
        let mut reader = None;
        for (at, &byte) in subject.text.iter().enumerate() {
            let memory = Memory {
                prefix: &prefix,
                workspace: layer,
                stops: &stops,
                scorer: Some(&scorer),
            };
            let mut here: Reader = reader.take().unwrap_or_else(|| Reader::new(&memory));
            if is_learnt(at, which) {
                here.predict(&memory, &mut counts, &mut prediction);
                let probabilities = &prediction.probabilities;
                let rows = Rows::new(&prediction.followers, probabilities, [None; 2]);
                seen.extend(Place::new(rows, byte, probabilities[usize::from(byte)]));
            }
            if !prefix.push(byte, &known) {
                let memory = Memory {
                    prefix: &prefix,
                    workspace: layer,
                    stops: &stops,
                    scorer: Some(&scorer),
                };
                here.push(&memory, byte);
                reader = Some(here);
            }
        }
    }
    seen
}

fn see_mixture(runtime: &Runtime, subject: &Subject) -> Vec<Place> {
    let gate = Fitted::of(runtime.fits()).gate;
    let mut seen = Vec::new();
    for (which, layer) in [&subject.workspace, &Layer::new()].into_iter().enumerate() {
        let mut at = 0;
        observe(runtime, layer, &subject.path, &subject.text, |o| {
            at += 1;
            if is_learnt(at - 1, which) {
                let lstm = o.lstm.map(f32::exp);
                let mixed = by_gate(&gate, o.place, o.memory, o.lstm, &lstm);
                let rows = byte_rows(o.memory, &lstm, &mixed);
                seen.extend(Place::new(rows, o.byte, mixed[usize::from(o.byte)]));
            }
        });
    }
    seen
}

/// What is fitted.
struct Network {
    vectors: Tensor,
    biases: Tensor,
    weights: Tensor,
}

impl Network {
    /// What the places gain over counts alone, in nats, `[places]`.
    fn gains(&self, places: &[&Place]) -> Tensor {
        let mut values: Vec<i32> = Vec::new();
        let mut shares = Vec::new();
        let mut slots = Vec::new();
        let mut next = Vec::new();
        for (index, place) in places.iter().enumerate() {
            for (row, (told, share)) in place.rows.values.iter().zip(&place.rows.shares).enumerate()
            {
                values.extend(told.iter().map(|&value| i32::from(value)));
                shares.push(share.ln());
                slots.push((index * MOST_ROWS + row) as i64);
            }
            next.push(place.next as i64);
        }
        let rows = shares.len() as i64;
        let count = places.len() as i64;
        let step = INPUTS as i64;
        let starts = Tensor::arange_start_step(0, rows * step, step, (Kind::Int, Device::Cpu));
        let sums = Tensor::embedding_bag::<Tensor>(
            &self.vectors,
            &Tensor::from_slice(&values),
            &starts,
            false,
            SUM,
            false,
            None,
            false,
        )
        .0;
        let units = sums.narrow(1, 0, UNITS as i64) + &self.biases;
        let units = &units / (units.square() + 1.0).sqrt();
        let scores = units.matmul(&self.weights) + sums.select(1, UNITS as i64);
        let slots = Tensor::from_slice(&slots);
        let place = |rows: &Tensor| {
            let all = Tensor::full(
                [count * MOST_ROWS as i64],
                IMPOSSIBLE,
                (Kind::Float, Device::Cpu),
            );
            all.index_put(&[Some(slots.shallow_clone())], rows, false)
                .view([count, MOST_ROWS as i64])
        };
        let scores = scores.clamp(-12.0, 12.0);
        let totals = place(&(&scores + Tensor::from_slice(&shares))).logsumexp([1], false);
        let next = Tensor::from_slice(&next).view([-1, 1]);
        place(&scores).gather(1, &next, false).view([-1]) - totals
    }
}

/// Bits per byte by counts alone, and with the network.
fn bits(network: &Network, places: &[Place]) -> (f64, f64) {
    let cost: f64 = places.iter().map(|place| place.cost).sum();
    let gains = tch::no_grad(|| {
        let batches = places.chunks(BATCH).map(|batch| {
            let batch: Vec<&Place> = batch.iter().collect();
            network.gains(&batch).sum(Kind::Double).double_value(&[])
        });
        batches.sum::<f64>()
    });
    let scale = 1.0 / (places.len() as f64 * std::f64::consts::LN_2);
    (cost * scale, (cost - gains) * scale)
}

fn descend(learnt: Vec<Place>, held_out: &[Place], passes: usize) -> Result<Scorer> {
    tch::manual_seed(1);
    let weights = nn::VarStore::new(Device::Cpu);
    let root = weights.root();
    let [values, width, units] = [VALUES, WIDTH, UNITS].map(|n| n as i64);
    let small = nn::Init::Randn {
        mean: 0.0,
        stdev: 0.02,
    };
    let network = Network {
        vectors: root.var("vectors", &[values, width], small),
        biases: root.var("biases", &[units], small),
        weights: root.var(
            "weights",
            &[units],
            nn::Init::Randn {
                mean: 0.0,
                stdev: 0.3,
            },
        ),
    };
    let mut adam = nn::Adam {
        wd: 0.0,
        ..Default::default()
    }
    .build(&weights, LEARNING_RATE)?;
    let steps = passes * (learnt.len() / BATCH);
    let bar = ProgressBar::new(steps as u64);
    bar.set_style(ProgressStyle::with_template("{wide_bar} {eta} {msg}")?);
    let mut step = 0;
    for pass in 0..passes {
        let order = Tensor::randperm(learnt.len() as i64, (Kind::Int64, Device::Cpu));
        let order = Vec::<i64>::try_from(order)?;
        for batch in order.chunks_exact(BATCH) {
            let done = step as f64 / steps as f64;
            adam.set_lr(LEARNING_RATE * (1.0 - done).min((step + 1) as f64 / 50.0));
            let batch: Vec<&Place> = batch.iter().map(|&at| &learnt[at as usize]).collect();
            let loss = -network.gains(&batch).mean(Kind::Float);
            adam.backward_step(&loss);
            step += 1;
            bar.inc(1);
        }
        let (counts, scored) = bits(&network, held_out);
        println!(
            "pass {}: {counts:.4} -> {scored:.4} bits/byte held out",
            pass + 1
        );
    }
    bar.finish_and_clear();
    let mut numbers = Vec::with_capacity(NUMBERS);
    for tensor in [&network.vectors, &network.biases, &network.weights] {
        numbers.extend(Vec::<f32>::try_from(tensor.contiguous().view(-1))?);
    }
    Scorer::new(numbers).context("the fit has come to infinite numbers")
}
