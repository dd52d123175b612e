//! The editors of JetBrains: a template for the plugin LSP4IJ, which is chosen by hand.

use std::path::PathBuf;

use super::Editor;
use crate::piece::{File, Piece, Whole};
use crate::{Obstacle, Places};

pub(super) const EDITOR: Editor = Editor {
    name: "jetbrains",
    title: "JetBrains",
    programs: &[],
    folder: |places| places.jetbrains.clone(),
    pieces,
    notes,
};

/// The template, for a program on the PATH.
const TEMPLATE: &str = include_str!("../../../../editors/jetbrains/template.json");
/// The command line in it.
const COMMAND: &str = "\"lstm-ls --stdio\"";

/// A folder of ours, since LSP4IJ has none for what it has not read yet.
fn folder(places: &Places) -> PathBuf {
    places.config.join("lstm-ls").join("lsp4ij")
}

fn pieces(places: &Places) -> Result<Vec<Piece>, Obstacle> {
    let program = places.command()?;
    let program = match program.contains(' ') {
        true => format!("\"{program}\""),
        false => program,
    };
    let command = serde_json::Value::from(format!("{program} --stdio")).to_string();
    Ok(vec![Piece::File(File {
        path: folder(places).join("template.json"),
        edit: Box::new(Whole {
            text: TEMPLATE.replace(COMMAND, &command),
            begins: "",
        }),
        own_folder: Some(places.config.join("lstm-ls")),
        is_plugin: false,
    })])
}

fn notes(places: &Places) -> Vec<String> {
    let folder = folder(places);
    vec![format!(
        "Then, in the editor: install the plugin LSP4IJ; Settings, Languages & Frameworks, \
         Language Servers, +; Template, Import from custom template, {}.",
        folder.display()
    )]
}
