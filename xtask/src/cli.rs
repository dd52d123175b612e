//! The command line of `cargo xtask`. Owns the words, not the work.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::{
    bench, corpus, dist, doors, film, fuzz, libtorch, neovim, pages, platforms, python, queue,
    rooms, server, suite,
};

/// Set-up and tests of lstm-ls.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Fetch libtorch into .libtorch, once; training needs it, the server does not
    Libtorch,
    /// Fetch and pack the files a shipped model is trained on, into .corpus
    #[command(subcommand)]
    Corpus(corpus::Name),
    /// Train the model that is furthest behind its target, by models/queue.toml
    TrainNext {
        /// Stop after so many minutes; otherwise when all have reached their targets
        #[arg(long)]
        minutes: Option<f64>,
    },
    /// Run every check and every test, in order, up to the first failure
    Test {
        /// Run these groups only (all of them but `dist` when none is named)
        #[arg(value_enum)]
        groups: Vec<suite::Group>,
    },
    /// Measure how fast it is: decode, lanes, prefill, clients, startup, memory, index, cancel, checkout, latency, soak, train
    #[command(disable_help_flag = true)]
    Bench {
        /// Handed on; `--help` lists them
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Throw hostile input at everything that takes some, and kill, stop and starve a daemon
    Fuzz(fuzz::Arguments),
    /// Build and try what is not tied to this kind of machine on others
    Platforms {
        /// Targets of the compiler (all of the table when none is named)
        targets: Vec<String>,
    },
    /// Build the engine for browsers, and write the explorer's page as a folder of files
    #[command(disable_help_flag = true)]
    Site {
        /// Handed on to `lstm-ls explore --site`: the folder, then models and texts
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
        arguments: Vec<OsString>,
    },
    /// Build the documentation as a book into target/book/html
    Book,
    /// Make what is released for a kind of machine, into target/releases
    Dist(dist::Arguments),
    /// Write the sums of a folder's releases, and what package managers are told of them
    Manifests {
        /// Holds what `dist` made for every kind of machine
        folder: PathBuf,
    },
    /// Check which crates may reach which, and which do without files, threads and clocks
    Doors,
    /// Check that no circle of files goes through two folders, and that none grows too large
    Rooms,
    /// Film a typist in Neovim, into editors/stills/typing.svg
    Film,
    /// Find a Neovim of 0.12 or newer, or fetch one into .cache/neovim; prints its path
    Neovim,
    /// Fetch the language client pygls into .cache/pygls; prints its path
    Pygls,
}

/// Reads the command line and does what it says.
pub(crate) fn run() -> Result<()> {
    match Cli::parse().task {
        Task::Libtorch => libtorch::provide(),
        Task::Corpus(name) => corpus::provide(&name),
        Task::TrainNext { minutes } => queue::train_next(minutes),
        Task::Test { groups } => suite::run(&groups),
        Task::Bench { arguments } => bench::run(&arguments),
        Task::Fuzz(arguments) => fuzz::run(&arguments),
        Task::Platforms { targets } => platforms::run(&targets, |_| ()).map(drop),
        Task::Site { arguments } => server::site::run(&arguments),
        Task::Book => pages::build(),
        Task::Dist(arguments) => dist::run(&arguments),
        Task::Manifests { folder } => dist::manifests(&folder),
        Task::Doors => doors::check(),
        Task::Rooms => rooms::check(),
        Task::Film => film::make(),
        Task::Neovim => {
            println!("{}", neovim::provide()?.display());
            Ok(())
        }
        Task::Pygls => {
            println!("{}", python::pygls()?.display());
            Ok(())
        }
    }
}
