//! What would be done for an editor on this machine, before any of it is.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use disk::Links;

use crate::piece::{File, Piece};
use crate::{Editor, Obstacle, Places};

/// The largest configuration that is read; those of people are a thousandth of it.
const LARGEST: u64 = 16 << 20;

/// Which way to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Make the editor start lstm-ls.
    SetUp,
    /// Take away what that wrote.
    Undo,
}

/// What there is to do, nothing of it done yet.
#[derive(Debug)]
pub struct Plan {
    pub(crate) steps: Vec<Step>,
    notes: Vec<String>,
    is_possible: bool,
}

/// One thing to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Write(Change),
    Run {
        program: PathBuf,
        arguments: Vec<OsString>,
    },
}

/// A file that is made, changed or removed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// Where it is, links followed.
    pub(crate) path: PathBuf,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    /// The folder of ours that it lies in.
    pub(crate) own_folder: Option<PathBuf>,
    /// Whether it is part of a plugin.
    pub(crate) is_plugin: bool,
}

impl Plan {
    /// What to do for `editor`.
    ///
    /// # Errors
    /// If a file can't be read or is not the user's, if it is not clear where in it
    /// something belongs or what of it is ours, or if something to install is missing.
    pub fn new(
        editor: &'static Editor,
        places: &Places,
        direction: Direction,
    ) -> Result<Self, Obstacle> {
        let pieces = (editor.pieces)(places)?;
        let is_possible = !pieces.is_empty();
        let mut steps = Vec::new();
        for piece in pieces {
            steps.extend(match piece {
                Piece::File(file) => change(file, editor, direction)?.map(Step::Write),
                Piece::Program(program) => Some(Step::Run {
                    program: program.path,
                    arguments: match direction {
                        Direction::SetUp => program.set_up?,
                        Direction::Undo => program.undo,
                    },
                }),
            });
        }
        // What is loaded goes after what loads it.
        if direction == Direction::Undo {
            steps.reverse();
        }
        let notes = match direction {
            Direction::SetUp => (editor.notes)(places),
            Direction::Undo if is_possible => Vec::new(),
            Direction::Undo => (editor.notes)(places),
        };
        Ok(Self {
            steps,
            notes,
            is_possible,
        })
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether the editor has any configuration that could start lstm-ls. Where it has none,
    /// the notes say so.
    pub fn is_possible(&self) -> bool {
        self.is_possible
    }

    /// What else the user should know.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}

/// What is done to a file, if anything.
fn change(
    file: File,
    editor: &'static Editor,
    direction: Direction,
) -> Result<Option<Change>, Obstacle> {
    let path = target(&file.path)?;
    let before = read(&path)?;
    let after = match (&before, direction) {
        (before, Direction::SetUp) => file.edit.put(before.as_deref()),
        (Some(before), Direction::Undo) => file.edit.take(before),
        (None, Direction::Undo) => Ok(None),
    };
    let after = after.map_err(|unclear| Obstacle::Unclear {
        path: file.path.clone(),
        editor: editor.name,
        reason: unclear.0,
    })?;
    if before == after {
        return Ok(None);
    }
    expect_own(&path)?;
    Ok(Some(Change {
        path,
        before,
        after,
        own_folder: file.own_folder,
        is_plugin: file.is_plugin,
    }))
}

/// The file that `path` leads to: itself, unless it is a link.
fn target(path: &Path) -> Result<PathBuf, Obstacle> {
    if !path.is_symlink() {
        return Ok(path.to_owned());
    }
    let target = path.canonicalize();
    target.map_err(|_| Obstacle::Dangling(path.to_owned()))
}

/// The text at `path`, if there is a file.
pub(crate) fn read(path: &Path) -> Result<Option<String>, Obstacle> {
    let bytes = match disk::read(path, Links::Refused, LARGEST) {
        Ok(bytes) => bytes,
        Err(error) if error.is_not_found() => return Ok(None),
        Err(error) => {
            return Err(Obstacle::Unread {
                path: path.to_owned(),
                error,
            });
        }
    };
    let text = String::from_utf8(bytes);
    text.map(Some)
        .map_err(|_| Obstacle::NotText(path.to_owned()))
}

/// Whether `path`, or the nearest folder above it that there is, is this user's and may be
/// written.
fn expect_own(path: &Path) -> Result<(), Obstacle> {
    for place in path.ancestors().skip_while(|place| !place.exists()).take(2) {
        let Ok(found) = place.metadata() else {
            return Err(Obstacle::NotYours(place.to_owned()));
        };
        if !is_own(&found) {
            return Err(Obstacle::NotYours(place.to_owned()));
        }
        if found.is_file() && found.permissions().readonly() {
            return Err(Obstacle::ReadOnly(place.to_owned()));
        }
        if found.is_dir() {
            break;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn is_own(found: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    found.uid() == rustix::process::geteuid().as_raw()
}

/// Elsewhere the system's own permissions say so.
#[cfg(not(unix))]
fn is_own(_: &std::fs::Metadata) -> bool {
    true
}
