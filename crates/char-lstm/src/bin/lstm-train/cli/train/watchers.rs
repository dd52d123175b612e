//! How a run tells people and programs how it goes. Owns no number of its own.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressStyle};

use char_lstm::training::{Standing, Watcher};
use lstm_format::messages::Message;

/// Steps of the bar: shares of a run in thousandths.
const WHOLE: f64 = 1_000.0;

/// A progress bar on a terminal, a line now and then elsewhere.
pub(super) struct Bar {
    bar: ProgressBar,
    last_line: Instant,
}

impl Bar {
    /// A bar that begins at `share` of the run, 0–1.
    pub(super) fn new(share: f64) -> Self {
        let template = "{bar:30} {percent}%  {msg}";
        let style = ProgressStyle::with_template(template).expect("the template is valid");
        let bar = ProgressBar::new(WHOLE as u64).with_style(style);
        Self {
            bar: bar.with_position((share * WHOLE) as u64),
            last_line: Instant::now(),
        }
    }
}

impl Watcher for Bar {
    fn step(&mut self, standing: &Standing) {
        let left = Duration::try_from_secs_f64(standing.seconds_left).unwrap_or(Duration::MAX);
        let text = format!(
            "{:.3} bits/byte  {:.1} MB  {:.1} kB/s  {} left",
            standing.bits_per_byte,
            standing.bytes as f64 / 1e6,
            standing.bytes_per_second / 1e3,
            HumanDuration(left)
        );
        if self.bar.is_hidden() && self.last_line.elapsed() >= Duration::from_secs(30) {
            self.last_line = Instant::now();
            println!("step {}  {text}", standing.step);
        }
        self.bar.set_position((standing.share * WHOLE) as u64);
        self.bar.set_message(text);
    }

    fn note(&mut self, line: &str) {
        if self.bar.is_hidden() {
            println!("{line}");
        } else {
            self.bar.println(line);
        }
    }
}

/// One JSON object a line: how far the run is after each step, and
/// `{"note": "…"}` for what is worth keeping.
pub(super) struct Lines {
    stop: Arc<AtomicBool>,
}

impl Lines {
    /// Sets `stop` once a line cannot be written: the reader has closed the pipe.
    pub(super) fn new(stop: Arc<AtomicBool>) -> Self {
        Self { stop }
    }

    fn say(&self, message: &Message) {
        let line = serde_json::to_string(message).expect("a message is plain data");
        if writeln!(std::io::stdout().lock(), "{line}").is_err() {
            self.stop.store(true, Ordering::Relaxed);
        }
    }
}

impl Watcher for Lines {
    fn step(&mut self, standing: &Standing) {
        self.say(&Message::Standing(*standing));
    }

    fn note(&mut self, line: &str) {
        self.say(&Message::Note {
            note: line.to_owned(),
        });
    }
}
