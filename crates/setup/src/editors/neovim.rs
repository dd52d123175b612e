//! Neovim: the plugin, as a package that Neovim finds by itself, and a file of that
//! package that calls `setup`, so that `init.lua` stays as it is.

use std::path::{Path, PathBuf};

use super::Editor;
use crate::piece::{File, Outdated, Piece, Whole};
use crate::{Obstacle, Places};

pub(super) const EDITOR: Editor = Editor {
    name: "neovim",
    title: "Neovim",
    programs: &["nvim"],
    folder: |places| places.config.join("nvim"),
    pieces,
    notes,
};

/// The plugin's files, each with the text it has in `editors/neovim`.
macro_rules! plugin {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../../../editors/neovim/", $path)))),*]
    };
}

static PLUGIN: &[(&str, &str)] = plugin![
    "lua/lstm-ls/client.lua",
    "lua/lstm-ls/commands.lua",
    "lua/lstm-ls/config.lua",
    "lua/lstm-ls/cursor.lua",
    "lua/lstm-ls/ghost.lua",
    "lua/lstm-ls/health.lua",
    "lua/lstm-ls/init.lua",
    "lua/lstm-ls/keys.lua",
    "lua/lstm-ls/program.lua",
    "lua/lstm-ls/server.lua",
    "lua/lstm-ls/status.lua",
    "doc/lstm-ls.txt",
];

const HELP: &str = "doc/lstm-ls.txt";

/// The folder of ours in Neovim's own.
fn package(places: &Places) -> PathBuf {
    places.neovim.join("site/pack/lstm-ls")
}

fn pieces(places: &Places) -> Result<Vec<Piece>, Obstacle> {
    let package = package(places);
    let root = package.join("start/lstm-ls");
    // What it leads to is a checkout, and that is changed by git alone.
    if root.is_symlink() {
        return Err(Obstacle::Link(root));
    }
    let piece = |path: &str, edit: Whole| {
        Piece::File(File {
            path: root.join(path),
            edit: Box::new(edit),
            own_folder: Some(package.clone()),
            is_plugin: true,
        })
    };
    let whole = |text: String| Whole { text, begins: "" };
    let plugin = PLUGIN.iter();
    let mut pieces: Vec<Piece> = plugin
        .map(|(path, text)| piece(path, whole((*text).to_owned())))
        .collect();
    let help = PLUGIN.iter().find(|(path, _)| *path == HELP);
    let tags = help.map(|(_, text)| tags(text)).unwrap_or_default();
    pieces.push(piece("doc/tags", whole(tags)));
    pieces.extend(outdated(&root).map(|path| {
        Piece::File(File {
            path,
            edit: Box::new(Outdated),
            own_folder: Some(package.clone()),
            is_plugin: true,
        })
    }));
    // Last, since it is what starts the rest.
    pieces.push(Piece::File(File {
        path: root.join("plugin/lstm-ls.lua"),
        edit: Box::new(whole(start(&places.command()?))),
        own_folder: Some(package.clone()),
        is_plugin: false,
    }));
    Ok(pieces)
}

/// What calls `setup` where `init.lua` does not.
fn start(command: &str) -> String {
    let options = match command {
        "lstm-ls" => String::new(),
        path => {
            let path = serde_json::Value::from(path);
            format!("\n  local cmd = require('lstm-ls.config').read().cmd\n  cmd[1] = {path}")
        }
    };
    let argument = match options.is_empty() {
        true => "",
        false => "{ cmd = cmd }",
    };
    format!(
        "-- Written by `lstm-ls setup neovim`; --undo takes it away.\n\
         -- A call of `setup` in init.lua comes before this one, and takes its place.\n\
         if not require('lstm-ls').configuration() then{options}\n  \
         require('lstm-ls').setup({argument})\nend\n"
    )
}

/// Modules of earlier versions that are none of this one's.
fn outdated(root: &Path) -> impl Iterator<Item = PathBuf> {
    let modules = root.join("lua/lstm-ls").read_dir();
    let mut files: Vec<PathBuf> = modules
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "lua"))
        .filter(|path| !PLUGIN.iter().any(|(known, _)| *path == root.join(known)))
        .collect();
    files.sort();
    files.into_iter()
}

/// What `:helptags` writes for the help file `text`: its names between stars, sorted.
fn tags(text: &str) -> String {
    let words = text.split_ascii_whitespace();
    let mut names: Vec<&str> = words
        .filter_map(|word| word.strip_prefix('*')?.strip_suffix('*'))
        .filter(|name| !name.is_empty() && !name.contains(['*', '|']))
        .collect();
    names.sort_unstable();
    let lines = names
        .iter()
        .map(|name| format!("{name}\tlstm-ls.txt\t/*{name}*\n"));
    lines.collect()
}

fn notes(places: &Places) -> Vec<String> {
    let lazy = places.neovim.join("lazy/lazy.nvim");
    let root = package(places).join("start/lstm-ls");
    let note = format!(
        "lazy.nvim keeps Neovim from looking there: add {{ dir = '{}' }} to its plugins.",
        root.display()
    );
    let is_there = disk::is_folder(&lazy);
    is_there.then_some(note).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_plugin_is_written() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../editors/neovim");
        let mut found = Vec::new();
        for inside in ["lua/lstm-ls", "doc", "plugin"] {
            for entry in folder.join(inside).read_dir().into_iter().flatten() {
                let name = entry.unwrap().file_name().into_string().unwrap();
                found.push(format!("{inside}/{name}"));
            }
        }
        // Made where it is wanted.
        found.retain(|name| name != "doc/tags");
        found.sort();
        let mut known: Vec<&str> = PLUGIN.iter().map(|(path, _)| *path).collect();
        known.sort_unstable();
        assert_eq!(known, found);
    }

    #[test]
    fn names_of_the_help_are_found() {
        let text = "*b.txt* about\n   *b*\n|a| and `*`\n*a-c*  *a*\n";
        let expected = "a\tlstm-ls.txt\t/*a*\na-c\tlstm-ls.txt\t/*a-c*\n\
                        b\tlstm-ls.txt\t/*b*\nb.txt\tlstm-ls.txt\t/*b.txt*\n";
        assert_eq!(tags(text), expected);
    }
}
