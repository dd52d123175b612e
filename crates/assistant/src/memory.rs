//! Which files are remembered together, and a folder remembered at once; for the
//! command line and the server alike.

use std::path::{Path, PathBuf};

use workspace::{Setup, Workspace};

/// Files of these kinds are data, or written by programs.
const NOT_CODE: [&str; 8] = ["csv", "tsv", "svg", "lock", "log", "map", "json", "ipynb"];

/// Files of one group know each other's words: those of one language, or of two
/// that share most of their words.
pub fn group_of(path: &Path, language: &str) -> String {
    group_of_file(path).unwrap_or_else(|| language.to_owned())
}

/// The same of a file whose language its name has to tell; `None` if it is none
/// that people write.
pub fn group_of_file(path: &Path) -> Option<String> {
    let language = lstm_format::language_of(path)?;
    let group = match language.as_str() {
        "javascript" | "javascriptreact" | "typescriptreact" => "typescript",
        "cpp" => "c",
        other => other,
    };
    (!NOT_CODE.contains(&group)).then(|| group.to_owned())
}

/// All files of `folder` that the server would remember, read before this
/// returns; nothing is kept on the disk.
pub fn read(folder: PathBuf) -> Workspace {
    let setup = Setup {
        folders: vec![folder],
        cache: None,
        most_text: usize::MAX,
        group_of: group_of_file,
    };
    let workspace = Workspace::open(setup, || {});
    workspace.settle();
    workspace
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_not_remembered_and_relatives_are_together() {
        let group = |path: &str| group_of_file(Path::new(path));
        assert_eq!(group("a.rs").as_deref(), Some("rust"));
        assert_eq!(group("a.tsx"), group("b.js"));
        assert_eq!(group("a.hpp"), group("b.c"));
        assert_eq!(group("Cargo.lock"), None);
        assert_eq!(group("Makefile"), None);
        assert_eq!(group_of(Path::new("Makefile"), "makefile"), "makefile");
    }
}
