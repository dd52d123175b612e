//! `lstm-ls connect`: an editor's pipes, carried to a daemon.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use assistant::models::{Loader, Source};
use clap::Args;

use crate::daemon::bridge::{self, Daemon};
use crate::daemon::socket::Built;
use crate::lsp;

/// A daemon that was started for an editor stays so long after the last client.
const IDLE_SECONDS: u32 = 600;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Socket of the daemon; one is started where none listens.
    #[arg(value_name = "PATH")]
    socket: PathBuf,
}

/// Carries messages until the editor leaves, or serves it where there is no daemon to be
/// had. The exit code is that of a server.
pub(super) fn run(
    arguments: Arguments,
    source: Source,
    loader: Loader,
    log_file: Option<&Path>,
) -> anyhow::Result<ExitCode> {
    let daemon = Daemon {
        command: command(&arguments.socket, source.path(), log_file)?,
        path: arguments.socket,
        built: Built::now(),
        alone: Box::new(move || super::shared(source.clone(), loader)),
    };
    let runtime = lsp::runtime().context("cannot start threads")?;
    let (input, output) = (tokio::io::stdin(), tokio::io::stdout());
    let orderly = runtime.block_on(bridge::run(input, output, &daemon));
    // The thread that reads stdin may be blocked for good; is not waited for.
    runtime.shutdown_background();
    Ok(ExitCode::from(u8::from(!orderly?)))
}

/// This program as a daemon; its files by names that hold in any folder.
fn command(
    socket: &Path,
    model: Option<&Path>,
    log_file: Option<&Path>,
) -> anyhow::Result<Vec<OsString>> {
    let program = std::env::current_exe().context("cannot find this program")?;
    let mut command = vec![program.into_os_string(), "serve".into()];
    for (name, path) in [
        ("--socket", Some(socket)),
        ("--model", model),
        ("--log-file", log_file),
    ] {
        if let Some(path) = path {
            command.push(name.into());
            command.push(std::path::absolute(path)?.into_os_string());
        }
    }
    command.push("--detach".into());
    command.push("--idle-exit".into());
    command.push(IDLE_SECONDS.to_string().into());
    Ok(command)
}
