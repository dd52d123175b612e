//! `lstm-ls retrain`: the model trained further on the user's own code.

use std::io::Write;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::Args;
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};

use super::model::store::store;
use super::print::Format;
use ::retrain::messages::Message;
use ::retrain::{Options, Outcome, Places, Progress, Watcher};
use assistant::models::Loader;
use assistant::models::Source;
use assistant::store::Quality;
use assistant::user;

/// The exit code of a training whose outcome is not better than what is in use.
const REFUSED: u8 = 3;

/// The lowest priority, as `nice` counts it.
#[cfg(unix)]
const LOWEST: i32 = 19;

/// Minutes that a retraining may take: up to a week.
const MINUTES: RangeInclusive<f64> = 0.1..=10_080.0;

/// What `retrain` takes.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The folder with your code; files that git ignores are left out.
    #[arg(long, value_name = "DIR", default_value = ".")]
    workspace: PathBuf,
    /// Minutes for all of it, measuring included.
    #[arg(long, default_value_t = 10.0)]
    minutes: f64,
    /// Weights to start from, instead of those in use.
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// The program lstm-train, if it is neither beside this one nor on the PATH.
    #[arg(long, value_name = "PATH")]
    lstm_train: Option<PathBuf>,
    /// How to print; json is one object a line.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Trains, and says what came of it. The exit code is 3 if nothing was kept.
///
/// # Errors
/// As [`::retrain::run`], or if the system has no folder for the user's data.
pub(super) fn run(
    arguments: &Arguments,
    shipped: Source,
    loader: Loader,
    out: &mut dyn Write,
) -> anyhow::Result<ExitCode> {
    ensure!(
        MINUTES.contains(&arguments.minutes),
        "--minutes must be between {} and {}",
        MINUTES.start(),
        MINUTES.end()
    );
    let budget = Duration::from_secs_f64(arguments.minutes * 60.0);
    ensure!(
        disk::is_folder(&arguments.workspace),
        "{} is no folder",
        arguments.workspace.display()
    );
    let options = Options {
        workspace: arguments.workspace.clone(),
        budget,
        from: arguments.from.clone(),
        program: arguments.lstm_train.clone(),
    };
    let places = Places {
        store: store()?,
        work: user::work().context("this system has no folder for caches: set HOME")?,
        shipped,
    };
    // The user works meanwhile. What trains takes after this process; no harm if it fails.
    #[cfg(unix)]
    let _ = rustix::process::setpriority_process(None, LOWEST);
    #[cfg(windows)]
    win32::process::give_way();
    let mut watcher: Box<dyn Watcher> = match arguments.format {
        Format::Text => Box::new(Bar::new()),
        Format::Json => Box::new(Lines),
    };
    let outcome = ::retrain::run(&options, &places, loader, watcher.as_mut())?;
    drop(watcher);
    match arguments.format {
        Format::Text => print(&outcome, out)?,
        Format::Json => writeln!(out, "{}", serde_json::to_string(&Message::from(&outcome))?)?,
    }
    Ok(match outcome {
        Outcome::Promoted(..) => ExitCode::SUCCESS,
        Outcome::Refused(..) => ExitCode::from(REFUSED),
    })
}

fn print(outcome: &Outcome, out: &mut dyn Write) -> std::io::Result<()> {
    match outcome {
        Outcome::Promoted(name, about) => {
            print_quality(about.before, about.after, out)?;
            let undo = format!("lstm-ls model rollback {}", name.language);
            writeln!(out, "{name} is in use; `{undo}` undoes that")
        }
        Outcome::Refused(reason, measured) => {
            if let Some((before, after)) = *measured {
                print_quality(before, after, out)?;
            }
            writeln!(out, "nothing changes: {reason}")
        }
    }
}

fn print_quality(before: Quality, after: Quality, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "on files that were held out      before   after")?;
    let rows = [
        ("LSTM alone, bits a byte", before.lstm, after.lstm),
        ("with your files, bits a byte", before.mixed, after.mixed),
    ];
    for (name, before, after) in rows {
        writeln!(out, "{name:<30} {before:8.4} {after:8.4}")?;
    }
    let [before, after] = [before, after].map(|quality| quality.saved * 100.0);
    let name = "keystrokes saved";
    writeln!(out, "{name:<30} {before:6.1} % {after:6.1} %")
}

/// A bar on the terminal.
struct Bar(ProgressBar);

impl Bar {
    fn new() -> Self {
        let style = ProgressStyle::with_template("{bar:30} {percent}%  {msg}");
        let style = style.expect("the template is valid");
        Self(ProgressBar::new(1_000).with_style(style))
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

impl Watcher for Bar {
    fn progress(&mut self, progress: &Progress) {
        let Progress { stage, share, left } = progress;
        self.0.set_position((share * 1_000.0) as u64);
        let left = HumanDuration(*left);
        self.0.set_message(format!("{stage}, {left} left"));
    }

    fn note(&mut self, line: &str) {
        self.0.suspend(|| {
            let _ = writeln!(std::io::stderr(), "{line}");
        });
    }
}

/// A JSON object a line.
struct Lines;

impl Lines {
    fn say(message: &Message) {
        let line = serde_json::to_string(message).expect("a message is plain data");
        let mut out = std::io::stdout().lock();
        // A reader that is gone is found out when the outcome is written.
        let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    }
}

impl Watcher for Lines {
    fn progress(&mut self, progress: &Progress) {
        Self::say(&Message::from(progress));
    }

    fn note(&mut self, line: &str) {
        Self::say(&Message::Note {
            note: line.to_owned(),
        });
    }
}
