//! The editors: one row each. Each file in the folder knows what one of them reads.

use std::path::PathBuf;

use crate::piece::Piece;
use crate::{Obstacle, Places};

mod emacs;
mod helix;
mod jetbrains;
mod kate;
mod neovim;
mod vscode;
mod zed;

/// What is known of an editor.
pub struct Editor {
    /// What the command line calls it.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// Its programs.
    pub(crate) programs: &'static [&'static str],
    /// Where its configuration lies.
    pub(crate) folder: fn(&Places) -> PathBuf,
    /// What makes it start lstm-ls, in the order in which it is written.
    pub(crate) pieces: fn(&Places) -> Result<Vec<Piece>, Obstacle>,
    /// What else to know or to do.
    pub(crate) notes: fn(&Places) -> Vec<String>,
}

static EDITORS: &[Editor] = &[
    vscode::EDITOR,
    neovim::EDITOR,
    helix::EDITOR,
    emacs::EDITOR,
    zed::EDITOR,
    kate::EDITOR,
    jetbrains::EDITOR,
];

impl Editor {
    /// All of them.
    pub fn all() -> &'static [Self] {
        EDITORS
    }

    /// The one of that name.
    pub fn by_name(name: &str) -> Option<&'static Self> {
        EDITORS.iter().find(|editor| editor.name == name)
    }

    /// What of it is on this machine: a program, else its configuration.
    pub fn found(&self, places: &Places) -> Option<PathBuf> {
        let program = self
            .programs
            .iter()
            .find_map(|name| places.find(name.as_ref()));
        let folder = || Some((self.folder)(places)).filter(|folder| disk::is_folder(folder));
        program.or_else(folder)
    }
}

impl std::fmt::Debug for Editor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
