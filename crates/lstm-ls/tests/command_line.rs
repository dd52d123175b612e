//! The binary: what it prints, what it refuses, and how it ends.

// `allow-unwrap-in-tests` does not reach helpers outside test functions.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use expect_test::{Expect, expect};
use lstm_format::{CellKind, ModelConfig, ModelFile, Precision, Provenance, TensorSpec};
use serde_json::Value;

/// A folder with a small model, `tiny.safetensors`.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write_model("tiny.safetensors", CellKind::Lstm)
    }

    fn write_model(self, name: &str, cell: CellKind) -> Self {
        let config = ModelConfig {
            cell,
            ..ModelConfig::small("rust")
        };
        let provenance = Provenance {
            data: "nothing at all".to_owned(),
            ..Provenance::default()
        };
        // A bias towards the letter e, so that something is suggested.
        let value = |spec: &TensorSpec, i| {
            if spec.name == "head.bias" && i == 101 {
                9.0
            } else {
                0.01
            }
        };
        let model = ModelFile::from_fn(config, provenance, Precision::Int8, value);
        model.unwrap().write(&self.0.path().join(name)).unwrap();
        self
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> &Self {
        std::fs::write(self.0.path().join(name), text).unwrap();
        self
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lstm-ls"));
        command
            .current_dir(self.0.path())
            .args(arguments.split_whitespace());
        command.env_remove("LSTM_KERNEL").env_remove("LSTM_LS_LOG");
        command
    }

    fn run(&self, arguments: &str) -> Output {
        self.command(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    #[track_caller]
    fn refused(&self, arguments: &str, expect: Expect) {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert_eq!(output.stdout, b"");
        expect.assert_eq(&String::from_utf8(output.stderr).unwrap());
    }
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn what_cannot_be_read_is_one_line_and_exit_code_2() {
    let folder = Folder::new();
    folder
        .write("a.rs", "ab\ncd\n")
        .write("latin.rs", b"caf\xe9 \n");
    folder
        .write("cat.png", "not a model, whatever else it is")
        .write("empty", "");
    folder.refused(
        "complete none.rs",
        expect![[r#"
        lstm-ls: none.rs: No such file or directory (os error 2)
    "#]],
    );
    folder.refused(
        "complete latin.rs",
        expect![[r#"
        lstm-ls: latin.rs is not UTF-8 text: see byte 3
    "#]],
    );
    folder.refused(
        "complete a.rs:7",
        expect![[r#"
        lstm-ls: a.rs has no line 7: it ends at line 3
    "#]],
    );
    folder.refused(
        "complete a.rs:2:4",
        expect![[r#"
        lstm-ls: a.rs:2 has no column 4: the line ends at column 3
    "#]],
    );
    folder.refused(
        "complete a.rs --model none.safetensors",
        expect![[r#"
        lstm-ls: none.safetensors: No such file or directory (os error 2)
    "#]],
    );
    folder.refused(
        "complete a.rs --model cat.png",
        expect![[r#"
        lstm-ls: cat.png: not a readable safetensors file (header too large)
    "#]],
    );
    folder.refused(
        "model info empty",
        expect![[r#"
        lstm-ls: empty: not a readable safetensors file (header too small)
    "#]],
    );
}

#[test]
fn a_model_of_another_cell_is_named_with_what_runs_it() {
    let folder = Folder::new().write_model("gated.safetensors", CellKind::Gru);
    folder.write("a.rs", "");
    folder.refused(
        "complete a.rs --model gated.safetensors",
        expect![[r#"
        lstm-ls: gated.safetensors: the model's cell is `gru`, and the fast kernels run `lstm` alone: look into this model with `lstm-ls explore`, or let it write with `lstm-train sample`
    "#]],
    );
}

#[test]
fn arguments_out_of_range_are_refused() {
    let folder = Folder::new();
    for arguments in [
        "--candidates 0",
        "--candidates 65",
        "--temperature hot",
        "--top-p 0",
        "--max-chars 0",
    ] {
        let output = folder.run(&format!("complete a.rs {arguments}"));
        assert_eq!(output.status.code(), Some(2));
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(message.starts_with("error: invalid value"), "{message}");
    }
}

#[test]
fn a_kernel_that_does_not_exist_is_named() {
    let folder = Folder::new();
    folder.write("a.rs", "");
    let mut command = folder.command("complete a.rs --model tiny.safetensors");
    let output = command.env("LSTM_KERNEL", "abacus").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let expected = "lstm-ls: LSTM_KERNEL is \"abacus\", expected one of scalar, simd128, neon, neon-dot, avx2, avx512\n";
    assert_eq!(String::from_utf8(output.stderr).unwrap(), expected);
}

#[test]
fn candidates_come_as_json() {
    let folder = Folder::new();
    folder.write("a.rs", "ab\ncd\n");
    let arguments =
        "complete a.rs:1:3 --greedy --max-chars 3 --format json --model tiny.safetensors";
    let answer = json(&folder.run(arguments));
    let candidates = answer["candidates"].as_array().unwrap();
    assert_eq!(candidates.len(), 1);
    assert_eq!(candidates[0]["text"], "eee");
    assert_eq!(candidates[0]["bytes"], 3);
    assert!(candidates[0]["log_prob"].as_f64().unwrap() < 0.0);
    assert!(answer["micros"]["prefix"].is_u64() && answer["micros"]["decode"].is_u64());
}

#[test]
fn the_same_seed_gives_the_same_candidates() {
    let folder = Folder::new();
    folder.write("a.rs", "ab\ncd\n");
    let candidates = |seed| {
        let arguments = format!(
            "complete a.rs --seed {seed} --temperature 2 --format json --model tiny.safetensors"
        );
        json(&folder.run(&arguments))["candidates"].clone()
    };
    assert_eq!(candidates(1), candidates(1));
    assert_ne!(candidates(1), candidates(2));
}

#[test]
fn standard_input_is_a_file_too() {
    let folder = Folder::new();
    let mut command =
        folder.command("complete -:1:3 --greedy --format json --model tiny.safetensors");
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"ab\n").unwrap();
    let answer = json(&child.wait_with_output().unwrap());
    assert_eq!(answer["candidates"].as_array().unwrap().len(), 1);
}

#[test]
fn people_get_a_ranked_list() {
    let folder = Folder::new();
    folder.write("a.rs", "ab\ncd\n");
    let output = folder.run("complete a.rs --greedy --max-chars 4 --model tiny.safetensors");
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], " #   whole  a byte");
    assert!(
        lines[1].starts_with(" 1  ") && lines[1].ends_with("  eeee"),
        "{text}"
    );
    assert!(lines[3].starts_with("rust 1x8, "), "{text}");
    assert!(lines[3].ends_with(" µs to write"), "{text}");
}

#[test]
fn a_language_without_a_model_is_completed_from_memory() {
    let folder = Folder::new();
    folder.write("a.go", "func ");
    let output = folder.run("complete a.go --format json --model tiny.safetensors");
    assert_eq!(json(&output)["candidates"], serde_json::json!([]));
    let output = folder.run("complete a.go --language rust --format json --model tiny.safetensors");
    assert_ne!(json(&output)["candidates"], serde_json::json!([]));

    std::fs::create_dir(folder.0.path().join("package")).unwrap();
    let body = "() error {\n\tr.lock.Lock()\n\tdefer r.lock.Unlock()\n\tre";
    let method = |i| format!("func (r *Registry) Lookup{i}{body}turn r.err\n}}\n");
    folder.write("package/b.go", (0..40).map(method).collect::<String>());
    folder.write("a.go", format!("func (r *Registry) Remove{body}"));
    let output = folder.run("complete a.go --workspace package --model tiny.safetensors");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("turn r.err"), "{text}");
    assert!(text.contains("for want of a model for go"), "{text}");
}

#[test]
fn a_model_says_what_it_is() {
    let folder = Folder::new();
    let info = json(&folder.run("model info tiny.safetensors --format json"));
    assert_eq!(info["config"]["hidden_size"], 8);
    assert_eq!(info["precision"], "int8");
    assert_eq!(info["provenance"]["data"], "nothing at all");
    let text = String::from_utf8(folder.run("model info tiny.safetensors").stdout).unwrap();
    assert!(text.contains("\ntrained on  nothing at all\n"), "{text}");
}

#[test]
fn the_doctor_measures_a_step() {
    let output = Folder::new().run("doctor --model tiny.safetensors");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("µs a byte (median)"), "{text}");
}

#[test]
fn bits_come_as_json_for_the_files_of_the_language() {
    let folder = Folder::new();
    let source = folder.0.path().join("source");
    std::fs::create_dir_all(source.join(".hidden")).unwrap();
    folder
        .write("source/b.rs", "fn b() {}\n")
        .write("source/a.rs", "é\n")
        .write("source/empty.rs", "")
        .write("source/c.go", "func c() {}\n")
        .write("source/.hidden/d.rs", "fn d() {}\n");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&source, source.join("again")).unwrap();
    let report = json(&folder.run("eval bits source --format json --model tiny.safetensors"));
    let rows: Vec<_> = report["files"].as_array().unwrap().iter().collect();
    let named = |row: &Value| (row["path"].clone(), row["bytes"].clone());
    assert_eq!(
        rows.iter().map(|row| named(row)).collect::<Vec<_>>(),
        [
            (Value::from("source/a.rs"), Value::from(3)),
            (Value::from("source/b.rs"), Value::from(10)),
        ]
    );
    let bits = |row: &Value| row["bits_per_byte"]["lstm"].as_f64().unwrap();
    let total = &report["total"];
    assert_eq!(total["bytes"], 13);
    let mean = (3.0 * bits(rows[0]) + 10.0 * bits(rows[1])) / 13.0;
    assert!(bits(rows[0]) > 0.0 && (bits(total) - mean).abs() < 1e-9);

    let one = json(&folder.run("eval bits source/b.rs --format json --model tiny.safetensors"));
    assert_eq!(one["files"], serde_json::json!([rows[1]]));
}

#[test]
fn each_file_is_measured_by_the_model_for_its_language() {
    let folder = Folder::new();
    std::fs::create_dir(folder.0.path().join("source")).unwrap();
    folder
        .write("source/a.rs", "fn a() {}\n")
        .write("source/b.go", "func b() {}\n")
        .write("source/c.lua", "c()\n");
    let measured = |options: &str| {
        let report = json(&folder.run(&format!("eval bits source --format json {options}")));
        let rows = report["files"].as_array().unwrap().clone();
        let row = |row: Value| (row["path"].clone(), row["bits_per_byte"]["lstm"].clone());
        rows.into_iter().map(row).collect::<Vec<_>>()
    };
    // There is no model for Lua.
    let both = measured("");
    let paths = ["source/a.rs", "source/b.go"].map(Value::from);
    assert_eq!(
        both.iter().map(|row| row.0.clone()).collect::<Vec<_>>(),
        paths
    );
    let [rust, go] = ["rust", "go"].map(|language| measured(&format!("--language {language}")));
    assert_eq!([rust, go].concat(), both);
    folder.refused(
        "eval bits source --language lua",
        expect![[r#"
        lstm-ls: there is no model for lua
    "#]],
    );
}

#[test]
fn a_model_completes_every_language_that_it_serves() {
    let folder = Folder::new();
    for (file, model) in [("list.js", "typescript"), ("list.hpp", "c")] {
        folder.write(file, "x = ");
        let output = folder.run(&format!("complete {file}"));
        let printed = String::from_utf8(output.stdout).unwrap();
        assert!(printed.contains(&format!("\n{model} 2x512")), "{printed}");
    }
}

#[test]
fn there_must_be_something_to_measure() {
    let folder = Folder::new();
    folder.write("c.go", "func c() {}\n");
    folder.refused(
        "eval bits c.go --model tiny.safetensors",
        expect![[r#"
        lstm-ls: there is no rust file to measure
    "#]],
    );
    let output = folder.run("eval bits none --model tiny.safetensors");
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(
        message.contains("none: ") && message.lines().count() == 1,
        "{message}"
    );
}

#[test]
fn a_reader_that_stops_reading_is_no_error() {
    let folder = Folder::new();
    let mut command = folder.command("model info tiny.safetensors");
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

/// A server over real pipes, of which the test holds its ends open.
struct Session {
    child: Child,
    output: BufReader<std::process::ChildStdout>,
}

impl Session {
    fn start(folder: &Folder, arguments: &str) -> Self {
        let mut command = folder.command(arguments);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        Self::spawn(command)
    }

    fn spawn(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, output }
    }

    fn send(&mut self, body: &str) {
        let input = self.child.stdin.as_mut().unwrap();
        write!(input, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    }

    fn read(&mut self) -> Value {
        let mut header = String::new();
        self.output.read_line(&mut header).unwrap();
        let length = header
            .trim()
            .strip_prefix("Content-Length: ")
            .unwrap()
            .parse()
            .unwrap();
        self.output.read_line(&mut header).unwrap();
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    fn call(&mut self, method: &str, params: &str) -> Value {
        self.send(&format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#
        ));
        self.read()
    }
}

const EXIT: &str = r#"{"jsonrpc":"2.0","method":"exit"}"#;

#[test]
fn the_server_answers_over_pipes_and_ends_at_exit() {
    let folder = Folder::new();
    for arguments in [
        "--model tiny.safetensors",
        "--stdio --model tiny.safetensors",
    ] {
        let mut session = Session::start(&folder, arguments);
        let answer = session.call("initialize", r#"{"capabilities":{}}"#);
        assert_eq!(
            answer["result"]["capabilities"]["inlineCompletionProvider"],
            true
        );
        assert_eq!(session.call("shutdown", "null")["result"], Value::Null);
        session.send(EXIT);
        // The test's end of stdin is open all the while.
        let stdin = session.child.stdin.take();
        assert_eq!(session.child.wait().unwrap().code(), Some(0));
        drop(stdin);
    }
}

#[test]
fn the_log_has_a_line_with_the_time_for_each_request() {
    let folder = Folder::new();
    let mut command = folder.command("--model tiny.safetensors");
    command.env("LSTM_LS_LOG", "info");
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut session = Session::spawn(command);
    session.call("initialize", r#"{"capabilities":{}}"#);
    session.call("shutdown", "null");
    session.send(EXIT);
    let log = session.child.wait_with_output().unwrap().stderr;
    let log = String::from_utf8(log).unwrap();
    let lines = log.lines().filter(|line| line.contains(" answered "));
    let lines: Vec<_> = lines.collect();
    assert_eq!(lines.len(), 2, "{log}");
    for (line, method) in lines.iter().zip(["initialize", "shutdown"]) {
        assert!(
            line.contains(&format!("method=\"{method}\" id=1")),
            "{line}"
        );
        assert!(line.contains("answered micros="), "{line}");
    }
}

#[test]
fn exit_or_the_end_of_input_without_shutdown_is_exit_code_1() {
    let folder = Folder::new();
    let mut session = Session::start(&folder, "--model tiny.safetensors");
    session.send(EXIT);
    assert_eq!(session.child.wait().unwrap().code(), Some(1));
    let mut session = Session::start(&folder, "--model tiny.safetensors");
    drop(session.child.stdin.take());
    assert_eq!(session.child.wait().unwrap().code(), Some(1));
}

#[test]
fn the_server_completes_with_the_model_of_the_settings() {
    let folder = Folder::new();
    let model: PathBuf = folder.0.path().join("tiny.safetensors");
    let mut session = Session::start(&folder, "--stdio");
    let model = serde_json::to_string(Path::new(&model)).unwrap();
    let params = format!(
        r#"{{"capabilities":{{}},"initializationOptions":{{"model":{model},"maxBytes":3}}}}"#
    );
    session.call("initialize", &params);
    session.send(r#"{"jsonrpc":"2.0","method":"initialized","params":{}}"#);
    let document = r#"{"uri":"file:///a.rs","languageId":"rust","version":1,"text":"x = "}"#;
    session.send(&format!(
        r#"{{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{{"textDocument":{document}}}}}"#
    ));
    let at = r#"{"textDocument":{"uri":"file:///a.rs"},"position":{"line":0,"character":4}}"#;
    let answer = session.call("textDocument/inlineCompletion", at);
    assert_eq!(answer["result"]["items"][0]["insertText"], "eee");
    session.call("shutdown", "null");
    session.send(EXIT);
    assert_eq!(session.child.wait().unwrap().code(), Some(0));
}
