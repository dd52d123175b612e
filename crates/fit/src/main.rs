//! `fit`: fits what stands beside the weights of a model, and writes it into the
//! model's file: when counts are trusted, how memory and LSTM are mixed, what names
//! after the cursor say, what a fault looks like.
//!
//! All are fitted on packages that no model was trained on and no measurement is made
//! on (`cargo xtask corpus mixing` fetches some of Rust). Owns the fitting; what is
//! fitted is computed by the crates that use it, so nothing can differ.

#![forbid(unsafe_code)]

mod contexts;
mod embedded;
mod gate;
mod names;
mod numbers;
mod packages;
mod stops;
mod surprise;
mod task;

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use completer::Fitted;
use lstm_format::ModelFile;

use task::{On, Task};

/// Fits how far counts are trusted, how memory and LSTM are mixed, what names after
/// the cursor say and what a fault looks like, and writes it into a model's file
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Fit when to stop at a count on the way to shorter contexts
    Stops(On),
    /// Fit how memory and LSTM are mixed, with the stops that the model has
    Gate {
        #[command(flatten)]
        on: On,
        /// Updates, of 2048 bytes each
        #[arg(long, default_value_t = 6000)]
        steps: usize,
    },
    /// Fit what names after the cursor say, with the gate that the model has
    Names(On),
    /// Fit what tells a fault, with the gate that the model has
    Surprise {
        #[command(flatten)]
        on: On,
        /// Faults for each file, one at a time
        #[arg(long, default_value_t = 2)]
        faults: u64,
    },
    /// Fit what contexts of other kinds are worth, for all models and languages, and
    /// build it in: run it at the top of the repository
    Contexts {
        /// Folders of packages, each with the LSP identifier of its files: DIR=LANGUAGE
        #[arg(required = true, value_parser = packages::in_language)]
        packages: Vec<(PathBuf, String)>,
        /// Times that all is learnt
        #[arg(long, default_value_t = 4)]
        passes: usize,
    },
    /// Fit what they are worth where LSTM and memory are mixed, with the gates that the
    /// models have, and build it in: run it at the top of the repository
    Mixture {
        /// Models, each with a folder of packages in its language: MODEL=DIR
        #[arg(required = true, value_parser = packages::of_model)]
        packages: Vec<(PathBuf, PathBuf)>,
        /// Times that all is learnt
        #[arg(long, default_value_t = 4)]
        passes: usize,
    },
    /// Fit nothing: take what was fitted to another model, or what is built in
    Take {
        /// The model's file, which is written anew
        model: PathBuf,
        /// The other model
        #[arg(long)]
        from: Option<PathBuf>,
    },
    /// Build in what was fitted to a model, for models that have nothing of their own:
    /// run it at the top of the repository
    Embed {
        /// The model's file
        model: PathBuf,
    },
}

fn main() -> Result<()> {
    match Arguments::parse().command {
        Command::Stops(on) => {
            let mut task = Task::new(on)?;
            let fit = stops::fit(&task.subjects);
            task.keep(fit)
        }
        Command::Gate { on, steps } => {
            let mut task = Task::new(on)?;
            let fit = gate::fit(&task.runtime()?, &task.subjects, steps)?;
            task.keep(fit)
        }
        Command::Names(on) => {
            let mut task = Task::new(on)?;
            let found = names::fit(&task.completer()?, &task.language, &task.subjects)?;
            println!("{found}");
            task.keep(found.numbers())
        }
        Command::Surprise { on, faults } => {
            let mut task = Task::new(on)?;
            let fit = surprise::fit(&task.completer()?, &task.language, &task.subjects, faults)?;
            task.keep(fit)
        }
        Command::Contexts { packages, passes } => {
            let mut subjects = Vec::new();
            for (folder, language) in packages {
                subjects.extend(packages::read(&folder, &language)?);
            }
            let scorer = contexts::fit(&subjects, passes)?;
            embedded::write_scorer("crates/code-index/src/contexts/scorer.bin", &scorer)
        }
        Command::Mixture { packages, passes } => {
            let mut tasks = Vec::new();
            for (model, packages) in packages {
                let on = On {
                    model,
                    packages,
                    language: None,
                };
                let task = Task::new(on)?;
                tasks.push((task.runtime()?, task.subjects));
            }
            let scorer = contexts::fit_mixture(&tasks, passes)?;
            embedded::write_scorer("crates/completer/src/mixing/scorer.bin", &scorer)
        }
        Command::Take { model, from } => {
            let mut file = ModelFile::read(&model)?;
            file.fits = match from {
                Some(from) => ModelFile::read(&from)?.fits,
                None => Fitted::default().to_fits(),
            };
            file.write(&model).context("taking fits")
        }
        Command::Embed { model } => embedded::write(&Fitted::of(&ModelFile::read(&model)?.fits)),
    }
}
