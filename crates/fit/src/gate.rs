//! The gate's weights, by gradient descent on the mixture's bits per byte.

use anyhow::Result;
use code_index::Layer;
use completer::mixing::{FEATURES, Features, HIDDEN, OUTPUTS};
use evaluation::observe;
use half::f16;
use indicatif::{ProgressBar, ProgressStyle};
use lstm_format::{Fit, VOCABULARY_SIZE};
use lstm_runtime::Runtime;
use rayon::prelude::*;
use tch::nn::{self, Module, OptimizerConfig};
use tch::{Device, Kind, Tensor};

use crate::numbers::numbers_of;
use crate::packages::Subject;

/// Bytes of an update.
const BATCH: i64 = 2048;
/// Of every so many stretches of a file one is learnt in its package, one alone.
const THINNED: usize = 3;
const STRETCH: usize = 64;
const LEARNING_RATE: f64 = 0.004;

/// What there was to mix, byte by byte.
#[derive(Default)]
struct Observed {
    /// Log-probabilities by the LSTM, `[bytes, 256]`.
    lstm: Vec<f16>,
    /// And by the memory, `[bytes, 256]`.
    memory: Vec<f16>,
    /// `[bytes, FEATURES]`
    features: Vec<f32>,
    /// `[bytes]`
    bytes: Vec<i64>,
}

/// The gate for the model in `runtime`.
///
/// # Errors
/// If libtorch fails.
pub(crate) fn fit(
    runtime: &Runtime,
    subjects: &[Subject],
    steps: usize,
) -> Result<(Fit, Vec<f32>)> {
    let bar = ProgressBar::new(subjects.len() as u64);
    let seen: Vec<Observed> = subjects
        .par_iter()
        .map(|subject| see(runtime, subject))
        .inspect(|_| bar.inc(1))
        .collect();
    bar.finish_and_clear();
    let mut all = Observed::default();
    for seen in seen {
        all.lstm.extend(seen.lstm);
        all.memory.extend(seen.memory);
        all.features.extend(seen.features);
        all.bytes.extend(seen.bytes);
    }
    println!("{} bytes of {} files", all.bytes.len(), subjects.len());
    Ok((Fit::Gate, descend(&all, steps)?))
}

fn see(runtime: &Runtime, subject: &Subject) -> Observed {
    let mut seen = Observed::default();
    for (which, layer) in [&subject.workspace, &Layer::new()].into_iter().enumerate() {
        let mut at = 0;
        observe(runtime, layer, &subject.path, &subject.text, |o| {
            at += 1;
            if (at / STRETCH) % THINNED != which {
                return;
            }
            let lstm = o.lstm.map(f32::exp);
            let features = Features::new(o.place, o.memory, &lstm);
            let memory = o.memory.probabilities.map(f32::ln);
            seen.features.extend(features.0);
            // As low as the mixture looks.
            seen.lstm
                .extend(o.lstm.map(|v| f16::from_f32(v.max(-60.0))));
            seen.memory.extend(memory.map(f16::from_f32));
            seen.bytes.push(i64::from(o.byte));
        });
    }
    seen
}

fn descend(seen: &Observed, steps: usize) -> Result<Vec<f32>> {
    let count = seen.bytes.len() as i64;
    let symbols = VOCABULARY_SIZE as i64;
    let lstm = Tensor::from_slice(&seen.lstm).view([count, symbols]);
    let memory = Tensor::from_slice(&seen.memory).view([count, symbols]);
    let features = Tensor::from_slice(&seen.features).view([count, FEATURES as i64]);
    let bytes = Tensor::from_slice(&seen.bytes).view([count, 1]);

    tch::manual_seed(1);
    let weights = nn::VarStore::new(Device::Cpu);
    let [inputs, hidden, outputs] = [FEATURES, HIDDEN, OUTPUTS].map(|n| n as i64);
    let linear = |name, from, to| nn::linear(weights.root() / name, from, to, Default::default());
    let layers = [
        linear("first", inputs, hidden),
        linear("second", hidden, hidden),
        linear("third", hidden, outputs),
    ];
    let mut adam = nn::Adam::default().build(&weights, LEARNING_RATE)?;

    let bar = ProgressBar::new(steps as u64);
    bar.set_style(ProgressStyle::with_template("{wide_bar} {eta} {msg}")?);
    let mut smooth = None;
    for step in 0..steps {
        let done = step as f64 / steps as f64;
        adam.set_lr(LEARNING_RATE * (1.0 - done).min((step + 1) as f64 / 50.0));
        let rows = Tensor::randint(count, [BATCH], (Kind::Int64, Device::Cpu));
        let pick = |all: &Tensor| all.index_select(0, &rows);
        let of_float = |all: &Tensor| pick(all).to_kind(Kind::Float);
        let nats = cost(
            &layers,
            &pick(&features),
            &of_float(&lstm),
            &of_float(&memory),
            &pick(&bytes),
        );
        adam.backward_step(&nats);
        let bits = nats.double_value(&[]) / std::f64::consts::LN_2;
        let mean = smooth.map_or(bits, |mean: f64| 0.99 * mean + 0.01 * bits);
        smooth = Some(mean);
        bar.set_message(format!("{mean:.4} bits/byte"));
        bar.inc(1);
    }
    bar.finish_and_clear();
    println!("{:.4} bits/byte", smooth.unwrap_or(f64::NAN));

    numbers_of(&layers)
}

/// Mean cost of `bytes` in nats, as `completer::mixing` mixes.
fn cost(
    layers: &[nn::Linear; 3],
    features: &Tensor,
    lstm: &Tensor,
    memory: &Tensor,
    bytes: &Tensor,
) -> Tensor {
    let hidden = layers[0].forward(features).tanh();
    let hidden = layers[1].forward(&hidden).tanh();
    let outputs = layers[2].forward(&hidden).sigmoid();
    let output = |i| outputs.narrow(1, i, 1);
    let (share, alpha, beta, linear) = (output(0), output(1) * 1.5, output(2) * 1.5, output(3));
    let by_lstm = lstm.gather(1, bytes, false);
    let by_memory = memory.gather(1, bytes, false);
    let sum = &share * by_memory.exp() + (-&share + 1.0) * by_lstm.exp();
    let total = (&alpha * lstm + &beta * memory).logsumexp([1], true);
    let product = (&alpha * &by_lstm + &beta * &by_memory - total).exp();
    let mixed = &linear * sum + (-&linear + 1.0) * product;
    -(mixed + 1e-9).log().mean(Kind::Float)
}
