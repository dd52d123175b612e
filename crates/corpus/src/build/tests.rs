//! What is packed and what is left out, on folders made up for it.

use super::*;

fn code(seed: usize) -> String {
    let line = |i| format!("    let value_{seed}_{i} = compute_{i}(other_{seed});\n");
    (0..20).map(line).collect()
}

/// A package name whose split is `split`.
fn name_in(split: Split) -> String {
    let names = (0..).map(|i| format!("package{i}"));
    names
        .into_iter()
        .find(|n| Split::of_repository(n) == split)
        .unwrap()
}

fn options() -> BuildOptions {
    BuildOptions {
        languages: vec!["rust".into()],
        repository_bytes: 1_000_000,
        permissive_only: true,
        stated_only: false,
        license: None,
        largest_file: filter::LARGEST,
        own_code_only: false,
        hold_out: HoldOut::Repositories,
    }
}

fn write_package(root: &Path, name: &str, license: &str, files: &[(&str, String)]) {
    let folder = root.join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let manifest = format!("[package]\nname = \"{name}\"\nlicense = \"{license}\"\n");
    std::fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    for (file, text) in files {
        std::fs::write(folder.join(file), text).unwrap();
    }
}

#[test]
fn near_copies_of_held_out_files_are_not_trained_on() {
    let root = tempfile::tempdir().unwrap();
    let (train, validation) = (name_in(Split::Train), name_in(Split::Validation));
    let copy = format!("{}    let added = 1;\n", code(1));
    let files = [("copy.rs", copy), ("own.rs", code(2))];
    write_package(root.path(), &train, "MIT", &files);
    write_package(root.path(), &validation, "MIT", &[("original.rs", code(1))]);
    write_package(
        root.path(),
        &name_in(Split::Test),
        "MIT",
        &[("secret.rs", code(3))],
    );

    let out = root.path().join("corpus.pack");
    let report = build(&[root.path().to_owned()], &out, &options()).unwrap();
    assert_eq!(report.dropped[&Reason::NearDuplicate].0, 1);
    assert_eq!(report.dropped[&Reason::TestRange].0, 1);
    let splits = "repositories: 1 train, 1 validation, 1 test";
    assert!(report.to_string().contains(splits), "{report}");
    let corpus = Corpus::open(&out).unwrap();
    let paths: Vec<_> = corpus.documents().iter().map(|d| d.path.clone()).collect();
    assert_eq!(
        paths,
        [
            format!("{train}/own.rs"),
            format!("{validation}/original.rs")
        ]
    );
}

#[test]
fn what_may_be_of_a_held_out_repository_is_not_trained_on() {
    let root = tempfile::tempdir().unwrap();
    let owners = |split| {
        let keys = (0..).map(|i| format!("owner{i}/moved"));
        let mut keys = keys.filter(move |key| Split::of_repository(key) == split);
        keys.next().unwrap()
    };
    let packages = [
        ("before", owners(Split::Train)),
        ("after", owners(Split::Validation)),
        ("other", {
            let keys = (0..).map(|i| format!("owner/other{i}"));
            let mut keys = keys.filter(|key| Split::of_repository(key) == Split::Train);
            keys.next().unwrap()
        }),
        ("stray", String::new()),
    ];
    for (seed, (name, key)) in packages.iter().enumerate() {
        let folder = root.path().join(name);
        std::fs::create_dir(&folder).unwrap();
        let repository = match key.is_empty() {
            true => String::new(),
            false => format!("repository = \"https://example.org/{key}\"\n"),
        };
        let manifest = format!("[package]\nname = \"{name}\"\n{repository}");
        std::fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        std::fs::write(folder.join("lib.rs"), code(seed)).unwrap();
    }
    let options = BuildOptions {
        permissive_only: false,
        stated_only: true,
        ..options()
    };
    let out = root.path().join("corpus.pack");
    let report = build(&[root.path().to_owned()], &out, &options).unwrap();
    assert_eq!(report.dropped[&Reason::Namesake].0, 1);
    assert_eq!(report.dropped[&Reason::NoRepository].0, 1);
    let corpus = Corpus::open(&out).unwrap();
    let paths: Vec<_> = corpus.documents().iter().map(|d| d.path.clone()).collect();
    assert_eq!(paths, ["other/lib.rs", "after/lib.rs"]);
}

#[test]
fn files_of_several_languages_keep_theirs_and_other_code_is_left_out() {
    let root = tempfile::tempdir().unwrap();
    let name = name_in(Split::Train);
    let folder = root.path().join(&name);
    for inner in ["src", "dist"] {
        std::fs::create_dir_all(folder.join(inner)).unwrap();
    }
    let manifest = format!("{{\"name\": \"{name}\", \"license\": \"MIT\"}}");
    std::fs::write(folder.join("package.json"), manifest).unwrap();
    let compiled = format!("{}exports.__esModule = true;\n", code(4));
    for (file, text) in [
        ("src/a.ts", code(1)),
        ("src/b.js", code(2)),
        ("dist/c.js", code(3)),
        ("src/d.js", compiled),
    ] {
        std::fs::write(folder.join(file), text).unwrap();
    }
    let options = BuildOptions {
        languages: vec!["typescript".into(), "javascript".into()],
        own_code_only: true,
        ..options()
    };
    let out = root.path().join("corpus.pack");
    let report = build(&[root.path().to_owned()], &out, &options).unwrap();
    assert_eq!(report.dropped[&Reason::Generated].0, 2);
    let corpus = Corpus::open(&out).unwrap();
    assert_eq!(corpus.language(), "typescript");
    let languages = corpus.documents().iter().map(|d| d.language.as_str());
    assert_eq!(languages.collect::<Vec<_>>(), ["typescript", "javascript"]);
}

#[test]
fn what_is_held_out_takes_nothing_from_training() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("mine");
    std::fs::create_dir(&folder).unwrap();
    for seed in 0..40 {
        std::fs::write(folder.join(format!("file{seed}.rs")), code(seed)).unwrap();
    }
    let options = BuildOptions {
        permissive_only: false,
        hold_out: HoldOut::Files,
        // As much as one file.
        repository_bytes: code(10).len(),
        ..options()
    };
    let out = root.path().join("corpus.pack");
    let report = build(&[folder], &out, &options).unwrap();
    assert!(report.kept[&Split::Validation].0 >= LEAST_HELD_OUT);
    assert_eq!(report.kept[&Split::Train].0, 1);
}

#[test]
fn nothing_left_says_what_was_left_out_and_why() {
    let root = tempfile::tempdir().unwrap();
    let files = [("a.rs", code(1))];
    write_package(root.path(), &name_in(Split::Train), "GPL-3.0", &files);
    let out = root.path().join("corpus.pack");
    let error = build(&[root.path().to_owned()], &out, &options()).unwrap_err();
    assert!(error.is::<NothingLeft>());
    assert!(
        error.to_string().contains("no permissive licence"),
        "{error}"
    );
    assert!(!out.exists());
}

/// Paths packed from `folders` whatever their licence, and the report.
fn packed(root: &Path, folders: &[PathBuf]) -> (Vec<String>, Report) {
    let out = root.join("corpus.pack");
    let options = BuildOptions {
        permissive_only: false,
        ..options()
    };
    let report = build(folders, &out, &options).unwrap();
    let corpus = Corpus::open(&out).unwrap();
    assert!(!corpus.traits().permissive_only);
    let paths = corpus.documents().iter().map(|d| d.path.clone());
    (paths.collect(), report)
}

#[test]
fn plain_folders_of_one_name_are_both_packed() {
    let root = tempfile::tempdir().unwrap();
    // A name that stays out of the test range with and without a suffix.
    let kept = |name: &String| {
        [name.clone(), format!("{name}-2")]
            .iter()
            .all(|n| Split::of_repository(n) == Split::Train)
    };
    let name = (0..).map(|i| format!("src{i}")).find(kept).unwrap();
    let folders: Vec<_> = ["a", "b"].map(|p| root.path().join(p).join(&name)).into();
    for (seed, folder) in folders.iter().enumerate() {
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(folder.join("lib.rs"), code(seed)).unwrap();
    }
    let (paths, report) = packed(root.path(), &folders);
    assert_eq!(
        paths,
        [format!("{name}-2/lib.rs"), format!("{name}/lib.rs")]
    );
    assert_eq!(report.repositories[&Split::Train], 2);
}

#[test]
fn files_of_one_repository_are_held_out_by_their_paths() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("mine");
    std::fs::create_dir(&folder).unwrap();
    for seed in 0..40 {
        std::fs::write(folder.join(format!("file{seed}.rs")), code(seed)).unwrap();
    }
    let out = root.path().join("corpus.pack");
    let options = BuildOptions {
        license: Some("MIT".into()),
        hold_out: HoldOut::Files,
        ..options()
    };
    let report = build(&[folder], &out, &options).unwrap();
    let corpus = Corpus::open(&out).unwrap();
    let held_out: Vec<_> = corpus.evaluation_files();
    assert!(!held_out.is_empty());
    assert_eq!(report.kept[&Split::Validation].0, held_out.len());
    assert_eq!(report.kept[&Split::Train].0, 40 - held_out.len());
    // One in eight, by the hash, and the last ones where those are few.
    let hash = |document: &Document| Sha256::digest(&document.path).to_vec();
    let mut documents: Vec<_> = corpus.documents().iter().collect();
    documents.sort_by_key(|document| Reverse(hash(document)));
    let (first, rest) = documents.split_at(LEAST_HELD_OUT);
    assert!(first.iter().all(|d| d.split == Split::Validation));
    assert!(rest.iter().all(|d| d.split == Split::of_file(&d.path)));
    for (files, least) in [(2, 1), (7, 1), (12, 3)] {
        let few = root.path().join(format!("few{files}"));
        std::fs::create_dir(&few).unwrap();
        for seed in 0..files {
            std::fs::write(few.join(format!("file{seed}.rs")), code(seed)).unwrap();
        }
        // What is not packed is not counted.
        std::fs::write(few.join("empty.rs"), "").unwrap();
        let split = |seed| Split::of_file(&format!("few{files}/file{seed}.rs"));
        let by_hash = (0..files).map(split);
        let by_hash = by_hash.filter(|&split| split == Split::Validation).count();
        let packed = few.with_extension("pack");
        let report = build(&[few], &packed, &options).unwrap();
        assert_eq!(report.kept[&Split::Validation].0, least.max(by_hash));
    }
    // The same files pack into the same bytes.
    let again = root.path().join("again.pack");
    let second = build(&[root.path().join("mine")], &again, &options).unwrap();
    assert_eq!(second.sha256, report.sha256);
    assert_eq!(std::fs::read(&out).unwrap(), std::fs::read(&again).unwrap());
}

#[test]
fn only_the_newest_version_of_a_package_is_packed() {
    let root = tempfile::tempdir().unwrap();
    let name = name_in(Split::Train);
    for (seed, version) in ["0.9.0", "0.10.0"].into_iter().enumerate() {
        let folder = root.path().join(version);
        std::fs::create_dir(&folder).unwrap();
        let manifest = format!("[package]\nname = \"{name}\"\nversion = \"{version}\"\n");
        std::fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        std::fs::write(folder.join(format!("{version}.rs")), code(seed)).unwrap();
    }
    let (paths, report) = packed(root.path(), &[root.path().to_owned()]);
    assert_eq!(paths, [format!("{name}/0.10.0.rs")]);
    assert_eq!(report.dropped[&Reason::OlderVersion].0, 1);
}

#[test]
fn files_outside_the_packages_of_a_folder_are_packed_too() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join(name_in(Split::Train));
    let inner = (0..).map(|i| format!("inner{i}"));
    let mut inner = inner.filter(|n| Split::of_repository(n) == Split::Train);
    let inner = inner.next().unwrap();
    write_package(&folder, &inner, "MIT", &[("lib.rs", code(1))]);
    std::fs::create_dir(folder.join("scripts")).unwrap();
    std::fs::write(folder.join("scripts/tool.rs"), code(2)).unwrap();
    let (paths, _) = packed(root.path(), std::slice::from_ref(&folder));
    let outer = name_in(Split::Train);
    let expected = [
        format!("{inner}/lib.rs"),
        format!("{outer}/scripts/tool.rs"),
    ];
    assert_eq!(paths, expected);
}

#[test]
fn what_cannot_be_read_is_not_called_small() {
    let root = tempfile::tempdir().unwrap();
    let gone = read(&root.path().join("gone.rs"), filter::LARGEST);
    assert_eq!(gone, Err((Reason::Unreadable, 0)));
}

#[test]
fn files_of_a_part_under_another_licence_are_left_out() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("package_1.0");
    let copyright = "Format: 1.0\n\nFiles: *\nLicense: Expat\n\nFiles: gnu/*\nLicense: GPL-2+\n\n\
                     Files: gnu/free.rs debian/*\nLicense: ISC\n";
    for (file, text) in [
        ("debian/copyright", copyright.to_owned()),
        ("one.rs", code(1)),
        ("gnu/bound.rs", code(2)),
        ("gnu/free.rs", code(3)),
    ] {
        let path = folder.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let out = root.path().join("corpus.pack");
    let mut options = options();
    options.hold_out = HoldOut::Files;
    let build = |options: &BuildOptions| build(std::slice::from_ref(&folder), &out, options);
    let report = build(&options).unwrap();
    let license = report.packages[0].repository.license.as_deref();
    assert_eq!(license, Some("(ISC) AND (MIT)"));
    assert_eq!(report.dropped[&Reason::License].0, 1);
    assert_eq!(
        report.kept.values().map(|(files, _)| files).sum::<usize>(),
        2
    );

    options.permissive_only = false;
    let report = build(&options).unwrap();
    assert!(!report.packages[0].repository.is_permissive());
    assert!(report.dropped.is_empty());
}
