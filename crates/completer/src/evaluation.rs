//! What a text costs under a model, with states exactly as completions use them.

use lstm_format::{Engine, State, Window, document_header};

/// Windows stepped side by side, so that they share each read of the weights.
const LANES: usize = 8;

/// Bits that every byte of `text` costs, `[text.len()]`: the negative log2 of
/// the probability it had in the state before it.
///
/// `path` is for the document header. Takes about two steps a byte.
pub fn bits(engine: &dyn Engine, path: &str, text: &[u8]) -> Vec<f32> {
    let config = engine.config();
    let header = document_header(&config.language, path);
    let mut after_header = State::zeros(config);
    let mut session = engine.session();
    session.feed(&mut after_header, &header);

    let mut bits = vec![0.0; text.len()];
    let mut log_probs = [0.0; 256];
    let mut windows = config.window_rule().windows(text);
    let length = |window: &Window| window.predicted.end - window.start;
    // Longest first in each group: those still running are always the first lanes.
    windows.sort_by_key(|window| std::cmp::Reverse(length(window)));
    for group in windows.chunks(LANES) {
        let mut states = vec![after_header.clone(); group.len()];
        for t in 0..length(&group[0]) {
            let running = group.partition_point(|window| length(window) > t);
            for (window, state) in group[..running].iter().zip(&states) {
                let offset = window.start + t;
                if offset >= window.predicted.start {
                    session.log_probs(state, &mut log_probs);
                    bits[offset] = -log_probs[usize::from(text[offset])] / std::f32::consts::LN_2;
                }
            }
            let next: Vec<u8> = group[..running]
                .iter()
                .map(|window| text[window.start + t])
                .collect();
            session.step(&mut states[..running], &next);
        }
    }
    bits
}
