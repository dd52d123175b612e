//! What a person with one small repository is told.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::{Command, Output};

use corpus::Split;

fn lstm_train(arguments: &str, folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lstm-train"));
    command.args(arguments.split_whitespace());
    command.current_dir(folder).output().unwrap()
}

/// A folder with one file of code, whose name falls to `split`.
fn repository(root: &Path, split: Split) -> String {
    let mut names = (0..).map(|i| format!("code{i}"));
    let name = names.find(|name| Split::of_repository(name) == split);
    let name = name.unwrap();
    let line = |i| format!("    let value_{i} = compute_{i}(other);\n");
    let text: String = (0..40).map(line).collect();
    std::fs::create_dir(root.join(&name)).unwrap();
    std::fs::write(root.join(&name).join("lib.rs"), text).unwrap();
    name
}

#[test]
fn without_evaluation_files_training_works_and_evaluation_says_why_not() {
    let folder = tempfile::tempdir().unwrap();
    let name = repository(folder.path(), Split::Train);
    let packed = lstm_train(
        &format!("corpus {name} --any-license --out my.pack"),
        folder.path(),
    );
    let report = String::from_utf8_lossy(&packed.stdout);
    let splits = "repositories: 1 train, 0 validation, 0 test";
    assert!(report.contains(splits), "{report}");

    let train = "train my.pack --run run --megabytes 0.0001 --layers 1 --hidden 8 --threads 1";
    let trained = lstm_train(train, folder.path());
    let message = String::from_utf8_lossy(&trained.stderr);
    assert!(trained.status.success(), "{message}");
    assert!(message.contains("no validation loss"), "{message}");

    let measured = lstm_train("eval run/checkpoint.safetensors my.pack", folder.path());
    let message = String::from_utf8_lossy(&measured.stderr);
    assert_eq!(measured.status.code(), Some(2), "{message}");
    assert!(message.contains("one repository in 16"), "{message}");
}

#[test]
fn a_repository_in_the_test_range_says_why_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let name = repository(folder.path(), Split::Test);
    let packed = lstm_train(
        &format!("corpus {name} --any-license --out my.pack"),
        folder.path(),
    );
    let message = String::from_utf8_lossy(&packed.stderr);
    assert_eq!(packed.status.code(), Some(2), "{message}");
    for part in ["14 in 16", "repositories: 0 train, 0 validation, 1 test"] {
        assert!(message.contains(part), "{message}");
    }
}
