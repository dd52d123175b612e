//! What may stand in the place of a file, put before everything in the server that reads
//! one, and before its commands. `--nocapture` prints the outcome.

#![cfg(target_os = "linux")]
// `allow-unwrap-in-tests` does not reach helpers outside test functions.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use assistant::models::{Absent, ModelSource, Models};
use assistant::statistics::{ReadError, Statistics};
use assistant::store::Store;
use fixture::hostile::{self, Row};
use lstm_format::{ModelConfig, ModelFile, Precision, Provenance};
use lstm_ls::daemon::token::Origin;
use serde_json::json;
use workspace::files::Limits;
use workspace::{Setup, Workspace};

const READERS: &[Row<'_>] = &[
    ("source", "a.rs", |folder| {
        told(workspace::files::read(&folder.join("a.rs"), Limits::default()).map(|text| text.len()))
    }),
    ("folder of sources", "a.rs", |folder| {
        remembered(folder, None)
    }),
    ("git's ignore file", ".gitignore", |folder| {
        remembered(folder, None)
    }),
    ("ignore file", ".ignore", |folder| remembered(folder, None)),
    ("exclude file", ".git/info/exclude", |folder| {
        remembered(folder, None)
    }),
    ("mark of a cache", "below/CACHEDIR.TAG", |folder| {
        remembered(folder, None)
    }),
    ("cache", "cache.memory", |folder| {
        remembered(folder, Some(&folder.join("cache.memory")))
    }),
    ("model", "m.safetensors", |folder| {
        told(ModelFile::read(&folder.join("m.safetensors")).map(|_| "a model"))
    }),
    ("model that is set", "m.safetensors", |folder| {
        served(folder, Some(&folder.join("m.safetensors")))
    }),
    ("folder of models", "m.safetensors", |folder| {
        served(folder, None)
    }),
    ("statistics", "s.json", |folder| {
        match Statistics::read(&folder.join("s.json")) {
            Err(ReadError::Unreadable(_, why)) => format!("refused: {why}"),
            read => told(read.map(|_| "counts")),
        }
    }),
    ("counting", "s.json", |folder| {
        let added = Statistics::default().add_to(&folder.join("s.json"), Duration::ZERO);
        told(added.map(|()| "counted"))
    }),
    ("lock of the statistics", "s.lock", |folder| {
        let added = Statistics::default().add_to(&folder.join("s.json"), Duration::ZERO);
        told(added.map(|()| "counted"))
    }),
    ("uses of versions", "versions/rust/uses.json", |folder| {
        told(Store::new(folder.to_owned()).in_use("rust"))
    }),
    ("log", "log", |folder| {
        told(disk::open_log(&folder.join("log")).map(|_| "a log"))
    }),
    ("identity", "a.rs", |folder| {
        let identity = workspace::identity(&folder.join("a.rs"));
        format!("it is {}", identity.display())
    }),
    ("what git ignores", ".gitignore", |folder| {
        let path = folder.join("a.rs");
        format!("{:?}", workspace::files::is_ignored(&path, [folder]))
    }),
    ("command `complete`", "a.rs", |folder| {
        commanded(folder, "complete a.rs:1:1 --model tiny.safetensors")
    }),
    ("command `explore`", "a.rs", |folder| {
        commanded(folder, &format!("explore tiny.safetensors a.rs {PICTURE}"))
    }),
    ("the same on a folder", "below/a.rs", |folder| {
        commanded(folder, &format!("explore tiny.safetensors below {PICTURE}"))
    }),
    ("the same on a model", "m.safetensors", |folder| {
        commanded(folder, &format!("explore m.safetensors {PICTURE}"))
    }),
    ("command `stats`", "s.json", |folder| {
        commanded(folder, "stats s.json")
    }),
    (
        "note on a version",
        "versions/rust/1/about.json",
        |folder| {
            let versions = Store::new(folder.to_owned()).list();
            told(versions.map(|versions| format!("{} versions", versions.len())))
        },
    ),
    ("lock of the versions", "versions/lock", |folder| {
        told(Store::new(folder.to_owned()).roll_back("rust"))
    }),
    ("token that is written", "token", |folder| {
        told(
            Origin::Written(folder.join("token"))
                .token()
                .map(|_| "a token"),
        )
    }),
    ("token that is made", "token", |folder| {
        told(
            Origin::Made(folder.join("token"))
                .token()
                .map(|_| "a token"),
        )
    }),
];

fn told<T: std::fmt::Debug, E: Into<anyhow::Error>>(read: Result<T, E>) -> String {
    match read {
        Ok(value) => format!("read: {value:?}"),
        Err(error) => format!("refused: {:#}", error.into()),
    }
}

/// A view that needs a model and a text, and ends.
const PICTURE: &str = "--export picture.svg --unit 1:0 --lines 1-2";

/// What the program says that is called with these arguments in `folder`, with a home and a
/// small model there.
fn commanded(folder: &Path, arguments: &str) -> String {
    let config = ModelConfig::small("rust");
    let provenance = Provenance::default();
    let model = ModelFile::from_fn(config, provenance, Precision::Int8, |_, _| 0.01);
    model
        .unwrap()
        .write(&folder.join("tiny.safetensors"))
        .unwrap();
    let command = |arguments: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lstm-ls"));
        command.current_dir(folder).env("HOME", folder);
        command
            .env_remove("XDG_CACHE_HOME")
            .env_remove("LSTM_LS_LOG");
        command.args(arguments.split(' '));
        command
    };
    let told = hostile::told_by(&mut command(arguments), &mut command("stats none.json"));
    // One line is enough.
    told.chars().take(200).collect()
}

/// What a workspace makes of `folder`, in which one more file is as it should be.
fn remembered(folder: &Path, cache: Option<&Path>) -> String {
    fs::write(folder.join("good.rs"), "let aurora = borealis;\n").unwrap();
    let setup = Setup {
        folders: vec![folder.to_owned()],
        cache: cache.map(Path::to_owned),
        most_text: 1 << 20,
        group_of: language::group_of_file,
    };
    let workspace = Workspace::open(setup, || {});
    workspace.settle();
    let progress = workspace.progress();
    let reasons = progress.skipped.into_iter();
    let reasons = reasons.map(|(path, why)| format!("{} {why}", path.display()));
    let reasons: Vec<String> = reasons.collect();
    format!("{} files, {}", progress.files, reasons.join(", "))
}

/// What serves a language of which `folder` may hold a model.
fn served(folder: &Path, named: Option<&Path>) -> String {
    let models = Arc::new(Models::new(ModelSource {
        engines: Arc::new(|source| match source.path() {
            Some(_) => Err(source
                .read()
                .map_or_else(Into::into, |_| anyhow::anyhow!("a model"))),
            None => anyhow::bail!("none inside"),
        }),
        default_path: None,
        embedded: Vec::new(),
        folder: Some(folder.to_owned()),
    }));
    match futures_executor::block_on(models.get("rust", named)) {
        Err(Absent::Failed(why)) => format!("refused: {why}"),
        Err(absent) => format!("{absent:?}"),
        Ok(model) => model.name().to_owned(),
    }
}

#[test]
fn no_reader_waits_or_swells_whatever_stands_in_the_place_of_a_file() {
    hostile::check(READERS);
}

#[test]
fn a_daemon_whose_disk_does_not_answer_can_be_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("lstm-ls/models")).unwrap();
    let stuck = [
        "set.safetensors",
        "lstm-ls/models/m.safetensors",
        "lstm-ls/statistics.json",
    ];
    let stuck = stuck.map(|name| hostile::unanswering(&at(name)));
    if stuck.iter().any(Option::is_none) {
        println!("not tried: only root can have a disk that does not answer");
        return;
    }
    let mut daemon = Command::new(env!("CARGO_BIN_EXE_lstm-ls"));
    for variable in ["XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"] {
        daemon.env(variable, folder.path());
    }
    daemon.arg("serve").arg("--socket").arg(at("s"));
    let mut daemon = daemon.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut said = BufReader::new(daemon.stdout.take().unwrap());
    said.read_line(&mut line).unwrap();
    assert!(line.contains("listening"), "{line}");
    let mut client = UnixStream::connect(at("s")).unwrap();
    let model = at("set.safetensors");
    for message in [
        json!({"id": 1, "method": "initialize", "params": {
            "capabilities": {}, "initializationOptions": {"model": model, "deadlineMs": 60_000},
        }}),
        json!({"method": "initialized", "params": {}}),
        json!({"method": "textDocument/didOpen", "params": {"textDocument": {
            "uri": "file:///a.rs", "languageId": "rust", "version": 1, "text": "let a = ",
        }}}),
        json!({"id": 2, "method": "textDocument/completion", "params": {
            "textDocument": {"uri": "file:///a.rs"}, "position": {"line": 0, "character": 8},
        }}),
        json!({"id": 3, "method": "lstm-ls/status", "params": {}}),
    ] {
        let mut message = message;
        message["jsonrpc"] = "2.0".into();
        let body = message.to_string();
        write!(client, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    }
    // It answers what it is asked, and says which model it can't read.
    let mut heard = String::new();
    let mut answers = client.try_clone().unwrap();
    while !heard.contains(r#""id":3"#) || !heard.contains(r#""id":2"#) {
        let mut some = [0; 4096];
        let length = answers.read(&mut some).unwrap();
        assert_ne!(length, 0, "it hangs up: {heard}");
        heard += &String::from_utf8_lossy(&some[..length]);
    }
    let stop = Command::new("kill").arg(daemon.id().to_string()).status();
    assert!(stop.unwrap().success());
    assert!(hostile::ends(daemon), "it does not hear that it is to end");
}

#[test]
fn what_is_found_in_a_workspace_is_no_way_out_of_it() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (path, other) = (folder.path().join("a.rs"), elsewhere.path().join("b.rs"));
    fs::write(&path, "let aurora = borealis;\n").unwrap();
    fs::write(&other, "let aurora = australis;\n").unwrap();
    let setup = Setup {
        folders: vec![folder.path().to_owned()],
        cache: None,
        most_text: 1 << 20,
        group_of: language::group_of_file,
    };
    let workspace = Workspace::open(setup, || {});
    workspace.settle();
    assert_eq!(workspace.progress().files, 1);
    fs::remove_file(&path).unwrap();
    symlink(&other, &path).unwrap();
    workspace.changed(vec![path.clone()]);
    workspace.settle();
    assert_eq!(workspace.progress().files, 0);
    assert!(workspace::files::read(&path, Limits::default()).is_err());
}
