//! The training loop: truncated back-propagation through time over lanes.

mod lanes;

use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
pub use lstm_format::messages::Standing;
use lstm_format::model_file::MAX_FILE_BYTES;
use lstm_format::model_file::{TRAINING_PREFIX, training_state};
use lstm_format::{Fits, ModelConfig, ModelFile, Precision, Provenance, TrainingState};
use serde::{Deserialize, Serialize};
use tch::{Device, Kind};

use crate::batches::{Batches, Position};
use crate::curve::{Curve, Point};
use crate::evaluation::{self, Text};
use crate::learner::Learner;
use crate::network::{Network, Pass, to_vec};
use crate::optimizer::Optimizer;
use crate::ranks::{Ranks, agreed, led};
use crate::schedule::Schedule;
use corpus::{Corpus, Split};
use lanes::{Carried, Lanes};

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
    /// Parts that the lanes are read in one after the other, whose gradients are added: a
    /// multiple of the number of ranks, which have as many of them each.
    #[serde(default = "one")]
    pub micro_batches: usize,
}

fn one() -> usize {
    1
}

impl Settings {
    /// Type of the matrix products.
    fn compute(&self) -> Kind {
        if self.bf16 {
            Kind::BFloat16
        } else {
            Kind::Float
        }
    }

    /// An optimiser that has seen no gradient.
    fn optimizer(&self, network: &Network) -> Optimizer {
        let muon = self.muon.map(|rate| rate / self.schedule.peak);
        Optimizer::new(network, muon, self.compute())
    }

    /// The lanes in parts that `ranks` can share.
    fn check(&self, ranks: &dyn Ranks) -> Result<()> {
        let (parts, ranks) = (self.micro_batches, ranks.count());
        ensure!(
            parts > 0 && parts.is_multiple_of(ranks) && parts <= self.lanes,
            "{} lanes can't be read in {parts} micro-batches by {ranks} ranks: there have to be as \
             many micro-batches for each rank, and a lane for each micro-batch",
            self.lanes
        );
        Ok(())
    }
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

/// What rank 0 decides for all after a step.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Decision {
    /// Seconds computed so far.
    seconds: f64,
    /// A checkpoint is due.
    save: bool,
}

/// A run in memory.
pub struct Training<'a> {
    corpus: &'a Corpus,
    run: Run,
    settings: Settings,
    provenance: Provenance,
    learner: Learner<'a>,
    lanes: Lanes<'a>,
    /// On rank 0, which writes.
    curve: Option<Curve>,
    /// Steps and bytes of the weights this run started from.
    before: (u64, u64),
    /// What was fitted to those weights.
    fits: Fits,
}

impl<'a> Training<'a> {
    /// A new run, from random weights or from those of `master`, whose data is
    /// then named before that of `provenance`. The weights may be of another
    /// language: bytes are bytes, and what one language taught helps in the next.
    /// What `settings` are, rank 0 decides.
    ///
    /// # Errors
    /// If `master` has another shape than the settings ask for, the run's folder
    /// can't be made, or what the ranks begin with is not the same.
    pub fn new(
        corpus: &'a Corpus,
        run: Run,
        settings: Settings,
        provenance: Provenance,
        master: Option<&ModelFile>,
        ranks: &'a dyn Ranks,
    ) -> Result<Self> {
        let (settings, sha256) = led(ranks, || Ok((settings, corpus.sha256().to_owned())))?;
        let begin = || {
            ensure!(
                sha256 == corpus.sha256(),
                "the corpus is another than that of rank 0: give every rank a copy of the same"
            );
            Self::begin(corpus, run, settings, provenance, master, ranks)
        };
        let training = agreed(ranks, begin())?;
        training.compare_weights()?;
        Ok(training)
    }

    fn begin(
        corpus: &'a Corpus,
        run: Run,
        settings: Settings,
        mut provenance: Provenance,
        master: Option<&ModelFile>,
        ranks: &'a dyn Ranks,
    ) -> Result<Self> {
        settings.check(ranks)?;
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
        let curve = (ranks.rank() == 0).then(|| {
            disk::make_folder(&run.folder)
                .with_context(|| format!("making folder {}", run.folder.display()))?;
            Curve::create(&run.folder)
        });
        let before = master.map_or((0, 0), |m| (m.provenance.steps, m.provenance.bytes_trained));
        let rule = settings.config.window_rule();
        let batches = Batches::new(corpus, rule, settings.lanes, settings.steps, settings.seed);
        let zeros = network.zero_state(settings.lanes, settings.compute());
        Ok(Self {
            lanes: Lanes::new(batches, &settings, &network, ranks, &zeros),
            learner: Learner::new(
                settings.optimizer(&network),
                network,
                settings.schedule,
                settings.micro_batches,
                ranks,
            ),
            curve: curve.transpose()?,
            corpus,
            run,
            settings,
            provenance,
            before,
            fits: master.map_or_else(Fits::default, |master| master.fits.clone()),
        })
    }

    /// Goes on from the run's checkpoint, exactly as if it had not stopped.
    /// `schedule` and `steps` replace the checkpoint's. Where the number of ranks does
    /// not divide that of its micro-batches, there is one for each rank from now on.
    ///
    /// # Errors
    /// If there is no readable checkpoint, or it is of a run on another corpus.
    pub fn resume(
        corpus: &'a Corpus,
        run: Run,
        schedule: Schedule,
        steps: usize,
        ranks: &'a dyn Ranks,
    ) -> Result<Self> {
        let path = run.checkpoint();
        let read = || {
            if ranks.rank() > 0 {
                return Ok(Vec::new());
            }
            disk::read(&path, disk::Links::Followed, MAX_FILE_BYTES)
                .with_context(|| format!("no checkpoint to resume at {}", path.display()))
        };
        let checkpoint = ranks.broadcast(agreed(ranks, read())?);
        let resumed = Self::go_on(corpus, run, schedule, steps, ranks, &checkpoint);
        let training = agreed(ranks, resumed)?;
        training.compare_weights()?;
        Ok(training)
    }

    fn go_on(
        corpus: &'a Corpus,
        run: Run,
        schedule: Schedule,
        steps: usize,
        ranks: &'a dyn Ranks,
        bytes: &[u8],
    ) -> Result<Self> {
        let path = run.checkpoint();
        let named = || format!("checkpoint {}", path.display());
        let model = ModelFile::from_bytes(bytes).with_context(named)?;
        let saved = training_state(bytes).with_context(named)?;
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
        if !settings.micro_batches.is_multiple_of(ranks.count()) {
            settings.micro_batches = ranks.count();
        }
        settings.check(ranks)?;
        let network = Network::from_model(&model, run.device);
        let mut optimizer = settings.optimizer(&network);
        let missing = || format!("checkpoint {} lacks training state", path.display());
        optimizer
            .restore(&network, &saved.tensors)
            .with_context(missing)?;
        let carried = |name: &str| {
            let values = saved.tensors.get(&format!("{TRAINING_PREFIX}{name}"));
            values.map(Vec::as_slice).with_context(missing)
        };
        let carried = [carried("h")?, carried("c")?];
        let state = lanes::state(&network, settings.lanes, settings.compute(), carried);
        let state = state.with_context(missing)?;
        let rule = settings.config.window_rule();
        let batches = Batches::resume(corpus, rule, steps, settings.seed, progress.position);
        let batches = batches.with_context(named)?;
        let curve = (ranks.rank() == 0).then(|| Curve::resume(&run.folder, progress.step));
        Ok(Self {
            lanes: Lanes::new(batches, &settings, &network, ranks, &state),
            learner: Learner {
                step: progress.step,
                read: progress.bytes,
                seconds: progress.seconds,
                ..Learner::new(optimizer, network, schedule, settings.micro_batches, ranks)
            },
            curve: curve.transpose()?,
            before,
            provenance: model.provenance,
            fits: model.fits,
            corpus,
            run,
            settings,
        })
    }

    /// Trains to the end of the schedule, or until `stop` is set; saves a
    /// checkpoint either way. Of several ranks it is rank 0 that is stopped, and that
    /// tells its watcher.
    ///
    /// # Errors
    /// If the loss is no longer finite or the checkpoint can't be written; the
    /// last good checkpoint is then still there.
    pub fn train(&mut self, stop: &AtomicBool, watcher: &mut dyn Watcher) -> Result<()> {
        let ranks = self.learner.ranks;
        let (mut saved, started) = (Instant::now(), Instant::now());
        let (first_bytes, first_seconds) = (self.learner.read, self.learner.seconds);
        let mut smoothed: Option<f64> = None;
        let mut stopped = led(ranks, || Ok(stop.load(Ordering::Relaxed)))?;
        while self.share() < 1.0 && !stopped {
            let (loss, learning_rate) = self.step()?;
            let elapsed = started.elapsed().as_secs_f64();
            let decision = led(ranks, || {
                Ok(Decision {
                    seconds: first_seconds + elapsed,
                    save: saved.elapsed() >= self.run.checkpoint_every,
                })
            })?;
            self.learner.seconds = decision.seconds;
            let (step, bytes) = (self.learner.step, self.learner.read);
            let average = smoothed.map_or(loss, |s| s + 0.05 * (loss - s));
            smoothed = Some(average);
            let rate = (bytes - first_bytes) as f64 / elapsed;
            let schedule = &self.settings.schedule;
            if self.curve.is_some() {
                watcher.step(&Standing {
                    step,
                    bytes,
                    share: self.share(),
                    bits_per_byte: average,
                    bytes_per_second: rate,
                    seconds_left: schedule.seconds_left(bytes, decision.seconds, rate),
                });
            }
            let every = self.run.validate_every;
            let last = every > 0 && self.share() >= 1.0;
            let due = every > 0 && step.is_multiple_of(every);
            if last {
                // A user who stops it during the last validation has lost nothing.
                self.save()?;
            }
            let validation = (due || last).then(|| self.validate()).flatten();
            let point = Point {
                step,
                bytes,
                train: loss,
                validation,
                learning_rate,
            };
            stopped = led(ranks, || {
                let curve = self.curve.as_mut();
                curve.map_or(Ok(()), |curve| curve.push(point))?;
                Ok(stop.load(Ordering::Relaxed))
            })?;
            if let (Some(bits), Some(_)) = (validation, &self.curve) {
                let megabytes = bytes as f64 / 1e6;
                watcher.note(&format!(
                    "step {step}, {megabytes:.1} MB: train {average:.3}, validation {bits:.3} bits/byte"
                ));
            }
            if decision.save {
                self.save()?;
                saved = Instant::now();
            }
        }
        self.save()
    }

    /// How much of the run is done, 0–1.
    pub fn share(&self) -> f64 {
        self.learner.share()
    }

    /// One optimiser step; gives the loss in bits per byte and the learning rate.
    ///
    /// # Errors
    /// If the loss is no longer finite.
    pub fn step(&mut self) -> Result<(f64, f64)> {
        let made = self.learner.step(&mut self.lanes);
        let made = made.map_err(|error| anyhow!("{error}: lower --learning-rate and resume"))?;
        Ok((made.bits, made.learning_rate))
    }

    /// Bits per byte over a fixed sample of the evaluation files, on rank 0.
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
            compute: self.settings.compute(),
            ..Pass::EVALUATE
        };
        let Learner { network, ranks, .. } = &self.learner;
        let bits = evaluation::shared_bits(*ranks, network, &texts, pass, |_, _| {});
        (bytes > 0).then(|| bits.iter().sum::<f64>() / bytes as f64)
    }

    /// Looks whether all ranks still have the same weights, which no rank is told: each
    /// computes them from the same gradients.
    ///
    /// # Errors
    /// If not.
    fn compare_weights(&self) -> Result<()> {
        let Learner { network, ranks, .. } = &self.learner;
        if ranks.count() == 1 {
            return Ok(());
        }
        let mut hasher = DefaultHasher::new();
        for (_, parameter) in network.parameters() {
            let bits = to_vec(parameter).into_iter().map(f32::to_bits);
            bits.for_each(|bits| hasher.write_u32(bits));
        }
        let all = ranks.gather(hasher.finish().to_le_bytes().to_vec());
        led(*ranks, || {
            let other = all.iter().position(|rank| *rank != all[0]);
            other.map_or(Ok(()), |rank| {
                Err(anyhow!(
                    "rank {rank} computes other weights than rank 0: run all ranks on CPUs of one \
                     kind, with the same libtorch"
                ))
            })
        })
    }

    /// Writes the checkpoint and redraws the curve.
    fn save(&mut self) -> Result<()> {
        self.compare_weights()?;
        let ranks = self.learner.ranks;
        let carried = self.lanes.carried(ranks);
        led(ranks, || match carried {
            Some(carried) => self.write(carried),
            None => Ok(()),
        })
    }

    fn write(&mut self, carried: Carried) -> Result<()> {
        let learner = &self.learner;
        let progress = Progress {
            settings: self.settings.clone(),
            step: learner.step,
            bytes: learner.read,
            seconds: learner.seconds,
            position: self.lanes.position().clone(),
        };
        let mut tensors = learner.optimizer.state(&learner.network);
        for (name, values) in ["h", "c"].into_iter().zip(carried) {
            tensors.push((format!("{TRAINING_PREFIX}{name}"), values));
        }
        let training = TrainingState {
            progress: serde_json::to_value(progress)?,
            tensors: tensors.into_iter().collect(),
        };
        self.provenance.steps = self.before.0 + learner.step;
        self.provenance.bytes_trained = self.before.1 + learner.read;
        let mut model = learner
            .network
            .to_model(self.provenance.clone(), Precision::F32)?;
        model.fits = self.fits.clone();
        disk::write_own(&self.run.checkpoint(), &model.to_bytes(Some(&training))?)
            .context("saving the checkpoint failed; the previous one is untouched")?;
        self.curve.as_ref().map_or(Ok(()), Curve::draw)
    }
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
