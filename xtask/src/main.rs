//! `cargo xtask …`: sets up, checks and tests the workspace.
//!
//! Knows the workspace from outside, through cargo; depends on none of its crates.

#![forbid(unsafe_code)]

mod bench;
mod cli;
mod corpus;
mod debian;
mod dist;
mod doors;
mod film;
mod fuzz;
mod libtorch;
mod members;
mod metadata;
mod neovim;
mod pages;
mod platforms;
mod process;
mod python;
mod queue;
mod rooms;
mod server;
mod source;
mod suite;
mod vscode;
mod workspace;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
