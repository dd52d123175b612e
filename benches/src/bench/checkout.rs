//! `bench checkout`: half of 3 000 files become others at once. What learning them costs
//! beside reading as many for the first time, when their names are known, and whether the
//! one who types meanwhile notices.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};
use end_to_end::{check_out, first_words, next_words};
use serde_json::json;

use crate::editor::{Editor, long_file, typing};
use crate::paired::{median, percentile};
use crate::report::{Limit, Report};

const FILES: usize = 3000;
const CHANGED: usize = FILES / 2;

/// Lines of the file that is typed in.
const LINES: usize = 2000;

/// Between two keys.
const KEY: Duration = Duration::from_millis(125);

/// Between two looks at whether names are known.
const LOOK: Duration = Duration::from_millis(100);

/// How long is typed before a checkout; and how long after one all is left alone, so that
/// what follows it is counted.
const BEFORE: Duration = Duration::from_secs(5);
const AFTER: Duration = Duration::from_secs(3);

/// Names that are not known by then are an error.
const AT_MOST: Duration = Duration::from_secs(60);

/// The bars: seconds, CPU against reading once, and one frame.
const KNOWN_S: f64 = 5.0;
const CPU: f64 = 2.0;
const FRAME_MS: f64 = 16.0;

/// What was seen in one round.
struct Seen {
    /// CPU seconds: reading so many files for the first time, and the checkout.
    reading: f64,
    checkout: f64,
    /// From the last event until names of the first, a middle and the last file are known.
    known: f64,
    /// Milliseconds of a key's answer.
    before: Vec<f64>,
    during: Vec<f64>,
}

/// Checks out one branch after another.
///
/// # Errors
/// If names are not known in time, or the server does not speak as it should.
pub(crate) fn run(rounds: u32) -> Result<Report> {
    let folder = tempfile::tempdir()?;
    check_out(folder.path(), FILES, "trunk")?;
    let mut editor = Editor::open_in(folder.path(), &long_file(LINES)?)?;
    let keys: Vec<char> = typing(4000)?.chars().collect();
    let mut keys = keys.into_iter().cycle();
    let mut seen = Vec::new();
    // The first round warms up and does not count.
    for round in 0..=rounds {
        let now = check(&mut editor, folder.path(), round, &mut keys)?;
        if round > 0 {
            seen.push(now);
        }
    }
    Ok(report(&seen))
}

fn check(
    editor: &mut Editor,
    folder: &Path,
    round: u32,
    keys: &mut impl Iterator<Item = char>,
) -> Result<Seen> {
    let reading = read(round)?;

    // The typist rests, so all CPU time of the server is that of the checkout.
    let branch = format!("quiet{round}");
    let used = editor.cpu_time()?;
    check_out(folder, CHANGED, &branch)?;
    wait(editor, &branch, |_| Ok(()))?;
    thread::sleep(AFTER);
    let checkout = (editor.cpu_time()? - used).as_secs_f64();

    let branch = format!("busy{round}");
    let (mut before, mut during) = (Vec::new(), Vec::new());
    let mut type_one = |editor: &mut Editor, millis: &mut Vec<f64>| -> Result<()> {
        let started = Instant::now();
        let key = keys.next().unwrap_or('x');
        millis.push(editor.type_character(key)?.millis);
        thread::sleep(KEY.saturating_sub(started.elapsed()));
        Ok(())
    };
    let started = Instant::now();
    while started.elapsed() < BEFORE {
        type_one(editor, &mut before)?;
    }
    let known = thread::scope(|scope| -> Result<f64> {
        let writing = scope.spawn(|| check_out(folder, CHANGED, &branch));
        while !writing.is_finished() {
            type_one(editor, &mut during)?;
        }
        let ended = Instant::now();
        let written = writing.join();
        written.map_err(|_| anyhow!("a thread panicked"))??;
        wait(editor, &branch, |editor| type_one(editor, &mut during))?;
        let known = ended.elapsed().as_secs_f64();
        let ended = Instant::now();
        while ended.elapsed() < AFTER {
            type_one(editor, &mut during)?;
        }
        Ok(known)
    })?;
    Ok(Seen {
        reading,
        checkout,
        known,
        before,
        during,
    })
}

/// CPU seconds in which a server that already answers reads the changed files' like.
fn read(round: u32) -> Result<f64> {
    let folder = tempfile::tempdir()?;
    let (empty, full) = (folder.path().join("empty"), folder.path().join("full"));
    std::fs::create_dir(&empty)?;
    let branch = format!("read{round}");
    check_out(&full, CHANGED, &branch)?;
    let mut editor = Editor::open_in(&empty, "fn main() {\n")?;
    editor.type_character('l')?;
    thread::sleep(AFTER);
    let used = editor.cpu_time()?;
    editor.add_folder(&full)?;
    wait(&mut editor, &branch, |_| Ok(()))?;
    thread::sleep(AFTER);
    Ok((editor.cpu_time()? - used).as_secs_f64())
}

/// Goes on with `meanwhile` until names of `branch` are offered.
fn wait(
    editor: &mut Editor,
    branch: &str,
    mut meanwhile: impl FnMut(&mut Editor) -> Result<()>,
) -> Result<()> {
    let started = Instant::now();
    for file in [0, CHANGED / 2, CHANGED - 1] {
        loop {
            let text = format!("fn f() {{\n{}", first_words(file));
            let next = next_words(file, branch);
            if editor.glance(&text)?.contains(&next) {
                break;
            }
            ensure!(started.elapsed() < AT_MOST, "{next} is not known");
            let looked = Instant::now();
            meanwhile(editor)?;
            thread::sleep(LOOK.saturating_sub(looked.elapsed()));
        }
    }
    Ok(())
}

fn report(seen: &[Seen]) -> Report {
    let mut report = Report::new(
        "checkout",
        &[
            "round",
            "CPU s",
            "of reading",
            "names known s",
            "key p50 ms",
            "longest",
            "before: p50",
            "longest",
        ],
    );
    for (round, seen) in seen.iter().enumerate() {
        report.row([
            (round + 1).to_string(),
            format!("{:.2}", seen.checkout),
            format!("{:.2}", seen.reading),
            format!("{:.1}", seen.known),
            format!("{:.1}", median(&seen.during)),
            format!("{:.1}", percentile(&seen.during, 100.0)),
            format!("{:.1}", median(&seen.before)),
            format!("{:.1}", percentile(&seen.before, 100.0)),
        ]);
    }
    report.note(format!("{CHANGED} of {FILES} files of 6 KB"));
    let of = |value: &dyn Fn(&Seen) -> f64| median(&seen.iter().map(value).collect::<Vec<_>>());
    let known = of(&|seen| seen.known);
    report.bar(
        "names known after the last event",
        known,
        " s",
        Limit::AtMost(KNOWN_S),
    );
    let cpu = of(&|seen| seen.checkout / seen.reading);
    report.bar(
        "CPU against reading them once",
        cpu,
        " x",
        Limit::AtMost(CPU),
    );
    let longest = of(&|seen| percentile(&seen.during, 100.0));
    report.bar(
        "a key's answer, the longest",
        longest,
        " ms",
        Limit::AtMost(FRAME_MS),
    );
    let rounds: Vec<_> = seen
        .iter()
        .map(|seen| {
            json!({
                "reading_s": seen.reading, "checkout_s": seen.checkout, "known_s": seen.known,
                "before_ms": seen.before, "during_ms": seen.during,
            })
        })
        .collect();
    report.figures(json!(rounds));
    report
}
