//! A program of its own that is ended when its time is over. Must not know what it
//! does.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use anyhow::Context;

/// How a program ended.
pub(super) enum End {
    /// By itself, with what it wrote to its standard error.
    Itself(ExitStatus, String),
    /// It was ended when its time was over.
    OutOfTime,
}

/// Runs `command` while there is time `left`; `line` is told every line that it
/// writes to its standard output.
///
/// # Errors
/// If it can't be started or read from.
pub(super) fn run(
    command: &mut Command,
    left: impl Fn() -> Duration,
    mut line: impl FnMut(&str),
) -> anyhow::Result<End> {
    command.stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .spawn()
        .with_context(|| format!("starting {name}"))?;
    let stdout = child.stdout.take().context("the pipe was asked for")?;
    let mut stderr = child.stderr.take().context("the pipe was asked for")?;
    let (sender, lines) = mpsc::channel();
    thread::scope(|scope| {
        let errors = scope.spawn(move || {
            let mut errors = Vec::new();
            // What can't be read is not told.
            let _ = stderr.read_to_end(&mut errors);
            String::from_utf8_lossy(&errors).into_owned()
        });
        scope.spawn(move || {
            for line in BufReader::new(stdout).lines() {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let mut follow = || {
            loop {
                let time = left();
                match lines.recv_timeout(time) {
                    _ if time.is_zero() => return Ok(false),
                    Ok(said) => line(&said?),
                    Err(RecvTimeoutError::Timeout) => return Ok(false),
                    Err(RecvTimeoutError::Disconnected) => return Ok(true),
                }
            }
        };
        let followed: std::io::Result<bool> = follow();
        drop(lines);
        if !matches!(followed, Ok(true)) {
            // It may have ended by itself just now; then there is nothing to do.
            let _ = child.kill();
        }
        let status = child.wait()?;
        let errors = errors.join().unwrap_or_default();
        Ok(match followed? {
            true => End::Itself(status, errors),
            false => End::OutOfTime,
        })
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn what_it_says_is_told_line_by_line() {
        let mut lines = Vec::new();
        let mut command = shell("echo one; echo two; echo wrong >&2; exit 3");
        let end = run(
            &mut command,
            || Duration::MAX,
            |line| lines.push(line.to_owned()),
        );
        let End::Itself(status, errors) = end.unwrap() else {
            panic!("it ends by itself");
        };
        assert_eq!((status.code(), errors.as_str()), (Some(3), "wrong\n"));
        assert_eq!(lines, ["one", "two"]);
    }

    #[test]
    fn it_is_ended_when_its_time_is_over_whether_it_talks_or_not() {
        for script in ["exec tail -f /dev/null", "while echo on; do :; done"] {
            let talks = script.starts_with("while");
            let time = std::cell::Cell::new(Duration::from_millis(200));
            let mut heard = false;
            let end = run(
                &mut shell(script),
                || time.get(),
                |_| {
                    heard = true;
                    time.set(Duration::ZERO);
                },
            );
            assert!(matches!(end.unwrap(), End::OutOfTime));
            assert_eq!(heard, talks);
        }
    }
}
