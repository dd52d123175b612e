//! What a version is called: `rust@3`.

use std::fmt;
use std::str::FromStr;

use anyhow::{Context, ensure};
use serde::Serialize;

/// Language and number of a version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Name {
    /// LSP language identifier.
    pub language: String,
    /// From 1; 0 is the model without retraining.
    pub number: u32,
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.language, self.number)
    }
}

impl FromStr for Name {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let parts = text.rsplit_once('@').and_then(|(language, number)| {
            let number = number.parse().ok()?;
            Some((language, number))
        });
        let (language, number) = parts
            .with_context(|| format!("`{text}` is no version: expected one such as rust@1"))?;
        check_language(language)?;
        Ok(Self {
            language: language.to_owned(),
            number,
        })
    }
}

/// A language becomes a folder's name, so one such as `..` is not taken.
pub(super) fn check_language(language: &str) -> anyhow::Result<()> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '+' | '#');
    ensure!(
        !language.is_empty() && language.chars().all(plain),
        "`{language}` is no language: expected an LSP identifier such as rust"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_as_they_were_written() {
        let name: Name = "c++@12".parse().unwrap();
        assert_eq!((name.language.as_str(), name.number), ("c++", 12));
        assert_eq!(name.to_string(), "c++@12");
    }

    #[test]
    fn what_is_no_version_is_refused() {
        for text in [
            "", "rust", "rust@", "rust@-1", "@1", "../x@1", "a/b@1", ".@1",
        ] {
            assert!(text.parse::<Name>().is_err(), "{text}");
        }
    }
}
