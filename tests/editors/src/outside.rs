//! A project folder that another program writes into while an editor has it open.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::Home;

/// Breaks off inside a function that may call what [`PRICES`] names.
const SALES: &str = include_str!("../data/sales.rs");
/// What the other program writes, with names of its own in the place of [`NAME`].
const PRICES: &str = include_str!("../data/prices.rs");
const NAME: &str = "quay_harbour";
/// A line for each file that is written: its path, how the name in it begins, and how that
/// name ends. No name stands in two of them.
const WRITTEN: &str = include_str!("../data/outside.txt");

/// A folder with a file to type in, and what is written beside it, one after the other.
pub struct Outside {
    folder: PathBuf,
    number: usize,
}

/// A file that was written, and what is typed then.
pub struct Written {
    /// Counts from 1; for the pictures.
    pub number: usize,
    /// What is to be typed, up to the middle of the name.
    pub typed: String,
    /// The end of the name, which only that file has.
    pub end: &'static str,
    /// What ended the name before the file was written anew.
    pub old_end: Option<&'static str>,
}

impl Outside {
    /// Makes the folder, with the first of the files, which is there when an editor starts.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn new(home: &Home) -> Result<Self> {
        // The home folder itself is too wide to be read.
        let folder = home.path().join("project");
        fs::create_dir_all(folder.join("src"))?;
        // Where editors look for the folder that belongs to a file.
        fs::write(folder.join("Cargo.toml"), "")?;
        fs::write(folder.join("sales.rs"), SALES)?;
        let mut outside = Self { folder, number: 0 };
        outside.write()?;
        // It is written again as it is, so that what is typed first is in it.
        outside.number = 0;
        Ok(outside)
    }

    /// The file to type in; its last line is empty.
    pub fn file(&self) -> PathBuf {
        self.folder.join("sales.rs")
    }

    /// Writes the next file, in a folder that is made for it if need be. `None` after the
    /// last.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&mut self) -> Result<Option<Written>> {
        let all = lines()?;
        let Some(&(path, begin, end)) = all.get(self.number) else {
            return Ok(None);
        };
        let mut before = all.iter().take(self.number);
        let old = before.rfind(|(other, ..)| *other == path);
        self.number += 1;
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
        fs::write(&path, PRICES.replace(NAME, &format!("{begin}{end}")))?;
        Ok(Some(Written {
            number: self.number,
            typed: format!("        report.{begin}"),
            end,
            old_end: old.map(|(.., end)| *end),
        }))
    }
}

impl Written {
    /// Whether `shown`, which an editor offers at the end of `typed`, is what it should be.
    pub fn is_in(&self, shown: &str) -> bool {
        shown.contains(self.end) && !self.old_end.is_some_and(|old| shown.contains(old))
    }
}

/// Path, begin and end of the name, of each line.
fn lines() -> Result<Vec<(&'static str, &'static str, &'static str)>> {
    let line = |line: &'static str| {
        let mut words = line.split_whitespace();
        Some((words.next()?, words.next()?, words.next()?))
    };
    let lines: Option<_> = WRITTEN.lines().map(line).collect();
    lines.context("a line without three words in outside.txt")
}
