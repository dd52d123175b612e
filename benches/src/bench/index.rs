//! `bench index`: the memory of a workspace: how fast it is read, what it takes,
//! how soon a saved file is known, and what mixing costs a byte.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use code_index::{
    Counts, Layer, Memory, Prediction, Prefix, PrefixCache, Reader, Scorer, Segment, Stops,
};
use completer::mixing::{Gate, WordPlace, mix};
use serde_json::json;
use workspace::{Setup, Workspace};

use crate::paired::{Contender, measure};
use crate::report::{Limit, Report};
use crate::workspace::{WORKSPACE, rust_texts, write};

/// Text of the workspace that is beyond the limit.
const TOO_LARGE: usize = 200_000_000;
/// The limit of the settings, in bytes.
const MOST_TEXT: usize = 64 << 20;
/// Bytes of text that is typed.
const TYPED: usize = 40_000;

pub(crate) fn run(rounds: u32, folder: Option<&Path>) -> Result<Report> {
    let mut report = Report::new("index", &["", "value"]);
    let texts = rust_texts(folder, TOO_LARGE)?;
    let place = tempfile::tempdir()?;
    let small = write(&place.path().join("small"), &texts, WORKSPACE)?;
    let large = write(&place.path().join("large"), &texts, TOO_LARGE)?;
    report.note(format!(
        "text: Rust files; {} MB and {} MB",
        small.1 / 1_000_000,
        large.1 / 1_000_000
    ));

    let cache = place.path().join("cache");
    let open = |folder: &Path, cache: Option<&PathBuf>| {
        let setup = Setup {
            folders: vec![folder.to_owned()],
            cache: cache.cloned(),
            most_text: MOST_TEXT,
            group_of: language::group_of_file,
        };
        let workspace = Workspace::open(setup, || {});
        workspace.settle();
        workspace
    };
    let megabytes = small.1 as f64 / 1e6;
    let before = resident()?;
    let workspace = open(&small.0, Some(&cache));
    let taken = resident()?.saturating_sub(before);
    let seconds_of = |cache: Option<&PathBuf>| {
        let started = Instant::now();
        drop(open(&small.0, cache));
        started.elapsed().as_secs_f64()
    };
    let mut contenders = [
        Contender::new("read and index", || Ok(seconds_of(None))),
        Contender::new("warm start", || Ok(seconds_of(Some(&cache)))),
        Contender::new("a saved file is known", || {
            Ok(until_known(&workspace, &small.0)?.as_secs_f64())
        }),
        Contender::new("memory and mixture, a byte", || {
            seconds_a_byte(&workspace, &texts[0])
        }),
    ];
    let rounds = measure(rounds.min(9), &mut contenders)?;
    let speed = megabytes / rounds.median(0);
    let bytes_a_byte = taken as f64 / small.1 as f64;
    let rows: [(&str, f64, &'static str, Limit); 5] = [
        (
            "read and indexed on one core",
            speed,
            " MB/s",
            Limit::AtLeast(10.0),
        ),
        (
            "memory for a byte of text",
            bytes_a_byte,
            " bytes",
            Limit::AtMost(8.0),
        ),
        (
            "warm start of 20 MB",
            rounds.median(1) * 1e3,
            " ms",
            Limit::AtMost(300.0),
        ),
        (
            "a saved file is known after",
            rounds.median(2) * 1e3,
            " ms",
            Limit::AtMost(100.0),
        ),
        (
            "memory and mixture, a byte",
            rounds.median(3) * 1e6,
            " µs",
            Limit::AtMost(15.0),
        ),
    ];
    for (what, value, unit, limit) in rows {
        report.row([what.to_owned(), format!("{value:.2}{unit}")]);
        report.bar(what, value, unit, limit);
    }
    drop(contenders);
    drop(workspace);

    let before = resident()?;
    let workspace = open(&large.0, None);
    let remembered = workspace.progress().bytes;
    let taken = resident()?.saturating_sub(before);
    report.row([
        format!(
            "of {} MB remembered, with a limit of 64 MiB",
            large.1 / 1_000_000
        ),
        format!(
            "{} MB in {} MB of memory",
            remembered / 1_000_000,
            taken / 1_000_000
        ),
    ]);
    report.bar(
        "text remembered",
        remembered as f64,
        " bytes",
        Limit::AtMost(MOST_TEXT as f64),
    );
    report.figures(json!({"seconds": rounds, "bytes_a_byte": bytes_a_byte}));
    Ok(report)
}

/// Saves a file with a new name in it; how long until the name is known.
fn until_known(workspace: &Workspace, folder: &Path) -> Result<Duration> {
    let path = folder.join("saved.rs");
    let nanos = std::time::UNIX_EPOCH.elapsed()?.as_nanos();
    let name = format!("\n    let planetary{nanos} = 1;\n");
    fs::write(&path, name.repeat(500))?;
    let started = Instant::now();
    workspace.changed(vec![path.clone()]);
    let begun = format!("\n    let planetary{}", &nanos.to_string()[..16]);
    let next = nanos.to_string().as_bytes()[16];
    loop {
        let layer = workspace.layer("rust", &[]);
        let prefix = Prefix::new(begun.as_bytes(), &PrefixCache::default());
        let stops = Stops::default();
        let memory = Memory {
            prefix: &prefix,
            workspace: &layer,
            stops: &stops,
            scorer: Some(Scorer::built_in()),
        };
        let mut prediction = Prediction::default();
        Reader::new(&memory).predict(&memory, &mut Counts::default(), &mut prediction);
        if prediction.probabilities[usize::from(next)] > 0.9 {
            return Ok(started.elapsed());
        }
        ensure!(started.elapsed().as_secs() < 20, "a saved file is not seen");
    }
}

/// Types a text, with a file taken away and the LSTM as sure as it mostly is.
fn seconds_a_byte(workspace: &Workspace, text: &[u8]) -> Result<f64> {
    let text: Vec<u8> = text.iter().copied().cycle().take(TYPED).collect();
    let own = Segment::new([&text[..]]);
    let layer: Layer = workspace
        .layer("rust", &[])
        .without(std::sync::Arc::new(own));
    let (begun, rest) = text.split_at(TYPED / 2);
    let prefix = Prefix::new(begun, &PrefixCache::default());
    let stops = Stops::default();
    let memory = Memory {
        prefix: &prefix,
        workspace: &layer,
        stops: &stops,
        scorer: Some(Scorer::built_in()),
    };
    let gate = Gate::default();
    let (mut counts, mut prediction) = (Counts::default(), Prediction::default());
    let mut reader = Reader::new(&memory);
    let mut place = WordPlace::after(begun);
    let started = Instant::now();
    for &byte in rest {
        reader.predict(&memory, &mut counts, &mut prediction);
        let mut log_probs = [-7.0; 256];
        log_probs[usize::from(byte)] = -0.3;
        mix(&gate, place, &prediction, &mut log_probs);
        std::hint::black_box(log_probs);
        place = place.then(byte);
        reader.push(&memory, byte);
    }
    Ok(started.elapsed().as_secs_f64() / rest.len() as f64)
}

/// Resident memory of this process, in bytes.
fn resident() -> Result<usize> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix("kB"));
    let kilobytes: usize = kilobytes
        .context("VmRSS in /proc/self/status")?
        .trim()
        .parse()?;
    Ok(kilobytes * 1024)
}
