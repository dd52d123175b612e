//! What other programs do to files that are remembered.

use std::fs;
use std::path::{Path, PathBuf};

use workspace::Workspace;

use crate::folders::{open, setup};
use crate::knows;

/// A folder of its own with files in it, remembered.
struct Project {
    folder: tempfile::TempDir,
    workspace: Workspace,
}

impl Project {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        files
            .iter()
            .for_each(|(name, word)| write(folder.path(), name, word));
        let workspace = open(&setup(folder.path()));
        Self { folder, workspace }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The client tells that these have changed.
    fn told(&self, names: &[&str]) {
        let paths = names.iter().map(|name| self.path(name)).collect();
        self.workspace.changed(paths);
        self.workspace.settle();
    }

    /// Whether `word` is known in files with this extension.
    fn knows(&self, extension: &str, word: &str) -> bool {
        knows(&self.workspace, extension, word)
    }
}

fn write(folder: &Path, name: &str, word: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("let aurora = {word};\n").repeat(3)).unwrap();
}

#[test]
fn a_folder_that_goes_takes_along_all_below_it() {
    for (extension, gone) in [
        ("rs", "src"),
        ("py", "pkg/inner"),
        ("ts", "lib"),
        ("go", "a b"),
    ] {
        let inside = format!("{gone}/deep/one.{extension}");
        let project = Project::new(&[(&inside, "borealis")]);
        assert!(project.knows(extension, "borealis"));
        fs::remove_dir_all(project.path(gone)).unwrap();
        // With a slash at the end, as some clients name folders.
        project.told(&[&format!("{gone}/")]);
        assert!(!project.knows(extension, "borealis"), "{gone}");
        assert_eq!(project.workspace.progress().files, 0);
    }
}

#[test]
fn a_folder_that_comes_brings_all_that_is_in_it() {
    for (extension, new) in [
        ("rs", "src"),
        ("py", "pkg"),
        ("ts", "lib"),
        ("c", "include"),
    ] {
        let project = Project::new(&[]);
        write(
            project.folder.path(),
            &format!("{new}/deep/one.{extension}"),
            "borealis",
        );
        project.told(&[new]);
        assert!(project.knows(extension, "borealis"), "{new}");
    }
}

#[test]
fn what_is_renamed_is_known_by_its_new_name_alone() {
    for (extension, from, to) in [
        ("rs", "a.rs", "b.rs"),
        ("py", "old", "new"),
        ("ts", "one/two", "three"),
        ("go", "x/a.go", "y.go"),
    ] {
        let is_file = from.contains('.');
        let file = match is_file {
            true => from.to_owned(),
            false => format!("{from}/a.{extension}"),
        };
        let project = Project::new(&[(&file, "borealis")]);
        fs::rename(project.path(from), project.path(to)).unwrap();
        project.told(&[from, to]);
        assert!(project.knows(extension, "borealis"), "{from}");
        assert_eq!(project.workspace.progress().files, 1, "{from}");
        // No trace of the old name: what is deleted now is forgotten.
        fs::remove_dir_all(project.path(to)).unwrap_or_else(|_| {
            fs::remove_file(project.path(to)).unwrap();
        });
        project.told(&[to]);
        assert!(!project.knows(extension, "borealis"), "{from}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_has_one_identity_whatever_path_leads_to_it() {
    use std::os::unix::fs::symlink;

    let links = tempfile::tempdir().unwrap();
    for (extension, name) in [("rs", "a.rs"), ("py", "b [1].py"), ("ts", "d/c.ts")] {
        let project = Project::new(&[(name, "borealis")]);
        let link = links.path().join(extension);
        symlink(project.folder.path(), &link).unwrap();
        // Opened through the link, it is the same folder.
        let linked = open(&setup(&link));
        assert!(knows(&linked, extension, "borealis"));
        // Told through the link or not, both hear of the change.
        write(project.folder.path(), name, "australis");
        project.workspace.changed(vec![link.join(name)]);
        linked.changed(vec![project.path(name)]);
        for workspace in [&project.workspace, &linked] {
            workspace.settle();
            assert!(knows(workspace, extension, "australis"), "{name}");
            assert!(!knows(workspace, extension, "borealis"), "{name}");
            let own = workspace::identity(&link.join(name));
            assert!(workspace.holds(extension, &own));
        }
        // A file that becomes a link out of the folder is none of its files any more.
        let outside = links.path().join(format!("outside.{extension}"));
        fs::write(&outside, "let aurora = polaris;\n").unwrap();
        fs::remove_file(project.path(name)).unwrap();
        symlink(&outside, project.path(name)).unwrap();
        project.told(&[name]);
        assert!(!project.knows(extension, "australis"), "{name}");
        assert!(!project.knows(extension, "polaris"), "{name}");
    }
}

#[test]
fn rules_that_change_are_obeyed() {
    for (extension, rule) in [("rs", "gen"), ("py", "*.py"), ("ts", "gen/a.ts")] {
        let file = format!("gen/a.{extension}");
        let project = Project::new(&[(&file, "borealis")]);
        fs::write(project.path(".gitignore"), rule).unwrap();
        project.told(&[".gitignore"]);
        assert!(!project.knows(extension, "borealis"), "{rule}");
        fs::remove_file(project.path(".gitignore")).unwrap();
        project.told(&[".gitignore"]);
        assert!(project.knows(extension, "borealis"), "{rule}");
    }
}

#[test]
fn however_many_files_change_it_is_one_change() {
    let mut rounds = Vec::new();
    for many in [100, 200, 400] {
        let name = |i: usize| format!("{}/{i}.rs", i % 7);
        let project = Project::new(&[]);
        (0..many).for_each(|i| write(project.folder.path(), &name(i), &format!("before{i}")));
        let all: Vec<String> = (0..many).map(name).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        project.told(&all);
        (0..many).for_each(|i| write(project.folder.path(), &name(i), &format!("after{i}")));
        let before = project.workspace.progress().rounds;
        project.told(&all);
        rounds.push(project.workspace.progress().rounds - before);
        assert!(project.knows("rs", "after42") && !project.knows("rs", "before42"));
        assert_eq!(project.workspace.progress().files, many);
    }
    assert_eq!(rounds, [1, 1, 1]);
}

#[test]
fn a_large_change_comes_to_what_a_fresh_look_finds() {
    let file = |i: usize| format!("src/{}/{i}.py", i % 5);
    let names: Vec<String> = (0..60).map(file).collect();
    let project = Project::new(&[]);
    let large = |i: usize, word: &str| format!("{word}{i};\n").repeat(400);
    for (i, name) in names.iter().enumerate() {
        write(project.folder.path(), name, &large(i, "before"));
    }
    project.told(&names.iter().map(String::as_str).collect::<Vec<_>>());
    // Some change, some go, some come; and not all of it is told.
    for (i, name) in names.iter().enumerate() {
        match i % 3 {
            0 => write(project.folder.path(), name, &large(i, "after")),
            1 => fs::remove_file(project.path(name)).unwrap(),
            _ => write(
                project.folder.path(),
                &format!("new/{i}.py"),
                &large(i, "new"),
            ),
        }
    }
    let told = names.iter().step_by(2).map(String::as_str);
    project.told(&told.collect::<Vec<_>>());
    let fresh = open(&setup(project.folder.path()));
    for before in ["let aurora = before1", "let aurora = after3", "new4", ";\n"] {
        let [changed, read] = [&project.workspace, &fresh].map(|workspace| {
            let layer = workspace.layer("py", &[]);
            crate::predict(before.as_bytes(), &layer).probabilities
        });
        assert_eq!(changed, read, "{before}");
    }
    assert_eq!(project.workspace.progress().bytes, fresh.progress().bytes);
}

#[test]
fn the_system_tells_of_what_no_client_tells() {
    let project = Project::new(&[("src/a.rs", "borealis")]);
    project.workspace.watch();
    project.workspace.settle();
    for (name, word) in [
        ("src/a.rs", "australis"),
        ("b.rs", "polaris"),
        ("new/deep/c.rs", "dawn"),
    ] {
        write(project.folder.path(), name, word);
        while !project.knows("rs", word) {
            std::thread::yield_now();
        }
    }
    fs::rename(project.path("new"), project.path("other")).unwrap();
    fs::remove_dir_all(project.path("src")).unwrap();
    while project.knows("rs", "australis") || project.workspace.progress().files != 2 {
        std::thread::yield_now();
    }
    // The folder that came by its new name is watched too.
    write(project.folder.path(), "other/deep/c.rs", "dusk");
    while !project.knows("rs", "dusk") || project.knows("rs", "dawn") {
        std::thread::yield_now();
    }
}
