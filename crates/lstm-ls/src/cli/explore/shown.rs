//! Which models are shown, and on which texts.

use std::collections::HashSet;
use std::path::PathBuf;

use anyhow::Context;
use assistant::models::{Embedded, Source};
use explorer::reading::Document;
use explorer::samples::samples;
use lstm_format::ModelFile;

use super::texts;

/// A model that is shown.
pub(super) struct Shown {
    /// The name it has in links.
    pub(super) name: String,
    /// What people choose it by.
    pub(super) title: String,
    origin: Origin,
}

enum Origin {
    Source(Source),
    /// One of the lab's, the bytes of its file.
    Lab(&'static [u8]),
}

/// All that are shown.
pub(super) struct Models {
    /// Those that the user asked for, one at least: the user's texts are theirs.
    pub(super) named: Vec<Shown>,
    /// Those that are there besides, to be chosen on the page.
    pub(super) besides: Vec<Shown>,
}

macro_rules! lab {
    ($($task:literal),*) => {
        /// Small networks that learnt one made-up task each.
        static LAB: &[(&str, &[u8])] = &[$((
            $task,
            include_bytes!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../../models/lab/",
                $task,
                "-lstm-1.safetensors"
            )),
        )),*];
    };
}

lab!("counter", "selective-counter", "state", "copy");

/// The models in `files`; where there are none, `source`, and with the default one all that
/// are inside the program. Besides them there are those in `also`.
pub(super) fn models(files: Vec<PathBuf>, source: Source, also: Vec<PathBuf>) -> Models {
    let mut taken = HashSet::new();
    let mut named: Vec<_> = (files.into_iter())
        .map(|path| Shown::file(path, &mut taken))
        .collect();
    let mut besides = Vec::new();
    match source {
        _ if !named.is_empty() => {}
        Source::File(path) => named.push(Shown::file(path, &mut taken)),
        Source::Embedded(_) => {
            let of_language = |embedded: Embedded| Shown {
                name: embedded.language().to_owned(),
                title: embedded.language().to_owned(),
                origin: Origin::Source(Source::Embedded(embedded)),
            };
            let of_task = |&(task, bytes): &(&str, _)| Shown {
                name: task.to_owned(),
                title: format!("lab: {task}"),
                origin: Origin::Lab(bytes),
            };
            let mut all = Embedded::all().map(of_language);
            named.extend(all.next());
            besides.extend(all.chain(LAB.iter().map(of_task)));
            let known = named.iter().chain(&besides);
            taken.extend(known.map(|model| model.name.clone()));
        }
    }
    let also = also.into_iter().map(|path| Shown::file(path, &mut taken));
    besides.extend(also);
    Models { named, besides }
}

impl Models {
    /// Every one, and whether the user asked for it.
    pub(super) fn all(&self) -> impl Iterator<Item = (&Shown, bool)> {
        let named = self.named.iter().map(|model| (model, true));
        named.chain(self.besides.iter().map(|model| (model, false)))
    }
}

impl Shown {
    /// The one in the file at `path`, by a name that is not `taken` yet.
    fn file(path: PathBuf, taken: &mut HashSet<String>) -> Self {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let stem = stem.into_owned();
        let mut name = stem.clone();
        for number in 2.. {
            if taken.insert(name.clone()) {
                break;
            }
            name = format!("{stem}-{number}");
        }
        Self {
            title: name.clone(),
            name,
            origin: Origin::Source(Source::File(path)),
        }
    }

    /// Reads it.
    ///
    /// # Errors
    /// One line that names the file and what is wrong with it.
    pub(super) fn read(&self) -> anyhow::Result<ModelFile> {
        match &self.origin {
            Origin::Source(source) => Ok(source.read()?),
            Origin::Lab(bytes) => ModelFile::from_bytes(bytes).context("a network of the lab"),
        }
    }
}

/// Texts that the user named.
#[derive(Default)]
pub(super) struct Texts(pub(super) Vec<PathBuf>);

impl Texts {
    /// Those to look at with the model in `file`: its samples, where the user named none.
    ///
    /// # Errors
    /// If one cannot be read.
    pub(super) fn of(&self, file: &ModelFile) -> anyhow::Result<Vec<Document>> {
        let language = &file.config.language;
        if self.0.is_empty() {
            return Ok(samples(language));
        }
        texts::read(&self.0, language)
    }
}
