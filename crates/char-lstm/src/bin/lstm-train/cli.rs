//! The command line of `lstm-train`.

mod compare;
mod corpus;
mod device;
mod eval;
mod examine;
mod export;
mod lab;
mod sample;
mod train;
mod wording;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

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
    Train(Box<train::Arguments>),
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
