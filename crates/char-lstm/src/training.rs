//! The training loop: truncated back-propagation through time over lanes.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
pub use lstm_format::messages::Standing;
use lstm_format::model_file::MAX_FILE_BYTES;
use lstm_format::model_file::{TRAINING_PREFIX, training_state};
use lstm_format::{Fits, ModelConfig, ModelFile, Precision, Provenance, TrainingState};
use serde::{Deserialize, Serialize};
use tch::{Device, Kind, Reduction, Tensor, no_grad};

use crate::batches::{Batch, Batches, IGNORED, Position};
use crate::curve::{Curve, Point};
use crate::evaluation::{self, Text};
use crate::network::{BatchState, Network, Pass, to_vec};
use crate::optimizer::Optimizer;
use crate::schedule::Schedule;
use corpus::{Corpus, Split};

/// Everything that decides what a run computes; stored in its checkpoints.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Shape and language.
    pub config: ModelConfig,
    /// Lanes read side by side (`B`).
    pub lanes: usize,
    /// Bytes a lane reads a step (`T`).
    pub steps: usize,
    /// Learning rate over the run.
    pub schedule: Schedule,
    /// Muon's learning rate where that of the schedule is highest; without one
    /// AdamW updates everything.
    #[serde(default)]
    pub muon: Option<f64>,
    /// Probability of dropping a unit between layers and before the head.
    pub dropout: f64,
    /// Matrix products in bf16 (masters stay f32).
    pub bf16: bool,
    /// Seed of initial weights, document order and dropout.
    pub seed: u64,
}

/// Where and how often a run reports and saves.
#[derive(Clone, Debug)]
pub struct Run {
    /// Folder for `checkpoint.safetensors`, `log.jsonl` and `curve.svg`.
    pub folder: PathBuf,
    /// Time between checkpoints.
    pub checkpoint_every: Duration,
    /// Steps between validations; 0 for none but the last.
    pub validate_every: u64,
    /// Bytes of evaluation files that a validation reads, about.
    pub validation_bytes: usize,
    /// Where to compute.
    pub device: Device,
}

impl Run {
    /// The run's checkpoint.
    pub fn checkpoint(&self) -> PathBuf {
        self.folder.join("checkpoint.safetensors")
    }
}

/// What changes from step to step beside weights and optimiser.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Progress {
    settings: Settings,
    step: u64,
    bytes: u64,
    /// Seconds computed so far.
    #[serde(default)]
    seconds: f64,
    position: Position,
}

/// Tells the user how a run goes.
pub trait Watcher {
    /// After each step.
    fn step(&mut self, standing: &Standing);
    /// A line worth keeping on the screen.
    fn note(&mut self, line: &str);
}

/// A run in memory.
pub struct Training<'a> {
    corpus: &'a Corpus,
    run: Run,
    settings: Settings,
    provenance: Provenance,
    network: Network,
    optimizer: Optimizer,
    batches: Batches<'a>,
    state: BatchState,
    curve: Curve,
    step: u64,
    bytes: u64,
    seconds: f64,
    /// Steps and bytes of the weights this run started from.
    before: (u64, u64),
    /// What was fitted to those weights.
    fits: Fits,
}

impl<'a> Training<'a> {
    /// A new run, from random weights or from those of `master`, whose data is
    /// then named before that of `provenance`. The weights may be of another
    /// language: bytes are bytes, and what one language taught helps in the next.
    ///
    /// # Errors
    /// If `master` has another shape than the settings ask for, or the run's folder
    /// can't be made.
    pub fn new(
        corpus: &'a Corpus,
        run: Run,
        settings: Settings,
        mut provenance: Provenance,
        master: Option<&ModelFile>,
    ) -> Result<Self> {
        let network = match master {
            None => Network::new(settings.config.clone(), run.device, settings.seed as i64),
            Some(master) => {
                provenance.data = data_of_both(&master.provenance.data, &provenance.data);
                let language = &settings.config.language;
                let network = Network::from_model(master, run.device).for_language(language);
                ensure!(
                    *network.config() == settings.config,
                    "the weights to start from have another shape: {:?}, expected {:?}",
                    master.config,
                    settings.config
                );
                network
            }
        };
        disk::make_folder(&run.folder)
            .with_context(|| format!("making folder {}", run.folder.display()))?;
        let before = master.map_or((0, 0), |m| (m.provenance.steps, m.provenance.bytes_trained));
        let rule = settings.config.window_rule();
        let batches = Batches::new(corpus, rule, settings.lanes, settings.steps, settings.seed);
        Ok(Self {
            state: network.zero_state(settings.lanes, compute_kind(&settings)),
            optimizer: optimizer(&network, &settings),
            curve: Curve::create(&run.folder)?,
            corpus,
            run,
            settings,
            provenance,
            network,
            batches,
            step: 0,
            bytes: 0,
            seconds: 0.0,
            before,
            fits: master.map_or_else(Fits::default, |master| master.fits.clone()),
        })
    }

    /// Goes on from the run's checkpoint, exactly as if it had not stopped.
    /// `schedule` and `steps` replace the checkpoint's.
    ///
    /// # Errors
    /// If there is no readable checkpoint, or it is of a run on another corpus.
    pub fn resume(corpus: &'a Corpus, run: Run, schedule: Schedule, steps: usize) -> Result<Self> {
        let path = run.checkpoint();
        let bytes = disk::read(&path, disk::Links::Followed, MAX_FILE_BYTES)
            .with_context(|| format!("no checkpoint to resume at {}", path.display()))?;
        let named = || format!("checkpoint {}", path.display());
        let model = ModelFile::from_bytes(&bytes).with_context(named)?;
        let saved = training_state(&bytes).with_context(named)?;
        let saved = saved.with_context(|| format!("{} is a plain model", path.display()))?;
        let progress: Progress = serde_json::from_value(saved.progress).with_context(named)?;
        ensure!(
            model.provenance.corpus_sha256 == corpus.sha256(),
            "{} is of a run on another corpus, with SHA-256 {:?}, and this one has {:?}: give the \
             corpus the run began with, or begin another --run --from this checkpoint",
            path.display(),
            model.provenance.corpus_sha256,
            corpus.sha256()
        );
        let before = |sum: u64, since: u64| {
            sum.checked_sub(since).with_context(|| {
                format!(
                    "checkpoint {} contradicts itself: it counts {sum} steps or bytes in all, \
                     and {since} in this run",
                    path.display()
                )
            })
        };
        let before = (
            before(model.provenance.steps, progress.step)?,
            before(model.provenance.bytes_trained, progress.bytes)?,
        );
        let lanes = progress.position.lanes();
        ensure!(
            lanes == progress.settings.lanes && model.config == progress.settings.config,
            "checkpoint {} contradicts itself: its settings are not those of its weights and lanes",
            path.display()
        );
        let mut settings = progress.settings;
        // Muon's rate keeps its proportion to the other.
        let scale = schedule.peak / settings.schedule.peak;
        settings.muon = settings.muon.map(|rate| rate * scale);
        (settings.schedule, settings.steps) = (schedule, steps);
        let network = Network::from_model(&model, run.device);
        let mut optimizer = optimizer(&network, &settings);
        let missing = || format!("checkpoint {} lacks training state", path.display());
        optimizer
            .restore(&network, &saved.tensors)
            .with_context(missing)?;
        let kind = compute_kind(&settings);
        let zeros = network.zero_state(settings.lanes, kind);
        let carried = |name: &str, like: &Tensor| -> Result<Tensor> {
            let values = saved.tensors.get(&format!("{TRAINING_PREFIX}{name}"));
            let values = values
                .filter(|v| v.len() == like.numel())
                .with_context(missing)?;
            Ok(Tensor::from_slice(values)
                .view_as(like)
                .to_device(run.device)
                .to_kind(kind))
        };
        let state = BatchState {
            h: carried("h", &zeros.h)?,
            c: carried("c", &zeros.c)?,
        };
        let rule = settings.config.window_rule();
        let seed = settings.seed;
        let batches = Batches::resume(corpus, rule, steps, seed, progress.position);
        Ok(Self {
            batches: batches.with_context(named)?,
            curve: Curve::resume(&run.folder, progress.step)?,
            before,
            provenance: model.provenance,
            fits: model.fits,
            corpus,
            run,
            settings,
            network,
            optimizer,
            state,
            step: progress.step,
            bytes: progress.bytes,
            seconds: progress.seconds,
        })
    }

    /// Trains to the end of the schedule, or until `stop` is set; saves a
    /// checkpoint either way.
    ///
    /// # Errors
    /// If the loss is no longer finite or the checkpoint can't be written; the
    /// last good checkpoint is then still there.
    pub fn train(&mut self, stop: &AtomicBool, watcher: &mut dyn Watcher) -> Result<()> {
        let (mut saved, started) = (Instant::now(), Instant::now());
        let (first_bytes, first_seconds) = (self.bytes, self.seconds);
        let mut smoothed: Option<f64> = None;
        while self.share() < 1.0 && !stop.load(Ordering::Relaxed) {
            let (loss, learning_rate) = self.step()?;
            let elapsed = started.elapsed().as_secs_f64();
            self.seconds = first_seconds + elapsed;
            let average = smoothed.map_or(loss, |s| s + 0.05 * (loss - s));
            smoothed = Some(average);
            let rate = (self.bytes - first_bytes) as f64 / elapsed;
            let schedule = &self.settings.schedule;
            watcher.step(&Standing {
                step: self.step,
                bytes: self.bytes,
                share: self.share(),
                bits_per_byte: average,
                bytes_per_second: rate,
                seconds_left: schedule.seconds_left(self.bytes, self.seconds, rate),
            });
            let every = self.run.validate_every;
            let last = every > 0 && self.share() >= 1.0;
            let due = every > 0 && self.step.is_multiple_of(every);
            if last {
                // A user who stops it during the last validation has lost nothing.
                self.save()?;
            }
            let validation = (due || last).then(|| self.validate()).flatten();
            self.curve.push(Point {
                step: self.step,
                bytes: self.bytes,
                train: loss,
                validation,
                learning_rate,
            })?;
            if let Some(bits) = validation {
                let (step, megabytes) = (self.step, self.bytes as f64 / 1e6);
                watcher.note(&format!(
                    "step {step}, {megabytes:.1} MB: train {average:.3}, validation {bits:.3} bits/byte"
                ));
            }
            if saved.elapsed() >= self.run.checkpoint_every {
                self.save()?;
                saved = Instant::now();
            }
        }
        self.save()
    }

    /// How much of the run is done, 0–1.
    pub fn share(&self) -> f64 {
        self.settings.schedule.share(self.bytes, self.seconds)
    }

    /// One optimiser step; gives the loss in bits per byte and the learning rate.
    ///
    /// # Errors
    /// If the loss is no longer finite.
    pub fn step(&mut self) -> Result<(f64, f64)> {
        let pass = Pass {
            compute: compute_kind(&self.settings),
            dropout: self.settings.dropout,
            train: true,
        };
        let step = self.step + 1;
        // libtorch's generator can't be saved, so each step seeds it anew.
        tch::manual_seed((self.settings.seed ^ step.wrapping_mul(0x9e37_79b9_7f4a_7c15)) as i64);
        let mut batch = self.batches.next_batch(self.run.device);
        while batch.bytes == 0 {
            // Nothing but headers, which are read and not learnt.
            let carried = self.state.carried(&batch.keep);
            self.state = no_grad(|| self.network.forward(&batch.inputs, &carried, pass)).1;
            batch = self.batches.next_batch(self.run.device);
        }
        let Batch {
            inputs,
            targets,
            keep,
            bytes,
        } = batch;
        let (logits, state) = self
            .network
            .forward(&inputs, &self.state.carried(&keep), pass);
        let loss = logits.view([-1, 256]).cross_entropy_loss(
            &targets.view(-1),
            None::<&Tensor>,
            Reduction::Mean,
            IGNORED,
            0.0,
        );
        loss.backward();
        let rate = self
            .settings
            .schedule
            .learning_rate(self.bytes + bytes as u64, self.seconds);
        self.optimizer.step(&self.network, rate, step);
        let bits = loss.double_value(&[]) / std::f64::consts::LN_2;
        if !bits.is_finite() {
            bail!("the loss is {bits} at step {step}: lower --learning-rate and resume");
        }
        self.state = state;
        self.step = step;
        self.bytes += bytes as u64;
        Ok((bits, rate))
    }

    /// Bits per byte over a fixed sample of the evaluation files.
    fn validate(&self) -> Option<f64> {
        let files = self.corpus.evaluation_files();
        let all: usize = files.iter().map(|d| d.length).sum();
        let stride = (all / self.run.validation_bytes.max(1)).max(1);
        let texts: Vec<Text<'_>> = (files.iter().step_by(stride))
            .map(|d| Text {
                path: &d.path,
                bytes: self.corpus.text(d),
            })
            .collect();
        let bytes: usize = texts.iter().map(|t| t.bytes.len()).sum();
        let pass = Pass {
            compute: compute_kind(&self.settings),
            ..Pass::EVALUATE
        };
        let bits = evaluation::bits(&self.network, &texts, pass, |_, _| {});
        (bytes > 0).then(|| bits.iter().sum::<f64>() / bytes as f64)
    }

    /// Writes the checkpoint and redraws the curve.
    fn save(&mut self) -> Result<()> {
        let progress = Progress {
            settings: self.settings.clone(),
            step: self.step,
            bytes: self.bytes,
            seconds: self.seconds,
            position: self.batches.position().clone(),
        };
        let mut tensors = self.optimizer.state(&self.network);
        no_grad(|| {
            for (name, tensor) in [("h", &self.state.h), ("c", &self.state.c)] {
                tensors.push((format!("{TRAINING_PREFIX}{name}"), to_vec(tensor)));
            }
        });
        let training = TrainingState {
            progress: serde_json::to_value(progress)?,
            tensors: tensors.into_iter().collect(),
        };
        self.provenance.steps = self.before.0 + self.step;
        self.provenance.bytes_trained = self.before.1 + self.bytes;
        let mut model = self
            .network
            .to_model(self.provenance.clone(), Precision::F32)?;
        model.fits = self.fits.clone();
        disk::write_own(&self.run.checkpoint(), &model.to_bytes(Some(&training))?)
            .context("saving the checkpoint failed; the previous one is untouched")?;
        self.curve.draw()
    }
}

fn compute_kind(settings: &Settings) -> Kind {
    if settings.bf16 {
        Kind::BFloat16
    } else {
        Kind::Float
    }
}

fn optimizer(network: &Network, settings: &Settings) -> Optimizer {
    let muon = settings.muon.map(|rate| rate / settings.schedule.peak);
    Optimizer::new(network, muon, compute_kind(settings))
}

/// What weights have read that were trained on `first` and then on `second`.
fn data_of_both(first: &str, second: &str) -> String {
    if first == second || first.ends_with(&format!("; then {second}")) {
        return first.to_owned();
    }
    let named = |data: &str| match data {
        "" => "data without a name".to_owned(),
        data => data.to_owned(),
    };
    format!("{}; then {}", named(first), named(second))
}

/// Opens a corpus and reads it once, to see that it is whole.
///
/// # Errors
/// As [`Corpus::open`] and [`Corpus::verify`], or if it has nothing to train on.
pub fn open_corpus(path: &Path) -> Result<Corpus> {
    let corpus = Corpus::open(path)?;
    corpus
        .verify()
        .with_context(|| format!("reading {}", path.display()))?;
    ensure!(
        corpus.split(Split::Train).next().is_some(),
        "corpus {} has no training documents: repositories are split as wholes, by their names, \
         and none fell to training; pack more of them with `lstm-train corpus`",
        path.display()
    );
    Ok(corpus)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_named_in_the_order_it_was_read() {
        assert_eq!(data_of_both("A", "B"), "A; then B");
        assert_eq!(data_of_both("A; then B", "B"), "A; then B");
        assert_eq!(data_of_both("A", "A"), "A");
        assert_eq!(data_of_both("A", ""), "A; then data without a name");
        assert_eq!(data_of_both("", ""), "");
    }
}
