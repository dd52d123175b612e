//! `lstm-train train`: train on a packed corpus, resumably.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Result, ensure};
use clap::ValueEnum;
use corpus::Corpus;
use lstm_format::model_file::MAX_FILE_BYTES;
use lstm_format::{CellKind, HeadInput, ModelConfig, ModelFile, Provenance};
use lstm_runtime::cpu_multiplies_bf16;
use tch::Device;

use char_lstm::ranks::{self, Ranks, agreed};
use char_lstm::schedule::Schedule;
use char_lstm::training::{Run, Settings, Training, Watcher, open_corpus};

use watchers::{Bar, Lines};

mod watchers;

/// What a checkpoint takes for each parameter: its value and AdamW's two averages.
const CHECKPOINT_BYTES: u64 = 12;

/// Seconds between checkpoints of a run of one process.
const CHECKPOINT_SECONDS: u64 = 120;

/// The same of one of several, any of which may be what ends it.
const CHECKPOINT_SECONDS_OF_RANKS: u64 = 60;

/// Train a model; Ctrl-C saves, --resume goes on exactly where it stopped.
///
/// Built with the feature `mpi` and started by `mpirun`, all its processes train one
/// model: each reads a part of the lanes.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Packed corpus made by `lstm-train corpus`.
    corpus: PathBuf,
    /// Folder for checkpoint, log and loss curve.
    #[arg(long)]
    run: PathBuf,
    /// Go on from the run's checkpoint; of the settings only --megabytes,
    /// --minutes, --learning-rate (and with it that of --muon), --warmup, --decay and
    /// --steps may change.
    #[arg(long)]
    resume: bool,
    /// Weights to start from instead of random ones; they decide the shape.
    /// With --resume the run goes on from its own.
    #[arg(long)]
    from: Option<PathBuf>,
    /// Megabytes of text to read in all, repeats counted [default: 60, or no
    /// limit with --minutes].
    #[arg(long)]
    megabytes: Option<f64>,
    /// Minutes to compute in all, those before a --resume counted.
    #[arg(long)]
    minutes: Option<f64>,
    /// What the layers are made of: lstm, rnn, gru, peephole or coupled; completion
    /// runs lstm alone [default: lstm, or that of --from].
    #[arg(long)]
    cell: Option<CellKind>,
    /// Layers [default: 2, or that of --from].
    #[arg(long)]
    layers: Option<usize>,
    /// Hidden units a layer [default: 512, or that of --from].
    #[arg(long)]
    hidden: Option<usize>,
    /// Width of the byte embedding [default: 64, or that of --from].
    #[arg(long)]
    embedding: Option<usize>,
    /// Context window in bytes [default: 1024, or that of --from].
    #[arg(long)]
    window: Option<usize>,
    /// Let the output layer read the last layer only.
    #[arg(long)]
    last_layer_head: bool,
    /// Lanes read side by side.
    #[arg(long, default_value_t = 128)]
    lanes: usize,
    /// Parts the lanes are read in one after the other, in less memory; as many for each
    /// process of `mpirun` [default: the number of processes].
    #[arg(long)]
    micro_batches: Option<usize>,
    /// Bytes a lane reads each step (truncation of back-propagation).
    #[arg(long, default_value_t = 64)]
    steps: usize,
    /// Highest learning rate.
    #[arg(long, default_value_t = 3e-3)]
    learning_rate: f64,
    /// Update the matrices that hidden states are multiplied by with Muon, at this
    /// learning rate where the other is highest, which is then AdamW's for the rest.
    /// A tenth of the other is a good start.
    #[arg(long, value_name = "RATE")]
    muon: Option<f64>,
    /// Megabytes of warm-up.
    #[arg(long, default_value_t = 2.0)]
    warmup: f64,
    /// Share of the run, at its end, over which the learning rate falls to zero.
    #[arg(long, default_value_t = 0.5)]
    decay: f64,
    /// Probability of dropping a unit between layers and before the output.
    #[arg(long, default_value_t = 0.0)]
    dropout: f64,
    /// Precision of matrix products; weights are kept in f32 [default: bf16 if the
    /// device has instructions for it, else f32].
    #[arg(long)]
    precision: Option<ComputePrecision>,
    /// Seed of weights, document order and dropout.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where to compute: cpu or cuda, where each process of a machine takes the next GPU.
    #[arg(long, default_value = "cpu")]
    device: String,
    /// Threads of libtorch; 0 lets it choose.
    #[arg(long, default_value_t = 0)]
    threads: i32,
    /// Steps between validations, one more at the end; 0 is none.
    #[arg(long, default_value_t = 500)]
    validate_every: u64,
    /// Kilobytes of evaluation files a validation reads.
    #[arg(long, default_value_t = 300)]
    validation_kb: usize,
    /// Seconds between checkpoints [default: 120, or 60 with several processes].
    #[arg(long)]
    checkpoint_seconds: Option<u64>,
    /// Name of the training data, for the model's header.
    #[arg(long, default_value = "")]
    data: String,
    /// Licence of the weights (SPDX), for the model's header [default: MIT OR
    /// Apache-2.0 if the corpus is all under permissive licences and so is the
    /// model of --from, else not stated].
    #[arg(long)]
    license: Option<String>,
    /// How to tell how it goes.
    #[arg(long, value_enum, default_value = "bar")]
    progress: Told,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum ComputePrecision {
    F32,
    Bf16,
}

#[derive(Clone, Copy, ValueEnum)]
enum Told {
    /// A bar on a terminal, a line now and then elsewhere
    Bar,
    /// One JSON object a line, for programs; the run is saved and ends when
    /// the program that reads them has closed the pipe
    Json,
}

pub(super) fn run(arguments: &Arguments) -> Result<()> {
    let ranks = ranks::started()?;
    let trained = train(arguments, ranks.as_ref());
    // Every rank knows what went wrong, and one says it.
    if ranks.rank() > 0 { Ok(()) } else { trained }
}

/// What the arguments and the files they name come to.
struct Prepared {
    corpus: Corpus,
    run: Run,
    schedule: Schedule,
    /// With --resume there is none.
    beginning: Option<Beginning>,
}

/// What a new run begins with.
struct Beginning {
    settings: Settings,
    provenance: Provenance,
    master: Option<ModelFile>,
}

fn train(arguments: &Arguments, ranks: &dyn Ranks) -> Result<()> {
    let prepared = agreed(ranks, prepare(arguments, ranks))?;
    let (corpus, run) = (&prepared.corpus, prepared.run);
    let checkpoint = run.checkpoint();
    let mut training = match prepared.beginning {
        None => Training::resume(corpus, run, prepared.schedule, arguments.steps, ranks)?,
        Some(Beginning {
            settings,
            provenance,
            master,
        }) => Training::new(corpus, run, settings, provenance, master.as_ref(), ranks)?,
    };
    if ranks.rank() == 0 && corpus.evaluation_files().is_empty() {
        eprintln!(
            "lstm-train: {}; there will be no validation loss",
            super::wording::no_evaluation_files(&arguments.corpus)
        );
    }
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed))?;
    let mut watcher: Box<dyn Watcher> = match arguments.progress {
        Told::Bar => Box::new(Bar::new(training.share())),
        Told::Json => Box::new(Lines::new(Arc::clone(&stop))),
    };
    training.train(&stop, watcher.as_mut())?;
    if ranks.rank() == 0 {
        watcher.note(&format!("saved {} and curve.svg", checkpoint.display()));
        if training.share() < 1.0 {
            watcher.note("stopped early; go on with the same command and --resume");
        }
    }
    Ok(())
}

/// Reads what the arguments name, and sees whether it goes together.
fn prepare(arguments: &Arguments, ranks: &dyn Ranks) -> Result<Prepared> {
    ensure!(
        (0.0..1.0).contains(&arguments.dropout) && (0.0..=1.0).contains(&arguments.decay),
        "--dropout must be at least 0 and below 1, --decay from 0 to 1"
    );
    ensure!(
        arguments.lanes > 0
            && arguments.steps > 0
            && arguments.megabytes.is_none_or(|m| m > 0.0)
            && arguments.minutes.is_none_or(|m| m > 0.0),
        "--lanes, --steps, --megabytes and --minutes must be above 0"
    );
    ensure!(
        arguments.learning_rate > 0.0 && arguments.muon.is_none_or(|rate| rate > 0.0),
        "--learning-rate and --muon must be above 0"
    );
    let corpus = open_corpus(&arguments.corpus)?;
    if arguments.threads > 0 {
        tch::set_num_threads(arguments.threads);
    }
    let checkpoint_seconds = arguments.checkpoint_seconds.unwrap_or(match ranks.count() {
        1 => CHECKPOINT_SECONDS,
        _ => CHECKPOINT_SECONDS_OF_RANKS,
    });
    let run = Run {
        folder: arguments.run.clone(),
        checkpoint_every: Duration::from_secs(checkpoint_seconds),
        validate_every: arguments.validate_every,
        validation_bytes: arguments.validation_kb * 1_000,
        device: super::device::named(&arguments.device, ranks.rank_on_machine())?,
    };
    let schedule = Schedule {
        peak: arguments.learning_rate,
        warmup: (arguments.warmup * 1e6) as u64,
        total: match (arguments.megabytes, arguments.minutes) {
            (Some(megabytes), _) => (megabytes * 1e6) as u64,
            (None, Some(_)) => u64::MAX,
            (None, None) => 60_000_000,
        },
        seconds: arguments.minutes.map(|minutes| minutes * 60.0),
        decay: arguments.decay,
    };
    let beginning = match arguments.resume {
        true => None,
        false => Some(beginning(arguments, &corpus, &run, schedule, ranks)?),
    };
    Ok(Prepared {
        corpus,
        run,
        schedule,
        beginning,
    })
}

fn beginning(
    arguments: &Arguments,
    corpus: &Corpus,
    run: &Run,
    schedule: Schedule,
    ranks: &dyn Ranks,
) -> Result<Beginning> {
    ensure!(
        !run.checkpoint().exists(),
        "{} holds a run already: go on with --resume or choose another --run",
        run.folder.display()
    );
    let language = corpus.language().to_owned();
    let master = arguments.from.as_deref().map(ModelFile::read).transpose()?;
    let config = config(arguments, language, master.as_ref().map(|m| &m.config))?;
    let parameters = config.parameter_count();
    let checkpoint = parameters as u64 * CHECKPOINT_BYTES;
    ensure!(
        checkpoint < MAX_FILE_BYTES,
        "a network of {parameters} parameters has checkpoints of {:.1} GB, and no more than {:.1} \
         GB can be read: ask for fewer --layers or a smaller --hidden",
        checkpoint as f64 / 1e9,
        MAX_FILE_BYTES as f64 / 1e9,
    );
    let settings = Settings {
        config,
        lanes: arguments.lanes,
        steps: arguments.steps,
        schedule,
        muon: arguments.muon,
        dropout: arguments.dropout,
        bf16: match arguments.precision {
            Some(precision) => precision == ComputePrecision::Bf16,
            None => run.device != Device::Cpu || cpu_multiplies_bf16(),
        },
        seed: arguments.seed,
        micro_batches: arguments.micro_batches.unwrap_or(ranks.count()),
    };
    let provenance = Provenance {
        data: arguments.data.clone(),
        corpus_sha256: corpus.sha256().to_owned(),
        license: license(
            arguments,
            corpus.traits().permissive_only,
            master.as_ref().map(|m| &m.provenance),
        ),
        command: super::wording::command_line(),
        ..Provenance::default()
    };
    Ok(Beginning {
        settings,
        provenance,
        master,
    })
}

/// The shape asked for: that of `master`, if there is one, else the flags'.
///
/// # Errors
/// If a flag asks for another shape than `master` has, or for none there is.
fn config(
    arguments: &Arguments,
    language: String,
    master: Option<&ModelConfig>,
) -> Result<ModelConfig> {
    let sizes = [
        ("--layers", arguments.layers, 2),
        ("--hidden", arguments.hidden, 512),
        ("--embedding", arguments.embedding, 64),
        ("--window", arguments.window, 1024),
    ];
    let [num_layers, hidden_size, embedding_size, window] =
        sizes.map(|(_, asked, default)| asked.unwrap_or(default));
    let Some(master) = master else {
        let config = ModelConfig {
            language,
            cell: arguments.cell.unwrap_or_default(),
            num_layers,
            hidden_size,
            embedding_size,
            head: match arguments.last_layer_head {
                true => HeadInput::LastLayer,
                false => HeadInput::AllLayers,
            },
            window,
        };
        config.validate()?;
        return Ok(config);
    };
    let has = [
        master.num_layers,
        master.hidden_size,
        master.embedding_size,
        master.window,
    ];
    for ((flag, asked, _), has) in sizes.into_iter().zip(has) {
        let asked = asked.unwrap_or(has);
        ensure!(
            asked == has,
            "{flag} is {asked}, and the weights of --from have {has}: leave {flag} out"
        );
    }
    let cell = arguments.cell.unwrap_or(master.cell);
    ensure!(
        cell == master.cell,
        "--cell is {cell}, and the weights of --from are {}: leave --cell out",
        master.cell
    );
    ensure!(
        !arguments.last_layer_head || master.head == HeadInput::LastLayer,
        "the weights of --from read all layers: leave --last-layer-head out"
    );
    Ok(ModelConfig {
        language,
        ..master.clone()
    })
}

/// The licence asked for, or what follows from where the weights come from;
/// empty if nothing does.
fn license(arguments: &Arguments, permissive_only: bool, master: Option<&Provenance>) -> String {
    let stated = master.map_or("MIT OR Apache-2.0", |master| &master.license);
    let known = if permissive_only { stated } else { "" };
    let license = arguments.license.as_deref().unwrap_or(known);
    license.to_owned()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        arguments: Arguments,
    }

    fn arguments(flags: &str) -> Arguments {
        let line = format!("train my.pack --run run {flags}");
        Line::parse_from(line.split_whitespace()).arguments
    }

    fn small() -> ModelConfig {
        ModelConfig {
            language: "rust".into(),
            cell: CellKind::Lstm,
            num_layers: 1,
            hidden_size: 32,
            embedding_size: 8,
            head: HeadInput::LastLayer,
            window: 256,
        }
    }

    #[test]
    fn weights_to_start_from_decide_the_shape() {
        let config = |flags: &str| config(&arguments(flags), "rust".into(), Some(&small()));
        assert_eq!(config("").unwrap(), small());
        assert_eq!(config("--hidden 32 --last-layer-head").unwrap(), small());
        let refused = config("--cell gru").unwrap_err().to_string();
        assert!(
            refused.contains("--cell is gru") && refused.contains("lstm"),
            "{refused}"
        );
        let refused = config("--hidden 64").unwrap_err().to_string();
        assert!(
            refused.contains("--hidden is 64") && refused.contains("32"),
            "{refused}"
        );
    }

    #[test]
    fn without_weights_flags_and_defaults_decide_the_shape() {
        let config = |flags: &str| config(&arguments(flags), "rust".into(), None);
        let default = config("").unwrap();
        assert_eq!((default.num_layers, default.hidden_size), (2, 512));
        assert_eq!(default.cell, CellKind::Lstm);
        assert_eq!(config("--cell gru").unwrap().cell, CellKind::Gru);
        assert_eq!(config("--hidden 64").unwrap().hidden_size, 64);
        assert!(config("--hidden 0").is_err());
    }

    #[test]
    fn a_licence_is_stated_only_where_it_is_known() {
        let license = |flags: &str, permissive, master: Option<&str>| {
            let master = master.map(|license| Provenance {
                license: license.into(),
                ..Provenance::default()
            });
            license(&arguments(flags), permissive, master.as_ref())
        };
        assert_eq!(license("", true, None), "MIT OR Apache-2.0");
        assert_eq!(license("", true, Some("MIT")), "MIT");
        assert_eq!(license("", true, Some("")), "");
        assert_eq!(license("", false, Some("MIT")), "");
        assert_eq!(license("--license ISC", false, None), "ISC");
    }
}
