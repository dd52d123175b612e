//! `cargo xtask train-next`: trains the model that is furthest behind.
//!
//! `models/queue.toml` says which models there are to be, `models/QUEUE.md` how far
//! each is. A run's checkpoints lie in `runs/NAME` and need not outlive the machine:
//! what was read before a lost run is in the table, and training then goes on from
//! the committed master.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::{corpus, process, workspace};
use table::{Row, Table};

mod table;

/// Time between two looks at the log, and between two checkpoints.
const EVERY: Duration = Duration::from_secs(180);

/// A model to train.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Run {
    /// Of the run's folder, the row in the table and the model's files.
    name: String,
    /// As `cargo xtask corpus` calls it.
    corpus: String,
    /// The run, or shipped model, whose weights it begins with.
    parent: String,
    /// Megabytes to read in all.
    megabytes: f64,
    /// Megabytes of warm-up.
    warmup: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Queue {
    run: Vec<Run>,
}

/// Trains what is furthest behind its target, and then the next, until `minutes` have
/// passed or all have reached theirs.
///
/// # Errors
/// If a corpus can't be made or a run fails; what it read until then is saved.
pub(crate) fn train_next(minutes: Option<f64>) -> Result<()> {
    let end = minutes.map(|minutes| Instant::now() + Duration::from_secs_f64(minutes * 60.0));
    let queue = read_queue(&fs::read_to_string(models().join("queue.toml"))?)?;
    loop {
        let table = standings(&queue)?;
        let Some(run) = furthest_behind(&queue, &table) else {
            println!("every run has reached its target; raise one in models/queue.toml");
            return Ok(());
        };
        train(run, &table.row(&run.name), &queue, end)?;
        standings(&queue)?;
        if end.is_some_and(|end| Instant::now() >= end) {
            return Ok(());
        }
    }
}

fn models() -> PathBuf {
    workspace::root().join("models")
}

fn folder(run: &Run) -> PathBuf {
    workspace::root().join("runs").join(&run.name)
}

fn read_queue(text: &str) -> Result<Vec<Run>> {
    let queue: Queue = toml::from_str(text).context("reading models/queue.toml")?;
    if let Some(run) = (queue.run.iter()).find(|run| run.name.contains(['/', '|', '.'])) {
        bail!(
            "{} in models/queue.toml is no name for a folder and a table",
            run.name
        );
    }
    Ok(queue.run)
}

/// How far every run is, by the logs that are there and the table for the others; the
/// table is brought up to date.
fn standings(queue: &[Run]) -> Result<Table> {
    let path = models().join("QUEUE.md");
    let before = Table::read(&fs::read_to_string(&path).unwrap_or_default());
    let mut table = Table::default();
    for run in queue {
        let mut row = before.row(&run.name);
        (row.parent, row.target) = (run.parent.clone(), run.megabytes);
        if let Ok(log) = fs::read_to_string(folder(run).join("log.jsonl")) {
            row.follow(&log);
        }
        table.rows.push(row);
    }
    fs::write(&path, table.to_string()).with_context(|| format!("writing {}", path.display()))?;
    Ok(table)
}

/// The run that has read the smallest share of its target, of those that have not
/// read all of it; the first of several.
fn furthest_behind<'a>(queue: &'a [Run], table: &Table) -> Option<&'a Run> {
    let share = |run: &Run| table.row(&run.name).read() / run.megabytes;
    let behind = queue.iter().filter(|run| share(run) < 1.0);
    behind.min_by(|a, b| share(a).total_cmp(&share(b)))
}

/// Goes on with `run`, or begins it, until it is through or `end` has come.
fn train(run: &Run, row: &Row, queue: &[Run], end: Option<Instant>) -> Result<()> {
    let pack = workspace::root().join(format!(".corpus/{}.pack", run.corpus));
    if !pack.exists() {
        corpus::provide_by_name(&run.corpus)?;
    }
    let folder = folder(run);
    let mut command = Command::new("nice");
    command
        .args(["-n", "19"])
        .arg(corpus::lstm_train().get_program());
    command
        .args(corpus::lstm_train().get_args())
        .current_dir(workspace::root());
    command.arg("train").arg(&pack).arg("--run").arg(&folder);
    command.args(["--learning-rate", "0.003", "--decay", "0.25"]);
    command.args(["--warmup", &run.warmup.to_string()]);
    command.args(["--validate-every", "1000", "--progress", "json"]);
    command.args(["--checkpoint-seconds", &EVERY.as_secs().to_string()]);
    let mut row = row.clone();
    if folder.join("checkpoint.safetensors").exists() {
        command.arg("--resume");
    } else {
        row.begin_again();
        command.arg("--from").arg(start(run, &row, queue)?);
        command.args(["--muon", "0.001", "--data", &run.corpus]);
    }
    let left = run.megabytes - row.before;
    command.args(["--megabytes", &left.to_string()]);
    println!("{}: {:.1} of {} MB", run.name, row.read(), run.megabytes);
    follow(&mut command, queue, end)
}

/// The weights that `run` begins with: its own where it has read before, else its
/// parent's, as they stand here or as they are shipped.
fn start(run: &Run, row: &Row, queue: &[Run]) -> Result<PathBuf> {
    let shipped = |name: &str| models().join(format!("{name}.master.safetensors"));
    let parent = queue.iter().find(|other| other.name == run.parent);
    let parent = parent.map(|parent| folder(parent).join("checkpoint.safetensors"));
    let own = (row.before > 0.0).then(|| shipped(&run.name));
    let mut places = own.into_iter().chain(parent).chain([shipped(&run.parent)]);
    places.find(|path| path.exists()).with_context(|| {
        format!(
            "{} begins with the weights of {}, and there are none",
            run.name, run.parent
        )
    })
}

/// Runs `command`, which tells its steps a line each, and keeps the table up to date.
/// When nothing reads its lines any more it saves and ends, so it does at `end`.
fn follow(command: &mut Command, queue: &[Run], end: Option<Instant>) -> Result<()> {
    let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
    let mut child = spawned.with_context(|| format!("starting {}", process::describe(command)))?;
    let lines = BufReader::new(child.stdout.take().context("the pipe was asked for")?).lines();
    let mut looked = Instant::now();
    for line in lines {
        let line = line?;
        if line.contains("\"note\"") {
            println!("{line}");
        }
        if looked.elapsed() >= EVERY {
            standings(queue)?;
            looked = Instant::now();
        }
        if end.is_some_and(|end| Instant::now() >= end) {
            break;
        }
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("`{}` failed ({status})", process::describe(command));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn row(name: &str, before: f64, run: f64) -> Row {
        Row {
            name: name.into(),
            before,
            run,
            ..Row::default()
        }
    }

    #[test]
    fn the_committed_queue_can_be_read_and_its_corpora_made() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/queue.toml");
        let queue = read_queue(&fs::read_to_string(path).unwrap()).unwrap();
        assert!(queue.iter().any(|run| run.name == "python"));
        for run in queue {
            assert!(corpus::is_known(&run.corpus), "{}", run.corpus);
        }
        assert!(read_queue("[[run]]\nname = \"../x\"").is_err());
    }

    #[test]
    fn the_smallest_share_goes_on_and_what_is_through_does_not() {
        let run = |name: &str, megabytes| Run {
            name: name.into(),
            corpus: name.into(),
            parent: "rust".into(),
            megabytes,
            warmup: 0.3,
        };
        let queue = [run("a", 100.0), run("b", 20.0), run("c", 10.0)];
        let behind = |rows: Vec<Row>| {
            let found = furthest_behind(&queue, &Table { rows });
            found.map(|run| run.name.clone())
        };
        assert_eq!(behind(Vec::new()).unwrap(), "a");
        let rows = |b: f64| vec![row("a", 30.0, 20.0), row("b", 0.0, b), row("c", 10.0, 0.0)];
        assert_eq!(behind(rows(5.0)).unwrap(), "b");
        assert_eq!(behind(rows(15.0)).unwrap(), "a");
        let all = vec![
            row("a", 0.0, 100.0),
            row("b", 0.0, 20.0),
            row("c", 0.0, 10.0),
        ];
        assert_eq!(behind(all), None);
    }
}
