//! What a page computes is what the server computes: the same questions asked of the engine
//! for browsers, in Node and in Chromium, and of this machine's own code.

use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use explorer::now;
use explorer::question::{Explorer, Lines, Question};
use explorer::reading::Document;
use explorer::samples::{example, samples};
use lstm_format::ModelFile;
use serde_json::{Value, json};

/// Places at which is completed, and texts whose traces are compared.
const COMPLETIONS: usize = 200;
const TRACES: usize = 20;

/// What asks the engine for browsers, each elsewhere, in `tests/same`.
const SCRIPTS: [&str; 2] = ["node.mjs", "chromium.ts"];

fn models() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models")
}

/// What `cargo xtask test editors` says by the variable `name`.
fn variable(name: &str) -> PathBuf {
    let value = std::env::var_os(name).map(PathBuf::from);
    value.unwrap_or_else(|| panic!("{name} is not set; run `cargo xtask test editors`"))
}

#[test]
fn a_page_completes_as_the_server_does() {
    let documents = samples("rust");
    let questions: Vec<_> = (0..COMPLETIONS)
        .map(|number| {
            let Document { name, text } = &documents[number % documents.len()];
            let at = place(text, number, COMPLETIONS);
            // Most of what an editor has behind the cursor is the rest of the text.
            let after = if number % 3 == 0 { "\n" } else { &text[at..] };
            json!(["ghost", {"name": name, "before": &text[..at], "after": after}])
        })
        .collect();
    let answers = compare("rust", &questions);
    let offered = answers.iter().filter(|lines| !lines[0]["text"].is_null());
    let ways = answers
        .iter()
        .map(|lines| lines[1]["ways"].as_array().map_or(0, Vec::len));
    // Else nothing was compared.
    assert!(offered.count() > COMPLETIONS / 40);
    assert!(ways.sum::<usize>() > COMPLETIONS / 2);
}

#[test]
fn a_page_traces_as_the_server_does() {
    let documents = samples("rust");
    let text = |number: usize| {
        let Document { name, text } = &documents[number % documents.len()];
        let end = place(text, number + 1, TRACES + 1);
        let start = place(&text[..end], 3, 4);
        json!({"name": name, "text": &text[start..end], "layer": number % 2, "unit": 25 * number})
    };
    let with = |mut question: Value, more: Value| {
        let fields = question.as_object_mut().expect("it is an object");
        fields.extend(more.as_object().expect("it is one").clone());
        question
    };
    let units: Vec<_> = (0..TRACES)
        .map(|number| json!(["unit", text(number)]))
        .collect();
    compare("rust", &units);
    // What is steered is told in full, and so are the steps without a change.
    let steered = |number: usize| {
        let change = json!({
            "layer": number % 2, "unit": 25 * number, "signal": "h", "how": "add", "amount": 0.2,
        });
        let more = json!({"at": 0, "length": 100, "temperature": 0, "changes": [change]});
        json!(["steer", with(text(number), more)])
    };
    let steered: Vec<_> = (0..TRACES).map(steered).collect();
    compare("rust", &steered);
}

#[test]
fn every_view_of_a_small_network_is_the_same() {
    let Document { name, text } = samples("counter").remove(0);
    let unit = json!({"name": name, "text": text, "layer": 0, "unit": 3});
    let with = |more: Value| {
        let mut question = unit.clone();
        let fields = question.as_object_mut().expect("it is an object");
        fields.extend(more.as_object().expect("it is one").clone());
        question
    };
    let questions = [
        json!(["unit", unit]),
        json!(["layer", with(json!({"signal": "c", "from": 0, "to": 60}))]),
        json!(["gates", unit]),
        json!(["next", with(json!({"at": 9}))]),
        json!(["search", unit]),
        json!(["search", with(json!({"pattern": "X", "corpus": true}))]),
        json!(["matches", with(json!({"from": 1, "to": 3}))]),
        json!(["picture", with(json!({"from": 0, "to": 30}))]),
        json!([
            "write",
            with(json!({"length": 60, "temperature": 0.8, "top_p": 0.9, "seed": 5}))
        ]),
        json!(["ghost", {"name": name, "before": example("counter"), "after": ""}]),
    ];
    compare("lab/counter-lstm-1", &questions);
}

/// The `number`th of `count` places in `text`, evenly spread.
fn place(text: &str, number: usize, count: usize) -> usize {
    let mut at = text.len() * number / count;
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Asks all, and compares line by line; this machine's answers.
#[track_caller]
fn compare(model: &str, questions: &[Value]) -> Vec<Vec<Value>> {
    let path = models().join(format!("{model}.safetensors"));
    let file = ModelFile::from_bytes(&std::fs::read(&path).expect("a model")).expect("it loads");
    let language = file.config.language.clone();
    let documents = samples(&language);
    let texts = json!({"title": "it", "documents": documents, "example": ""});
    let explorer = Explorer::load(&file, "it".into(), documents, String::new());
    let explorer = explorer.expect("a kernel that this CPU has");
    let asked = questions.iter();
    let here: Vec<_> = asked.map(|asked| answer(&explorer, asked)).collect();
    for script in SCRIPTS {
        let there = in_script(script, &path, &texts, questions);
        assert_eq!(there.len(), here.len(), "{script}");
        for (question, (there, here)) in questions.iter().zip(there.iter().zip(&here)) {
            assert_eq!(there.len(), here.len(), "{script}: {question}");
            for (there, here) in there.iter().zip(here) {
                assert_eq!(there, here, "{script}: {question}");
            }
        }
    }
    here
}

/// What this machine's own code answers.
fn answer(explorer: &Explorer, question: &Value) -> Vec<Value> {
    let lines = std::cell::RefCell::new(Vec::new());
    let take = |line: String| {
        lines.borrow_mut().push(parsed(&line));
        ControlFlow::Continue(())
    };
    let view = question[0].as_str().expect("a view");
    let question = question[1].to_string();
    let question = Question::read(view, question.as_bytes(), explorer);
    let question = question.unwrap_or_else(|problem| panic!("{problem}"));
    let _ = now(question.answer(explorer, &Lines::new(&take)));
    lines.into_inner().into_iter().filter(is_result).collect()
}

/// What the engine for browsers answers where `script` asks it.
fn in_script(script: &str, model: &Path, texts: &Value, questions: &[Value]) -> Vec<Vec<Value>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/same");
    let mut node = Command::new(variable("LSTM_LS_NODE"))
        .arg(folder.join(script))
        .arg(variable("LSTM_LS_ENGINE"))
        .arg(model)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Node");
    let asked = json!({"texts": texts.to_string(), "questions": questions});
    let mut stdin = node.stdin.take().expect("it is a pipe");
    stdin
        .write_all(asked.to_string().as_bytes())
        .expect("it is read first");
    drop(stdin);
    let output = node.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{script} failed");
    let answers = String::from_utf8(output.stdout).expect("text");
    let answers = answers.lines().map(|line| {
        let lines = parsed(line);
        let lines = lines.as_array().expect("a list of lines").iter();
        let lines = lines.map(|line| parsed(line.as_str().expect("a line")));
        lines.filter(is_result).collect()
    });
    answers.collect()
}

/// Whether a line says more than how far the work is.
fn is_result(line: &Value) -> bool {
    line.get("progress").is_none()
}

fn parsed(line: &str) -> Value {
    serde_json::from_str(line).expect("JSON")
}
