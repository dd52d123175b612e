//! What is kept between starts, and when it is not trusted.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use workspace::Setup;

use crate::folders::{open, setup};
#[cfg(unix)]
use crate::knows;

#[cfg(unix)]
fn cached(folder: &Path, caches: &Path) -> Setup {
    Setup {
        cache: Some(caches.join("it.memory")),
        ..setup(folder)
    }
}

/// Writes a text with a time of last year: it is as old as any other.
fn write_aged(path: &Path, word: &str) {
    fs::write(path, format!("let aurora = {word};\n").repeat(3)).unwrap();
    let then = SystemTime::now() - Duration::from_secs(365 * 24 * 60 * 60);
    let file = fs::File::options().append(true).open(path).unwrap();
    file.set_modified(then).unwrap();
}

// Elsewhere the system tells no time that programs can't set.
#[cfg(unix)]
#[test]
fn a_text_of_the_same_length_and_time_is_read_all_the_same() {
    for name in ["a.rs", "b.py", "c.ts", "d.go"] {
        let (folder, caches) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let setup = cached(folder.path(), caches.path());
        let path = folder.path().join(name);
        let extension = path.extension().unwrap().to_str().unwrap().to_owned();
        write_aged(&path, "borealis");
        let before = fs::metadata(&path).unwrap();
        assert!(knows(&open(&setup), &extension, "borealis"));
        write_aged(&path, "occident");
        let file = fs::File::options().append(true).open(&path).unwrap();
        file.set_modified(before.modified().unwrap()).unwrap();
        let after = fs::metadata(&path).unwrap();
        assert_eq!(before.len(), after.len());
        assert_eq!(before.modified().unwrap(), after.modified().unwrap());
        let workspace = open(&setup);
        assert!(knows(&workspace, &extension, "occident"), "{name}");
        assert!(!knows(&workspace, &extension, "borealis"), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_name_in_no_unicode_costs_nothing() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    for name in [
        b"caf\xe9.rs".as_slice(),
        b"\xff\xfe.rs",
        b"na\xefve \xe0.rs",
    ] {
        let (folder, caches) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let folder = folder.path().join(OsStr::from_bytes(b"Projet \xe9t\xe9"));
        fs::create_dir(&folder).unwrap();
        let setup = cached(&folder, caches.path());
        write_aged(&folder.join(OsStr::from_bytes(name)), "borealis");
        write_aged(&folder.join("plain.rs"), "polaris");
        open(&setup);
        let cache = setup.cache.clone().unwrap();
        let written = || fs::metadata(&cache).unwrap().modified().unwrap();
        let first = written();
        let workspace = open(&setup);
        assert!(knows(&workspace, "rs", "borealis") && knows(&workspace, "rs", "polaris"));
        assert_eq!(written(), first, "it is not written again");
    }
}

#[test]
fn caches_of_deleted_folders_go() {
    let (folders, caches) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut last = PathBuf::new();
    for i in 0..200 {
        let folder = folders.path().join(i.to_string());
        fs::create_dir(&folder).unwrap();
        write_aged(&folder.join("a.rs"), "borealis");
        last = caches.path().join(format!("{i}.memory"));
        let setup = Setup {
            cache: Some(last.clone()),
            ..setup(&folder)
        };
        open(&setup);
        assert!(last.exists());
        fs::remove_dir_all(&folder).unwrap();
    }
    let left: Vec<_> = fs::read_dir(caches.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(last.exists());
}
