//! What a client's URIs name.
//!
//! Clients encode one name in several ways: `[` or `%5B`, `C:` or `c%3A`, a folder with or
//! without a slash at its end. Owns how those become one; what a link leads to is for
//! [`workspace::identity`] to say.

use std::path::PathBuf;

use assistant::documents::{DocumentId, Place};
use percent_encoding::percent_decode_str;
use tower_lsp::lsp_types::Url;

/// Schemes of documents that have no file yet.
const NEW: &[&str] = &["untitled", "inmemory"];

/// The scheme of the cells of notebooks, whose path is that of the notebook.
const CELL: &str = "vscode-notebook-cell";

/// The one spelling of all URIs that name the same.
pub(crate) fn key(uri: &Url) -> String {
    let decoded: Vec<u8> = percent_decode_str(uri.as_str()).collect();
    let mut key = match String::from_utf8(decoded) {
        Ok(key) => key,
        // A byte a character, marked as no text can begin.
        Err(other) => {
            let bytes = other.into_bytes().into_iter().map(char::from);
            std::iter::once('\u{FFFD}').chain(bytes).collect()
        }
    };
    let path = uri.scheme().len() + "://".len();
    let drive = key.get(path..path + 3);
    let has_drive = drive.is_some_and(|drive| {
        let [slash, letter, colon] = *drive.as_bytes() else {
            return false;
        };
        slash == b'/' && letter.is_ascii_alphabetic() && colon == b':'
    });
    if uri.scheme() == "file" && has_drive {
        key[path + 1..path + 2].make_ascii_uppercase();
    }
    key.truncate(key.trim_end_matches('/').len());
    key
}

/// What the assistant calls the document at `uri`.
pub(super) fn id(uri: &Url) -> DocumentId {
    DocumentId::new(&key(uri))
}

/// The path that `uri` names, if it is a file or folder of this machine.
pub(crate) fn path(uri: &Url) -> Option<PathBuf> {
    if uri.scheme() != "file" {
        return None;
    }
    let path = uri.to_file_path().ok()?;
    // Its components: without a slash at the end.
    Some(path.components().collect())
}

/// Where the document at `uri` lies, or would if it were a file.
pub(super) fn place(uri: &Url) -> Place {
    if let Some(path) = path(uri) {
        return Place::file(path);
    }
    let name = percent_decode_str(uri.path()).decode_utf8_lossy();
    let name = PathBuf::from(name.into_owned());
    match uri.scheme() {
        CELL => Place::cell(name),
        scheme if NEW.contains(&scheme) => Place::new_document(name),
        _ => Place::view(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(uri: &str) -> Url {
        uri.parse().expect("a valid uri")
    }

    #[test]
    fn spellings_of_one_name_are_one() {
        for (one, other) in [
            ("file:///a/b%5B1%5D.ts", "file:///a/b[1].ts"),
            (
                "file:///a/%28group%29/page.tsx",
                "file:///a/(group)/page.tsx",
            ),
            ("file:///a/b%20c.py", "file:///a/b c.py"),
            ("file:///a/%C3%A9t%C3%A9.go", "file:///a/été.go"),
            ("file:///a/%e9.rs", "file:///a/%E9.rs"),
            ("file:///c%3A/src/main.rs", "file:///C:/src/main.rs"),
            ("file:///C%3a/src/main.c", "file:///c:/src/main.c"),
            ("file:///a/folder/", "file:///a/folder"),
            ("file:///a/%5Bfolder%5D/", "file:///a/[folder]"),
            ("file://localhost/a.rs", "file:///a.rs"),
            ("untitled:Untitled%2D1", "untitled:Untitled-1"),
            (
                "vscode-notebook-cell:/a/n.ipynb#W0sZmlsZQ%3D%3D",
                "vscode-notebook-cell:/a/n.ipynb#W0sZmlsZQ==",
            ),
        ] {
            assert_eq!(key(&url(one)), key(&url(other)), "{one}");
            assert_eq!(id(&url(one)), id(&url(other)), "{one}");
        }
        for (one, other) in [
            ("file:///a/b.ts", "file:///a/B.ts"),
            ("file:///a/b%5B.ts", "file:///a/b%5D.ts"),
            ("file:///d:/a.rs", "file:///c:/a.rs"),
            ("file:///a/%E9.rs", "file:///a/%E8.rs"),
            ("untitled:Untitled-1", "untitled:Untitled-2"),
            ("untitled:/a.rs", "file:///a.rs"),
            (
                "vscode-notebook-cell:/a/n.ipynb#W0sZmlsZQ",
                "vscode-notebook-cell:/a/n.ipynb#W1sZmlsZQ",
            ),
        ] {
            assert_ne!(key(&url(one)), key(&url(other)), "{one}");
        }
    }

    #[cfg(windows)]
    #[test]
    fn drives_are_told_however_they_are_written() {
        for uri in [
            "file:///c:/a/b.rs",
            "file:///c%3A/a/b.rs",
            "file:///c%3a/a/b.rs/",
        ] {
            assert_eq!(path(&url(uri)), Some(PathBuf::from(r"c:\a\b.rs")), "{uri}");
        }
        let shared = path(&url("file://server/share/a.rs"));
        assert_eq!(shared, Some(PathBuf::from(r"\\server\share\a.rs")));
        assert_eq!(path(&url("file:///a/b.rs")), None);
    }

    #[cfg(unix)]
    #[test]
    fn places_are_told_by_their_schemes() {
        let same = |one: &str, other: &str| assert_eq!(place(&url(one)), place(&url(other)));
        same("file:///no/such%5B1%5D/a.rs", "file:///no/such[1]/a.rs");
        same("untitled:Untitled%201", "untitled:Untitled 1");
        same(
            "vscode-notebook-cell:/a/n.ipynb#1",
            "vscode-notebook-cell:/a/n.ipynb#2",
        );
        assert_eq!(path(&url("file:///a/b/")), Some(PathBuf::from("/a/b")));
        assert_eq!(path(&url("git:/a/b.rs?HEAD")), None);
        assert_eq!(place(&url("git:/a.rs")), Place::view("/a.rs".into()));
        assert_eq!(place(&url("untitled:a")), Place::new_document("a".into()));
        assert_eq!(place(&url("file:///no/a")), Place::file("/no/a".into()));
    }
}
