//! Retraining with the real `lstm-train`: a small model learns from a small project.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use assistant::models::Source;
use assistant::store::{SHIPPED, Store};
use end_to_end::{ValidationFile, validation_files};
use lstm_format::{ModelFile, Precision};
use retrain::{Options, Outcome, Places, Progress, Watcher};

/// Time for all of a retraining, of which it needs a small part: there is little to read.
const BUDGET: Duration = Duration::from_secs(600);

/// Lines of a file of the project, so few that it is soon measured in a debug build.
const LINES: usize = 45;

/// `lstm-train` of the same build as this test.
fn lstm_train() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    // target/debug/deps/retrain-0123 -> target/debug/lstm-train
    let folder = test.ancestors().nth(2).expect("it lies in deps");
    let program = folder.join(format!("lstm-train{}", std::env::consts::EXE_SUFFIX));
    assert!(
        program.is_file(),
        "there is no {}: run `cargo build -p char-lstm` first",
        program.display()
    );
    program
}

/// A project of the beginnings of the committed validation files, in `folder`.
fn project(folder: &Path) {
    for ValidationFile { path, text } in validation_files().expect("the files are committed") {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("it is below the folder")).unwrap();
        let beginning: String = text.split_inclusive('\n').take(LINES).collect();
        std::fs::write(path, beginning).unwrap();
    }
}

/// A model of a few units that has hardly begun to learn, as it would be shipped.
fn beginner(folder: &Path, project: &Path) -> PathBuf {
    let run = |arguments: &str| {
        let mut command = Command::new(lstm_train());
        command.args(arguments.split_whitespace());
        let done = command.current_dir(folder).output().unwrap();
        let errors = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{arguments}: {errors}");
    };
    let project = project.display();
    run(&format!(
        "corpus {project} --language rust --any-license --hold-out-files --out first.pack"
    ));
    run(
        "train first.pack --run first --layers 1 --hidden 48 --embedding 16 --window 256 \
         --lanes 16 --steps 32 --megabytes 0.4 --warmup 0.001 --decay 0 --learning-rate 0.01 --threads 1",
    );
    let trained = ModelFile::read(&folder.join("first/checkpoint.safetensors")).unwrap();
    let path = folder.join("beginner.safetensors");
    let shipped = trained.to_precision(Precision::Int8).unwrap();
    shipped.write(&path).unwrap();
    path
}

#[derive(Default)]
struct Stages(Vec<String>);

impl Watcher for Stages {
    fn progress(&mut self, progress: &Progress) {
        let stage = progress.stage.split(':').next().unwrap_or_default();
        if self.0.last().is_none_or(|last| last != stage) {
            self.0.push(stage.to_owned());
        }
    }

    fn note(&mut self, _: &str) {}
}

#[test]
fn a_model_learns_from_a_project() {
    let home = tempfile::tempdir().unwrap();
    let workspace = home.path().join("project");
    project(&workspace);
    let store = Store::new(home.path().join("data"));
    let options = Options {
        workspace: workspace.clone(),
        budget: BUDGET,
        from: None,
        program: Some(lstm_train()),
    };
    let places = Places {
        store: store.clone(),
        work: home.path().join("work"),
        shipped: Source::File(beginner(home.path(), &workspace)),
    };
    let mut stages = Stages::default();
    let outcome = retrain::run(
        &options,
        &places,
        assistant::models::int8_engine,
        &mut stages,
    )
    .unwrap();
    // Whether so little is enough to come into use is for the numbers to say.
    let (version, before, after) = match outcome {
        Outcome::Promoted(name, about) => {
            assert!(about.after.mixed <= about.before.mixed, "{about:?}");
            (name.number, about.before, about.after)
        }
        Outcome::Refused(reason, measured) => {
            let (before, after) = measured.unwrap_or_else(|| panic!("refused: {reason}"));
            (SHIPPED, before, after)
        }
    };
    assert!(after.lstm < before.lstm, "{before:?}, {after:?}");
    let expected = [
        "reading your files",
        "measuring the model in use",
        "training",
        "measuring what came of it",
    ];
    assert_eq!(stages.0, expected);
    assert_eq!(store.in_use("rust").unwrap(), version);
}
