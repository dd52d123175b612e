//! Models of the user's own: put into use under a client that types, and made at
//! an editor's command. What trains here is a script in the place of `lstm-train`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use end_to_end::{Daemon, LIMIT, LanguageClient, run_limited, server};
use serde_json::{Value, json};

const URI: &str = "file:///project/src/main.rs";

/// A text that both versions complete.
const TYPED: &str = "fn main() {\n    let mut map = HashMap::new();\n    map.insert(1, 2);\n}\n";

/// A user's data folder with two versions of the rust model.
fn with_versions(data: &Path) -> Result<()> {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/rust.safetensors");
    let quality = json!({"lstm": 1.0, "mixed": 0.5, "saved": 0.4});
    let about = json!({
        "made": "2026-01-01T00:00:00Z", "workspace": "/project", "started_from": "rust@0",
        "bytes_trained": 1, "before": quality, "after": quality,
    });
    for number in ["1", "2"] {
        let folder = data.join("lstm-ls/versions/rust").join(number);
        fs::create_dir_all(&folder)?;
        fs::copy(&shipped, folder.join("model.safetensors"))?;
        fs::write(folder.join("about.json"), about.to_string())?;
    }
    Ok(())
}

/// Types `TYPED` once more at the end of the document, one key at a time, and
/// asks after each. Every request must be answered.
fn type_all(client: &mut LanguageClient, version: &mut i32) -> Result<()> {
    let document = json!({"uri": URI, "languageId": "rust", "version": *version, "text": ""});
    client.notify("textDocument/didOpen", json!({"textDocument": document}))?;
    let (mut line, mut character) = (0, 0);
    for key in TYPED.chars() {
        *version += 1;
        let at = json!({"line": line, "character": character});
        let change = json!([{"range": {"start": at, "end": at}, "text": key.to_string()}]);
        let document = json!({"uri": URI, "version": *version});
        let params = json!({"textDocument": document, "contentChanges": change});
        client.notify("textDocument/didChange", params)?;
        match key {
            '\n' => (line, character) = (line + 1, 0),
            _ => character += 1,
        }
        let list = client.request(
            "textDocument/inlineCompletion",
            json!({
                "textDocument": {"uri": URI}, "context": {"triggerKind": 2},
                "position": {"line": line, "character": character},
            }),
        )?;
        ensure!(list["items"].is_array(), "no list but {list}");
    }
    client.notify(
        "textDocument/didClose",
        json!({"textDocument": {"uri": URI}}),
    )
}

#[test]
fn a_version_put_into_use_reaches_a_client_that_types() -> Result<()> {
    let server = server()?;
    let folder = tempfile::tempdir()?;
    let (data, socket) = (folder.path().join("data"), folder.path().join("s"));
    with_versions(&data)?;
    let place = socket.to_str().context("a plain name")?;
    let variables = [("XDG_DATA_HOME", data.as_path())];
    let _daemon = Daemon::start_in(&server, &["--socket", place], &variables)?;
    let mut client = LanguageClient::connect(&socket)?;
    client.initialize(json!({"deadlineMs": 10_000}))?;
    let mut version = 0;
    type_all(&mut client, &mut version)?;

    let served = data.join("lstm-ls/models/rust.retrained.safetensors");
    let expected = json!(served);
    let steps = [
        (["model", "use", "rust@1"].as_slice(), &expected),
        (&["model", "use", "rust@2"], &expected),
        (&["model", "rollback"], &expected),
        (&["model", "rollback"], &Value::Null),
    ];
    for (arguments, path) in steps {
        let mut command = Command::new(&server);
        command.args(arguments).env("XDG_DATA_HOME", &data);
        let done = run_limited(&mut command, LIMIT)?;
        ensure!(done.code == Some(0), "{}", done.stderr);
        // Typing alone makes the daemon look, once a second at most.
        loop {
            type_all(&mut client, &mut version)?;
            let status = client.request("lstm-ls/status", Value::Null)?;
            if status["model"]["path"] == *path {
                break;
            }
        }
    }
    Ok(())
}

/// A home with a workspace, and a program in the place of `lstm-train` that does
/// as `train` says when it comes to training.
fn home(train: &str) -> Result<(tempfile::TempDir, PathBuf)> {
    let folder = tempfile::tempdir()?;
    let workspace = folder.path().join("project");
    fs::create_dir(&workspace)?;
    fs::write(workspace.join("main.rs"), TYPED)?;
    let program = folder.path().join("lstm-train");
    let script = format!(
        r#"#!/bin/sh
what=$1
while [ $# -gt 0 ]; do
    case $1 in
        --run) run=$2 ;;
        --from) from=$2 ;;
        --out) out=$2 ;;
        --evaluation-files) held=$2 ;;
    esac
    shift
done
if [ "$what" = corpus ]; then
    mkdir -p "$held/project" && cp "{workspace}/main.rs" "$held/project/main.rs" && : > "$out"
    echo '{{"train": 100000, "validation": 70, "sha256": ""}}'
    exit
fi
echo '{{"step": 1, "bytes": 9, "share": 0.1, "bits_per_byte": 1.5, "bytes_per_second": 3, "seconds_left": 60}}'
{train}
"#,
        workspace = workspace.display()
    );
    fs::write(&program, script)?;
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
    Ok((folder, program))
}

/// A server with that home, and the project open.
fn editor(home: &Path, program: &Path) -> Result<LanguageClient> {
    editor_with(home, program, Value::Null)
}

/// The same with these settings.
fn editor_with(home: &Path, program: &Path, settings: Value) -> Result<LanguageClient> {
    let (data, cache) = (home.join("data"), home.join("cache"));
    let variables = [
        ("LSTM_TRAIN", program),
        ("XDG_DATA_HOME", &data),
        ("XDG_CACHE_HOME", &cache),
    ];
    let mut client = LanguageClient::start_in(&server()?, &variables)?;
    let root = format!("file://{}", home.join("project").display());
    let capabilities =
        json!({"window": {"workDoneProgress": true}, "workspace": {"executeCommand": {}}});
    client.request(
        "initialize",
        json!({
            "processId": null, "rootUri": root, "capabilities": capabilities,
            "initializationOptions": settings,
        }),
    )?;
    client.notify("initialized", json!({}))?;
    Ok(client)
}

/// Runs the command and collects what the progress of it says, until the message
/// at its end, which is returned. `seen` is shown every report.
fn retrain(
    client: &mut LanguageClient,
    mut seen: impl FnMut(&mut LanguageClient, &str) -> Result<()>,
) -> Result<String> {
    let answer = client.request(
        "workspace/executeCommand",
        json!({"command": "lstm-ls.retrain", "arguments": []}),
    )?;
    ensure!(answer["started"] == true, "{answer}");
    loop {
        let message = client.next_message()?;
        let value = &message["params"]["value"];
        match message["method"].as_str() {
            Some("window/workDoneProgress/create") => client.reply_null(&message)?,
            Some("$/progress") if value["kind"] == "report" => {
                seen(client, value["message"].as_str().unwrap_or_default())?;
            }
            Some("window/showMessage") => {
                let text = message["params"]["message"].as_str();
                return Ok(text.unwrap_or_default().to_owned());
            }
            _ => {}
        }
    }
}

#[test]
fn what_is_not_better_is_refused_with_the_reason() -> Result<()> {
    // Trained weights that are those it started from.
    let train = r#"mkdir -p "$run" && cp "$from" "$run/checkpoint.safetensors""#;
    let (home, program) = home(train)?;
    let mut client = editor(home.path(), &program)?;
    let mut stages = Vec::new();
    let end = retrain(&mut client, |_, stage| {
        stages.push(stage.to_owned());
        Ok(())
    })?;
    ensure!(end.contains("nothing changes: "), "{end}");
    ensure!(end.contains("not better"), "{end}");
    ensure!(
        stages.iter().any(|s| s.starts_with("training")),
        "{stages:?}"
    );
    ensure!(!home.path().join("data/lstm-ls/models").exists());
    Ok(())
}

#[test]
fn what_the_settings_would_hide_is_not_made() -> Result<()> {
    let (home, program) = home("exit 1")?;
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/rust.safetensors");
    let gone = home.path().join("gone.safetensors");
    for (model, why) in [
        (model, "is used instead of any retrained model"),
        (gone, "a file that cannot be used"),
    ] {
        let mut client = editor_with(home.path(), &program, json!({"model": model}))?;
        let error = retrain(&mut client, |_, _| Ok(())).expect_err("it is refused");
        let error = format!("{error:#}");
        ensure!(error.contains(why), "{error}");
    }
    Ok(())
}

#[test]
fn a_retraining_can_be_stopped_and_goes_on() -> Result<()> {
    // Trains until its standard output is closed.
    let (home, program) = home(
        r#"while echo '{"step": 1, "bytes": 9, "share": 0.1, "bits_per_byte": 1.4, "bytes_per_second": 3, "seconds_left": 50}'; do :; done"#,
    )?;
    let mut client = editor(home.path(), &program)?;
    let mut under_way = false;
    let end = retrain(&mut client, |client, stage| {
        if stage.starts_with("training") && !under_way {
            under_way = true;
            let token = json!({"token": "lstm-ls/retrain"});
            client.notify("window/workDoneProgress/cancel", token)?;
        }
        Ok(())
    })?;
    ensure!(end.contains("stopped"), "{end}");

    // What was packed and measured is known the second time.
    let script = fs::read_to_string(&program)?;
    fs::write(&program, script.replace("then\n", "then\n    exit 1\n"))?;
    let mut command = Command::new(server()?);
    command.args(["retrain", "--format", "json", "--workspace"]);
    command.arg(home.path().join("project"));
    command.env("LSTM_TRAIN", &program);
    command.env("XDG_DATA_HOME", home.path().join("data"));
    command.env("XDG_CACHE_HOME", home.path().join("cache"));
    let train = fs::read_to_string(&program)?;
    let copies = r#"mkdir -p "$run" && cp "$from" "$run/checkpoint.safetensors""#;
    let (head, _) = train
        .split_once("while echo")
        .context("the script trains")?;
    fs::write(&program, format!("{head}{copies}\n"))?;
    let done = run_limited(&mut command, LIMIT)?;
    ensure!(done.code == Some(3), "{:?} {}", done.code, done.stderr);
    ensure!(done.stdout.contains("going on"), "{}", done.stdout);
    Ok(())
}

#[test]
fn without_the_program_that_trains_it_says_how_to_get_it() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let alone = folder.path().join("lstm-ls");
    fs::copy(server()?, &alone)?;
    let mut command = Command::new(&alone);
    command.args(["retrain", "--workspace"]).arg(folder.path());
    command.env("PATH", folder.path()).env_remove("LSTM_TRAIN");
    let done = run_limited(&mut command, LIMIT)?;
    ensure!(done.code == Some(2), "{:?}", done.code);
    ensure!(
        done.stderr.trim_end().lines().count() == 1,
        "{}",
        done.stderr
    );
    ensure!(done.stderr.contains("cargo install"), "{}", done.stderr);
    Ok(())
}
