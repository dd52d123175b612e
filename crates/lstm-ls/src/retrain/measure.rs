//! What a model is worth on files that were held out, completed as the server
//! would: with states as it keeps them and the rest of the workspace remembered.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use code_memory::Layer;
use completer::mixing::Gate;
use completer::{Completer, evaluation};
use ignore::WalkBuilder;
use lstm_format::Engine;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::cli::eval::typed_again;
use crate::memory;
use crate::store::Quality;

/// Text measured bit by bit, and text typed again, in bytes: so much that it does
/// not take long.
const MEASURED: usize = 80_000;
const TYPED: usize = 8_000;

/// Most of one file, so that several are measured.
const MEASURED_OF_A_FILE: usize = 20_000;
const TYPED_OF_A_FILE: usize = 2_000;

/// Files to measure on.
pub(super) struct HeldOut {
    language: String,
    files: Vec<Subject>,
}

struct Subject {
    path: String,
    text: String,
    /// The rest of the workspace.
    memory: Layer,
    /// Bytes of the text to type again.
    typed: usize,
}

impl HeldOut {
    /// Reads the copies in `folder`, `PACKAGE/path/in/the/workspace` each, in an
    /// order that has nothing to do with what is in them, and remembers the rest
    /// of `workspace`.
    ///
    /// # Errors
    /// If a file can't be read.
    pub(super) fn read(folder: &Path, workspace: &Path, language: &str) -> anyhow::Result<Self> {
        let mut paths: Vec<PathBuf> = (WalkBuilder::new(folder).standard_filters(false).build())
            .filter_map(|entry| Some(entry.ok()?.into_path()))
            .filter(|path| path.is_file())
            .collect();
        paths.sort_by_cached_key(|path| {
            Sha256::digest(path.as_os_str().as_encoded_bytes()).to_vec()
        });
        let remembered = memory::read(workspace.to_owned());
        let mut files = Vec::new();
        let (mut measured, mut typed) = (0, 0);
        for path in paths {
            if measured >= MEASURED {
                break;
            }
            let text = std::fs::read_to_string(&path);
            let mut text = text.with_context(|| format!("reading {}", path.display()))?;
            text.truncate(line_end(&text, MEASURED_OF_A_FILE));
            let inside: PathBuf = path.strip_prefix(folder)?.components().skip(1).collect();
            let own = workspace.join(&inside);
            let group = memory::group_of(&own, language);
            let of_this = line_end(&text, TYPED_OF_A_FILE.min(TYPED - typed));
            measured += text.len();
            typed += of_this;
            files.push(Subject {
                path: inside.to_string_lossy().into_owned(),
                memory: remembered.layer(&group, &[own]),
                typed: of_this,
                text,
            });
        }
        Ok(Self {
            language: language.to_owned(),
            files,
        })
    }

    /// Whether there is nothing to measure on.
    pub(super) fn is_empty(&self) -> bool {
        self.files.iter().all(|file| file.text.is_empty())
    }

    /// What the model in `engine` is worth on them.
    pub(super) fn measure(&self, engine: Arc<dyn Engine>) -> Quality {
        let gate = Gate::default();
        let sum = |bits: &[f32]| bits.iter().map(|&b| f64::from(b)).sum::<f64>();
        let bits: Vec<(f64, f64)> = (self.files.par_iter())
            .map(|file| {
                let text = file.text.as_bytes();
                let bits = evaluation::bits(&*engine, &gate, &file.memory, &file.path, text);
                (sum(&bits.lstm), sum(&bits.mixed))
            })
            .collect();
        let completer = Completer::new(Arc::clone(&engine));
        let typed: Vec<(usize, usize)> = (self.files.par_iter())
            .map(|file| {
                let text = &file.text[..file.typed];
                let memory = &file.memory;
                typed_again(&completer, memory, &self.language, &file.path, text)
            })
            .collect();
        let bytes: usize = self.files.iter().map(|file| file.text.len()).sum();
        let [bytes, keys, typed_bytes] = [
            bytes,
            typed.iter().map(|&(keys, _)| keys).sum(),
            typed.iter().map(|&(_, bytes)| bytes).sum(),
        ]
        .map(|n| n as f64);
        Quality {
            lstm: bits.iter().map(|&(lstm, _)| lstm).sum::<f64>() / bytes,
            mixed: bits.iter().map(|&(_, mixed)| mixed).sum::<f64>() / bytes,
            saved: 1.0 - keys / typed_bytes.max(1.0),
        }
    }
}

/// The end of the last line of `text` within its first `most` bytes.
fn line_end(text: &str, most: usize) -> usize {
    match text.as_bytes().get(..most) {
        None => text.len(),
        Some(head) => head
            .iter()
            .rposition(|&b| b == b'\n')
            .map_or(0, |at| at + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_at_line_ends() {
        let ends = [100, 11, 10, 5, 0].map(|most| line_end("first\nsäcond\n", most));
        assert_eq!(ends, [14, 6, 6, 0, 0]);
    }
}
