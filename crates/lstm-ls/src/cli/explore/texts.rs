//! The texts that are named on the command line.

use std::path::{Path, PathBuf};

use anyhow::bail;
use explorer::reading::Document;

use code_index::newline;

use crate::cli::texts;

/// Most bytes of one text that are kept.
const MOST_TEXT: usize = 256 << 10;

/// Most bytes of all texts.
const MOST_TEXTS: usize = 4 << 20;

/// Reads files, and of folders the files in `language`, as far as there is room.
///
/// # Errors
/// If a file that is named cannot be read or is not UTF-8, or a folder holds
/// no file in `language`.
pub(super) fn read(paths: &[PathBuf], language: &str) -> anyhow::Result<Vec<Document>> {
    let mut documents = Vec::new();
    let mut room = MOST_TEXTS;
    for path in paths {
        if !disk::is_folder(path) {
            let document = document(path)?;
            room = room.saturating_sub(document.text.len());
            documents.push(document);
            continue;
        }
        let before = documents.len();
        for path in files(path, language)? {
            let name = path.display().to_string();
            if documents.iter().any(|known: &Document| known.name == name) {
                continue;
            }
            // One that cannot be read or is no text is left out, as ripgrep does.
            let Ok(document) = document(&path) else {
                continue;
            };
            if document.text.len() > room {
                break;
            }
            room -= document.text.len();
            documents.push(document);
        }
        if documents.len() == before {
            bail!("{}: no file in {language} there", path.display());
        }
    }
    Ok(documents)
}

/// Files in `language` below `folder`, in order; what git ignores is left out.
fn files(folder: &Path, language: &str) -> anyhow::Result<Vec<PathBuf>> {
    let wanted = |path: &Path| language::of_path(path).as_deref() == Some(language);
    texts::below(folder, wanted)
}

fn document(path: &Path) -> anyhow::Result<Document> {
    let name = path.display().to_string();
    let bytes = texts::read(path)?;
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) => newline::to_lf(text),
        Err(error) => bail!("{name} is not UTF-8 text: see byte {}", error.valid_up_to()),
    };
    let mut end = MOST_TEXT.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Ok(Document {
        text: text[..end].to_owned(),
        name,
    })
}
