//! What the models write that are there to be looked into.

use std::ops::ControlFlow;
use std::path::Path;

use explorer::now;
use explorer::reading::Document;
use explorer::samples::{quiz, starts};
use explorer::subject::{Subject, Unit};
use explorer::writing::{Drawing, write};
use lstm_format::ModelFile;
use lstm_runtime::Signal;

/// How the tweets of the quiz were drawn.
const TWEET: Drawing = Drawing {
    length: 200,
    temperature: 0.7,
    top_p: 0.9,
    seed: 0,
};

fn shipped(name: &str) -> Subject {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
    let path = models.join(format!("{name}.safetensors"));
    let file = ModelFile::from_bytes(&std::fs::read(path).expect("a model")).expect("it loads");
    Subject::load(&file, name.into()).expect("a kernel that this CPU has")
}

fn written(subject: &Subject, name: &str, start: &str, drawing: Drawing) -> String {
    let document = Document {
        name: name.into(),
        text: start.into(),
    };
    let unit = Unit {
        layer: 0,
        unit: 0,
        signal: Signal::Hidden,
    };
    let mut bytes = Vec::new();
    let each = |one: explorer::writing::Written| {
        bytes.push(one.byte);
        ControlFlow::Continue(())
    };
    now(write(subject, &document, start.len(), &drawing, unit, each));
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn the_tweets_that_the_model_is_said_to_have_written_are_its_own() {
    let tweets = shipped("tweets");
    let (own, real): (Vec<_>, Vec<_>) =
        (quiz("tweets").into_iter()).partition(|one| one.seed.is_some());
    assert_eq!((own.len(), real.len()), (10, 10));
    for one in own {
        let seed = one.seed.expect("those without are real");
        let text = written(&tweets, "000.tweets", "", Drawing { seed, ..TWEET });
        assert_eq!(text.lines().next(), Some(&*one.text), "seed {seed}");
    }
}

#[test]
fn tensorflow_goes_on_with_the_licence_and_with_python() {
    let tensorflow = shipped("tensorflow");
    let likeliest = Drawing {
        length: 400,
        temperature: 0.0,
        top_p: 1.0,
        seed: 0,
    };
    let licence = starts("python")
        .iter()
        .find(|start| start.contains("TensorFlow"))
        .expect("a licence's first line");
    let text = written(&tensorflow, "ops.py", licence, likeliest);
    assert!(
        text.starts_with(
            "#\n# Licensed under the Apache License, Version 2.0 (the \"License\");\n"
        ),
        "{text}"
    );
    let text = written(&tensorflow, "ops.py", "def ", likeliest);
    let (head, body) = text.split_once(":\n").expect("a function's head");
    assert!(head.contains('(') && head.ends_with(')'), "{text}");
    assert!(
        body.starts_with("  "),
        "TensorFlow indents by two spaces: {text}"
    );
}
