//! Times single steps on libtorch, for `cargo xtask bench`.
//!
//! Started with a model file. For every line `VARIANT STEPS` on standard input
//! it makes that many steps at batch 1 on one thread, output layer included, and
//! prints the mean time of one in µs. Variants: `lstm` is what `nn.LSTM` calls
//! and goes to oneDNN; `lstm_cell` is libtorch's own cell, without oneDNN;
//! `addmv` is a cell written by hand from matrix-vector products.

#![forbid(unsafe_code)]

use std::io::{BufRead, Write};
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use char_lstm::network::{Network, Pass};
use lstm_format::{HeadInput, ModelFile};
use tch::{Device, Kind, Tensor, no_grad};

fn main() -> Result<()> {
    let path = std::env::args_os().nth(1);
    let path = path.context("usage: libtorch-steps MODEL")?;
    tch::set_num_threads(1);
    tch::set_num_interop_threads(1);
    let model = ModelFile::read(Path::new(&path))?;
    ensure!(
        model.config.head == HeadInput::LastLayer,
        "only the last layer may feed the output layer"
    );
    let network = Network::from_model(&model, Device::Cpu);
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (variant, steps) = line.split_once(' ').context("VARIANT STEPS")?;
        let steps: u32 = steps.parse()?;
        let run = match variant {
            "lstm" => lstm,
            "lstm_cell" | "addmv" => cells,
            _ => bail!("{variant} is none of lstm, lstm_cell and addmv"),
        };
        let by_hand = variant == "addmv";
        let micros = no_grad(|| run(&network, by_hand, steps));
        println!("{micros}");
        std::io::stdout().flush()?;
    }
    Ok(())
}

/// Mean µs of a step through `at::lstm`.
fn lstm(network: &Network, _: bool, steps: u32) -> f64 {
    let mut state = network.zero_state(1, Kind::Float);
    let started = Instant::now();
    for step in 0..steps {
        let input = Tensor::from_slice(&[byte(step)]).view([1, 1]);
        let (logits, after) = network.forward(&input, &state, Pass::EVALUATE);
        let _ = logits.log_softmax(-1, Kind::Float);
        state = after;
    }
    started.elapsed().as_secs_f64() * 1e6 / f64::from(steps)
}

/// Mean µs of a step layer by layer: by hand, or through `at::lstm_cell`.
fn cells(network: &Network, by_hand: bool, steps: u32) -> f64 {
    let config = network.config();
    let parameter = |name: &str| {
        let mut all = network.parameters().iter();
        let found = all.find(|(n, _)| n == name);
        found.expect("the configuration lists it").1.shallow_clone()
    };
    let layers: Vec<[Tensor; 4]> = (0..config.num_layers)
        .map(|l| {
            let names = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"];
            names.map(|name| parameter(&format!("lstm.{name}_l{l}")))
        })
        .collect();
    let (embedding, head) = (parameter("embedding.weight"), parameter("head.weight"));
    let head_bias = parameter("head.bias");
    let hidden = config.hidden_size as i64;
    let shape: &[i64] = if by_hand { &[hidden] } else { &[1, hidden] };
    let zeros = || Tensor::zeros(shape, (Kind::Float, Device::Cpu));
    let mut state: Vec<(Tensor, Tensor)> = layers.iter().map(|_| (zeros(), zeros())).collect();
    let started = Instant::now();
    for step in 0..steps {
        let mut x = embedding.select(0, byte(step));
        if !by_hand {
            x = x.unsqueeze(0);
        }
        for ((h, c), [w_ih, w_hh, b_ih, b_hh]) in state.iter_mut().zip(&layers) {
            (*h, *c) = if by_hand {
                let sums = (b_ih + b_hh).addmv(w_ih, &x).addmv(w_hh, h);
                let gate = |n: i64| sums.narrow(0, n * hidden, hidden);
                let kept = gate(1).sigmoid() * &*c;
                let c = kept + gate(0).sigmoid() * gate(2).tanh();
                (gate(3).sigmoid() * c.tanh(), c)
            } else {
                x.lstm_cell(&[&*h, &*c], w_ih, w_hh, Some(b_ih), Some(b_hh))
            };
            x = h.shallow_clone();
        }
        let logits = if by_hand {
            head_bias.addmv(&head, &x)
        } else {
            x.linear(&head, Some(&head_bias))
        };
        let _ = logits.log_softmax(-1, Kind::Float);
    }
    started.elapsed().as_secs_f64() * 1e6 / f64::from(steps)
}

/// The byte to feed in step `step`: any printable one does, speed does not depend on it.
fn byte(step: u32) -> i64 {
    i64::from(32 + step * 7 % 95)
}
