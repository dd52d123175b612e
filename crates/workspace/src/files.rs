//! Which files of a folder are worth remembering.
//!
//! Of those that a walk comes by, what may hold secrets, is too large, or is no text is
//! left out.

use std::path::{Path, PathBuf};

use crate::identity;
use crate::tree::Tree;
use code_index::newline;

/// Bytes at the start of a file that tell text from data.
const SNIFFED: usize = 8192;

/// Longest average line of text that a person wrote, in bytes.
const LONGEST_LINE: usize = 400;

/// Limits on what is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest file, in bytes.
    pub file: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { file: 1 << 20 }
    }
}

/// Why a file is not remembered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Skipped {
    /// By its name.
    #[error("may hold secrets")]
    Secret,
    /// Beyond [`Limits::file`].
    #[error("is larger than {0} bytes")]
    TooLarge(usize),
    /// Holds a zero byte, or is not UTF-8.
    #[error("is not text")]
    NotText,
    /// Its lines are far too long to be written by hand.
    #[error("looks generated")]
    Generated,
    /// What may be remembered in all is remembered already.
    #[error("is beyond the limit on all text remembered")]
    NoRoom,
    /// It could not be read.
    #[error("cannot be read: {0}")]
    Unreadable(String),
}

/// The files below `folder`, in order of path, that have a group by `group_of`.
pub fn below(folder: &Path, group_of: impl Fn(&Path) -> Option<String>) -> Vec<(PathBuf, String)> {
    let walked = Tree::new(&identity(folder)).walk(|_| {});
    let files = walked.into_iter();
    let mut files: Vec<_> = files
        .filter_map(|(path, _)| group_of(&path).map(|group| (path, group)))
        .collect();
    files.sort();
    files
}

/// The text of the file at `path`, if it is worth remembering.
///
/// # Errors
/// Why not.
pub fn read(path: &Path, limits: Limits) -> Result<Vec<u8>, Skipped> {
    if is_secret(path) {
        return Err(Skipped::Secret);
    }
    let unreadable = |error: std::io::Error| Skipped::Unreadable(error.to_string());
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(Skipped::NotText);
    }
    if metadata.len() > limits.file as u64 {
        return Err(Skipped::TooLarge(limits.file));
    }
    let text = std::fs::read(path).map_err(unreadable)?;
    if text.len() > limits.file {
        return Err(Skipped::TooLarge(limits.file));
    }
    if text[..text.len().min(SNIFFED)].contains(&0) {
        return Err(Skipped::NotText);
    }
    let text = String::from_utf8(text).map_err(|_| Skipped::NotText)?;
    let text = newline::into_lf(text).into_bytes();
    let lines = text.iter().filter(|&&byte| byte == b'\n').count() + 1;
    if text.len() / lines > LONGEST_LINE {
        return Err(Skipped::Generated);
    }
    Ok(text)
}

/// Whether a file of this name is likely to hold passwords or keys.
pub fn is_secret(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.unwrap_or_default().to_ascii_lowercase();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    name == ".env"
        || name.starts_with(".env.")
        || matches!(
            extension,
            "pem" | "key" | "p12" | "pfx" | "kdbx" | "keystore" | "jks" | "env"
        )
        || ["id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"].contains(&name.as_str())
        || [".npmrc", ".netrc", ".pgpass", ".htpasswd"].contains(&name.as_str())
        || ["secret", "credential", "password"].iter().any(|word| {
            name.starts_with(word)
                && !language::by_path(path).is_some_and(|row| row.kind == language::Kind::Code)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known() {
        for name in [
            ".env",
            ".env.local",
            "server.pem",
            "id_rsa",
            "secrets.toml",
            "a/credentials.json",
            "secrets.sh",
            "passwords.unheardof",
            "passwords",
        ] {
            assert!(is_secret(Path::new(name)), "{name}");
        }
        for name in [
            "main.rs",
            "secrets.rs",
            "environment.ts",
            "keyboard.c",
            "password_hash.py",
            "password.kt",
        ] {
            assert!(!is_secret(Path::new(name)), "{name}");
        }
    }
}
