//! Expectation maximisation of the probabilities of stopping at a count.

use code_index::{Counts, Layer, Memory, Prefix, PrefixCache, Reader, StopFit, Stops};
use lstm_format::Fit;
use rayon::prelude::*;

use crate::packages::Subject;

/// Rounds of expectation maximisation; the tenth changes no entry by 1/256.
const ROUNDS: usize = 12;

/// The table. Half of the files are read in their package, half alone.
pub(crate) fn fit(subjects: &[Subject]) -> (Fit, Vec<f32>) {
    let mut stops = Stops::flat();
    for round in 1..=ROUNDS {
        let alone = Layer::new();
        let fits = subjects.par_iter().enumerate().map(|(i, subject)| {
            let workspace = if i % 2 == 0 {
                &subject.workspace
            } else {
                &alone
            };
            let mut fit = StopFit::default();
            observe(&subject.text, workspace, &stops, &mut fit);
            fit
        });
        let fit = fits.reduce(StopFit::default, StopFit::and);
        println!("round {round}: {:.4} bits/byte", fit.bits_per_byte());
        stops = fit.finish(&stops);
    }
    (Fit::Stops, stops.numbers().to_vec())
}

fn observe(text: &[u8], workspace: &Layer, stops: &Stops, fit: &mut StopFit) {
    let known = PrefixCache::default();
    let mut prefix = Prefix::new(b"", &known);
    let mut counts = Counts::default();
    let mut reader: Option<Reader> = None;
    for &byte in text {
        let memory = Memory {
            prefix: &prefix,
            workspace,
            stops,
            scorer: None,
        };
        let mut here = reader.take().unwrap_or_else(|| Reader::new(&memory));
        here.observe(&memory, byte, &mut counts, fit);
        if !prefix.push(byte, &known) {
            let memory = Memory {
                prefix: &prefix,
                workspace,
                stops,
                scorer: None,
            };
            here.push(&memory, byte);
            reader = Some(here);
        }
    }
}
