//! Why nothing is written, in one line for the user that names the file.

use std::io;
use std::path::PathBuf;

/// Why an editor can't be set up, or that not be undone.
#[derive(Debug, thiserror::Error)]
pub enum Obstacle {
    /// The system has no home for the user.
    #[error("this system has no folder for your configuration: set HOME")]
    NoHome,
    /// The system does not say where this program lies.
    #[error("cannot find this program")]
    NoProgram(#[source] io::Error),
    /// Its path can't be written into a configuration.
    #[error("{}: a configuration can't say a path that is no Unicode", .0.display())]
    NotUnicode(PathBuf),
    /// None of these programs is there.
    #[error("none of {0} is on the PATH; start VS Code and install the extension by hand there")]
    NoCode(String),
    /// There is no extension to install.
    #[error(
        "the extension is not beside this program: name it with --vsix FILE (a release has it; \
         `npm ci && npm run package` in editors/vscode makes it)"
    )]
    NoExtension,
    /// A file can't be read.
    #[error("{}: {error}", path.display())]
    Unread {
        /// The file.
        path: PathBuf,
        /// Why.
        error: disk::ReadError,
    },
    /// A file is not UTF-8.
    #[error("{}: it is no text in UTF-8, and stays as it is", .0.display())]
    NotText(PathBuf),
    /// It is not clear where in a file something belongs, or what of it is ours.
    #[error(
        "{}: {reason}; it stays as it is, and `lstm-ls setup {editor} --print` says what \
         belongs there",
        path.display()
    )]
    Unclear {
        /// The file.
        path: PathBuf,
        /// What the command line calls the editor.
        editor: &'static str,
        /// What is not clear.
        reason: String,
    },
    /// A file or its folder is not this user's.
    #[error("{}: it is not yours", .0.display())]
    NotYours(PathBuf),
    /// A file is not to be written.
    #[error("{}: it is read-only", .0.display())]
    ReadOnly(PathBuf),
    /// A folder that is to be ours is a link.
    #[error("{}: it is a link, and what it leads to is not for this to change", .0.display())]
    Link(PathBuf),
    /// A link has nothing at its end.
    #[error("{}: it is a link that leads nowhere", .0.display())]
    Dangling(PathBuf),
    /// A file has changed between being shown and being written.
    #[error("{}: it has changed meanwhile; nothing is written", .0.display())]
    Changed(PathBuf),
    /// A file can't be written.
    #[error("{}: {error}; all is as it was", path.display())]
    Unwritten {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A program of the editor's failed.
    #[error("{}: {said}", program.display())]
    Failed {
        /// The program.
        program: PathBuf,
        /// What it said, or why it could not be started.
        said: String,
    },
}
