//! What `cargo metadata` says of packages, as far as anything here asks.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::process;

#[derive(Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
    /// Their ids.
    #[serde(default)]
    pub(crate) workspace_members: Vec<String>,
    /// `None` where dependencies were not asked for.
    resolve: Option<Resolve>,
}

#[derive(Deserialize)]
pub(crate) struct Package {
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) version: String,
    pub(crate) license: Option<String>,
    #[serde(default)]
    pub(crate) manifest_path: PathBuf,
    /// `None` for our own.
    pub(crate) source: Option<String>,
    #[serde(default)]
    pub(crate) targets: Vec<Target>,
}

/// What is built of a package.
#[derive(Deserialize)]
pub(crate) struct Target {
    pub(crate) kind: Vec<String>,
    pub(crate) src_path: PathBuf,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

/// What a package depends on.
#[derive(Deserialize)]
pub(crate) struct Node {
    /// Of the package.
    pub(crate) id: String,
    pub(crate) deps: Vec<Dependency>,
}

#[derive(Deserialize)]
pub(crate) struct Dependency {
    /// Its id.
    pub(crate) pkg: String,
    pub(crate) dep_kinds: Vec<Kind>,
}

#[derive(Deserialize)]
pub(crate) struct Kind {
    /// `dev`, `build`, or `None` for what is linked.
    pub(crate) kind: Option<String>,
}

impl Metadata {
    /// What `cargo metadata` says, asked with these further `arguments`.
    ///
    /// # Errors
    /// If it fails, or says something else.
    pub(crate) fn read(arguments: &[&str]) -> Result<Self> {
        let mut cargo = process::cargo();
        cargo.args(["metadata", "--format-version=1"]);
        Self::parse(&process::read(cargo.args(arguments))?)
    }

    /// The same from what it printed.
    ///
    /// # Errors
    /// If it is something else.
    pub(crate) fn parse(printed: &str) -> Result<Self> {
        serde_json::from_str(printed).context("could not read what cargo metadata says")
    }

    /// The packages' dependencies.
    pub(crate) fn nodes(&self) -> &[Node] {
        self.resolve.as_ref().map_or(&[], |resolve| &resolve.nodes)
    }
}
