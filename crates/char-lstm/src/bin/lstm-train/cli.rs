//! The command line of `lstm-train`.

mod compare;
mod corpus;
mod eval;
mod examine;
mod export;
mod lab;
mod sample;
mod train;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail, ensure};
use clap::{Parser, Subcommand};
use tch::Device;

/// Train, measure and export a character LSTM for code.
#[derive(Parser)]
#[command(name = "lstm-train", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Corpus(corpus::Arguments),
    Train(train::Arguments),
    Eval(eval::Arguments),
    Compare(compare::Arguments),
    Sample(sample::Arguments),
    Examine(examine::Arguments),
    Export(export::Arguments),
    Lab(lab::Arguments),
}

/// Runs the program; errors are one message on stderr and exit code 2.
pub(crate) fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Corpus(arguments) => corpus::run(arguments),
        Command::Train(arguments) => train::run(&arguments),
        Command::Eval(arguments) => eval::run(&arguments),
        Command::Compare(arguments) => compare::run(&arguments),
        Command::Sample(arguments) => sample::run(&arguments),
        Command::Examine(arguments) => examine::run(&arguments),
        Command::Export(arguments) => export::run(&arguments),
        Command::Lab(arguments) => lab::run(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lstm-train: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// The device of that name.
fn device(name: &str) -> Result<Device> {
    match name {
        "cpu" => Ok(Device::Cpu),
        "cuda" => {
            ensure!(
                tch::Cuda::is_available(),
                "no CUDA device: there is no GPU, or libtorch's part for it is not loaded; put the lib \
                 folder of a PyTorch 2.11 for CUDA on LD_LIBRARY_PATH and its libtorch_cuda.so into \
                 LD_PRELOAD"
            );
            Ok(Device::Cuda(0))
        }
        other => bail!("unknown device {other}: expected cpu or cuda"),
    }
}

/// The command as a person would type it, without the folder of the program.
fn command_line() -> String {
    let arguments = std::env::args_os().skip(1);
    std::iter::once("lstm-train".to_owned())
        .chain(arguments.map(|argument| argument.to_string_lossy().into_owned()))
        .collect::<Vec<_>>()
        .join(" ")
}

/// What to say of a corpus without evaluation files.
fn no_evaluation_files(corpus: &Path) -> String {
    format!(
        "corpus {} has no evaluation files: they are files of 3 to 40 KB of validation \
         repositories, one repository in 16, chosen by its name; pack more repositories, or \
         measure files of your own with `lstm-train eval MODEL FILES`",
        corpus.display()
    )
}
