//! Folders: what is read, kept, left out and noticed.

use std::fs;
use std::path::{Path, PathBuf};

use workspace::{Setup, Workspace};

use crate::predict;

pub(crate) fn by_extension(path: &Path) -> Option<String> {
    let extension = path.extension()?.to_str()?;
    Some(extension.to_owned())
}

pub(crate) fn setup(folder: &Path) -> Setup {
    Setup {
        folders: vec![folder.to_owned()],
        cache: None,
        most_text: 1 << 20,
        group_of: by_extension,
    }
}

pub(crate) fn open(setup: &Setup) -> Workspace {
    let workspace = Workspace::open(setup.clone(), || {});
    workspace.settle();
    workspace
}

/// Five bytes after `before`, each the likeliest.
pub(crate) fn goes_on(workspace: &Workspace, before: &str, without: &[PathBuf]) -> String {
    let layer = workspace.layer("rs", without);
    let mut text = before.as_bytes().to_vec();
    for _ in 0..5 {
        let probabilities = predict(&text, &layer).probabilities;
        let best = (0..=255_u8).max_by(|a, b| {
            let [a, b] = [a, b].map(|&byte| probabilities[usize::from(byte)]);
            a.total_cmp(&b)
        });
        text.extend(best);
    }
    String::from_utf8_lossy(&text[before.len()..]).into_owned()
}

pub(crate) fn skipped(workspace: &Workspace, name: &str) -> Option<String> {
    let skipped = workspace.progress().skipped;
    let found = skipped.into_iter().find(|(path, _)| path.ends_with(name));
    found.map(|(_, why)| why)
}

#[test]
fn files_are_known_until_they_change_or_go() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.rs");
    fs::write(&file, "let aurora = borealis;\n").unwrap();
    let workspace = open(&setup(folder.path()));
    assert_eq!(goes_on(&workspace, "let aurora = ", &[]), "borea");
    let own = &[workspace::identity(&file)];
    assert_ne!(goes_on(&workspace, "let aurora = ", own), "borea");

    fs::write(&file, "let aurora = australis;\n").unwrap();
    workspace.changed(vec![file.clone()]);
    workspace.settle();
    assert_eq!(goes_on(&workspace, "let aurora = ", &[]), "austr");
    assert_ne!(goes_on(&workspace, "let aurora = ", own), "austr");

    fs::remove_file(&file).unwrap();
    workspace.changed(vec![file.clone()]);
    workspace.settle();
    assert_ne!(goes_on(&workspace, "let aurora = ", &[]), "austr");

    let fresh = folder.path().join("b.rs");
    fs::write(&fresh, "let aurora = polaris;\n").unwrap();
    workspace.changed(vec![fresh.clone()]);
    workspace.settle();
    assert_eq!(goes_on(&workspace, "let aurora = ", &[]), "polar");
}

#[test]
fn line_ends_make_no_difference() {
    let folder = tempfile::tempdir().unwrap();
    // Only the line before tells which of the two it is.
    for (name, word) in [("a", "aurora"), ("b", "borealis")] {
        let text = format!("fn {name}() {{\r\n    let light = {word};\r\n}}\r\n");
        fs::write(folder.path().join(format!("{name}.rs")), text).unwrap();
    }
    let cached = tempfile::tempdir().unwrap();
    let setup = Setup {
        cache: Some(cached.path().join("cache")),
        ..setup(folder.path())
    };
    for _ in ["read", "from the cache"] {
        let workspace = open(&setup);
        for (name, word) in [("a", "auror"), ("b", "borea")] {
            let before = format!("fn {name}() {{\n    let light = ");
            assert_eq!(goes_on(&workspace, &before, &[]), word);
        }
        assert_eq!(goes_on(&workspace, "light = borealis", &[]), ";\n}\n\0");
    }
}

#[test]
fn a_change_of_many_files_is_still_the_sum_of_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = |i: usize| folder.path().join(format!("{i}.rs"));
    let text = |i: usize, word: &str| format!("let name{i} = {word}{i};\n").repeat(2000);
    (0..12).for_each(|i| fs::write(path(i), text(i, "before")).unwrap());
    let workspace = open(&setup(folder.path()));
    for i in 0..12 {
        fs::write(path(i), text(i, "now")).unwrap();
        workspace.changed(vec![path(i)]);
    }
    workspace.settle();
    let fresh = open(&setup(folder.path()));
    for i in [0, 5, 11] {
        let before = format!("let name{i} = ");
        let [changed, read] = [&workspace, &fresh].map(|workspace| {
            let layer = workspace.layer("rs", &[path(3)]);
            predict(before.as_bytes(), &layer).probabilities
        });
        assert_eq!(changed, read);
    }
}

#[test]
fn what_git_ignores_and_secrets_are_not_read_even_when_saved() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "let aurora = borealis;\n").unwrap();
        path
    };
    fs::write(folder.path().join(".gitignore"), "target\n").unwrap();
    let left_out = ["target/a.rs", ".hidden/a.rs", "id_rsa", ".env"].map(write);
    let workspace = open(&setup(folder.path()));
    assert_eq!(workspace.progress().files, 0);
    for path in left_out {
        workspace.changed(vec![path]);
    }
    workspace.settle();
    assert_ne!(goes_on(&workspace, "let aurora = ", &[]), "borea");
}

#[test]
fn what_cannot_be_remembered_is_left_out_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("binary.rs"), b"fn\0").unwrap();
    fs::write(path("latin.rs"), b"// caf\xe9").unwrap();
    fs::write(path("generated.rs"), "x".repeat(9000)).unwrap();
    fs::write(path("good.rs"), "let aurora = borealis;\n").unwrap();
    let huge = fs::File::create(path("huge.rs")).unwrap();
    // Of holes only.
    huge.set_len(1 << 30).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.path(), path("loop.rs")).unwrap();
        std::os::unix::fs::symlink("nowhere", path("gone.rs")).unwrap();
    }
    let workspace = open(&setup(folder.path()));
    assert_eq!(
        skipped(&workspace, "binary.rs").as_deref(),
        Some("is not text")
    );
    assert_eq!(
        skipped(&workspace, "latin.rs").as_deref(),
        Some("is not text")
    );
    let generated = skipped(&workspace, "generated.rs");
    assert_eq!(generated.as_deref(), Some("looks generated"));
    let huge = skipped(&workspace, "huge.rs");
    assert_eq!(huge.as_deref(), Some("is larger than 1048576 bytes"));
    let progress = workspace.progress();
    assert!(progress.done);
    assert_eq!((progress.files, progress.bytes), (1, 23));
    assert_eq!(goes_on(&workspace, "let aurora = ", &[]), "borea");
}

#[test]
fn no_more_is_remembered_than_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    for i in 0..10 {
        let text = format!("let aurora{i} = {i};\n").repeat(10);
        fs::write(folder.path().join(format!("{i}.rs")), text).unwrap();
    }
    let limited = Setup {
        most_text: 1000,
        ..setup(folder.path())
    };
    let workspace = open(&limited);
    let progress = workspace.progress();
    assert_eq!((progress.files, progress.bytes), (5, 850));
    let why = progress.skipped.iter().map(|(_, why)| why.as_str());
    let beyond = "is beyond the limit on all text remembered";
    assert_eq!(why.collect::<Vec<_>>(), [beyond; 5]);
    assert_eq!((progress.left_out.files, progress.left_out.bytes), (5, 850));
    // What is larger than all there is room for never gets in, however new it is.
    let new = folder.path().join("new.rs");
    fs::write(&new, "let borealis = polaris;\n".repeat(50)).unwrap();
    workspace.changed(vec![new.clone()]);
    workspace.settle();
    assert_ne!(goes_on(&workspace, "let borealis = ", &[]), "polar");
    assert_eq!(workspace.progress().bytes, 850);
}

#[test]
fn a_cache_is_used_and_a_damaged_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let caches = tempfile::tempdir().unwrap();
    let cache = caches.path().join("new/cache");
    for i in 0..20 {
        let text = format!("let aurora{i} = borealis{i};\n").repeat(5);
        fs::write(folder.path().join(format!("{i}.rs")), text).unwrap();
    }
    let cached = Setup {
        cache: Some(cache.clone()),
        ..setup(folder.path())
    };
    let before = b"let aurora7 = ";
    let expected = predict(before, &open(&cached).layer("rs", &[])).probabilities;
    let written = fs::read(&cache).expect("the cache is written");
    let stamp = || fs::metadata(&cache).unwrap().modified().unwrap();
    let first = stamp();
    let found = predict(before, &open(&cached).layer("rs", &[])).probabilities;
    assert_eq!(found, expected);
    assert_eq!(
        stamp(),
        first,
        "nothing has changed, so it is not written again"
    );

    for damage in 0..40 {
        let mut bytes = written.clone();
        let at = bytes.len() * damage / 40;
        if damage % 2 == 0 {
            bytes.truncate(at);
        } else {
            bytes[at] ^= 1 << (damage % 8);
        }
        fs::write(&cache, &bytes).unwrap();
        let found = predict(before, &open(&cached).layer("rs", &[])).probabilities;
        assert_eq!(found, expected);
        assert_ne!(fs::read(&cache).unwrap(), bytes, "it is made again");
    }
    fs::remove_dir_all(caches.path().join("new")).unwrap();
    let found = predict(before, &open(&cached).layer("rs", &[])).probabilities;
    assert_eq!(found, expected);
}
