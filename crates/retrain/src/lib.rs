//! Training a model further on the user's own files, offline.
//!
//! Files are packed and weights trained by `lstm-train`, a program of its own
//! that runs at low priority; what they are worth is measured here, on files that
//! were held out, as the server would complete them. A version that is not better
//! than what is in use is not kept.
//!
//! Everything lies in a folder of its own until it is decided, so that what was
//! killed goes on where it was. Must not know LSP or how anything is printed.
//!
//! What it says to other programs is one JSON object a line:
//!
//! ```
//! use retrain::messages::Message;
//!
//! let line = r#"{"stage":"training: 1.312 bits a byte","share":0.4,"seconds_left":95.0}"#;
//! let Some(Message::Progress { share, .. }) = Message::parse(line) else {
//!     panic!("it is a message");
//! };
//! assert_eq!(share, 0.4);
//! ```

#![forbid(unsafe_code)]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context;
use lstm_format::{ModelFile, Precision};

use assistant::models::Loader;
use assistant::models::Source;
use assistant::store::{About, Name, Quality, Store};

mod base;
mod blend;
mod child;
mod choice;
mod clock;
mod job;
mod measure;
pub mod messages;
mod sample;
mod trainer;
mod verdict;

use base::Base;
use clock::{Clock, Reserve};
use job::Job;
use measure::HeldOut;
use trainer::Trainer;

/// Text a model has to learn from at least, in bytes: with less there is nothing
/// to tell an accident from progress by.
const LEAST_TEXT: usize = 20_000;

/// Passes over the user's files at most: what is read more often is learnt by
/// heart, which the memory does better.
const MOST_PASSES: f64 = 4.0;

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Options {
    /// The user's folder.
    pub workspace: PathBuf,
    /// Time for all of it.
    pub budget: Duration,
    /// Weights to start from, if not those of the model in use.
    pub from: Option<PathBuf>,
    /// `lstm-train`, if it is not to be looked for.
    pub program: Option<PathBuf>,
}

/// Where things lie.
#[derive(Clone, Debug)]
pub struct Places {
    /// The user's models.
    pub store: Store,
    /// Folder for work that can be taken up again.
    pub work: PathBuf,
    /// The model that serves where there is none in the user's folder of models.
    pub shipped: Source,
}

/// How far it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// What is being done, in a few words.
    pub stage: String,
    /// How much of the time is gone, 0–1.
    pub share: f64,
    /// Time to the end.
    pub left: Duration,
}

/// Tells the user how far it is.
pub trait Watcher {
    /// Called every second or so, and when something else is begun.
    fn progress(&mut self, progress: &Progress);
    /// A line worth keeping.
    fn note(&mut self, line: &str);
}

/// How it ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// A version was made and is in use.
    Promoted(Name, Box<About>),
    /// Nothing changes, for this reason.
    Refused(String, Option<(Quality, Quality)>),
}

/// Trains on the files of `options.workspace` and puts what came of it into use
/// if it is better there.
///
/// # Errors
/// If `lstm-train` is missing or fails, or a file can't be read or written. What
/// was done until then is taken up by the next call, but not where training failed
/// by itself or led to nothing that can be read: the next call begins anew.
pub fn run(
    options: &Options,
    places: &Places,
    loader: Loader,
    watcher: &mut dyn Watcher,
) -> anyhow::Result<Outcome> {
    let clock = Clock::new(options.budget);
    let workspace = options.workspace.canonicalize();
    let workspace =
        workspace.with_context(|| format!("reading {}", options.workspace.display()))?;
    let trainer = Trainer::find(options.program.as_deref(), &workspace)?;
    let base = Base::find(options.from.as_deref(), places)?;
    let mut job = Job::open(&places.work, &workspace, &base.language, &base.basis)?;
    if let Some(note) = &base.note {
        watcher.note(note);
    }
    if job.anew {
        watcher.note(
            "beginning anew: what was stopped before was made with other weights, or by another \
             version of this program",
        );
    }

    let mut clock = clock.after(job.state.spent);
    clock.tell(watcher, "reading your files");
    let packed = match job.state.packed.clone() {
        Some(packed) => {
            watcher.note("going on with what was stopped before");
            packed
        }
        None => match trainer.pack(&workspace, &base.language, &job, || clock.left())? {
            Ok(packed) => packed,
            Err(reason) => return job.refuse(reason, None),
        },
    };
    if packed.train < LEAST_TEXT {
        let reason = format!(
            "{} bytes of {} to learn from in {} are too few: {LEAST_TEXT} at least",
            packed.train,
            base.language,
            workspace.display()
        );
        return job.refuse(reason, None);
    }
    job.update(|state| state.packed = Some(packed.clone()))?;

    let held_out = HeldOut::read(&job.held_out(), &workspace, &base.language)?;
    if held_out.is_empty() {
        let reason = "no file could be held out to measure on: there are too few".to_owned();
        return job.refuse(reason, None);
    }
    let (before, measuring) = match job.state.before.clone() {
        Some(measured) => measured,
        None => {
            clock.tell(watcher, "measuring the model in use");
            let started = Instant::now();
            let engine = loader(&base.in_use)?;
            let before = held_out.measure(&engine, None, clock.measuring_before());
            (before, started.elapsed().as_secs_f64())
        }
    };
    let known: Vec<_> = before.iter().flatten().copied().collect();
    let minutes = options.budget.as_secs_f64() / 60.0;
    if known.is_empty() {
        return job.refuse(
            format!("{minutes:.1} minutes are too few to measure in"),
            None,
        );
    }
    let spent = clock.spent();
    job.update(|state| (state.before, state.spent) = (Some((before.clone(), measuring)), spent))?;
    if let Some(reason) = verdict::hopeless(sample::quality(&known)) {
        return job.refuse(reason, None);
    }

    let reserve = Reserve::new(options.budget, Duration::try_from_secs_f64(measuring)?);
    clock = clock.with(reserve);
    let budget = options.budget.as_secs_f64();
    let planned = match job.state.training {
        // Another budget than before is so much more training, or less.
        Some((seconds, of)) => Some(seconds + budget - of),
        None => reserve
            .training(clock.left())
            .map(|training| training.as_secs_f64()),
    };
    let Some(planned) = planned else {
        let reason = format!(
            "{minutes:.1} minutes are too few: measuring takes {measuring:.0} s before, and up to \
             three times that after"
        );
        return job.refuse(reason, None);
    };
    job.update(|state| state.training = Some((planned, budget)))?;
    let training = Duration::try_from_secs_f64(planned.max(clock::LEAST_TRAINING.as_secs_f64()))?;
    let most_bytes = packed.train as f64 * MOST_PASSES;
    let train = trainer::Training {
        start: &base.start,
        budget: training,
        megabytes: most_bytes / 1e6,
    };
    let aside = clock.left().saturating_sub(training);
    let time = || reserve.training_at_most(clock.left());
    let trained = trainer.train(&job, &train, time, |standing| {
        let left = Duration::try_from_secs_f64(standing.seconds_left).unwrap_or(aside) + aside;
        let stage = format!("training: {:.3} bits/byte", standing.bits_per_byte);
        clock.tell_left(watcher, stage, left.min(clock.left()));
        let spent = clock.spent();
        // Losing a second of the account does no harm.
        if spent > job.last_spent() + 5.0 {
            let _ = job.note_spent(spent);
        }
    })?;
    if let Err(error) = trained {
        return Err(job.failed(&error));
    }
    if !job.checkpoint().is_file() {
        let reason = "the machine was too busy to train on: give it more --minutes".to_owned();
        return job.refuse(reason, None);
    }

    clock.tell(watcher, "measuring what came of it");
    let mut led_to = match ModelFile::read(&job.checkpoint()) {
        Ok(led_to) => led_to,
        Err(error) => return Err(job.failed(&error.into())),
    };
    // Exact weights may lie in a file without fits.
    led_to.fits = base.in_use.fits.clone();
    let start = ModelFile::read(&base.start.file(job.folder())?)?;
    let left = || Reserve::measuring(clock.left());
    let choice = choice::choose(&before, left, |way| {
        let weights = blend::between(&start, &led_to, way)?;
        let engine = loader(&weights.to_precision(Precision::Int8)?)?;
        Ok(held_out.measure(&engine, Some(&before), left()))
    });
    let choice = match choice {
        Ok(choice) => choice,
        Err(error) => return Err(job.failed(&error)),
    };
    let (before, after) = (choice.before, choice.after);
    if let Some(reason) = choice.refused {
        return job.refuse(reason, Some((before, after)));
    }
    if Base::find(options.from.as_deref(), places)?.basis != base.basis {
        let reason = "another model has come into use meanwhile, which this one was not compared \
                      with: call again to start from that";
        return job.refuse(reason.to_owned(), Some((before, after)));
    }
    let trained = blend::between(&start, &led_to, choice.way)?;
    let model = trained.to_precision(Precision::Int8)?;
    let about = About {
        made: jiff::Timestamp::now()
            .strftime("%Y-%m-%dT%H:%M:%SZ")
            .to_string(),
        workspace,
        started_from: base.name.clone(),
        bytes_trained: trained
            .provenance
            .bytes_trained
            .saturating_sub(base.bytes_trained),
        before,
        after,
    };
    let master = trained.to_precision(Precision::Bf16)?;
    let name = places.store.add(&model, &master, &about)?;
    places.store.use_version(&name)?;
    job.done()?;
    Ok(Outcome::Promoted(name, Box::new(about)))
}

/// A path below `folder` for work on `key`, which may be any text.
fn place_for(folder: &Path, key: &str) -> PathBuf {
    use sha2::{Digest, Sha256};
    folder.join(in_hex(&Sha256::digest(key.as_bytes())[..8]))
}

fn in_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(all(test, unix))]
mod tests;
