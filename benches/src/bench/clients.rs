//! `bench clients`: many clients that type on one daemon, what one that
//! misbehaves does to the others, and how long the daemon's death is felt.
//!
//! The clients run on the same cores as the daemon, so their own work is in the
//! figures.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use end_to_end::{Daemon, LanguageClient, server, signal, validation_files};
use serde_json::json;

use crate::paired::{median, percentile};
use crate::report::{Limit, Report};

mod nuisance;
mod typist;

use typist::{Tally, Typist};

/// How many type at once.
const TYPISTS: usize = 16;

/// How many of those have their daemon killed.
const BRIDGES: usize = 4;

/// How long they type in one phase.
const PHASE: Duration = Duration::from_secs(5);

/// The bars: p99, growth of memory by a client, p99 beside a misbehaving client
/// against without, and time to come back.
const P99_MS: f64 = 40.0;
const CLIENT_MB: f64 = 5.0;
const DISTURBED: f64 = 1.5;
const BACK_MS: f64 = 1000.0;

/// The phases: alone, then beside each kind of misbehaving client.
const PHASES: [(&str, Option<nuisance::Kind>); 3] = [
    ("alone", None),
    ("one floods", Some(nuisance::Kind::Floods)),
    ("one does not read", Some(nuisance::Kind::DoesNotRead)),
];

/// Types with all clients in every phase, then kills daemons under load.
///
/// # Errors
/// If a request is not answered exactly once, or is answered about another client's
/// text.
pub(crate) fn run(rounds: u32) -> Result<Report> {
    let folder = tempfile::tempdir()?;
    let socket = folder.path().join("s");
    let texts: Vec<String> = validation_files()?
        .into_iter()
        .map(|file| file.text)
        .collect();
    ensure!(texts.len() >= TYPISTS, "too few files to type");
    let path = socket.to_str().context("a plain name")?;
    let daemon = Daemon::start(&server()?, &["--socket", path])?;
    let mut report = Report::new(
        "clients",
        &[
            "16 type",
            "requests",
            "answered in time",
            "p50 ms",
            "p99 ms",
            "p99 of alone",
        ],
    );

    let mut typists = vec![Typist::start(&socket, 0, &texts[0])?];
    typists[0].type_for(PHASE)?;
    let one = memory(&socket)?;
    for (number, text) in texts.iter().enumerate().take(TYPISTS).skip(1) {
        typists.push(Typist::start(&socket, number, text)?);
    }
    let mut of_phases: [Vec<Tally>; PHASES.len()] = Default::default();
    type_together(&mut typists, &socket, None)?;
    let grown = (memory(&socket)? - one) / (TYPISTS - 1) as f64;
    for _ in 0..rounds {
        for ((_, nuisance), tallies) in PHASES.iter().zip(&mut of_phases) {
            tallies.push(type_together(&mut typists, &socket, *nuisance)?);
        }
    }
    drop(typists);
    drop(daemon);

    for ((name, nuisance), tallies) in PHASES.iter().zip(&of_phases) {
        let of_rounds = |figure: &dyn Fn(&Tally) -> f64| {
            median(&tallies.iter().map(figure).collect::<Vec<_>>())
        };
        let p99 = of_rounds(&|tally| percentile(&tally.millis, 99.0));
        let pairs = tallies.iter().zip(&of_phases[0]);
        let ratios = pairs.map(|(tally, alone)| {
            percentile(&tally.millis, 99.0) / percentile(&alone.millis, 99.0)
        });
        let ratio = median(&ratios.collect::<Vec<_>>());
        report.row([
            (*name).to_owned(),
            tallies
                .iter()
                .map(|tally| tally.millis.len())
                .sum::<usize>()
                .to_string(),
            format!("{:.1} %", of_rounds(&Tally::in_time) * 100.0),
            format!("{:.1}", of_rounds(&|tally| percentile(&tally.millis, 50.0))),
            format!("{p99:.1}"),
            format!("{ratio:.2} x"),
        ]);
        let (what, value, unit, limit) = match nuisance {
            None => (
                "p99 of 16 clients at 10 keys a second".to_owned(),
                p99,
                " ms",
                P99_MS,
            ),
            Some(_) => (
                format!("p99 while {name}, against alone"),
                ratio,
                " x",
                DISTURBED,
            ),
        };
        report.bar(what, value, unit, Limit::AtMost(limit));
        let millis: Vec<_> = tallies.iter().map(|tally| &tally.millis).collect();
        report.figures(json!({"phase": name, "millis": millis}));
    }
    report.bar(
        "memory a client adds",
        grown / 1e6,
        " MB",
        Limit::AtMost(CLIENT_MB),
    );
    let back = killed(&folder.path().join("k"), &texts, rounds)?;
    report.bar(
        "back after kill -9",
        back.as_secs_f64() * 1e3,
        " ms",
        Limit::AtMost(BACK_MS),
    );
    Ok(report)
}

/// All type for a phase, beside a nuisance if there is one.
fn type_together(
    typists: &mut [Typist],
    socket: &Path,
    nuisance: Option<nuisance::Kind>,
) -> Result<Tally> {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let nuisance = nuisance.map(|kind| {
            let over = &over;
            scope.spawn(move || nuisance::be(kind, socket, over))
        });
        let typing: Vec<_> = typists
            .iter_mut()
            .map(|typist| scope.spawn(|| typist.type_for(PHASE)))
            .collect();
        let mut all = Tally::default();
        let mut outcome = Ok(());
        for typist in typing {
            match typist.join() {
                Ok(Ok(tally)) => all.add(tally),
                Ok(Err(error)) => outcome = Err(error),
                Err(_) => outcome = Err(anyhow!("a typist panicked")),
            }
        }
        over.store(true, Ordering::Relaxed);
        if let Some(nuisance) = nuisance {
            nuisance
                .join()
                .map_err(|_| anyhow!("the nuisance panicked"))??;
        }
        outcome.map(|()| all)
    })
}

/// Resident memory of the daemon, in bytes.
fn memory(socket: &Path) -> Result<f64> {
    let mut client = LanguageClient::connect(socket)?;
    client.initialize(json!({}))?;
    let status = client.request("lstm-ls/status", json!({}))?;
    status["memoryBytes"].as_f64().context("the system tells")
}

/// The longest time, over all bridges and rounds, from the daemon's death under
/// load to a bridge's next suggestions.
fn killed(socket: &Path, texts: &[String], rounds: u32) -> Result<Duration> {
    let mut worst = Duration::ZERO;
    let mut bridges: Vec<Typist> = Vec::new();
    for (number, text) in texts.iter().enumerate().take(BRIDGES) {
        bridges.push(Typist::bridge(socket, number, text)?);
    }
    for _ in 0..rounds {
        let daemon = bridges[0].daemon()?;
        let back = thread::scope(|scope| {
            let typing: Vec<_> = bridges
                .iter_mut()
                .map(|bridge| scope.spawn(|| bridge.survive(PHASE)))
                .collect();
            thread::sleep(PHASE / 2);
            let killed = Instant::now();
            signal("KILL", daemon)?;
            let mut worst = Duration::ZERO;
            for bridge in typing {
                let back = bridge.join().map_err(|_| anyhow!("a bridge panicked"))??;
                let first = back.into_iter().find(|&at| at > killed);
                let first = first.context("a bridge did not come back")?;
                worst = worst.max(first - killed);
            }
            anyhow::Ok(worst)
        })?;
        worst = worst.max(back);
    }
    signal("TERM", bridges[0].daemon()?)?;
    Ok(worst)
}

/// Where a client's document is said to be.
fn uri(number: usize) -> String {
    format!("file:///project/{number}.rs")
}
