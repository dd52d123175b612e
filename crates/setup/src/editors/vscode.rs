//! VS Code and what is built from it: the extension, installed by the editor itself.

use std::path::{Path, PathBuf};

use super::Editor;
use crate::piece::{Piece, Program};
use crate::{Obstacle, Places};

pub(super) const EDITOR: Editor = Editor {
    name: "vscode",
    title: "VS Code",
    programs: PROGRAMS,
    folder: |places| places.home.join(".vscode"),
    pieces,
    notes: |_| Vec::new(),
};

const PROGRAMS: &[&str] = &[
    "code",
    "code-insiders",
    "codium",
    "codium-insiders",
    "code-server",
];

/// Publisher and name of the extension.
const EXTENSION: &str = "lstm-ls.lstm-ls";

fn pieces(places: &Places) -> Result<Vec<Piece>, Obstacle> {
    let programs: Vec<PathBuf> = PROGRAMS
        .iter()
        .filter_map(|name| places.find(name.as_ref()))
        .collect();
    if programs.is_empty() {
        return Err(Obstacle::NoCode(PROGRAMS.join(", ")));
    }
    let vsix = places.vsix.clone().or_else(|| beside(&places.program));
    let programs = programs.into_iter().map(|path| {
        let set_up = vsix
            .clone()
            .map(|vsix| vec!["--install-extension".into(), vsix.into()]);
        Piece::Program(Program {
            path,
            set_up: set_up.ok_or(Obstacle::NoExtension),
            undo: vec!["--uninstall-extension".into(), EXTENSION.into()],
        })
    });
    Ok(programs.collect())
}

/// The extension beside `program`, or where packages put it. Of several the one with the
/// shortest name is for every platform.
fn beside(program: &Path) -> Option<PathBuf> {
    let folder = program.parent()?;
    let folders = [folder.to_owned(), folder.join("../share/lstm-ls")];
    let files = folders.iter().filter_map(|folder| folder.read_dir().ok());
    let names = files.flatten().flatten().map(|entry| entry.path());
    let is_extension = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("lstm-ls") && name.ends_with(".vsix")
    };
    let found = names.filter(is_extension);
    found.min_by_key(|path| path.as_os_str().len())
}
