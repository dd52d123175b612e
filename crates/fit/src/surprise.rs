//! The weights of surprise's scale, on faults put into the files.

use anyhow::{Context, Result};
use completer::surprise::{Document, EVIDENCE, HIDDEN, Surprise};
use completer::{CancelToken, Completer};
use evaluation::Fault;
use indicatif::{ProgressBar, ProgressStyle};
use lstm_format::Fit;
use rayon::prelude::*;
use tch::nn::{self, Module, OptimizerConfig};
use tch::{Device, Kind, Tensor};

use crate::numbers::numbers_of;
use crate::packages::Subject;

/// Updates, each of all faults.
const STEPS: usize = 250;
const LEARNING_RATE: f64 = 0.01;
const WEIGHT_DECAY: f64 = 0.1;
/// Networks that are fitted apart, from other random weights, and averaged: one
/// alone depends on what it began with.
const NETWORKS: usize = 4;
/// Marks in 1000 lines without a fault.
const MARKS: f64 = 5.0;

/// What surprises in a text with one fault.
struct Observed {
    /// `[tokens, EVIDENCE]`
    evidence: Vec<f32>,
    /// Whether it is in the line of the fault, `[tokens]`.
    faulty: Vec<bool>,
    lines: usize,
}

/// The scale: it tells the line of a fault from the other lines of its text. Every
/// file gets `faults` faults, one at a time.
///
/// # Errors
/// If there is too little text, or libtorch fails.
pub(crate) fn fit(
    completer: &Completer,
    language: &str,
    subjects: &[Subject],
    faults: u64,
) -> Result<(Fit, Vec<f32>)> {
    let texts: Vec<(&Subject, u64)> = (0..faults)
        .flat_map(|seed| subjects.iter().map(move |subject| (subject, seed)))
        .collect();
    let bar = ProgressBar::new(texts.len() as u64);
    bar.set_style(ProgressStyle::with_template("{wide_bar} {eta}")?);
    let seen: Vec<Observed> = texts
        .par_iter()
        .filter_map(|(subject, seed)| {
            let seen = see(completer, language, subject, *seed);
            bar.inc(1);
            seen
        })
        .collect();
    bar.finish_and_clear();
    Ok((Fit::Surprise, descend(&seen)?))
}

/// `None` where there is no place for a fault, or none of its line is judged.
fn see(completer: &Completer, language: &str, subject: &Subject, seed: u64) -> Option<Observed> {
    let text = std::str::from_utf8(&subject.text).ok()?;
    let fault = Fault::seed(text, language, seed)?;
    let text = fault.put_into(text);
    let document = Document {
        path: &subject.path,
        text: &text,
        language,
        memory: &subject.workspace,
    };
    let surprises = completer.surprises(&document, &CancelToken::new()).ok()?;
    let line_of = |offset: usize| text[..offset].matches('\n').count();
    let line = line_of(fault.range.start);
    let is_faulty = |surprise: &Surprise| line_of(surprise.token.range.start) == line;
    let faulty: Vec<bool> = surprises.iter().map(is_faulty).collect();
    faulty.contains(&true).then(|| Observed {
        evidence: surprises.iter().flat_map(|s| s.evidence.0).collect(),
        faulty,
        lines: text.lines().count(),
    })
}

/// Makes the probability that a draw among all tokens of a text, each as likely
/// as e to its score, is of the faulty line.
fn descend(seen: &[Observed]) -> Result<Vec<f32>> {
    let evidence: Vec<f32> = seen.iter().flat_map(|s| s.evidence.clone()).collect();
    let faulty: Vec<bool> = seen.iter().flat_map(|s| s.faulty.clone()).collect();
    let texts = (0_i64..).zip(seen);
    let text_of: Vec<i64> = texts
        .flat_map(|(number, s)| std::iter::repeat_n(number, s.faulty.len()))
        .collect();
    println!("{} tokens of {} texts", faulty.len(), seen.len());
    let count = faulty.len() as i64;
    let networks = NETWORKS as i64;
    let hidden = HIDDEN as i64;
    let evidence = Tensor::from_slice(&evidence).view([count, EVIDENCE as i64]);
    let is_faulty = Tensor::from_slice(&faulty).to_kind(Kind::Float);
    let is_faulty = is_faulty.view([count, 1]);
    let text_of = Tensor::from_slice(&text_of);
    let none = Tensor::zeros([seen.len() as i64, networks], (Kind::Float, Device::Cpu));

    tch::manual_seed(1);
    let weights = nn::VarStore::new(Device::Cpu);
    let linear = |name, from, to| nn::linear(weights.root() / name, from, to, Default::default());
    let first = linear("first", EVIDENCE as i64, hidden);
    let second = linear("second", hidden, 1);
    // `[tokens, NETWORKS]`; each has its share of the hidden units.
    let scores = || {
        let units = first.forward(&evidence).tanh() * &second.ws;
        let units = units.view([count, networks, hidden / networks]);
        units.sum_dim_intlist([2_i64].as_slice(), false, Kind::Float)
    };
    let mut adam = nn::AdamW {
        wd: WEIGHT_DECAY,
        ..nn::AdamW::default()
    }
    .build(&weights, LEARNING_RATE)?;
    let mut nats = f64::NAN;
    for step in 0..STEPS {
        adam.set_lr(LEARNING_RATE * (1.0 - step as f64 / STEPS as f64));
        // No score is so high that this overflows.
        let each = scores().exp();
        let all = none.index_add(0, &text_of, &each);
        let right = none.index_add(0, &text_of, &(&each * &is_faulty));
        let loss = (all.log() - right.log()).mean(Kind::Float);
        adam.backward_step(&(&loss * NETWORKS as f64));
        nats = loss.double_value(&[]);
    }
    let bits = nats / std::f64::consts::LN_2;
    println!("{bits:.3} bits to tell the line of a fault, each network alone");

    // The score from which on a token is shown becomes 0.
    let scores = scores().mean_dim([1_i64].as_slice(), false, Kind::Float);
    let scores = Vec::<f32>::try_from(scores.detach())?;
    let others = scores.into_iter().zip(&faulty);
    let mut others: Vec<f32> = others
        .filter(|&(_, &faulty)| !faulty)
        .map(|(score, _)| score)
        .collect();
    others.sort_by(|a, b| b.total_cmp(a));
    let lines: usize = seen.iter().map(|s| s.lines).sum();
    let shown = (lines as f64 * MARKS / 1000.0) as usize;
    let least = others.get(shown).context("too few lines")?;
    let averaged = nn::Linear {
        ws: second.ws / NETWORKS as f64,
        bs: Some(Tensor::from_slice(&[-least])),
    };
    numbers_of(&[first, averaged])
}
