//! `lstm-ls serve`: the server as a daemon.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args;

use crate::daemon::token::Origin;
use crate::daemon::{self, Endpoint, Options};
use assistant::session::Shared;
use assistant::user;

/// The environment variable that may hold the token.
const TOKEN_VARIABLE: &str = "LSTM_LS_TOKEN";

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    endpoint: EndpointArguments,
    /// Let other machines reach the TCP address; needs a token, and an
    /// encrypted tunnel if the network is not yours.
    #[arg(long, requires = "tcp")]
    allow_remote: bool,
    /// File with the token that clients must name as `token` in their
    /// initializationOptions. LSTM_LS_TOKEN may hold it instead; without either one is
    /// made for a TCP address, in a file that only you can read.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Leave when no client has been connected for so long.
    #[arg(long, value_name = "SECONDS")]
    idle_exit: Option<u64>,
    /// Let go of standard error once it listens.
    #[arg(long, hide = true)]
    detach: bool,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct EndpointArguments {
    /// Listen on a socket in the file system, which only you can use.
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,
    /// Listen on a TCP address such as 127.0.0.1:7331.
    #[arg(long, value_name = "ADDRESS")]
    tcp: Option<SocketAddr>,
}

/// Serves until told to stop.
pub(super) fn run(
    arguments: Arguments,
    shared: Arc<Shared>,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let EndpointArguments { socket, tcp } = arguments.endpoint;
    let token = token(arguments.token_file, tcp.is_some());
    let endpoint = socket.map(Endpoint::Socket).or(tcp.map(Endpoint::Tcp));
    let options = Options {
        endpoint: endpoint.context("say --socket PATH or --tcp ADDRESS")?,
        allow_remote: arguments.allow_remote,
        token,
        idle_exit: arguments.idle_exit.map(Duration::from_secs),
        detach: arguments.detach,
    };
    daemon::serve(shared, &options, out)
}

/// Where the token comes from: over TCP there must be one.
fn token(file: Option<PathBuf>, tcp: bool) -> Option<Origin> {
    let said = || std::env::var(TOKEN_VARIABLE).ok();
    let said = || {
        Some(Origin::Said(
            said().filter(|token| !token.is_empty())?.into(),
        ))
    };
    let made = || user::token().filter(|_| tcp).map(Origin::Made);
    file.map(Origin::Written).or_else(said).or_else(made)
}
