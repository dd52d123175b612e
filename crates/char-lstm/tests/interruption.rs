//! What happens to a training run that is killed, stopped or out of disk, in one process or
//! in several.

#![allow(clippy::unwrap_used)]

#[cfg(feature = "mpi")]
#[path = "interruption/ranks.rs"]
mod ranks;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use corpus::{Corpus, Document, Split, Traits};
use lstm_format::ModelFile;

/// A small corpus of code-like documents.
fn corpus(folder: &Path) -> PathBuf {
    corpus_in(folder, "rust", 28)
}

/// A small corpus of `files` documents in `language` and two to validate on.
fn corpus_in(folder: &Path, language: &str, files: usize) -> PathBuf {
    let path = folder.join(format!("{language}-{files}.pack"));
    let documents = (0..files + 2).map(|file| {
        let line = |i| {
            format!(
                "    let value_{i} = compute_{}(other_{file});\n",
                i * file % 17
            )
        };
        let text: String = (0..60).map(line).collect();
        let document = Document {
            path: format!("package/{file}.rs"),
            repository: "owner/package".into(),
            language: language.into(),
            split: if file < files {
                Split::Train
            } else {
                Split::Validation
            },
            offset: 0,
            length: 0,
        };
        (document, text)
    });
    let traits = Traits {
        languages: vec![language.into()],
        permissive_only: true,
        files_held_out: false,
    };
    Corpus::write(&path, traits, documents.collect()).unwrap();
    path
}

fn train(corpus: &Path, run: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lstm-train"));
    command.arg("train").arg(corpus).arg("--run").arg(run);
    // About 40 steps of 8 lanes of 16 bytes; dropout on, a checkpoint after each step.
    command.args(["--lanes", "8", "--steps", "16", "--megabytes", "0.00512"]);
    command.args([
        "--layers",
        "2",
        "--hidden",
        "32",
        "--embedding",
        "8",
        "--window",
        "256",
    ]);
    command.args(["--dropout", "0.3", "--warmup", "0.001", "--threads", "1"]);
    command.args(["--checkpoint-seconds", "0", "--validate-every", "10"]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// What [`train`] does, with more options, wherever the run is.
fn with<'a>(corpus: &'a Path, options: &'a [&'a str]) -> impl Fn(&Path) -> Command + 'a {
    move |run| {
        let mut command = train(corpus, run);
        command.args(options);
        command
    }
}

/// Steps of 8 lanes of 16 bytes in f32, some more than 200.
fn exact(corpus: &Path, run: &Path) -> Command {
    exact_to("0.0256", corpus, run)
}

/// The same of so many megabytes.
fn exact_to(megabytes: &str, corpus: &Path, run: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lstm-train"));
    command.arg("train").arg(corpus).arg("--run").arg(run);
    command.args(["--lanes", "8", "--steps", "16", "--megabytes", megabytes]);
    command.args(["--layers", "2", "--hidden", "32", "--embedding", "8"]);
    command.args(["--window", "256", "--precision", "f32", "--threads", "1"]);
    command.args(["--warmup", "0.001", "--validate-every", "100"]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Bits per byte, step by step.
fn losses(run: &Path) -> Vec<f64> {
    let loss = |line: &String| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        line["train"].as_f64().unwrap()
    };
    log(run).iter().map(loss).collect()
}

fn largest_difference(a: &[f64], b: &[f64]) -> f64 {
    assert!(a.len() == b.len() && a.len() >= 200, "{} steps", a.len());
    let differences = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    differences.fold(0.0, f64::max)
}

fn log(run: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(run.join("log.jsonl")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(
            started.elapsed() < Duration::from_secs(600),
            "waited in vain for {what}"
        );
        std::thread::yield_now();
    }
}

/// Kills the run that `train` starts and resumes it with the same command and
/// `--resume`; it must end as the run that was left alone.
fn check_killed_run(folder: &Path, train: impl Fn(&Path) -> Command) {
    let (whole, killed) = (folder.join("whole"), folder.join("killed"));
    assert!(train(&whole).status().unwrap().success());
    let expected = log(&whole);
    assert!(expected.len() >= 40, "{} steps", expected.len());

    let mut child = train(&killed).spawn().unwrap();
    wait_until("fifteen steps", || log(&killed).len() >= 15);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(
        log(&killed).len() < expected.len(),
        "the run was killed before its end"
    );

    let resumed = train(&killed).arg("--resume").status().unwrap();
    assert!(resumed.success());
    assert_eq!(log(&killed), expected);
    let (a, b) = (weights(&whole), weights(&killed));
    assert_same_weights(&a, &b);
    assert_eq!(a.provenance.steps, b.provenance.steps);
    assert_eq!(a.provenance.bytes_trained, b.provenance.bytes_trained);
}

/// To the bit.
#[track_caller]
fn assert_same_weights(a: &ModelFile, b: &ModelFile) {
    for spec in a.config.tensor_specs() {
        assert_eq!(a.tensor(&spec.name), b.tensor(&spec.name), "{}", spec.name);
    }
}

fn weights(run: &Path) -> ModelFile {
    ModelFile::read(&run.join("checkpoint.safetensors")).unwrap()
}

/// The message of a command that must fail with it.
fn refused(command: &mut Command) -> String {
    let output = command.stderr(Stdio::piped()).output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert_eq!(message.trim_end().lines().count(), 1, "{message}");
    message
}

#[test]
fn a_killed_run_goes_on_exactly_where_its_checkpoint_was() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    check_killed_run(folder.path(), with(&corpus, &[]));
}

#[test]
fn a_killed_run_of_another_cell_goes_on_too() {
    for cell in ["rnn", "gru", "peephole", "coupled"] {
        let folder = tempfile::tempdir().unwrap();
        let corpus = corpus(folder.path());
        check_killed_run(folder.path(), with(&corpus, &["--cell", cell]));
        let config = weights(&folder.path().join("whole")).config;
        assert_eq!(config.cell.name(), cell);
    }
}

#[test]
fn a_killed_run_with_muon_goes_on_too() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    check_killed_run(folder.path(), with(&corpus, &["--muon", "0.001"]));
    let other = folder.path().join("adamw");
    assert!(train(&corpus, &other).status().unwrap().success());
    let muon = folder.path().join("whole");
    assert_ne!(log(&other), log(&muon), "the optimiser makes no difference");
}

#[test]
fn a_killed_run_of_micro_batches_goes_on_too() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    check_killed_run(folder.path(), with(&corpus, &["--micro-batches", "3"]));
}

#[test]
fn micro_batches_together_learn_what_one_batch_does() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let losses = |micro_batches: &str| {
        let run = folder.path().join(micro_batches);
        let mut train = exact(&corpus, &run);
        train.args(["--micro-batches", micro_batches]);
        assert!(train.status().unwrap().success());
        losses(&run)
    };
    let one = losses("1");
    for micro_batches in ["2", "5", "8"] {
        let difference = largest_difference(&one, &losses(micro_batches));
        assert!(difference < 1e-4, "{micro_batches}: {difference}");
    }
}

#[test]
fn lanes_that_do_not_go_round_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    for micro_batches in ["0", "9"] {
        let mut train = train(&corpus, &folder.path().join("run"));
        let message = refused(train.args(["--micro-batches", micro_batches]));
        assert!(message.contains("8 lanes can't be read"), "{message}");
    }
}

#[cfg(not(feature = "mpi"))]
#[test]
fn a_process_of_several_that_knows_nothing_of_the_others_does_not_train() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    for launcher in ["OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK"] {
        let mut train = train(&corpus, &folder.path().join("run"));
        let message = refused(train.env(launcher, "1"));
        assert!(message.contains("--features mpi"), "{message}");
    }
}

#[test]
fn a_killed_run_from_other_weights_goes_on_too_and_names_both_data() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let base = folder.path().join("base");
    let status = train(&corpus, &base).args(["--data", "base data"]).status();
    assert!(status.unwrap().success());
    let master = base.join("checkpoint.safetensors");
    let options = ["--from", master.to_str().unwrap(), "--data", "own data"];
    check_killed_run(folder.path(), with(&corpus, &options));
    let (base, tuned) = (weights(&base), weights(&folder.path().join("killed")));
    assert_eq!(tuned.provenance.data, "base data; then own data");
    assert_eq!(tuned.provenance.steps, 2 * base.provenance.steps);
}

#[test]
fn a_run_is_not_resumed_on_another_or_a_damaged_corpus() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let run = folder.path().join("run");
    assert!(train(&corpus, &run).status().unwrap().success());

    let other = corpus_in(folder.path(), "rust", 27);
    let message = refused(train(&other, &run).arg("--resume"));
    assert!(message.contains("another corpus"), "{message}");

    let mut bytes = std::fs::read(&corpus).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&corpus, bytes).unwrap();
    let message = refused(train(&corpus, &run).arg("--resume"));
    assert!(message.contains("damaged"), "{message}");
}

#[test]
fn weights_of_another_language_are_a_start_and_both_data_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let rust = corpus(folder.path());
    let base = folder.path().join("base");
    let status = train(&rust, &base).args(["--data", "Rust"]).status();
    assert!(status.unwrap().success());
    let go = corpus_in(folder.path(), "go", 28);
    let master = base.join("checkpoint.safetensors");
    let options = ["--from", master.to_str().unwrap(), "--data", "Go"];
    check_killed_run(folder.path(), with(&go, &options));
    let trained = weights(&folder.path().join("whole"));
    assert_eq!(trained.config.language, "go");
    assert_eq!(trained.provenance.data, "Rust; then Go");
    let first_loss = |run: &Path| losses(run)[0];
    // Random weights begin at eight bits a byte.
    let (from_rust, from_nothing) = (first_loss(&folder.path().join("whole")), first_loss(&base));
    assert!(from_rust < from_nothing - 1.0, "{from_rust} {from_nothing}");
}

#[test]
fn a_checkpoint_that_cannot_be_written_leaves_the_previous_one() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let run = folder.path().join("run");
    let status = train(&corpus, &run).status().unwrap();
    assert!(status.success());
    let checkpoint = run.join("checkpoint.safetensors");
    let before = std::fs::read(&checkpoint).unwrap();

    // A limit on file size makes writes fail part-way, as a full disk does.
    let command = format!(
        "ulimit -f 64; trap '' XFSZ; exec {} train {} --run {} --resume --megabytes 0.006 \
         --warmup 0.001 --steps 16 --threads 1 --checkpoint-seconds 0",
        env!("CARGO_BIN_EXE_lstm-train"),
        corpus.display(),
        run.display()
    );
    let output = Command::new("bash")
        .args(["-c", &command])
        .output()
        .unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(
        message.contains("the previous one is untouched"),
        "{message}"
    );
    assert_eq!(std::fs::read(&checkpoint).unwrap(), before);
    let left = std::fs::read_dir(&run).unwrap().filter_map(Result::ok);
    let names: Vec<_> = left.map(|e| e.file_name().into_string().unwrap()).collect();
    assert!(names.iter().all(|n| !n.ends_with(".partial")), "{names:?}");
}

#[test]
fn a_network_whose_checkpoints_could_not_be_read_is_not_begun() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let mut train = Command::new(env!("CARGO_BIN_EXE_lstm-train"));
    train.arg("train").arg(corpus);
    train.arg("--run").arg(folder.path().join("run"));
    let output = train.args(["--layers", "4", "--hidden", "4096"]).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    let complaint = "and no more than 1.1 GB can be read: ask for fewer --layers";
    assert!(said.contains(complaint), "{said}");
}

#[test]
fn steps_shorter_than_a_header_train_on_what_follows_it() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let run = folder.path().join("run");
    let mut train = Command::new(env!("CARGO_BIN_EXE_lstm-train"));
    train.arg("train").arg(corpus).arg("--run").arg(&run);
    train.args(["--layers", "1", "--hidden", "8", "--embedding", "4"]);
    train.args(["--lanes", "1", "--steps", "4", "--megabytes", "0.0005"]);
    assert!(train.status().unwrap().success());
    assert!(log(&run).len() >= 100);
}

#[test]
fn a_run_is_not_overwritten_by_accident() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let run = folder.path().join("run");
    assert!(train(&corpus, &run).status().unwrap().success());
    let again = train(&corpus, &run)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert_eq!(again.status.code(), Some(2));
    let message = String::from_utf8_lossy(&again.stderr);
    assert!(message.contains("--resume"), "{message}");
}
