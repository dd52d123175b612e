//! `lstm-ls.retrain`: the model trained further on the client's folder, by a
//! process of its own. The command returns at once; progress tells the rest.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use assistant::models::Absent;
use retrain::messages::Message;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::sync::oneshot;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::lsp_types::{ExecuteCommandParams, MessageType, Url};
use tracing::warn;

use crate::lsp::backend::Backend;
use crate::lsp::progress::{self, WorkDone};
use crate::lsp::protocol::CancelParams;
use crate::lsp::uri;

/// The commands.
pub(in crate::lsp) const RETRAIN: &str = "lstm-ls.retrain";
pub(in crate::lsp) const STOP: &str = "lstm-ls.stopRetraining";

/// What its progress is called.
const NAME: &str = "retrain";

/// What [`RETRAIN`] may be given.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Arguments {
    /// The folder to train on; the first open one if there is none.
    folder: Option<Url>,
    /// Minutes for all of it.
    minutes: Option<f64>,
}

/// How a retraining ended.
enum End {
    /// With this word for the user.
    Told(MessageType, String),
    /// The user stopped it.
    Stopped,
}

impl Backend {
    /// `window/workDoneProgress/cancel`.
    pub(in crate::lsp) async fn cancel_progress(&self, params: CancelParams) {
        if params.token == progress::token(NAME) {
            self.retraining.stop();
        }
    }
}

/// Runs [`RETRAIN`] or [`STOP`].
///
/// # Errors
/// If the arguments name no folder, one is being trained on already, or what came of
/// it would not serve this client.
pub(in crate::lsp) async fn execute(
    backend: &Backend,
    params: ExecuteCommandParams,
) -> Result<Option<Value>> {
    if params.command == STOP {
        let stopped = backend.retraining.stop();
        return Ok(Some(json!({ "stopped": stopped })));
    }
    let given = params.arguments.into_iter().next().unwrap_or_default();
    let arguments: Option<Arguments> = serde_json::from_value(given)
        .map_err(|error| invalid(format!("arguments of {RETRAIN}: {error}")))?;
    let arguments = arguments.unwrap_or_default();
    let folder = folder(backend, arguments.folder.as_ref())?;
    let Some(stopped) = backend.retraining.begin() else {
        return Err(invalid("a retraining is under way already".to_owned()));
    };
    check_named(backend).await?;
    let models = Arc::clone(backend.session.models());
    let program = backend.session.program();
    let program = program.ok_or_else(|| invalid("cannot find this program".to_owned()))?;
    let mut child = spawn(program, &folder, arguments.minutes, models.default_path())
        .map_err(|error| invalid(format!("cannot start the retraining: {error}")))?;
    let (client, shown) = (backend.client.clone(), backend.shows_progress());
    let answer = json!({ "started": true, "folder": folder });
    tokio::spawn(async move {
        let title = "learning from your code";
        let progress = WorkDone::begin(client.clone(), shown, NAME, title, true).await;
        let said = follow(child.stdout.take(), child.stderr.take(), &progress);
        let end = end_of(child, said, stopped).await;
        // A model that came into use is looked at now, not at the next keystroke.
        models.look().await;
        let (kind, message) = match end {
            End::Told(kind, message) => (kind, message),
            End::Stopped => (
                MessageType::INFO,
                "stopped; the next retraining goes on from here".to_owned(),
            ),
        };
        progress.end(Some(message.clone())).await;
        let message = format!("lstm-ls: {message}");
        client.show_message(kind, message).await;
    });
    Ok(Some(answer))
}

fn invalid(message: String) -> Error {
    Error::invalid_params(message)
}

fn folder(backend: &Backend, named: Option<&Url>) -> Result<PathBuf> {
    let folders = backend.peer.get().map(|peer| peer.folders.clone());
    let first = folders.and_then(|folders| folders.into_iter().next());
    let url = named.cloned().or(first);
    let path = url.as_ref().and_then(uri::path);
    path.filter(|path| path.is_dir())
        .ok_or_else(|| invalid("there is no open folder to train on: name one".to_owned()))
}

/// Whether the client would see what the retraining makes of the default model: a
/// model of the same language that its settings name goes before that.
async fn check_named(backend: &Backend) -> Result<()> {
    let settings = backend.session.settings();
    let Some(named) = &settings.model else {
        return Ok(());
    };
    let models = backend.session.models();
    let (first, trained) = (
        models.get_any(Some(named)).await,
        models.get_any(None).await,
    );
    match (first, trained) {
        (Err(Absent::Failed(why)), _) => Err(invalid(format!(
            "your setting `model` names a file that cannot be used, and nothing is used in its \
             place: remove that setting, then retrain ({why})"
        ))),
        (Ok(first), Ok(trained)) if first.language() == trained.language() => {
            Err(invalid(format!(
                "your setting `model` names {}, which is used instead of any retrained model: \
                 remove that setting, then retrain",
                named.display()
            )))
        }
        _ => Ok(()),
    }
}

/// Starts `program`, which is this one, to retrain on `folder` what is in use, or else
/// `model`.
fn spawn(
    program: &Path,
    folder: &Path,
    minutes: Option<f64>,
    model: Option<&Path>,
) -> std::io::Result<Child> {
    let mut command = Command::new(program);
    command.args(["retrain", "--format", "json", "--workspace"]);
    command.arg(folder);
    if let Some(model) = model {
        command.arg("--model").arg(model);
    }
    if let Some(minutes) = minutes {
        command.arg(format!("--minutes={minutes}"));
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    command.stderr(Stdio::piped()).kill_on_drop(true);
    command.spawn()
}

/// The end of the process, of which `said` is what it says until then; it is ended
/// if the user stops it.
async fn end_of(
    mut child: Child,
    said: impl Future<Output = (MessageType, String)>,
    stopped: oneshot::Receiver<()>,
) -> End {
    tokio::select! {
        (kind, message) = said => {
            let _ = child.wait().await;
            End::Told(kind, message)
        }
        // Its trainer saves and follows. It is waited for, since the user may begin the
        // next one at once, and this one must have let go of the work.
        _ = stopped => {
            if let Err(error) = child.kill().await {
                warn!("ending the retraining: {error}");
            }
            End::Stopped
        }
    }
}

/// Follows what the process says, to its last word for the user.
async fn follow(
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
    progress: &WorkDone,
) -> (MessageType, String) {
    let mut lines = stdout.map(|stdout| BufReader::new(stdout).lines());
    let mut last = None;
    let mut told = None;
    while let Some(lines) = &mut lines {
        let Ok(Some(line)) = lines.next_line().await else {
            break;
        };
        let (stage, share, seconds) = match Message::parse(&line) {
            Some(Message::Progress {
                stage,
                share,
                seconds_left,
            }) => (stage, share, seconds_left),
            said => {
                last = said.or(last);
                continue;
            }
        };
        let percent = (share * 100.0) as usize;
        let words = stage.split(':').next().unwrap_or_default().to_owned();
        // Every step of the training would be too much to tell.
        if told.as_ref() != Some(&(percent, words.clone())) {
            let minutes = (seconds / 60.0).ceil();
            let message = format!("{stage}, {minutes} min left");
            progress.report(percent, message).await;
            told = Some((percent, words));
        }
    }
    let mut errors = String::new();
    if let Some(mut stderr) = stderr {
        // What can't be read is not told.
        let _ = stderr.read_to_string(&mut errors).await;
    }
    verdict(last, &errors)
}

/// What the process said `last`, or else what it wrote to its standard error.
fn verdict(last: Option<Message>, errors: &str) -> (MessageType, String) {
    match last {
        Some(Message::Promoted {
            promoted,
            before,
            after,
        }) => {
            let (before, after) = (before.lstm, after.lstm);
            let message = format!(
                "{promoted} is in use: {after:.3} bits a byte on files it has not seen, before \
                 {before:.3}"
            );
            (MessageType::INFO, message)
        }
        Some(Message::Refused { refused, .. }) => {
            (MessageType::INFO, format!("nothing changes: {refused}"))
        }
        Some(Message::Progress { .. } | Message::Note { .. }) | None => {
            let said = errors.lines().rfind(|line| !line.trim().is_empty());
            let said = said.unwrap_or("the retraining ended without a word");
            let said = said.strip_prefix("lstm-ls: ").unwrap_or(said);
            (MessageType::ERROR, said.to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use assistant::store::Quality;

    use super::*;

    #[test]
    fn the_end_is_told_in_one_line() {
        let told = |last: Option<Message>, errors: &str| verdict(last, errors).1;
        let quality = |lstm| Quality {
            lstm,
            mixed: 0.7,
            saved: 0.4,
        };
        let promoted = Message::Promoted {
            promoted: "rust@2".to_owned(),
            before: quality(1.4),
            after: quality(1.2),
        };
        let expected = "rust@2 is in use: 1.200 bits a byte on files it has not seen, before 1.400";
        assert_eq!(told(Some(promoted), ""), expected);
        let refused = Message::Refused {
            refused: "it is not better".to_owned(),
            before: None,
            after: None,
        };
        assert_eq!(told(Some(refused), ""), "nothing changes: it is not better");
        let missing = "lstm-ls: retraining needs lstm-train\n";
        assert_eq!(told(None, missing), "retraining needs lstm-train");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn what_was_stopped_has_ended_when_that_is_told() {
        let mut command = Command::new("tail");
        command.args(["-f", "/dev/null"]).kill_on_drop(true);
        let child = command.spawn().unwrap();
        let id = child.id().and_then(|id| i32::try_from(id).ok()).unwrap();
        let (stop, stopped) = oneshot::channel();
        stop.send(()).unwrap();
        let end = end_of(child, std::future::pending(), stopped).await;
        assert!(matches!(end, End::Stopped));
        let process = rustix::process::Pid::from_raw(id).unwrap();
        let there = rustix::process::test_kill_process(process);
        assert_eq!(there, Err(rustix::io::Errno::SRCH));
    }
}
