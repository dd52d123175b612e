//! One fit: for which model, in which language, on which files.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use clap::Args;
use completer::Completer;
use lstm_format::{Fit, ModelFile};
use lstm_runtime::{Kernel, Runtime};

use crate::packages::{self, Subject};

/// What is fitted to what.
#[derive(Debug, Args)]
pub(crate) struct On {
    /// The model's file, which is written anew
    pub(crate) model: PathBuf,
    /// Folder of packages: of each the two files of 3–40 KB whose path hashes lowest
    pub(crate) packages: PathBuf,
    /// LSP identifier of the files to fit on, if it is not the model's
    #[arg(long)]
    pub(crate) language: Option<String>,
}

/// A model, and the files to fit on.
pub(crate) struct Task {
    path: PathBuf,
    model: ModelFile,
    /// LSP identifier of the files.
    pub(crate) language: String,
    pub(crate) subjects: Vec<Subject>,
}

impl Task {
    /// Reads all of it.
    ///
    /// # Errors
    /// If the model or the folder can't be read, or there is no file to fit on.
    pub(crate) fn new(on: On) -> Result<Self> {
        let model = ModelFile::read(&on.model)?;
        let language = on.language.unwrap_or(model.config.language.clone());
        Ok(Self {
            subjects: packages::read(&on.packages, &language)?,
            path: on.model,
            model,
            language,
        })
    }

    /// The model, with the fits that it has by now.
    ///
    /// # Errors
    /// If no kernel runs it.
    pub(crate) fn runtime(&self) -> Result<Runtime> {
        Ok(Runtime::load(&self.model, Kernel::detect())?)
    }

    /// A completer with it.
    ///
    /// # Errors
    /// As [`runtime`](Self::runtime).
    pub(crate) fn completer(&self) -> Result<Completer> {
        Ok(Completer::new(Arc::new(self.runtime()?)))
    }

    /// Writes a fit into the model's file.
    ///
    /// # Errors
    /// If its numbers are out of range or the file can't be written.
    pub(crate) fn keep(&mut self, (fit, numbers): (Fit, Vec<f32>)) -> Result<()> {
        self.model.fits.set(fit, numbers)?;
        Ok(self.model.write(&self.path)?)
    }
}
