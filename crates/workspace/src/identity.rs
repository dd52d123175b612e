//! One name for each file, however a client or the disk spells it.
//!
//! Owns: how a path becomes the name by which documents, folders and remembered files
//! are kept and compared. A link and what it leads to have the same, and so have
//! `a/`, `a/.` and `a`.

use std::path::{Component, Path, PathBuf};

/// The name of what lies at `path`: absolute, and without links. What does not exist
/// is named by the folders above it that do, so that a file keeps its name when it is
/// deleted.
///
/// Where its file system does not answer, the name that it was called by has to do.
pub fn identity(path: &Path) -> PathBuf {
    let asked = path.to_owned();
    let found = disk::within(path, disk::PATIENCE, move || of(&asked));
    found.unwrap_or_else(|| std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
}

fn of(path: &Path) -> PathBuf {
    if let Ok(real) = std::fs::canonicalize(path) {
        return real;
    }
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut real = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => drop(real.pop()),
            Component::Normal(name) => {
                real.push(name);
                if let Ok(known) = std::fs::canonicalize(&real) {
                    real = known;
                }
            }
            Component::Prefix(_) => real.push(component),
            Component::RootDir => {
                real.push(component);
                // A drive has a longer name than it is called by.
                if let Ok(known) = std::fs::canonicalize(&real) {
                    real = known;
                }
            }
        }
    }
    real
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn spellings_of_one_file_have_one_name() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("real/inside")).unwrap();
        symlink(at("real"), at("link")).unwrap();
        symlink("link", at("link2")).unwrap();
        symlink("nowhere", at("dangling")).unwrap();
        for name in ["a.rs", "b [1].py", "inside/c.ts", "inside/d.go"] {
            fs::write(at("real").join(name), "x").unwrap();
        }
        for (one, other) in [
            ("real/a.rs", "link/a.rs"),
            ("real/b [1].py", "link2/b [1].py"),
            ("real/inside/c.ts", "link/inside/../inside/c.ts"),
            ("real/inside", "link/inside/"),
            ("real", "link2/."),
            // What is gone, or not there yet.
            ("real/gone.rs", "link/gone.rs"),
            ("real/new/folder/e.py", "link2/new/folder/e.py"),
            ("real/new/e.ts", "link/new/../new/e.ts"),
            ("real/new", "link/new/"),
        ] {
            assert_eq!(identity(&at(one)), identity(&at(other)), "{one} {other}");
        }
        for (one, other) in [
            ("real/a.rs", "real/b [1].py"),
            ("real/inside", "real"),
            ("dangling", "nowhere"),
            ("real/gone.rs", "real/Gone.rs"),
        ] {
            assert_ne!(identity(&at(one)), identity(&at(other)), "{one} {other}");
        }
    }
}

#[cfg(all(test, windows))]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn spellings_of_one_file_have_one_name() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("Real/inside")).unwrap();
        fs::write(at("Real/a.rs"), "x").unwrap();
        for (one, other) in [
            (r"Real\a.rs", "real/A.RS"),
            (r"Real\inside", "real/inside/"),
            (r"Real\inside", r"REAL\inside\."),
            // What is gone, or not there yet.
            (r"Real\gone.rs", "real/inside/../gone.rs"),
            (r"Real\new\e.ts", "REAL/new/e.ts"),
        ] {
            assert_eq!(identity(&at(one)), identity(&at(other)), "{one} {other}");
        }
        assert_ne!(identity(&at("Real/a.rs")), identity(&at("Real/inside")));
        // A drive has a small letter where VS Code names it.
        let real = identity(&at("Real")).to_string_lossy().into_owned();
        let short = real.strip_prefix(r"\\?\").expect("it has its longest name");
        let (drive, rest) = short.split_at(1);
        for name in [r"a.rs", "gone.rs", r"new\e.ts"] {
            let small = format!(r"{}{rest}\{name}", drive.to_ascii_lowercase());
            assert_eq!(
                identity(Path::new(&small)),
                identity(&at("Real").join(name))
            );
        }
        let missing = format!(r"{drive}:\no-such-folder\a.rs");
        let small = missing.to_ascii_lowercase();
        assert_eq!(identity(Path::new(&missing)), identity(Path::new(&small)));
    }
}
