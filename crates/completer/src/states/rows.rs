//! The LSTM's distributions before every byte of a text, with states exactly as
//! completions use them.

use lstm_format::{Engine, State, Window};

use crate::cancel::{CancelToken, Cancelled};

/// Windows stepped side by side, so that they share each read of the weights.
const LANES: usize = 8;

/// Windows whose distributions are held at a time.
const HELD: usize = 4 * LANES;

/// What the LSTM holds of one byte of a text.
pub struct Row<'a> {
    /// The byte's offset.
    pub offset: usize,
    /// Log-probabilities in nats before it, `[256]`.
    pub log_probs: &'a [f32; 256],
    /// The state there, where a line starts.
    pub line_start: Option<&'a State>,
}

/// Shows `visit` every byte of `text` in order, which stands behind `header` (see
/// [`header`](crate::header)). About two steps a byte.
///
/// # Errors
/// [`Cancelled`], as soon as the token is set or `visit` says so.
pub fn rows(
    engine: &dyn Engine,
    header: &[u8],
    text: &[u8],
    cancel: &CancelToken,
    mut visit: impl FnMut(Row<'_>) -> Result<(), Cancelled>,
) -> Result<(), Cancelled> {
    let config = engine.config();
    let mut after_header = State::zeros(config);
    let mut session = engine.session();
    session.feed(&mut after_header, header);

    let starts_line = |offset: usize| offset == 0 || text[offset - 1] == b'\n';
    let length = |window: &Window| window.predicted.end - window.start;
    for held in config.window_rule().windows(text).chunks(HELD) {
        let first = held[0].predicted.start;
        let last = held[held.len() - 1].predicted.end;
        let mut rows = vec![[0.0; 256]; last - first];
        let mut line_starts: Vec<(usize, State)> = Vec::new();
        let mut windows = held.to_vec();
        // Longest first in each group: those still running are always the first lanes.
        windows.sort_by_key(|window| std::cmp::Reverse(length(window)));
        for group in windows.chunks(LANES) {
            let mut states = vec![after_header.clone(); group.len()];
            for t in 0..length(&group[0]) {
                if cancel.is_cancelled() {
                    return Err(Cancelled);
                }
                let running = group.partition_point(|window| length(window) > t);
                for (window, state) in group[..running].iter().zip(&states) {
                    let offset = window.start + t;
                    if offset >= window.predicted.start {
                        session.log_probs(state, &mut rows[offset - first]);
                        if starts_line(offset) {
                            line_starts.push((offset, state.clone()));
                        }
                    }
                }
                let next: Vec<u8> = group[..running]
                    .iter()
                    .map(|window| text[window.start + t])
                    .collect();
                session.step(&mut states[..running], &next);
            }
        }
        line_starts.sort_by_key(|line_start| line_start.0);
        let mut line_starts = line_starts.iter().peekable();
        for (log_probs, offset) in rows.iter().zip(first..) {
            let line_start = line_starts.next_if(|line_start| line_start.0 == offset);
            visit(Row {
                offset,
                log_probs,
                line_start: line_start.map(|line_start| &line_start.1),
            })?;
        }
    }
    Ok(())
}
