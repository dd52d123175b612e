//! What setting up an editor consists of: files with something of ours in them, and
//! programs of the editor's that are run. Must not know: which editor it is.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::Obstacle;

/// One of the things that make an editor start lstm-ls.
pub(crate) enum Piece {
    /// A file.
    File(File),
    /// A program.
    Program(Program),
}

impl Piece {
    /// The file at `path`, which lies among the user's others.
    pub(crate) fn among_others(path: PathBuf, edit: impl Edit + 'static) -> Self {
        Self::File(File {
            path,
            edit: Box::new(edit),
            own_folder: None,
            is_plugin: false,
        })
    }
}

/// A file that is ours, or has something of ours in it.
pub(crate) struct File {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// What is done to its text.
    pub(crate) edit: Box<dyn Edit>,
    /// The folder of ours that it lies in, which goes with the last file in it.
    pub(crate) own_folder: Option<PathBuf>,
    /// Whether it is part of a plugin, and named where other files are shown.
    pub(crate) is_plugin: bool,
}

/// A program that is run to set an editor up, and with other arguments to undo that.
pub(crate) struct Program {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Arguments that set up, or what they lack.
    pub(crate) set_up: Result<Vec<OsString>, Obstacle>,
    /// Arguments that undo.
    pub(crate) undo: Vec<OsString>,
}

/// Why a file is left as it is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unclear(pub(crate) String);

/// What there is to put into a file. No file is `None`, before and afterwards.
pub(crate) trait Edit {
    /// What belongs there, for those who put it there by hand.
    fn text(&self) -> &str;

    /// The file with it.
    ///
    /// # Errors
    /// If it is not clear where it would belong.
    fn put(&self, before: Option<&str>) -> Result<Option<String>, Unclear>;

    /// The file without it.
    ///
    /// # Errors
    /// If it is not clear what of the file is ours.
    fn take(&self, before: &str) -> Result<Option<String>, Unclear>;
}

/// A file that is ours from its first to its last byte.
pub(crate) struct Whole {
    /// What it says.
    pub(crate) text: String,
    /// What such a file begins with in every version. One that begins otherwise is the
    /// user's own.
    pub(crate) begins: &'static str,
}

impl Whole {
    fn expect_ours(&self, before: &str) -> Result<(), Unclear> {
        match before.starts_with(self.begins) {
            true => Ok(()),
            false => Err(Unclear("it is a file of your own".to_owned())),
        }
    }
}

impl Edit for Whole {
    fn text(&self) -> &str {
        &self.text
    }

    fn put(&self, before: Option<&str>) -> Result<Option<String>, Unclear> {
        before.map_or(Ok(()), |before| self.expect_ours(before))?;
        Ok(Some(self.text.clone()))
    }

    fn take(&self, before: &str) -> Result<Option<String>, Unclear> {
        self.expect_ours(before)?;
        Ok(None)
    }
}

/// A file of an earlier version that is none of this one's.
pub(crate) struct Outdated;

impl Edit for Outdated {
    fn text(&self) -> &str {
        ""
    }

    fn put(&self, _: Option<&str>) -> Result<Option<String>, Unclear> {
        Ok(None)
    }

    fn take(&self, _: &str) -> Result<Option<String>, Unclear> {
        Ok(None)
    }
}
