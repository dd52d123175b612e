//! `bench soak`: many clients for a long time, with random edits, restarts and large
//! messages. What the daemon's memory grows by, how long answers take beside those of one
//! client alone in the same run, and whether all have the text that they think they have.
//!
//! The clients run on the same cores as the daemon, so their own work is in the figures.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use clap::Args;
use end_to_end::{Daemon, resident_bytes, server, validation_files};
use serde_json::json;

use crate::paired::{median, percentile};
use crate::report::{Limit, Report};

mod client;

use client::{Busy, CIRCUMSTANCES, Client, Counts, Typed};

/// How long, and with how many.
#[derive(Args)]
pub(crate) struct Load {
    /// How many clients there are at once
    #[arg(long, default_value_t = 64)]
    clients: usize,
    /// How long it takes, all phases together
    #[arg(long, default_value_t = 30.0)]
    minutes: f64,
}

/// The share of the time in which one client is alone, at the beginning and at the end, and
/// that of the rest in which all warm up.
const ALONE: f64 = 0.05;
const WARM_UP: f64 = 0.2;

/// Between two looks at the daemon's memory.
const LOOK: Duration = Duration::from_secs(1);

const MEGABYTE: f64 = 1_048_576.0;

/// The bars: growth in percent, and p99 in ms.
const GROWTH: f64 = 5.0;
const P99_MS: f64 = 40.0;

/// Runs one client alone, then all, then one alone again.
///
/// # Errors
/// If a client has another text than the daemon, or an answer does not come.
pub(crate) fn run(load: &Load) -> Result<Report> {
    ensure!(load.clients > 0 && load.minutes > 0.0, "nothing to do");
    let folder = tempfile::tempdir()?;
    let socket = folder.path().join("s");
    let texts: Vec<String> = validation_files()?
        .into_iter()
        .map(|file| file.text)
        .filter(|text| text.is_ascii())
        .collect();
    ensure!(!texts.is_empty(), "there are no files to type");
    let name = socket.to_str().context("a plain name")?;
    let daemon = Daemon::start(&server()?, &["--socket", name])?;
    let all = Duration::from_secs_f64(load.minutes * 60.0);
    let alone = all.mul_f64(ALONE);

    let mut tally = Counts::default();
    tally.add(work(&socket, &texts, 1, (Duration::ZERO, alone), None)?);
    let looks = Mutex::new(Vec::new());
    let loaded = all - 2 * alone;
    let began = Instant::now();
    let watch = |at: Duration| -> Result<()> {
        let bytes = resident_bytes(daemon.id())? as f64 / MEGABYTE;
        let mut looks = looks.lock().map_err(|_| anyhow!("a thread panicked"))?;
        looks.push((at, bytes));
        Ok(())
    };
    let times = (loaded.mul_f64(WARM_UP), loaded);
    let crowd = work(&socket, &texts, load.clients, times, Some((began, &watch)))?;
    tally.add(work(&socket, &texts, 1, (Duration::ZERO, alone), None)?);
    let looks = looks
        .into_inner()
        .map_err(|_| anyhow!("a thread panicked"))?;
    report(load, all, &looks, loaded, (&tally, &crowd))
}

/// When it began, and what looks at the daemon every [`LOOK`].
type Watch<'a> = (Instant, &'a (dyn Fn(Duration) -> Result<()> + Sync));

/// So many clients warm up and work for this long, both together.
fn work(
    socket: &Path,
    texts: &[String],
    clients: usize,
    (warm, duration): (Duration, Duration),
    watch: Option<Watch<'_>>,
) -> Result<Counts> {
    let (warm, end) = (Instant::now() + warm, Instant::now() + duration);
    let failed = AtomicBool::new(false);
    let busy = Busy::default();
    thread::scope(|scope| {
        let working: Vec<_> = (0..clients)
            .map(|number| {
                let text = &texts[number % texts.len()];
                let (failed, busy) = (&failed, &busy);
                scope.spawn(move || {
                    let goes_on = |until| Instant::now() < until && !failed.load(Ordering::Relaxed);
                    let client = Client::new(socket, number, text, busy);
                    let counts = client.work(|| goes_on(warm), || !goes_on(end));
                    failed.fetch_or(counts.is_err(), Ordering::Relaxed);
                    counts.with_context(|| format!("client {number}"))
                })
            })
            .collect();
        let mut looked = Ok(());
        if let Some((began, look)) = watch {
            while Instant::now() < end && !failed.load(Ordering::Relaxed) && looked.is_ok() {
                looked = look(began.elapsed());
                thread::sleep(LOOK);
            }
        }
        let mut all = Counts::default();
        for client in working {
            all.add(client.join().map_err(|_| anyhow!("a client panicked"))??);
        }
        looked.map(|()| all)
    })
}

fn report(
    load: &Load,
    all: Duration,
    looks: &[(Duration, f64)],
    loaded: Duration,
    (alone, crowd): (&Counts, &Counts),
) -> Result<Report> {
    let mut report = Report::new(
        "soak",
        &[
            "clients",
            "requests",
            "restarts",
            "large messages",
            "texts compared",
            "typing p50 ms",
            "p99 ms",
            "jumps p50 ms",
            "p99 ms",
        ],
    );
    let millis =
        |counts: &Counts| -> Vec<f64> { counts.typing.iter().map(|typed| typed.millis).collect() };
    for (clients, counts) in [(1, alone), (load.clients, crowd)] {
        let typing = millis(counts);
        report.row([
            clients.to_string(),
            (typing.len() + counts.jumps.len()).to_string(),
            counts.restarts.to_string(),
            counts.large.to_string(),
            counts.compared.to_string(),
            format!("{:.1}", percentile(&typing, 50.0)),
            format!("{:.1}", percentile(&typing, 99.0)),
            format!("{:.1}", percentile(&counts.jumps, 50.0)),
            format!("{:.1}", percentile(&counts.jumps, 99.0)),
        ]);
    }
    // After the warm-up: the first fifth of what remains against the last.
    let warm = loaded.mul_f64(WARM_UP);
    let rest: Vec<_> = looks.iter().filter(|(at, _)| *at >= warm).collect();
    let fifth = (rest.len() / 5).max(1);
    ensure!(
        rest.len() >= 2 * fifth,
        "too short to tell how memory grows"
    );
    let of = |looks: &[&(Duration, f64)]| {
        median(&looks.iter().map(|(_, bytes)| *bytes).collect::<Vec<_>>())
    };
    let (first, last) = (of(&rest[..fifth]), of(&rest[rest.len() - fifth..]));
    let most = rest.iter().map(|(_, bytes)| *bytes).fold(0.0, f64::max);
    report.note(format!(
        "{:.1} minutes; {first:.0} MB after the warm-up, {last:.0} MB at the end, {most:.0} MB at most",
        all.as_secs_f64() / 60.0
    ));
    let growth = 100.0 * (last / first - 1.0);
    report.bar(
        "growth after the warm-up",
        growth,
        " %",
        Limit::AtMost(GROWTH),
    );
    let p99 = percentile(&millis(crowd), 99.0);
    report.bar(
        "typing, p99 of all clients",
        p99,
        " ms",
        Limit::AtMost(P99_MS),
    );
    report.note(format!(
        "p99 of all against one alone: {:.2} x",
        p99 / percentile(&millis(alone), 99.0)
    ));
    for (number, name) in CIRCUMSTANCES.iter().enumerate() {
        let share = |least: f64| {
            let so_slow = |typed: &&Typed| typed.millis >= least;
            let these: Vec<_> = crowd.typing.iter().filter(so_slow).collect();
            let with = these.iter().filter(|typed| typed.circumstances[number]);
            100.0 * with.count() as f64 / these.len().max(1) as f64
        };
        report.note(format!(
            "{name}: {:.0} % of all answers, {:.0} % of the slowest in a hundred",
            share(0.0),
            share(p99)
        ));
    }
    report.figures(json!({
        "clients": load.clients, "minutes": load.minutes,
        "seconds_and_megabytes": looks.iter().map(|(at, mb)| (at.as_secs(), mb)).collect::<Vec<_>>(),
    }));
    Ok(report)
}
