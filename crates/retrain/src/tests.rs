//! Retrainings that are stopped, fail and are called again. What trains is a script
//! in the place of `lstm-train`, and the models know one letter.

// `allow-unwrap-in-tests` does not reach helpers outside test functions.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use assistant::models::Source;
use assistant::store::Store;
use lstm_format::messages::Message;
use lstm_format::{CellKind, Fit, HeadInput, ModelConfig, ModelFile, Precision, Provenance};

use super::{Options, Outcome, Places, Progress, Watcher, run};

/// What trains by copying what it starts from.
const COPIES: &str = r#"mkdir -p "$run" && cp "$from" "$run/checkpoint.safetensors""#;

/// A model that expects the letter `a`, the more the higher `bias`.
fn model(hidden_size: usize, bias: f32) -> ModelFile {
    let config = ModelConfig {
        language: "rust".to_owned(),
        cell: CellKind::Lstm,
        num_layers: 1,
        hidden_size,
        embedding_size: 4,
        head: HeadInput::LastLayer,
        window: 256,
    };
    let expects_a = |name: &str, index| name == "head.bias" && index == usize::from(b'a');
    ModelFile::from_fn(
        config,
        Provenance::default(),
        Precision::Int8,
        |spec, index| {
            if expects_a(&spec.name, index) {
                bias
            } else {
                0.0
            }
        },
    )
    .unwrap()
}

/// A user's folders, and the time that a retraining gets.
struct Home {
    folder: tempfile::TempDir,
    budget: Duration,
}

/// What a retraining came to.
struct Ended {
    outcome: anyhow::Result<Outcome>,
    notes: Vec<String>,
    /// Calls of the program that trains since the retraining before, each with
    /// what it begins with.
    calls: Vec<String>,
    /// What training was given, the last time that it was called.
    minutes: Option<f64>,
}

impl Home {
    /// With a workspace and a model in use.
    fn new() -> Self {
        let home = Self {
            folder: tempfile::tempdir().unwrap(),
            budget: Duration::from_secs(600),
        };
        fs::create_dir(home.path("project")).unwrap();
        fs::write(home.path("project/main.rs"), "aaaaaaaaaaaaaaa\n".repeat(3)).unwrap();
        home.ship(&model(8, 8.0));
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn ship(&self, model: &ModelFile) {
        model.write(&self.path("shipped.safetensors")).unwrap();
    }

    /// Retrains with a program that does as `train` says when it comes to training.
    fn retrain(&self, train: &str) -> Ended {
        self.retrain_with("", train)
    }

    /// The same where the program does as `first` says before all else.
    fn retrain_with(&self, first: &str, train: &str) -> Ended {
        let [calls, minutes] = ["calls", "minutes"].map(|name| self.path(name));
        let script = format!(
            r#"#!/bin/sh
what=$1
begins=
while [ $# -gt 0 ]; do
    case $1 in
        --run) run=$2 ;;
        --from) from=$2; begins=' from' ;;
        --resume) begins=' resume' ;;
        --out) out=$2 ;;
        --evaluation-files) held=$2 ;;
        --minutes) echo $2 > "{minutes}" ;;
    esac
    shift
done
echo "$what$begins" >> "{calls}"
{first}
if [ "$what" = corpus ]; then
    mkdir -p "$held/project" && cp "{workspace}/main.rs" "$held/project" && : > "$out"
    echo '{{"train": 100000, "validation": 70, "sha256": ""}}'
    exit
fi
{train}
"#,
            calls = calls.display(),
            minutes = minutes.display(),
            workspace = self.path("project").display()
        );
        let program = self.path("lstm-train");
        write_program(&program, &script);
        let options = Options {
            workspace: self.path("project"),
            budget: self.budget,
            from: None,
            program: Some(program),
        };
        let places = Places {
            store: Store::new(self.path("data")),
            work: self.path("work"),
            shipped: Source::File(self.path("shipped.safetensors")),
        };
        let mut notes = Notes::default();
        let outcome = run(
            &options,
            &places,
            assistant::models::int8_engine,
            &mut notes,
        );
        let called = fs::read_to_string(&calls).unwrap_or_default();
        let _ = fs::remove_file(&calls);
        Ended {
            outcome,
            notes: notes.0,
            calls: called.lines().map(str::to_owned).collect(),
            minutes: fs::read_to_string(&minutes)
                .ok()
                .and_then(|minutes| minutes.trim().parse().ok()),
        }
    }
}

/// Writes it from another process: a file that this one holds open for writing,
/// while another test starts a program, can't be run.
fn write_program(path: &Path, text: &str) {
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"cat > "$0" && chmod +x "$0""#]);
    let mut shell = shell.arg(path).stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = shell.stdin.take().unwrap();
    stdin.write_all(text.as_bytes()).unwrap();
    drop(stdin);
    assert!(shell.wait().unwrap().success());
}

#[derive(Default)]
struct Notes(Vec<String>);

impl Watcher for Notes {
    fn progress(&mut self, _: &Progress) {}

    fn note(&mut self, line: &str) {
        self.0.push(line.to_owned());
    }
}

impl Ended {
    /// Asserts that it was refused since it is `reason`.
    fn refused(&self, reason: &str) {
        match &self.outcome {
            Ok(Outcome::Refused(why, _)) => assert!(why.contains(reason), "{why}"),
            other => panic!("not refused but {other:?}"),
        }
    }

    fn failed(&self) -> String {
        format!("{:#}", self.outcome.as_ref().expect_err("it fails"))
    }

    fn noted(&self, word: &str) -> bool {
        self.notes.iter().any(|note| note.contains(word))
    }
}

#[test]
fn what_was_stopped_goes_on_while_the_model_in_use_is_the_same() {
    let home = Home::new();
    let stopped = home.retrain(&format!("{COPIES}; kill -9 $$"));
    assert_eq!(stopped.calls, ["corpus", "train from"]);
    assert!(stopped.failed().contains("goes on from here"));
    let second = home.retrain("");
    assert_eq!(second.calls, ["train resume"]);
    assert!(second.noted("going on") && !second.noted("anew"));
    second.refused("not better");
}

#[test]
fn what_goes_on_with_another_budget_trains_so_much_longer_or_shorter() {
    let stops = format!("{COPIES}; kill -9 $$");
    for (budget, longer) in [(1_500, 15.0), (300, -5.0)] {
        let mut home = Home::new();
        let first = home.retrain(&stops).minutes.unwrap();
        home.budget = Duration::from_secs(budget);
        let second = home.retrain(&stops);
        assert_eq!(second.calls, ["train resume"]);
        let second = second.minutes.unwrap();
        assert!((second - first - longer).abs() < 1e-6, "{first}, {second}");
        // It is counted once.
        let third = home.retrain("").minutes.unwrap();
        assert!((third - second).abs() < 1e-6, "{second}, {third}");
    }
}

#[test]
fn it_comes_into_use_if_nothing_else_has_meanwhile() {
    for meanwhile in [false, true] {
        let home = Home::new();
        let mut shipped = model(8, 4.0);
        shipped.fits.set(Fit::Names, vec![0.5, -0.5]).unwrap();
        home.ship(&shipped);
        let [better, other] = ["better", "other"].map(|name| home.path(name));
        model(8, 7.0).write(&better).unwrap();
        model(8, 5.0).write(&other).unwrap();
        let models = home.path("data/models");
        let mut train = format!(
            r#"mkdir -p "$run" && cp "{}" "$run/checkpoint.safetensors""#,
            better.display()
        );
        if meanwhile {
            train += &format!(
                r#"; mkdir -p "{0}" && cp "{1}" "{0}/other.safetensors""#,
                models.display(),
                other.display()
            );
        }
        let ended = home.retrain(&train);
        if meanwhile {
            ended.refused("another model has come into use");
        } else {
            let Ok(Outcome::Promoted(name, _)) = ended.outcome else {
                panic!("{:?}", ended.outcome);
            };
            // What was fitted to its parent goes with it.
            let store = Store::new(home.path("data"));
            for file in [store.model(&name), store.master(&name)] {
                assert_eq!(ModelFile::read(&file).unwrap().fits, shipped.fits);
            }
            #[cfg(unix)]
            assert!(!fixture::written::check(&home.path("data")).is_empty());
        }
    }
}

#[test]
fn with_another_model_in_use_it_begins_anew() {
    let home = Home::new();
    // The same shape, another one, one that the user put into the folder of models,
    // and one put into use from the store.
    let installed = home.path("data/models");
    fs::create_dir_all(&installed).unwrap();
    let others: [&dyn Fn(); 4] = [
        &|| home.ship(&model(8, 9.0)),
        &|| home.ship(&model(16, 9.0)),
        &|| {
            let path = installed.join("mine.safetensors");
            model(8, 9.2).write(&path).unwrap();
        },
        &|| {
            let store = Store::new(home.path("data"));
            let other = model(8, 9.5);
            let about = about();
            let name = store.add(&other, &other, &about).unwrap();
            store.use_version(&name).unwrap();
        },
    ];
    for change in others {
        let stopped = home.retrain(&format!("{COPIES}; kill -9 $$"));
        assert!(stopped.outcome.is_err());
        change();
        let second = home.retrain(COPIES);
        assert_eq!(second.calls, ["corpus", "train from"]);
        assert!(second.noted("anew") && !second.noted("going on"));
        second.refused("not better");
    }
}

#[test]
fn what_failed_by_itself_is_not_gone_on_with() {
    let failures = [
        (
            "echo 'lstm-train: the loss is NaN' >&2; exit 2",
            "the loss is NaN",
        ),
        ("kill -SEGV $$", "signal: 11"),
        (
            r#"echo damaged > "$run/checkpoint.safetensors""#,
            "checkpoint.safetensors",
        ),
    ];
    for (fails, why) in failures {
        let home = Home::new();
        let failed = home.retrain(&format!("{COPIES}; {fails}")).failed();
        assert!(failed.contains(why), "{failed}");
        assert!(
            failed.ends_with("; the next retraining begins anew"),
            "{failed}"
        );
        let second = home.retrain(COPIES);
        assert_eq!(second.calls, ["corpus", "train from"]);
        second.refused("not better");
    }
}

#[test]
fn nothing_to_train_on_is_a_reason_and_no_error() {
    let said = serde_json::to_string(&Message::NothingLeft {
        nothing_left: "no rust file to train on is left in 1 folder(s)\nsha256   ".to_owned(),
    });
    let said = said.expect("it is plain data");
    let home = Home::new();
    let corpus = |says: &str| format!("if [ $what = corpus ]; then echo '{says}'; exit 2; fi");
    home.retrain_with(&corpus(&said), COPIES)
        .refused("no rust file to train on is left");
    // Whatever it says beside that is an error.
    let failed = home.retrain_with(
        &format!("echo 'lstm-train: no file' >&2; {}", corpus("")),
        COPIES,
    );
    assert_eq!(failed.failed(), "packing failed: no file");
}

fn about() -> assistant::store::About {
    let quality = assistant::store::Quality {
        lstm: 1.0,
        mixed: 0.5,
        saved: 0.25,
    };
    assistant::store::About {
        made: "2026-01-01T00:00:00Z".to_owned(),
        workspace: PathBuf::from("/project"),
        started_from: "rust@0".to_owned(),
        bytes_trained: 1_000,
        before: quality,
        after: quality,
    }
}

#[cfg(target_os = "linux")]
#[test]
fn whatever_stands_in_the_place_of_its_state_a_retraining_begins_anew() {
    fixture::hostile::check(&[("state of a retraining", "state.json", |folder| {
        let (work, workspace) = (folder.join("work"), folder.join("project"));
        let open = || super::job::Job::open(&work, &workspace, "rust", "a basis");
        let state = open().unwrap().folder().join("state.json");
        fs::remove_file(&state).unwrap();
        // What can't be moved, or moves by itself, is linked to.
        let put = folder.join("state.json");
        if fs::rename(&put, &state).is_err() {
            std::os::unix::fs::symlink(&put, &state).unwrap();
        }
        match open() {
            Ok(job) => format!("begins, anew: {}", job.anew),
            Err(why) => format!("refused: {why:#}"),
        }
    })]);
}
