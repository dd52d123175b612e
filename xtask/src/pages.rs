//! The pages of this repository: that no link is dead and no word misspelt, and the book
//! that they are.

use anyhow::Result;

mod book;
mod links;
mod spelling;

pub(crate) use book::build;

/// Checks all of them, and builds the book.
///
/// # Errors
/// If something is wrong with one, or what checks them can't be had.
pub(crate) fn check() -> Result<()> {
    links::check()?;
    spelling::check()?;
    build()
}
