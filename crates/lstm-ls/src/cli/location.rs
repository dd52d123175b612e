//! `FILE[:LINE[:COL]]`: a place in a file, as compilers and editors print it.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use code_index::newline;

use super::texts;

/// A file and perhaps a place in it, as the user wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Location {
    /// The file; `-` is stdin.
    file: PathBuf,
    /// Line, counted from 1.
    line: Option<usize>,
    /// Column in characters, counted from 1.
    column: Option<usize>,
}

/// A text with `\n` line ends, and a byte offset in it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The whole text.
    pub(crate) text: String,
    /// Where the cursor is.
    pub(crate) offset: usize,
}

impl Location {
    /// Splits `argument`. A file whose name is the whole argument wins.
    pub(crate) fn parse(argument: &str) -> Self {
        let whole = Self {
            file: argument.into(),
            line: None,
            column: None,
        };
        if disk::exists(Path::new(argument)) {
            return whole;
        }
        let number = |text: &str| text.parse::<usize>().ok();
        let Some((rest, last)) = argument.rsplit_once(':') else {
            return whole;
        };
        let Some(last) = number(last) else {
            return whole;
        };
        let (file, line, column) = match rest.rsplit_once(':') {
            Some((file, line)) if number(line).is_some() => (file, number(line), Some(last)),
            _ => (rest, Some(last), None),
        };
        Self {
            file: file.into(),
            line,
            column,
        }
    }

    /// The file; nothing for stdin.
    pub(crate) fn file(&self) -> Option<&Path> {
        Some(self.file.as_path()).filter(|file| *file != Path::new("-"))
    }

    /// The file's name for messages.
    pub(crate) fn name(&self) -> String {
        let name = |file: &Path| file.display().to_string();
        self.file().map_or("standard input".to_owned(), name)
    }

    /// Reads the file and finds the place in it.
    ///
    /// # Errors
    /// If the file cannot be read or is not UTF-8, or the place is not in it.
    pub(crate) fn read(&self) -> anyhow::Result<Place> {
        let bytes = match self.file() {
            Some(file) => texts::read(file)?,
            None => {
                let mut bytes = Vec::new();
                let read = std::io::stdin().read_to_end(&mut bytes);
                read.with_context(|| self.name())?;
                bytes
            }
        };
        let text = std::str::from_utf8(&bytes).map_err(|error| {
            let at = error.valid_up_to();
            anyhow::anyhow!("{} is not UTF-8 text: see byte {at}", self.name())
        })?;
        let text = newline::to_lf(text).into_owned();
        let offset = self.offset(&text)?;
        Ok(Place { text, offset })
    }

    fn offset(&self, text: &str) -> anyhow::Result<usize> {
        let Some(line) = self.line else {
            return Ok(text.len());
        };
        if line == 0 || self.column == Some(0) {
            bail!("{}: lines and columns count from 1", self.name());
        }
        // What follows the last line feed is a line too: a cursor can be there.
        let Some(found) = text.split('\n').nth(line - 1) else {
            let lines = text.split('\n').count();
            let name = self.name();
            bail!("{name} has no line {line}: it ends at line {lines}");
        };
        let start = found.as_ptr() as usize - text.as_ptr() as usize;
        let Some(column) = self.column else {
            return Ok(start + found.len());
        };
        let ends = found.char_indices().map(|(at, _)| at);
        match ends.chain([found.len()]).nth(column - 1) {
            Some(at) => Ok(start + at),
            None => {
                let last = found.chars().count() + 1;
                let name = self.name();
                bail!("{name}:{line} has no column {column}: the line ends at column {last}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn parsed(argument: &str, file: &str, line: Option<usize>, column: Option<usize>) {
        let file = file.into();
        assert_eq!(Location::parse(argument), Location { file, line, column });
    }

    #[test]
    fn places_are_split_from_the_right() {
        parsed("no/such.rs", "no/such.rs", None, None);
        parsed("no/such.rs:12", "no/such.rs", Some(12), None);
        parsed("no/such.rs:12:3", "no/such.rs", Some(12), Some(3));
        parsed("C:\\no.rs:7", "C:\\no.rs", Some(7), None);
        parsed("a:b:c:4:5", "a:b:c", Some(4), Some(5));
        parsed("-:3:1", "-", Some(3), Some(1));
        parsed("no:such", "no:such", None, None);
    }

    #[track_caller]
    fn at(argument: &str, text: &str) -> Result<usize, String> {
        Location::parse(argument)
            .offset(text)
            .map_err(|e| e.to_string())
    }

    #[test]
    fn places_are_characters_counted_from_1() {
        assert_eq!(at("f.rs", "ab\ncd\n"), Ok(6));
        assert_eq!(at("f.rs:1", "ab\ncd\n"), Ok(2));
        assert_eq!(at("f.rs:2:1", "ab\ncd\n"), Ok(3));
        assert_eq!(at("f.rs:2:3", "ab\ncd\n"), Ok(5));
        assert_eq!(at("f.rs:3", "ab\ncd\n"), Ok(6));
        assert_eq!(at("f.rs:1:3", "😀é!"), Ok(6));
    }

    #[test]
    fn past_the_end_says_where_the_end_is() {
        let message = |argument| at(argument, "ab\ncd").expect_err("it is past the end");
        assert_eq!(message("f.rs:9"), "f.rs has no line 9: it ends at line 2");
        assert_eq!(
            message("f.rs:2:9"),
            "f.rs:2 has no column 9: the line ends at column 3"
        );
        assert_eq!(message("f.rs:0"), "f.rs: lines and columns count from 1");
        assert_eq!(
            message("-:9"),
            "standard input has no line 9: it ends at line 2"
        );
    }
}
