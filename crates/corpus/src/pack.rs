//! The packed corpus: one file, an index in front, checksummed, memory-mapped.
//!
//! Layout: the magic `LSTMCRP1`, the length of the index (u64, little-endian),
//! the index (JSON), then the texts one after the other.

use std::collections::BTreeMap;
use std::io::{self, SeekFrom};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use disk::Readers;
use evaluation::selection;
use memmap2::Mmap;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Split;

const MAGIC: &[u8; 8] = b"LSTMCRP1";

/// One file of a corpus.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// `package/path/in/package.rs`.
    pub path: String,
    /// Key of the repository it comes from.
    pub repository: String,
    /// LSP language identifier.
    pub language: String,
    /// Where its repository belongs; never [`Split::Test`].
    pub split: Split,
    /// Where its text starts in the data, in bytes.
    pub offset: usize,
    /// Length of its text in bytes.
    pub length: usize,
}

#[derive(Serialize, Deserialize)]
struct Index {
    /// SHA-256 of the data, lower-case hex.
    sha256: String,
    /// Whether every repository states a permissive licence. Packs from before
    /// this was noted were made that way.
    #[serde(default = "yes")]
    permissive_only: bool,
    /// Whether files were held out rather than repositories.
    #[serde(default)]
    files_held_out: bool,
    /// As [`Traits::languages`]; packs from before this was noted have one.
    #[serde(default)]
    languages: Vec<String>,
    documents: Vec<Document>,
}

fn yes() -> bool {
    true
}

/// What is true of all documents of a corpus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traits {
    /// LSP language identifiers of what was looked for; the first is that of a model
    /// trained on it.
    pub languages: Vec<String>,
    /// Every repository states a permissive licence.
    pub permissive_only: bool,
    /// Files were held out rather than repositories.
    pub files_held_out: bool,
}

/// A memory-mapped corpus.
pub struct Corpus {
    map: Mmap,
    data_start: usize,
    index: Index,
}

impl Corpus {
    /// Writes `documents`, each with its text, in the order given; gives the
    /// SHA-256 of the data.
    ///
    /// # Errors
    /// As [`write_from`](Self::write_from).
    pub fn write(
        path: &Path,
        traits: Traits,
        documents: Vec<(Document, String)>,
    ) -> Result<String> {
        let (documents, texts): (Vec<_>, Vec<_>) = documents.into_iter().unzip();
        let lengths = documents.into_iter().zip(&texts);
        let documents = lengths.map(|(document, text)| Document {
            length: text.len(),
            ..document
        });
        let documents = documents.collect();
        Self::write_from(path, traits, documents, texts.into_iter().map(Ok))
    }

    /// Writes `documents`, whose lengths are known, and then their texts one after the other,
    /// as they come: memory has to hold one of them. Gives the SHA-256 of the data.
    ///
    /// # Errors
    /// If a text can't be had or is not as long as was said, or the file cannot be written;
    /// what stood at `path` before is then still there, and nothing beside it.
    pub fn write_from(
        path: &Path,
        traits: Traits,
        mut documents: Vec<Document>,
        texts: impl Iterator<Item = Result<String>>,
    ) -> Result<String> {
        let mut offset = 0;
        for document in &mut documents {
            document.offset = offset;
            offset += document.length;
        }
        let lengths: Vec<usize> = documents.iter().map(|d| d.length).collect();
        let mut index = Index {
            // As long as the one that is known at the end.
            sha256: hex(&Sha256::digest([])),
            permissive_only: traits.permissive_only,
            files_held_out: traits.files_held_out,
            languages: traits.languages,
            documents,
        };
        let mut failed = None;
        let written = disk::write_with(path, Readers::Owner, |file| {
            let start = serde_json::to_vec(&index)?;
            file.write_all(MAGIC)?;
            file.write_all(&(start.len() as u64).to_le_bytes())?;
            file.write_all(&start)?;
            let mut sha256 = Sha256::new();
            let mut lengths = lengths.iter();
            for text in texts {
                let text = text.and_then(|text| {
                    ensure!(
                        lengths.next() == Some(&text.len()),
                        "a text of another length"
                    );
                    Ok(text)
                });
                let text = text.map_err(|error| {
                    failed = Some(error);
                    io::ErrorKind::InvalidData
                })?;
                sha256.update(&text);
                file.write_all(text.as_bytes())?;
            }
            if lengths.next().is_some() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            index.sha256 = hex(&sha256.finalize());
            file.seek(SeekFrom::Start(16))?;
            file.write_all(&serde_json::to_vec(&index)?)
        });
        match failed {
            Some(error) => Err(error),
            None => Ok(written.map(|()| index.sha256)?),
        }
    }

    /// Maps the corpus at `path` and checks its structure (not its checksum).
    ///
    /// # Errors
    /// If the file cannot be read or is not a packed corpus.
    pub fn open(path: &Path) -> Result<Self> {
        let name = path.display();
        let file = disk::open(path, disk::Links::Followed)
            .with_context(|| format!("opening corpus {name}"))?;
        // SAFETY: the map is read-only, and a packed corpus is replaced by
        // renaming, never changed in place.
        let map = unsafe { Mmap::map(&file) }.with_context(|| format!("mapping corpus {name}"))?;
        if map.len() < 16 || &map[..8] != MAGIC {
            bail!("{name} is not a packed corpus: make one with `lstm-train corpus`");
        }
        let length = u64::from_le_bytes(map[8..16].try_into().expect("eight bytes"));
        let data_start = usize::try_from(length).ok().and_then(|l| l.checked_add(16));
        let data_start = data_start.filter(|&s| s <= map.len());
        let data_start = data_start.with_context(|| format!("corpus {name} is cut short"))?;
        let index: Index = serde_json::from_slice(&map[16..data_start])
            .with_context(|| format!("corpus {name} has a damaged index"))?;
        let data_length = map.len() - data_start;
        for document in &index.documents {
            let end = document.offset.checked_add(document.length);
            ensure!(
                end.is_some_and(|end| end <= data_length),
                "corpus {name} is cut short: {} lies beyond its end",
                document.path
            );
        }
        Ok(Self {
            map,
            data_start,
            index,
        })
    }

    /// Reads all the data and compares its checksum.
    ///
    /// # Errors
    /// If the data was damaged.
    pub fn verify(&self) -> Result<()> {
        let got = hex(&Sha256::digest(&self.map[self.data_start..]));
        ensure!(
            got == self.index.sha256,
            "the corpus is damaged: its checksum is {got}, expected {}",
            self.index.sha256
        );
        Ok(())
    }

    /// What is true of all its documents.
    pub fn traits(&self) -> Traits {
        Traits {
            languages: self.index.languages.clone(),
            permissive_only: self.index.permissive_only,
            files_held_out: self.index.files_held_out,
        }
    }

    /// LSP language identifier of a model trained on it; empty if nothing is packed.
    pub fn language(&self) -> &str {
        let of_documents = self.index.documents.first().map(|d| &d.language);
        let language = self.index.languages.first().or(of_documents);
        language.map(String::as_str).unwrap_or_default()
    }

    /// SHA-256 of the data, lower-case hex.
    pub fn sha256(&self) -> &str {
        &self.index.sha256
    }

    /// Every document, in file order.
    pub fn documents(&self) -> &[Document] {
        &self.index.documents
    }

    /// The documents of one split, in file order.
    pub fn split(&self, split: Split) -> impl Iterator<Item = &Document> {
        self.index
            .documents
            .iter()
            .filter(move |d| d.split == split)
    }

    /// A document's text.
    pub fn text(&self, document: &Document) -> &[u8] {
        let start = self.data_start + document.offset;
        &self.map[start..start + document.length]
    }

    /// The files quality is measured on, [`selection::of_package`] for each
    /// validation package, in order of package; all that are held out where files
    /// are.
    pub fn evaluation_files(&self) -> Vec<&Document> {
        if self.index.files_held_out {
            return self.split(Split::Validation).collect();
        }
        let mut packages: BTreeMap<&str, Vec<&Document>> = BTreeMap::new();
        for document in self.split(Split::Validation) {
            let package = document.path.split('/').next().unwrap_or_default();
            packages.entry(package).or_default().push(document);
        }
        let chosen = packages
            .into_values()
            .flat_map(|files| selection::of_package(files, |file| (&file.path, file.length)));
        chosen.collect()
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traits() -> Traits {
        Traits {
            languages: vec!["rust".into()],
            permissive_only: true,
            files_held_out: false,
        }
    }

    fn document(path: &str, split: Split) -> Document {
        Document {
            path: path.into(),
            repository: "owner/name".into(),
            language: "rust".into(),
            split,
            offset: 0,
            length: 0,
        }
    }

    #[test]
    fn what_is_packed_is_read_back_and_checked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("corpus.pack");
        let texts = vec![
            (
                document("a/one.rs", Split::Train),
                "fn one() {}\n".to_owned(),
            ),
            (
                document("b/two.rs", Split::Validation),
                "fn two() {}\n".to_owned(),
            ),
        ];
        Corpus::write(&path, traits(), texts).unwrap();
        let corpus = Corpus::open(&path).unwrap();
        corpus.verify().unwrap();
        let two = corpus.split(Split::Validation).next().unwrap();
        assert_eq!(corpus.text(two), b"fn two() {}\n");

        let mut bytes = std::fs::read(&path).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        assert!(Corpus::open(&path).unwrap().verify().is_err());
        std::fs::write(&path, &bytes[..last]).unwrap();
        assert!(Corpus::open(&path).is_err());
    }

    #[test]
    fn a_pack_that_cannot_be_written_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("corpus.pack");
        // Renaming a file over a folder fails after everything is written.
        std::fs::create_dir(&path).unwrap();
        let texts = vec![(document("a/one.rs", Split::Train), "fn one() {}\n".into())];
        assert!(Corpus::write(&path, traits(), texts).is_err());
        let left = std::fs::read_dir(folder.path()).unwrap();
        let names: Vec<_> = left.map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names, ["corpus.pack"]);
    }

    #[test]
    fn texts_that_are_not_what_was_announced_are_not_packed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("corpus.pack");
        let one = Document {
            length: 3,
            ..document("a/one.rs", Split::Train)
        };
        let gone = || Err(anyhow::anyhow!("it was changed"));
        for (texts, expected) in [
            (vec![Ok("fn f".to_owned())], "another length"),
            (vec![gone()], "it was changed"),
            (vec![], "corpus.pack"),
            (
                vec![Ok("one".to_owned()), Ok("two".to_owned())],
                "another length",
            ),
        ] {
            let documents = vec![one.clone()];
            let refused = Corpus::write_from(&path, traits(), documents, texts.into_iter());
            let error = format!("{:#}", refused.unwrap_err());
            assert!(error.contains(expected), "{error}");
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        }
    }

    #[test]
    fn a_pack_remembers_how_it_was_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("corpus.pack");
        for permissive_only in [false, true] {
            let texts = vec![(document("a/one.rs", Split::Train), "fn one() {}\n".into())];
            let traits = Traits {
                languages: vec!["typescript".into(), "rust".into()],
                permissive_only,
                files_held_out: !permissive_only,
            };
            Corpus::write(&path, traits.clone(), texts).unwrap();
            let corpus = Corpus::open(&path).unwrap();
            assert_eq!(corpus.traits(), traits);
            assert_eq!(corpus.language(), "typescript");
        }
        let old: Index = serde_json::from_str(r#"{"sha256":"","documents":[]}"#).unwrap();
        assert!(old.permissive_only);
    }

    #[test]
    fn two_files_of_each_package_are_evaluated() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("corpus.pack");
        let text = "x".repeat(3_500);
        let mut texts = Vec::new();
        for package in ["a", "b"] {
            for file in 0..4 {
                let path = format!("{package}/{file}.rs");
                texts.push((document(&path, Split::Validation), text.clone()));
            }
        }
        texts.push((document("c/small.rs", Split::Validation), "x".into()));
        Corpus::write(&path, traits(), texts).unwrap();
        let corpus = Corpus::open(&path).unwrap();
        let files: Vec<_> = corpus
            .evaluation_files()
            .iter()
            .map(|d| &d.path[..1])
            .collect();
        assert_eq!(files, ["a", "a", "b", "b"]);
    }
}
