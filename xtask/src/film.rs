//! `cargo xtask film`: the moving picture in the README.

use anyhow::Result;

use crate::{neovim, process, server, workspace};

/// Types in Neovim, films that, and writes it to its place.
///
/// # Errors
/// If something for that can't be had, or no ghost text came.
pub(crate) fn make() -> Result<()> {
    let picture = workspace::root().join("editors/stills/typing.svg");
    let mut film = process::cargo();
    film.args(["run", "--package=editor-tests", "--example=film", "--"]);
    film.arg(&picture);
    film.env("LSTM_LS_SERVER", server::release()?);
    film.env("LSTM_LS_NVIM", neovim::provide()?);
    process::shown(&mut film)?;
    println!("{}", picture.display());
    Ok(())
}
