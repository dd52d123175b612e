//! `lstm-train`, run as a program of its own.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use lstm_format::messages::{Message, Packed, Standing};

use super::base::Start;
use super::child::{self, End};
use super::job::Job;

/// The program's name, and the variable that names another.
const PROGRAM: &str = "lstm-train";
const VARIABLE: &str = "LSTM_TRAIN";

/// How weights are trained further: many small steps, since there is little text
/// and little time. Measured on three repositories; see models/README.md.
const LANES: &str = "32";
const STEPS: &str = "64";
const LEARNING_RATE: &str = "0.001";
const WARMUP_MEGABYTES: &str = "0.1";
const CHECKPOINT_SECONDS: &str = "20";

/// Most of one repository, and of one of its files, in kilobytes.
const REPOSITORY_KB: &str = "50000";
const LARGEST_FILE_KB: &str = "400";

/// Where `lstm-train` is.
pub(super) struct Trainer {
    program: PathBuf,
}

/// One run.
pub(super) struct Training<'a> {
    pub(super) start: &'a Start,
    pub(super) budget: Duration,
    pub(super) megabytes: f64,
}

impl Trainer {
    /// `named`, else what `LSTM_TRAIN` names, else the program beside this one or
    /// on the PATH, but never one that lies in `workspace`.
    ///
    /// # Errors
    /// If there is none; the message says how to get it.
    pub(super) fn find(named: Option<&Path>, workspace: &Path) -> anyhow::Result<Self> {
        let named = named.map(Path::to_owned);
        let named = named.or_else(|| std::env::var_os(VARIABLE).map(PathBuf::from));
        if let Some(program) = named {
            if !program.is_file() {
                bail!("there is no {PROGRAM} at {}", program.display());
            }
            return Ok(Self { program });
        }
        let name = format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX);
        let beside = std::env::current_exe().map(|own| own.with_file_name(name));
        let beside = beside.ok().filter(|program| program.is_file());
        let path = std::env::var_os("PATH").unwrap_or_default();
        let home = std::env::home_dir();
        let program = beside.or_else(|| on_path(&path, workspace, home.as_deref()));
        let program = program.with_context(|| {
            format!(
                "retraining needs {PROGRAM}, which is not beside this program nor on the PATH: in \
                 the repository, `cargo xtask libtorch && cargo install --locked --path \
                 crates/char-lstm --bin lstm-train`"
            )
        })?;
        Ok(Self { program })
    }

    /// Packs the files of `workspace`. The inner error says why there is nothing
    /// to learn from.
    ///
    /// # Errors
    /// If the program fails, or is not done in the time `left`.
    pub(super) fn pack(
        &self,
        workspace: &Path,
        language: &str,
        job: &Job,
        left: impl Fn() -> Duration,
    ) -> anyhow::Result<Result<Packed, String>> {
        let mut command = self.command("corpus");
        command.arg(workspace).args(["--language", language]);
        command.args(["--any-license", "--hold-out-files", "--format", "json"]);
        command.args(["--repository-kb", REPOSITORY_KB]);
        command.args(["--largest-file-kb", LARGEST_FILE_KB]);
        command.arg("--evaluation-files").arg(job.held_out());
        command.arg("--out").arg(job.corpus());
        let mut said = String::new();
        let end = child::run(&mut command, left, |line| said.push_str(line))?;
        let End::Itself(status, errors) = end else {
            bail!("there was no time left after reading your files: give it more --minutes");
        };
        if !status.success() {
            if let Some(Message::NothingLeft { nothing_left }) = Message::parse(&said) {
                return Ok(Err(message_of(&nothing_left)));
            }
            bail!("packing failed: {}", message_of(&errors));
        }
        match Message::parse(&said) {
            Some(Message::Packed(packed)) => Ok(Ok(packed)),
            _ => bail!("lstm-train corpus said something else than expected: {said}"),
        }
    }

    /// Trains, or goes on with what was stopped; tells how far it is after every
    /// step. If it is not done in the time `left`, it is ended, and its last
    /// checkpoint is what came of it. The inner error says how it failed by itself,
    /// which it would do again.
    ///
    /// # Errors
    /// If the program can't be run, or the user stopped it.
    pub(super) fn train(
        &self,
        job: &Job,
        training: &Training<'_>,
        left: impl Fn() -> Duration,
        mut tell: impl FnMut(&Standing),
    ) -> anyhow::Result<anyhow::Result<()>> {
        let mut command = self.command("train");
        command.arg(job.corpus()).arg("--run").arg(job.run());
        if job.checkpoint().is_file() {
            command.arg("--resume");
        } else {
            command
                .arg("--from")
                .arg(training.start.file(job.folder())?);
        }
        let minutes = training.budget.as_secs_f64() / 60.0;
        command.args(["--minutes", &minutes.to_string()]);
        command.args(["--megabytes", &training.megabytes.to_string()]);
        command.args(["--lanes", LANES, "--steps", STEPS, "--decay", "1"]);
        command.args(["--learning-rate", LEARNING_RATE]);
        command.args(["--warmup", WARMUP_MEGABYTES]);
        command.args(["--checkpoint-seconds", CHECKPOINT_SECONDS]);
        command.args(["--validate-every", "0", "--progress", "json"]);
        command.args(["--data", "own files", "--license", ""]);
        let end = child::run(&mut command, left, |line| {
            if let Some(Message::Standing(standing)) = Message::parse(line) {
                tell(&standing);
            }
        })?;
        match end {
            End::Itself(status, _) if was_stopped(status) => {
                bail!("training was stopped ({status}); the next retraining goes on from here")
            }
            End::Itself(status, errors) if !status.success() => Ok(Err(anyhow!(
                "training failed ({status}): {}",
                message_of(&errors)
            ))),
            End::Itself(..) | End::OutOfTime => Ok(Ok(())),
        }
    }

    fn command(&self, what: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.arg(what);
        // Threads that wait for each other by turning in circles take the time of
        // other programs on the machine, and of each other.
        command.env("OMP_WAIT_POLICY", "passive");
        command
    }
}

/// Whether it did not end by itself: a program that crashes ends by a signal, too,
/// but by none that people and the system send to end one.
#[cfg(unix)]
fn was_stopped(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    let stops = [libc::SIGHUP, libc::SIGINT, libc::SIGKILL, libc::SIGTERM];
    let signal = status.signal();
    signal.is_some_and(|signal| stops.contains(&signal))
}

/// Whether it was ended by Ctrl-C or with its window; who ends a process otherwise says with
/// which code.
#[cfg(windows)]
fn was_stopped(status: ExitStatus) -> bool {
    const CONTROL_C_EXIT: u32 = 0xC000_013A;
    status.code() == Some(CONTROL_C_EXIT as i32)
}

/// What a program wrote to its standard error, as one line.
fn message_of(stderr: &str) -> String {
    let lines = stderr.lines().map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        words.join(" ")
    });
    let said = |line: &String| !["", "sha256"].contains(&line.as_str());
    let lines: Vec<String> = lines.filter(said).collect();
    let line = lines.join("; ");
    let own = format!("{PROGRAM}: ");
    line.strip_prefix(&own).unwrap_or(&line).to_owned()
}

/// The program on this `path`. Relative folders of it are left out, which are others in
/// every folder, and those in the `workspace`, where a repository may have put anything;
/// a workspace that holds the user's `home` is the user's own.
fn on_path(path: &OsStr, workspace: &Path, home: Option<&Path>) -> Option<PathBuf> {
    let real = |folder: &Path| folder.canonicalize().unwrap_or(folder.to_owned());
    let workspace = real(workspace);
    let is_own = home.is_some_and(|home| real(home).starts_with(&workspace));
    let folders = std::env::split_paths(path)
        .filter(|folder| folder.is_absolute() && (is_own || !real(folder).starts_with(&workspace)));
    let folders: Vec<PathBuf> = folders.collect();
    if folders.is_empty() {
        return None;
    }
    let path = std::env::join_paths(folders).ok()?;
    which::which_in_global(PROGRAM, Some(path)).ok()?.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn the_program_comes_from_absolute_folders_outside_the_workspace() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["outside", "workspace/bin"] {
            std::fs::create_dir_all(at(name)).unwrap();
            let program = at(name).join(PROGRAM);
            std::fs::write(&program, "").unwrap();
            let mode = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(&program, mode).unwrap();
        }
        std::os::unix::fs::symlink(at("workspace/bin"), at("link")).unwrap();
        let here = std::env::current_dir().unwrap();
        let up = "../".repeat(here.components().count());
        let relative = format!("{up}{}", at("outside").display());
        assert!(Path::new(&relative).join(PROGRAM).is_file());
        let found = |folders: &[PathBuf], home: &str| {
            let path = std::env::join_paths(folders).unwrap();
            on_path(&path, &at("workspace"), Some(&at(home)))
        };
        let [outside, inside] = [at("outside"), at("workspace/bin")];
        let refused = [
            relative.into(),
            "".into(),
            ".".into(),
            inside.clone(),
            at("link"),
        ];
        assert_eq!(found(&refused, "home"), None);
        let folders = [&refused[..], std::slice::from_ref(&outside)].concat();
        assert_eq!(found(&folders, "home"), Some(outside.join(PROGRAM)));
        assert_eq!(found(&[], "home"), None);
        // Who opens the home folder itself has put its programs there.
        let own = found(std::slice::from_ref(&inside), "workspace");
        assert_eq!(own, Some(inside.join(PROGRAM)));
    }

    #[test]
    fn a_message_is_one_line() {
        let stderr = "lstm-train: no file is left\nleft out too   small    3 files\n\n";
        let line = "no file is left; left out too small 3 files";
        assert_eq!(message_of(stderr), line);
    }

    #[test]
    fn a_missing_program_is_told_with_how_to_get_it() {
        let error = Trainer::find(Some(Path::new("no/such")), Path::new("."))
            .err()
            .unwrap();
        assert_eq!(error.to_string(), "there is no lstm-train at no/such");
    }
}
