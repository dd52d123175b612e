//! `lstm-ls explore` without a browser: what it finds, draws, refuses, and that
//! it serves a page.

// `allow-unwrap-in-tests` does not reach helpers outside test functions.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use expect_test::{Expect, expect};
use lstm_format::{CellKind, ModelConfig, ModelFile, Precision, Provenance, TensorSpec};
use serde_json::Value;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &[u8]| std::fs::write(folder.path().join(name), text).unwrap();
    write("a.rs", b"fn Main() {\n    let Name = 1;\n}\n");
    write("latin.rs", b"caf\xe9\n");
    write("cat.safetensors", b"not a model");
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    model(CellKind::Gru)
        .write(&folder.path().join("gru.safetensors"))
        .unwrap();
    folder
}

/// A model whose weights all differ a little.
fn model(cell: CellKind) -> ModelFile {
    let config = ModelConfig {
        cell,
        ..ModelConfig::small("rust")
    };
    let provenance = Provenance::default();
    let value = |_: &TensorSpec, i: usize| (i as f32 * 0.7).sin();
    ModelFile::from_fn(config, provenance, Precision::F32, value).unwrap()
}

fn command(folder: &Path, arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lstm-ls"));
    command.current_dir(folder).env_remove("LSTM_KERNEL");
    command.arg("explore").args(arguments.split_whitespace());
    command.stdin(Stdio::null());
    command
}

fn run(folder: &Path, arguments: &str) -> Output {
    command(folder, arguments).output().unwrap()
}

#[track_caller]
fn refused(folder: &Path, arguments: &str, expect: Expect) {
    let output = run(folder, arguments);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert_eq!(output.stdout, b"");
    expect.assert_eq(&String::from_utf8(output.stderr).unwrap());
}

#[test]
fn the_embedded_model_has_a_unit_for_the_indentation() {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/src/cli/complete.rs");
    let output = run(
        Path::new("."),
        &format!("{source} --search indentation --format json"),
    );
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let best = &found["found"][0]["units"][0];
    let held_out = best["held_out"].as_f64().unwrap();
    assert!(held_out.abs() > 0.5, "{best}");
}

#[test]
fn a_model_of_another_cell_is_searched_and_drawn() {
    let folder = folder();
    let arguments = "gru.safetensors a.rs --search upper --export picture.svg --lines 1-2";
    let output = run(folder.path(), arguments);
    assert!(output.status.success(), "{output:?}");
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(table.contains("upper case (AUC)"), "{table}");
    let picture = std::fs::read_to_string(folder.path().join("picture.svg")).unwrap();
    assert!(picture.contains("upper case, AUC") && picture.contains("let Name"));
    assert!(!picture.contains(">}</text>"), "the third line");
}

#[test]
fn what_does_not_work_is_one_line() {
    let folder = folder();
    let folder = folder.path();
    refused(
        folder,
        "cat.safetensors",
        expect![[r#"
        lstm-ls: cat.safetensors: not a readable safetensors file (header too large)
    "#]],
    );
    refused(
        folder,
        "a.rs gru.safetensors",
        expect![[r#"
        lstm-ls: gru.safetensors: models come before the texts
    "#]],
    );
    refused(
        folder,
        "latin.rs",
        expect![[r#"
        lstm-ls: latin.rs is not UTF-8 text: see byte 3
    "#]],
    );
    refused(
        folder,
        "empty",
        expect![[r#"
        lstm-ls: empty: no file in rust there
    "#]],
    );
    refused(
        folder,
        "a.rs --export p.svg --unit 0:512",
        expect![[r#"
        lstm-ls: the model has no unit 512: a layer's units are 0 to 511
    "#]],
    );
    refused(
        folder,
        "a.rs --export p.svg --unit seven",
        expect![[r#"
        lstm-ls: --unit is "seven", expected LAYER:UNIT such as 1:317
    "#]],
    );
    refused(
        folder,
        "a.rs --export p.svg",
        expect![[r#"
        lstm-ls: say which unit the picture is of, with --unit or --search
    "#]],
    );
    refused(
        folder,
        "a.rs --export p.svg --unit 0:1 --lines 9-12",
        expect![[r#"
        lstm-ls: the text has no line 9: it ends at line 4
    "#]],
    );
}

#[test]
fn one_question_is_about_one_model() {
    let folder = folder();
    let folder = folder.path();
    std::fs::copy(
        folder.join("gru.safetensors"),
        folder.join("other.safetensors"),
    )
    .unwrap();
    refused(
        folder,
        "gru.safetensors other.safetensors a.rs --search upper",
        expect![[r#"
        lstm-ls: one question is about one model
    "#]],
    );
}

/// `tests/editors/tests/site.rs` has one written by a program that can.
#[test]
#[cfg(not(feature = "site"))]
fn a_program_without_the_engine_says_how_to_get_one() {
    let folder = folder();
    refused(
        folder.path(),
        "--site out",
        expect![[r#"
        lstm-ls: this program carries no engine for browsers; one from a release does, and `cargo xtask site out`, in the sources, builds one
    "#]],
    );
    assert!(!folder.path().join("out").exists());
}

#[test]
fn the_page_is_where_the_program_says() {
    let folder = folder();
    model(CellKind::Lstm)
        .write(&folder.path().join("lstm.safetensors"))
        .unwrap();
    let arguments = "gru.safetensors a.rs --also lstm.safetensors --also gru.safetensors --port 0";
    let mut program = command(folder.path(), arguments)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let output = program.stdout.take().unwrap();
    BufReader::new(output).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("http://").unwrap();
    let (host, token) = address.split_once("/?token=").unwrap();
    let ask = |path: &str, token: &str| {
        let mut stream = TcpStream::connect(host).unwrap();
        let head = format!("Host: {host}\r\nAuthorization: Bearer {token}\r\n");
        let request = format!("GET /api/{path} HTTP/1.0\r\n{head}\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let (answer, refused) = (ask("about", token), ask("about", "another"));
    let (models, also) = (ask("models", token), ask("about?model=lstm", token));
    program.kill().unwrap();
    program.wait().unwrap();
    assert!(answer.starts_with("HTTP/1.0 200"), "{answer}");
    assert!(refused.starts_with("HTTP/1.0 401"), "{refused}");
    assert!(!refused.contains("parameters"), "{refused}");
    // Completion runs one cell alone.
    assert!(answer.contains(r#""completes":false"#), "{answer}");
    // What is chosen besides has its own texts and a name that is not taken.
    assert!(also.contains(r#""completes":true"#), "{also}");
    assert!(!also.contains("let Name"), "{also}");
    let names = ["gru", "lstm", "gru-2"].map(|name| format!(r#""name":"{name}""#));
    assert!(names.iter().all(|name| models.contains(name)), "{models}");
}
