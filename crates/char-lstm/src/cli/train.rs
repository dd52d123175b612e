//! `lstm-train train`: train on a packed corpus, resumably.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Result, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use lstm_format::{HeadInput, ModelConfig, ModelFile, Provenance};

use crate::schedule::Schedule;
use crate::training::{Run, Settings, Training, Watcher, open_corpus};

/// Train a model; Ctrl-C saves, --resume goes on exactly where it stopped.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Packed corpus made by `lstm-train corpus`.
    corpus: PathBuf,
    /// Folder for checkpoint, log and loss curve.
    #[arg(long)]
    run: PathBuf,
    /// Go on from the run's checkpoint; of the settings only --megabytes,
    /// --learning-rate, --warmup, --decay and --steps may change.
    #[arg(long)]
    resume: bool,
    /// Weights to start from instead of random ones.
    #[arg(long, conflicts_with = "resume")]
    from: Option<PathBuf>,
    /// Megabytes of text to read in all, repeats counted.
    #[arg(long, default_value_t = 60.0)]
    megabytes: f64,
    /// LSTM layers.
    #[arg(long, default_value_t = 2)]
    layers: usize,
    /// Hidden units a layer.
    #[arg(long, default_value_t = 512)]
    hidden: usize,
    /// Width of the byte embedding.
    #[arg(long, default_value_t = 64)]
    embedding: usize,
    /// Context window in bytes.
    #[arg(long, default_value_t = 1024)]
    window: usize,
    /// Let the output layer read the last layer only.
    #[arg(long)]
    last_layer_head: bool,
    /// Lanes read side by side.
    #[arg(long, default_value_t = 128)]
    lanes: usize,
    /// Bytes a lane reads each step (truncation of back-propagation).
    #[arg(long, default_value_t = 64)]
    steps: usize,
    /// Highest learning rate.
    #[arg(long, default_value_t = 3e-3)]
    learning_rate: f64,
    /// Megabytes of warm-up.
    #[arg(long, default_value_t = 2.0)]
    warmup: f64,
    /// Share of the run, at its end, over which the learning rate falls to zero.
    #[arg(long, default_value_t = 0.5)]
    decay: f64,
    /// Probability of dropping a unit between layers and before the output.
    #[arg(long, default_value_t = 0.0)]
    dropout: f64,
    /// Compute in f32 instead of bf16.
    #[arg(long)]
    f32: bool,
    /// Seed of weights, document order and dropout.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where to compute: cpu or cuda.
    #[arg(long, default_value = "cpu")]
    device: String,
    /// Threads of libtorch; 0 lets it choose.
    #[arg(long, default_value_t = 0)]
    threads: i32,
    /// Steps between validations.
    #[arg(long, default_value_t = 500)]
    validate_every: u64,
    /// Kilobytes of evaluation files a validation reads.
    #[arg(long, default_value_t = 300)]
    validation_kb: usize,
    /// Seconds between checkpoints.
    #[arg(long, default_value_t = 120)]
    checkpoint_seconds: u64,
    /// Name of the training data, for the model's header.
    #[arg(long, default_value = "")]
    data: String,
    /// Licence of the weights (SPDX), for the model's header.
    #[arg(long, default_value = "MIT OR Apache-2.0")]
    license: String,
}

pub(super) fn run(arguments: &Arguments) -> Result<()> {
    ensure!(
        (0.0..1.0).contains(&arguments.dropout) && (0.0..=1.0).contains(&arguments.decay),
        "--dropout must be at least 0 and below 1, --decay from 0 to 1"
    );
    ensure!(
        arguments.lanes > 0 && arguments.steps > 0 && arguments.megabytes > 0.0,
        "--lanes, --steps and --megabytes must be above 0"
    );
    let corpus = open_corpus(&arguments.corpus)?;
    if arguments.threads > 0 {
        tch::set_num_threads(arguments.threads);
    }
    let run = Run {
        folder: arguments.run.clone(),
        checkpoint_every: Duration::from_secs(arguments.checkpoint_seconds),
        validate_every: arguments.validate_every,
        validation_bytes: arguments.validation_kb * 1_000,
        device: super::device(&arguments.device)?,
    };
    let schedule = Schedule {
        peak: arguments.learning_rate,
        warmup: (arguments.warmup * 1e6) as u64,
        total: (arguments.megabytes * 1e6) as u64,
        decay: arguments.decay,
    };
    let mut training = if arguments.resume {
        Training::resume(&corpus, run.clone(), schedule, arguments.steps)?
    } else {
        ensure!(
            !run.checkpoint().exists(),
            "{} holds a run already: go on with --resume or choose another --run",
            run.folder.display()
        );
        let language = corpus.documents()[0].language.clone();
        let settings = Settings {
            config: ModelConfig {
                language,
                num_layers: arguments.layers,
                hidden_size: arguments.hidden,
                embedding_size: arguments.embedding,
                head: match arguments.last_layer_head {
                    true => HeadInput::LastLayer,
                    false => HeadInput::AllLayers,
                },
                window: arguments.window,
            },
            lanes: arguments.lanes,
            steps: arguments.steps,
            schedule,
            dropout: arguments.dropout,
            bf16: !arguments.f32,
            seed: arguments.seed,
        };
        settings.config.validate()?;
        let provenance = Provenance {
            data: arguments.data.clone(),
            corpus_sha256: corpus.sha256().to_owned(),
            license: arguments.license.clone(),
            command: command_line(),
            ..Provenance::default()
        };
        let master = arguments.from.as_deref().map(ModelFile::read).transpose()?;
        Training::new(&corpus, run.clone(), settings, provenance, master.as_ref())?
    };

    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed))?;
    let mut watcher = Bar::new(training.total_bytes());
    training.train(&stop, &mut watcher)?;
    let stopped = stop.load(Ordering::Relaxed);
    watcher.bar.finish();
    println!("saved {} and curve.svg", run.checkpoint().display());
    if stopped {
        println!("stopped early; go on with the same command and --resume");
    }
    Ok(())
}

/// The command as a person would type it, without the folder of the program.
fn command_line() -> String {
    let arguments = std::env::args().skip(1);
    std::iter::once("lstm-train".to_owned())
        .chain(arguments)
        .collect::<Vec<_>>()
        .join(" ")
}

/// A progress bar on a terminal, a line now and then elsewhere.
struct Bar {
    bar: ProgressBar,
    last_line: Duration,
}

impl Bar {
    fn new(total: u64) -> Self {
        let template = "{bar:30} {percent}%  {msg}  {eta} left";
        let style = ProgressStyle::with_template(template).expect("the template is valid");
        Self {
            bar: ProgressBar::new(total).with_style(style),
            last_line: Duration::ZERO,
        }
    }
}

impl Watcher for Bar {
    fn step(&mut self, step: u64, bytes: u64, since_start: u64, loss: f64, elapsed: Duration) {
        let rate = since_start as f64 / elapsed.as_secs_f64();
        let text = format!(
            "{loss:.3} bits/byte  {:.1} MB  {:.1} kB/s",
            bytes as f64 / 1e6,
            rate / 1e3
        );
        if self.bar.is_hidden() && elapsed >= self.last_line + Duration::from_secs(30) {
            self.last_line = elapsed;
            println!("step {step}  {text}");
        }
        self.bar.set_position(bytes);
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
