//! Models trained on the user's own files: every version of each language, and
//! which of them is in use.
//!
//! ```text
//! BASE/models/rust.retrained.safetensors   the version in use, where the server looks
//! BASE/versions/rust/3/                    model.safetensors, master.safetensors, about.json
//! BASE/versions/rust/uses.json             versions in the order they came into use
//! ```
//!
//! Version 0 is the model without retraining. Owns these files; must not know how
//! a model is trained or served. Files come into place by renaming, so a server
//! that reads them never sees half of one.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use disk::Links;
use lstm_format::ModelFile;
use serde::{Deserialize, Serialize};

mod about;
mod name;

pub use about::{About, Quality};
pub use name::Name;

/// The number of the model without retraining.
pub const SHIPPED: u32 = 0;

const MODEL: &str = "model.safetensors";
const MASTER: &str = "master.safetensors";
const ABOUT: &str = "about.json";
const USES: &str = "uses.json";

/// What is written down of versions is no longer, in bytes.
const MOST_NOTES: u64 = 1 << 20;

/// The user's store of models.
#[derive(Clone, Debug)]
pub struct Store {
    base: PathBuf,
}

/// One version in the store.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Version {
    /// Language and number.
    #[serde(flatten)]
    pub name: Name,
    /// Whether it is the one in use.
    pub in_use: bool,
    /// Bytes of model and master.
    pub bytes: u64,
    /// Where it comes from and what it is worth.
    pub about: About,
}

/// What is written down of the versions of a language.
#[derive(Default, Serialize, Deserialize)]
struct Uses {
    /// Versions in the order they came into use, the last one in use.
    uses: Vec<u32>,
    /// The highest number ever given: none is given twice.
    #[serde(default)]
    last: u32,
}

impl Store {
    /// The store in the folder `base`, which need not exist.
    pub fn new(base: PathBuf) -> Self {
        Self { base }
    }

    /// Every version, by language and number.
    ///
    /// # Errors
    /// If a folder can't be read. What is no version is left out.
    pub fn list(&self) -> anyhow::Result<Vec<Version>> {
        let mut versions = Vec::new();
        for language in sub_folders(&self.base.join("versions"))? {
            let uses = self.uses(&language)?;
            for number in sub_folders(&self.folder_of(&language))? {
                let Ok(number) = number.parse() else {
                    continue;
                };
                let name = Name {
                    language: language.clone(),
                    number,
                };
                let folder = self.folder(&name);
                let Ok(about) = About::read(&folder.join(ABOUT)) else {
                    continue;
                };
                let size = |file| fs::metadata(folder.join(file)).map_or(0, |data| data.len());
                versions.push(Version {
                    in_use: uses.uses.last() == Some(&number),
                    bytes: size(MODEL) + size(MASTER),
                    name,
                    about,
                });
            }
        }
        versions.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(versions)
    }

    /// The number in use for `language`; [`SHIPPED`] if none is.
    ///
    /// # Errors
    /// If what is written down can't be read.
    pub fn in_use(&self, language: &str) -> anyhow::Result<u32> {
        let uses = self.uses(language)?;
        Ok(uses.uses.last().copied().unwrap_or(SHIPPED))
    }

    /// The version of `language` that a server finds in the file `path` of
    /// [`Store::models`]; `None` if it is not the store that put it there.
    ///
    /// # Errors
    /// If what is written down can't be read.
    pub fn version_at(&self, path: &Path, language: &str) -> anyhow::Result<Option<Name>> {
        let number = self.in_use(language)?;
        let name = Name {
            language: language.to_owned(),
            number,
        };
        Ok((number != SHIPPED && path == self.place(language)).then_some(name))
    }

    /// The file with the weights that a further training of the version `name` starts
    /// from.
    pub fn master(&self, name: &Name) -> PathBuf {
        self.folder(name).join(MASTER)
    }

    /// The user's folder of models, where the server looks.
    pub fn models(&self) -> PathBuf {
        self.base.join("models")
    }

    /// Where the version of `language` that is in use lies for the server.
    fn place(&self, language: &str) -> PathBuf {
        self.models()
            .join(format!("{language}.retrained.safetensors"))
    }

    /// The file of the version `name`.
    pub fn model(&self, name: &Name) -> PathBuf {
        self.folder(name).join(MODEL)
    }

    /// Adds a version of `model` and its `master` and gives its name. It is not
    /// in use yet.
    ///
    /// # Errors
    /// If its language is no folder name, or a file can't be written.
    pub fn add(
        &self,
        model: &ModelFile,
        master: &ModelFile,
        about: &About,
    ) -> anyhow::Result<Name> {
        let language = &model.config.language;
        name::check_language(language)?;
        let _lock = self.lock()?;
        let mut uses = self.uses(language)?;
        // A crash, or a list of uses that was lost, may have left more than it says.
        let numbers = sub_folders(&self.folder_of(language))?;
        let highest = numbers
            .iter()
            .filter_map(|number| number.parse().ok())
            .max();
        uses.last = uses.last.max(highest.unwrap_or(SHIPPED)).saturating_add(1);
        let name = Name {
            language: language.clone(),
            number: uses.last,
        };
        let (folder, partial) = (
            self.folder(&name),
            self.folder_of(language).join(".partial"),
        );
        if partial.exists() {
            remove(&partial)?;
        }
        let write = || -> anyhow::Result<()> {
            disk::make_own_folder(&partial)?;
            model.write_own(&partial.join(MODEL))?;
            master.write_own(&partial.join(MASTER))?;
            about.write(&partial.join(ABOUT))?;
            fs::rename(&partial, &folder)?;
            Ok(())
        };
        write().with_context(|| format!("storing {name} in {}", folder.display()))?;
        self.write_uses(language, &uses)?;
        Ok(name)
    }

    /// Puts the version `name` into use. A server that runs finds it by itself.
    ///
    /// # Errors
    /// If there is no such version, or it can't be read or put into place.
    pub fn use_version(&self, name: &Name) -> anyhow::Result<()> {
        name::check_language(&name.language)?;
        let _lock = self.lock()?;
        let mut uses = self.uses(&name.language)?;
        self.put_into_place(name)?;
        if uses.uses.last().copied().unwrap_or(SHIPPED) != name.number {
            uses.uses.push(name.number);
        }
        self.write_uses(&name.language, &uses)
    }

    /// Goes back to what was in use before, and says what that is.
    ///
    /// # Errors
    /// If nothing of `language` is in use.
    pub fn roll_back(&self, language: &str) -> anyhow::Result<Name> {
        name::check_language(language)?;
        let _lock = self.lock()?;
        let mut uses = self.uses(language)?;
        ensure!(
            uses.uses.pop().is_some(),
            "nothing to go back from: no version of {language} has been in use"
        );
        let name = Name {
            language: language.to_owned(),
            number: uses.uses.last().copied().unwrap_or(SHIPPED),
        };
        self.put_into_place(&name)?;
        self.write_uses(language, &uses)?;
        Ok(name)
    }

    /// Removes the version `name`.
    ///
    /// # Errors
    /// If there is no such version, or it is in use.
    pub fn remove(&self, name: &Name) -> anyhow::Result<()> {
        name::check_language(&name.language)?;
        let _lock = self.lock()?;
        let mut uses = self.uses(&name.language)?;
        self.check(name)?;
        if uses.uses.last() == Some(&name.number) {
            bail!("{name} is in use: go back first with `lstm-ls model rollback`");
        }
        uses.uses.retain(|&number| number != name.number);
        // Going back must not lead from a version to itself.
        uses.uses.dedup();
        self.write_uses(&name.language, &uses)?;
        remove(&self.folder(name))
    }

    /// Whether there is a version `name`.
    fn check(&self, name: &Name) -> anyhow::Result<()> {
        let exists = name.number != SHIPPED && self.folder(name).join(MODEL).is_file();
        ensure!(
            exists,
            "there is no {name} in {}: `lstm-ls model list` shows what there is",
            self.base.display()
        );
        Ok(())
    }

    /// Has the server find `name`, or what there is without retraining.
    fn put_into_place(&self, name: &Name) -> anyhow::Result<()> {
        let place = self.place(&name.language);
        if name.number == SHIPPED {
            return match fs::remove_file(&place) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    Err(error).with_context(|| format!("removing {}", place.display()))
                }
                _ => Ok(()),
            };
        }
        self.check(name)?;
        // Read whole, so that a damaged version is refused rather than served.
        let bytes = ModelFile::read(&self.model(name))?.to_bytes(None)?;
        disk::make_folder(&self.models())
            .map_err(anyhow::Error::from)
            .and_then(|()| Ok(disk::write_own(&place, &bytes)?))
            .with_context(|| format!("putting {name} into {}", place.display()))
    }

    fn uses(&self, language: &str) -> anyhow::Result<Uses> {
        let path = self.folder_of(language).join(USES);
        match disk::read(&path, Links::Refused, MOST_NOTES) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .with_context(|| format!("{} is damaged: remove it", path.display())),
            Err(error) if error.is_not_found() => Ok(Uses::default()),
            Err(error) => Err(error).with_context(|| format!("reading {}", path.display())),
        }
    }

    fn write_uses(&self, language: &str, uses: &Uses) -> anyhow::Result<()> {
        let folder = self.folder_of(language);
        let path = folder.join(USES);
        disk::make_folder(&folder)
            .map_err(anyhow::Error::from)
            .and_then(|()| Ok(disk::write_own(&path, &serde_json::to_vec(uses)?)?))
            .with_context(|| format!("writing {}", path.display()))
    }

    /// One change at a time, whichever process makes it; until it is dropped.
    fn lock(&self) -> anyhow::Result<File> {
        let path = self.base.join("versions/lock");
        let lock = || -> std::io::Result<File> {
            // What is learnt from the user's files is for the user alone.
            disk::make_own_folder(&self.base.join("versions"))?;
            let file = disk::open_lock(&path)?;
            file.lock()?;
            Ok(file)
        };
        lock().with_context(|| format!("locking {}", path.display()))
    }

    fn folder_of(&self, language: &str) -> PathBuf {
        self.base.join("versions").join(language)
    }

    fn folder(&self, name: &Name) -> PathBuf {
        self.folder_of(&name.language).join(name.number.to_string())
    }
}

/// Names of the folders in `folder`, none if it is not there.
fn sub_folders(folder: &Path) -> anyhow::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.with_context(|| format!("reading {}", folder.display()))?,
    };
    let folders = entries.flatten().filter(|entry| entry.path().is_dir());
    let names = folders.filter_map(|entry| entry.file_name().into_string().ok());
    Ok(names.collect())
}

fn remove(folder: &Path) -> anyhow::Result<()> {
    fs::remove_dir_all(folder).with_context(|| format!("removing {}", folder.display()))
}
