//! What the workspace's Rust files say: the modules of a crate, what each
//! declares, and which paths it writes. Tests are left out: what is compiled for
//! `cfg(test)` only, and files outside of a library's or a program's tree.
//!
//! Knows syntax and module trees; knows no rule about either.

mod reader;
mod scope;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use reader::Found;
pub(crate) use scope::Place;

/// The module tree of one library or program.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// The files, the root first.
    pub(crate) files: Vec<PathBuf>,
    /// The modules, the root first.
    pub(crate) modules: Vec<Module>,
}

/// One module: a file, or `mod name { … }` within one.
#[derive(Debug, Default)]
pub(crate) struct Module {
    /// Index into [`Tree::files`].
    pub(crate) file: usize,
    parent: Option<usize>,
    children: BTreeMap<String, usize>,
    items: Vec<String>,
    imports: Vec<Import>,
    /// The paths in its code, in the order they stand there.
    pub(crate) mentions: Vec<Mention>,
    /// The methods it calls.
    pub(crate) methods: Vec<Mention>,
}

/// A path as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mention {
    pub(crate) path: Vec<String>,
    pub(crate) line: usize,
}

/// One name that a `use` brings in, or `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Import {
    name: String,
    target: Mention,
    /// `pub use`: hands on, and so is no use by itself.
    hands_on: bool,
}

/// Where files are read: the disk, or a test's table.
pub(crate) type ReadFile<'a> = dyn Fn(&Path) -> Option<String> + 'a;

/// Reads a file of the disk.
pub(crate) fn from_disk(path: &Path) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

impl Tree {
    /// Reads the tree whose root is the file `root`.
    ///
    /// # Errors
    /// If a file is missing or is not Rust.
    pub(crate) fn read(root: &Path, read: &ReadFile<'_>) -> Result<Self> {
        let mut tree = Self::default();
        // Children of the root file lie beside it, whatever its name is.
        let folder = root.parent().unwrap_or(Path::new("")).to_owned();
        tree.add_file(root, &folder, None, read)?;
        Ok(tree)
    }

    fn add_file(
        &mut self,
        file: &Path,
        folder: &Path,
        parent: Option<usize>,
        read: &ReadFile<'_>,
    ) -> Result<usize> {
        let text = read(file).with_context(|| format!("could not read {}", file.display()))?;
        let found = reader::read(&text).with_context(|| format!("in {}", file.display()))?;
        self.files.push(file.to_owned());
        let index = self.files.len() - 1;
        self.add_module(found, index, folder, parent, read)
    }

    /// Adds a module and those within it; `folder` is where its children's files lie.
    fn add_module(
        &mut self,
        found: Found,
        file: usize,
        folder: &Path,
        parent: Option<usize>,
        read: &ReadFile<'_>,
    ) -> Result<usize> {
        self.modules.push(Module {
            file,
            parent,
            children: BTreeMap::new(),
            items: found.items,
            imports: found.imports,
            mentions: found.mentions,
            methods: found.methods,
        });
        let index = self.modules.len() - 1;
        for (name, content) in found.modules {
            let inner = folder.join(&name);
            let child = match content {
                Some(found) => self.add_module(found, file, &inner, Some(index), read)?,
                None => {
                    let beside = folder.join(format!("{name}.rs"));
                    let within = inner.join("mod.rs");
                    let path = if read(&beside).is_some() {
                        beside
                    } else {
                        within
                    };
                    self.add_file(&path, &inner, Some(index), read)?
                }
            };
            self.modules[index].children.insert(name, child);
        }
        Ok(index)
    }
}
