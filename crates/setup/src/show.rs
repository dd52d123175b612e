//! What would be done, in words and lines.

use std::path::{Path, PathBuf};

use similar::TextDiff;

use crate::piece::Piece;
use crate::plan::{Change, Step};
use crate::{Editor, Obstacle, Places, Plan};

impl Plan {
    /// What to do, a line a thing.
    pub fn summary(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut plugin: Vec<(&str, PathBuf, usize)> = Vec::new();
        for step in &self.steps {
            match step {
                Step::Run { .. } => lines.push(command_line(step)),
                Step::Write(change) if change.is_plugin => {
                    let folder = change.own_folder.clone().unwrap_or_default();
                    match plugin
                        .iter_mut()
                        .find(|(verb, _, _)| *verb == change.verb())
                    {
                        Some((_, _, files)) => *files += 1,
                        None => plugin.push((change.verb(), folder, 1)),
                    }
                }
                Step::Write(change) => {
                    lines.push(format!("{} {}", change.verb(), change.path.display()));
                }
            }
        }
        let plugin = plugin.into_iter().map(|(verb, folder, files)| {
            format!("{verb} {files} files of the plugin in {}", folder.display())
        });
        plugin.chain(lines).collect()
    }

    /// The same with every line that is written or goes, but for the files of a plugin,
    /// which are named.
    pub fn details(&self) -> String {
        let steps = self.steps.iter().map(|step| match step {
            Step::Run { .. } => command_line(step) + "\n",
            Step::Write(change) if change.is_plugin => {
                format!("{} {}\n", change.verb(), change.path.display())
            }
            Step::Write(change) => change.diff(),
        });
        steps.collect()
    }
}

impl Change {
    fn verb(&self) -> &'static str {
        match (&self.before, &self.after) {
            (None, _) => "make",
            (Some(_), Some(_)) => "change",
            (Some(_), None) => "remove",
        }
    }

    fn diff(&self) -> String {
        let side = |text: &Option<String>| match text {
            Some(_) => self.path.display().to_string(),
            None => "no file".to_owned(),
        };
        let old = self.before.as_deref().unwrap_or_default();
        let new = self.after.as_deref().unwrap_or_default();
        let diff = TextDiff::from_lines(old, new);
        let mut diff = diff.unified_diff();
        let (before, after) = (side(&self.before), side(&self.after));
        diff.header(&before, &after).to_string()
    }
}

fn command_line(step: &Step) -> String {
    let Step::Run { program, arguments } = step else {
        return String::new();
    };
    let words = arguments.iter().map(|word| word.to_string_lossy());
    let words: Vec<_> = std::iter::once(program.to_string_lossy())
        .chain(words)
        .collect();
    format!("run {}", words.join(" "))
}

/// What to put where, for those who set `editor` up by hand. What is on this machine
/// already makes no difference.
///
/// # Errors
/// If it can't be said where this program lies.
pub fn by_hand(editor: &Editor, places: &Places) -> Result<String, Obstacle> {
    let mut shown = String::new();
    for piece in (editor.pieces)(places)? {
        match piece {
            Piece::File(file) if file.edit.text().is_empty() => {}
            Piece::File(file) => shown.push_str(&in_file(&file.path, file.edit.text())),
            Piece::Program(program) => {
                let step = Step::Run {
                    program: program.path,
                    arguments: program.set_up?,
                };
                shown.push_str(&command_line(&step));
                shown.push('\n');
            }
        }
    }
    for note in (editor.notes)(places) {
        shown.push_str(&note);
        shown.push('\n');
    }
    Ok(shown)
}

fn in_file(path: &Path, text: &str) -> String {
    format!("In {}:\n\n{text}\n", path.display())
}
