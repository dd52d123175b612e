//! The command line: what can be said, and who answers.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::lsp;
use assistant::models::Loader;
use assistant::models::Source;
use assistant::models::{Embedded, ModelSource};
use assistant::session::Shared;
use assistant::user;

mod complete;
mod connect;
mod doctor;
pub(crate) mod eval;
mod explore;
mod generate;
mod location;
mod model;
mod playground;
mod print;
mod retrain;
mod serve;
mod setup;
mod stats;
mod texts;

/// Code completion by a character LSTM that runs on your own CPU.
///
/// Without a command it is a language server on stdin and stdout.
#[derive(Debug, Parser)]
#[command(name = "lstm-ls", version)]
pub struct Arguments {
    /// Speak LSP on stdin and stdout, which is the default; editors pass this.
    #[arg(long)]
    stdio: bool,
    /// Write logs to the end of this file, a line a request.
    #[arg(long, value_name = "PATH", global = true)]
    log_file: Option<PathBuf>,
    #[command(flatten)]
    model: ModelArguments,
    #[command(subcommand)]
    command: Option<Command>,
}

impl Arguments {
    /// Where logs go, if not to stderr.
    pub fn log_file(&self) -> Option<&Path> {
        self.log_file.as_deref()
    }
}

#[derive(Debug, Args)]
struct ModelArguments {
    /// Model file to use instead of the embedded model.
    #[arg(long = "model", value_name = "PATH", global = true)]
    path: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make an editor start lstm-ls: shows what would be written, asks, and can undo it.
    Setup(setup::Arguments),
    /// Suggest text at a place in a file.
    Complete(complete::Arguments),
    /// Type in the terminal and see what is suggested, with no editor set up.
    Try(playground::Arguments),
    /// Look inside a model: a page on this machine that shows what its units do.
    Explore(explore::Arguments),
    /// Serve many editors from one process.
    Serve(serve::Arguments),
    /// Carry an editor's pipes to the daemon on a socket, starting it if need be.
    Connect(connect::Arguments),
    /// Look at model files, and choose among those trained on your own code.
    #[command(subcommand)]
    Model(model::Command),
    /// Train the model further on your own code; nothing leaves the machine.
    Retrain(retrain::Arguments),
    /// Measure a model on files.
    #[command(subcommand)]
    Eval(eval::Measure),
    /// Show what was offered and accepted on this machine.
    Stats(stats::Arguments),
    /// Show what this machine gives: CPU, model, speed, settings.
    Doctor(doctor::Arguments),
    /// Write the man pages and the shell completions, for packagers.
    Generate(generate::Arguments),
}

/// Runs what `arguments` say.
///
/// # Errors
/// One line for the user, context first.
pub fn dispatch(arguments: Arguments, loader: Loader) -> anyhow::Result<ExitCode> {
    let log_file = arguments.log_file;
    let source = Source::new(arguments.model.path);
    // Not locked: the server writes from threads of its own.
    let out = &mut std::io::stdout();
    match arguments.command {
        None => return speak(source, loader),
        Some(Command::Serve(arguments)) => {
            let shared = shared(source, loader);
            serve::run(arguments, shared, out)?;
        }
        Some(Command::Connect(arguments)) => {
            return connect::run(arguments, source, loader, log_file.as_deref());
        }
        Some(Command::Setup(arguments)) => setup::run(&arguments, out)?,
        Some(Command::Try(arguments)) => playground::run(arguments, &source, loader)?,
        Some(Command::Explore(arguments)) => explore::run(arguments, source, out)?,
        Some(Command::Complete(arguments)) => complete::run(&arguments, &source, loader, out)?,
        Some(Command::Model(what)) => model::run(what, source, out)?,
        Some(Command::Retrain(arguments)) => {
            return retrain::run(&arguments, source, loader, out);
        }
        Some(Command::Eval(eval::Measure::Bits(bits))) => eval::bits(&bits, &source, loader, out)?,
        Some(Command::Stats(arguments)) => stats::run(&arguments, out)?,
        Some(Command::Eval(eval::Measure::Keystrokes(keystrokes))) => {
            eval::keystrokes(&keystrokes, &source, loader, out)?;
        }
        Some(Command::Eval(eval::Measure::Surprise(surprise))) => {
            eval::surprise(&surprise, &source, loader, out)?;
        }
        Some(Command::Doctor(arguments)) => doctor::run(&arguments, &source, loader, out)?,
        Some(Command::Generate(arguments)) => {
            generate::run(&arguments, &Arguments::command(), out)?;
        }
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// Whether `error` only says that the reader of the output is gone.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<std::io::Error>();
    io.is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
}

fn speak(source: Source, loader: Loader) -> anyhow::Result<ExitCode> {
    if std::io::stdin().is_terminal() {
        let mut stderr = std::io::stderr();
        writeln!(
            stderr,
            "lstm-ls: waiting for an editor on stdin; see `lstm-ls --help`"
        )?;
    }
    let shared = shared(source, loader);
    let orderly = lsp::serve_stdio(shared).context("cannot start the server")?;
    Ok(ExitCode::from(u8::from(!orderly)))
}

/// What a server's clients have in common.
fn shared(source: Source, loader: Loader) -> Arc<Shared> {
    Shared::new(model_source(source, loader), user::kept())
}

/// The models of this machine, with `source` as the default.
fn model_source(source: Source, loader: Loader) -> ModelSource {
    ModelSource {
        engines: Arc::new(move |source: &Source| source.engine(&source.read()?, loader)),
        embedded: match &source {
            Source::Embedded(_) => Embedded::all().collect(),
            Source::File(_) => Vec::new(),
        },
        default_path: source.path().map(Path::to_owned),
        folder: user::models(),
    }
}
