//! What is remembered where there is no room for all.

use std::fs;
use std::path::Path;

use workspace::{Progress, Setup, Workspace};

use crate::folders::{open, setup};
use crate::knows;

fn write(folder: &Path, name: &str, word: &str, bytes: usize) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let line = format!("let aurora = {word};\n");
    fs::write(path, line.repeat(bytes.div_ceil(line.len()))).unwrap();
}

/// `megabytes` of dependencies of a language below `folder`.
fn dependencies(folder: &Path, name: &str, extension: &str, bytes: usize) {
    for i in 0..bytes / 20_000 {
        let file = format!("{name}/lib{i}/index.{extension}");
        write(folder, &file, &format!("theirs{i}"), 20_000);
    }
}

fn limited(folder: &Path, most_text: usize) -> Setup {
    Setup {
        most_text,
        ..setup(folder)
    }
}

#[test]
fn own_code_goes_before_dependencies_and_builds_whatever_the_alphabet_says() {
    for (name, extension) in [
        ("node_modules", "ts"),
        ("a/vendor", "go"),
        ("target/debug", "rs"),
        ("venv/lib", "py"),
        ("build", "c"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        dependencies(folder.path(), name, extension, 400_000);
        write(
            folder.path(),
            &format!("z/src/own.{extension}"),
            "borealis",
            5000,
        );
        let workspace = open(&limited(folder.path(), 100_000));
        assert!(knows(&workspace, extension, "borealis"), "{name}");
        let Progress {
            left_out, bytes, ..
        } = workspace.progress();
        assert!(bytes < 25_000, "others get a small part: {bytes}");
        assert!(left_out.files >= 19, "{left_out:?}");
        let first = Path::new(name).components().next().unwrap();
        let inside = workspace::identity(folder.path()).join(first);
        assert_eq!(left_out.folders[0].0, inside);
        let seen = workspace::look_through(&limited(folder.path(), 100_000));
        assert_eq!((seen.bytes, seen.left_out), (bytes, left_out));
    }
}

#[test]
fn a_cache_is_not_remembered_at_all() {
    let folder = tempfile::tempdir().unwrap();
    dependencies(folder.path(), "any/name", "rs", 100_000);
    let tag = "Signature: 8a477f597d28d172789f06886806bc55\n";
    fs::write(folder.path().join("any/CACHEDIR.TAG"), tag).unwrap();
    assert_eq!(open(&setup(folder.path())).progress().files, 0);
}

#[test]
fn the_package_of_the_open_file_goes_first_as_soon_as_it_is_opened() {
    for (extension, manifest) in [
        ("rs", "Cargo.toml"),
        ("ts", "package.json"),
        ("go", "go.mod"),
        ("py", "pyproject.toml"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        for package in ["one", "two"] {
            fs::create_dir(folder.path().join(package)).unwrap();
            fs::write(folder.path().join(package).join(manifest), "").unwrap();
            for i in 0..10 {
                let name = format!("{package}/src/{i}.{extension}");
                write(folder.path(), &name, &format!("{package}{i}"), 2000);
            }
        }
        let workspace = open(&limited(folder.path(), 23_000));
        for package in ["two", "one", "two"] {
            let opened = format!("{package}/src/7.{extension}");
            workspace.opened(&workspace::identity(&folder.path().join(opened)));
            workspace.settle();
            let all = (0..9).all(|i| knows(&workspace, extension, &format!("{package}{i}")));
            assert!(all, "{extension} {package} {:?}", workspace.progress());
            assert!(workspace.progress().bytes <= 23_000);
        }
    }
}

#[test]
fn a_new_file_takes_the_place_of_what_is_farther() {
    let folder = tempfile::tempdir().unwrap();
    for i in 0..20 {
        write(folder.path(), &format!("{i}.rs"), &format!("old{i}"), 1000);
    }
    let workspace: Workspace = open(&limited(folder.path(), 21_000));
    assert_eq!(workspace.progress().left_out.files, 0);
    write(folder.path(), "z.rs", "fresh", 3000);
    workspace.changed(vec![folder.path().join("z.rs")]);
    workspace.settle();
    assert!(knows(&workspace, "rs", "fresh"));
    assert!(workspace.progress().bytes <= 21_000);
    assert!(workspace.progress().left_out.files > 0);
}
