//! Emacs: a file of our own, and a block in the user's init file that loads it.

use std::path::PathBuf;

use super::Editor;
use crate::block::Block;
use crate::piece::{Piece, Whole};
use crate::{Obstacle, Places};

pub(super) const EDITOR: Editor = Editor {
    name: "emacs",
    title: "Emacs",
    programs: &["emacs"],
    folder,
    pieces,
    notes: |_| {
        let note = "lsp-mode runs lstm-ls beside other servers. Without it eglot does, which runs \
                    one server a mode: lstm-ls then takes the place of rust-analyzer and its like.";
        vec![note.to_owned()]
    },
};

/// What is loaded, for a program on the PATH.
const TEXT: &str = include_str!("../../../../editors/emacs/lstm-ls.el");
/// The command in it.
const COMMAND: &str = "\"lstm-ls\" \"--stdio\"";

/// What the user's init file loads it by.
const LOAD: &str = "(load (expand-file-name \"lstm-ls\" user-emacs-directory) t)\n";

/// Emacs's `user-emacs-directory`.
fn folder(places: &Places) -> PathBuf {
    let own = places.home.join(".emacs.d");
    let newer = places.config.join("emacs");
    let is_newer = disk::is_folder(&newer) && !disk::exists(&own) && init_in_home(places).is_none();
    match is_newer {
        true => newer,
        false => own,
    }
}

/// An init file in the user's home, which comes before any other.
fn init_in_home(places: &Places) -> Option<PathBuf> {
    let files = [".emacs.el", ".emacs"].map(|name| places.home.join(name));
    files.into_iter().find(|file| disk::is_file(file))
}

fn pieces(places: &Places) -> Result<Vec<Piece>, Obstacle> {
    let folder = folder(places);
    let program = serde_json::Value::from(places.command()?);
    let own = Whole {
        text: TEXT.replace(COMMAND, &format!("{program} \"--stdio\"")),
        begins: ";;; lstm-ls.el --- ",
    };
    let block = Block {
        comment: ";;",
        editor: EDITOR.name,
        text: LOAD.to_owned(),
    };
    let init = init_in_home(places).unwrap_or_else(|| folder.join("init.el"));
    Ok(vec![
        Piece::among_others(folder.join("lstm-ls.el"), own),
        Piece::among_others(init, block),
    ])
}
