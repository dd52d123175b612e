//! `lstm-ls connect`: an editor's pipes, carried to a daemon.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
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

/// Carries messages until the editor leaves. The exit code is that of a server.
pub(super) fn run(
    arguments: Arguments,
    model: Option<&Path>,
    log_file: Option<&Path>,
) -> anyhow::Result<ExitCode> {
    let daemon = Daemon {
        path: arguments.socket.clone(),
        command: command(&arguments.socket, model, log_file)?,
        built: Built::now(),
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
    command.push("--idle-exit".into());
    command.push(IDLE_SECONDS.to_string().into());
    Ok(command)
}
