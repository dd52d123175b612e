//! What a model is worth on files that were held out, completed as the server
//! would: with states as it keeps them and the rest of the workspace remembered.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use code_index::Layer;
use completer::{CancelToken, Cancelled, Completer};
use disk::Links;
use evaluation::replay::typed_again;
use ignore::WalkBuilder;
use lstm_format::Engine;
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use workspace::Workspace;

use super::clock;
use super::sample::{Sample, Tally};

/// No file that is measured on is longer, in bytes.
const MOST_FILE: u64 = 32 << 20;

/// Text measured bit by bit, and text typed again, in bytes: so much that it does
/// not take long.
const MEASURED: usize = 80_000;
const TYPED: usize = 8_000;

/// Most of one file where there are many, so that several are measured, and little
/// of it is for nothing where the time ends in the middle of one.
const MEASURED_OF_A_FILE: usize = 10_000;
const TYPED_OF_A_FILE: usize = 1_000;

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
        let of_a_file = |all: usize, most: usize| (all / paths.len().max(1)).max(most);
        let measured_of_a_file = of_a_file(MEASURED, MEASURED_OF_A_FILE);
        let typed_of_a_file = of_a_file(TYPED, TYPED_OF_A_FILE);
        let remembered = Workspace::of_folder(workspace);
        let mut files = Vec::new();
        let (mut measured, mut typed) = (0, 0);
        for path in paths {
            if measured >= MEASURED {
                break;
            }
            let named = || format!("reading {}", path.display());
            let text = disk::read(&path, Links::Refused, MOST_FILE).with_context(named)?;
            let mut text = String::from_utf8(text).with_context(named)?;
            text.truncate(line_end(&text, measured_of_a_file));
            let inside: PathBuf = path.strip_prefix(folder)?.components().skip(1).collect();
            let own = workspace::identity(&workspace.join(&inside));
            let group = language::group_of(&own, language);
            let of_this = line_end(&text, typed_of_a_file.min(TYPED - typed));
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

    /// What the model in `engine` is worth on each, as far as there is `time`; on
    /// those of them alone that `before` was measured on.
    pub(super) fn measure(
        &self,
        engine: &Arc<dyn Engine>,
        before: Option<&Sample>,
        time: Duration,
    ) -> Sample {
        let completer = Completer::new(Arc::clone(engine));
        let asked = |index: usize| {
            before.is_none_or(|sample| sample.get(index).is_some_and(Option::is_some))
        };
        clock::within(time, |cancel| {
            let files = self.files.par_iter().enumerate();
            let measured = files.map(|(index, file)| {
                let here = || self.measure_file(file, &**engine, &completer, cancel);
                asked(index).then(here).and_then(Result::ok)
            });
            measured.collect()
        })
    }

    fn measure_file(
        &self,
        file: &Subject,
        engine: &dyn Engine,
        completer: &Completer,
        cancel: &CancelToken,
    ) -> Result<Tally, Cancelled> {
        let Subject {
            path, text, memory, ..
        } = file;
        let bits = evaluation::bits_unless(cancel, engine, memory, path, text.as_bytes())?;
        let (language, typed) = (&self.language, &text[..file.typed]);
        let (keys, typed) = typed_again(cancel, completer, memory, language, path, typed)?;
        let cost = bits.cost();
        Ok(Tally {
            bytes: cost.bytes,
            lstm: cost.lstm,
            mixed: cost.mixed,
            typed,
            keys,
        })
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
