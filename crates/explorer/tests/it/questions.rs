//! How questions are answered, which a server and a page's worker do alike.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::pin::pin;
use std::task::{Context, Waker};

use explorer::now;
use explorer::question::{Explorer, Lines, Problem, Question, about};
use lstm_format::CellKind;
use serde_json::{Value, json};

use crate::models::{by_hand, explorer, random, text, trying};

fn unit(text: &str) -> Vec<u8> {
    let question = json!({"name": "a.rs", "text": text, "layer": 0, "unit": 3});
    question.to_string().into_bytes()
}

/// The lines of the whole answer to `question`.
fn answered(question: Question, explorer: &Explorer) -> Vec<Value> {
    let lines = RefCell::new(Vec::new());
    let take = |line: String| {
        lines
            .borrow_mut()
            .push(serde_json::from_str::<Value>(&line).expect("a line is JSON"));
        ControlFlow::Continue(())
    };
    let outcome = now(question.answer(explorer, &Lines::new(&take)));
    assert!(outcome.is_continue());
    lines.into_inner()
}

#[test]
fn an_answer_is_lines_whose_last_one_is_the_result() {
    let explorer = explorer(&by_hand());
    let question = Question::read("unit", &unit(&text()), &explorer).unwrap();
    let lines = answered(question, &explorer);
    assert!(lines.len() > 2);
    assert_eq!(lines.last().unwrap()["done"], text().len());
}

#[test]
fn what_is_written_is_told_as_it_comes() {
    let explorer = explorer(&by_hand());
    let question = json!({
        "name": "a.rs", "text": "A", "layer": 0, "unit": 3, "signal": "h", "length": 10,
    });
    let question = Question::read("write", question.to_string().as_bytes(), &explorer).unwrap();
    let lines = answered(question, &explorer);
    let (last, pieces) = lines.split_last().unwrap();
    assert_eq!(*last, json!({"written": 10, "ended": false}));
    let lengths = |key: &str| -> Vec<_> {
        let lists = pieces.iter().map(|piece| piece[key].as_array().unwrap());
        lists.map(Vec::len).collect()
    };
    assert_eq!(lengths("bytes"), [4, 4, 2]);
    assert_eq!(lengths("values"), [4, 4, 2]);
    assert_eq!(lengths("surprise"), [4, 4, 2]);
}

#[test]
fn an_answer_that_is_left_at_a_pause_computes_no_further() {
    let explorer = explorer(&by_hand());
    let question = Question::read("unit", &unit(&text()), &explorer).unwrap();
    let lines = RefCell::new(0);
    let take = |_| {
        *lines.borrow_mut() += 1;
        ControlFlow::Continue(())
    };
    {
        let to = Lines::new(&take);
        let mut answer = pin!(question.answer(&explorer, &to));
        let mut context = Context::from_waker(Waker::noop());
        while *lines.borrow() == 0 {
            assert!(answer.as_mut().poll(&mut context).is_pending());
        }
    }
    assert_eq!(lines.into_inner(), 1);
}

#[test]
fn an_answer_that_is_not_read_any_more_breaks_off() {
    let explorer = explorer(&by_hand());
    let question = Question::read("gates", &unit(&text()), &explorer).unwrap();
    let outcome = now(question.answer(&explorer, &Lines::new(&|_| ControlFlow::Break(()))));
    assert!(outcome.is_break());
}

#[test]
fn what_makes_no_sense_is_said_before_anything_is_computed() {
    let explorer = explorer(&by_hand());
    let problem = |view: &str, question: &[u8]| {
        let read = Question::read(view, question, &explorer);
        read.err().expect("a problem")
    };
    assert_eq!(problem("mood", b"{}"), Problem::NoSuchView);
    let line = problem("unit", b"{").to_string();
    assert!(
        line.starts_with("the question is not as expected"),
        "{line}"
    );
    let large = unit(&"x".repeat(300 << 10));
    assert!(matches!(problem("unit", &large), Problem::TooMuch(_)));
    let cursor = json!({"name": "a.rs", "before": "", "after": ""}).to_string();
    let line = problem("ghost", cursor.as_bytes()).to_string();
    assert!(line.contains("cannot complete"), "{line}");
    assert_eq!(about(&explorer)["completes"], false);
}

#[test]
fn texts_of_the_language_are_remembered_but_not_their_secrets() {
    let trying = trying(&random(CellKind::Lstm));
    // Put together here, so that no tool takes this file for a leak.
    let signs = b"q7Rz2mXk9WfT4bLs8Vd3";
    let signs = (0..36).map(|n| char::from(signs[(7 * n + n / 20) % 20]));
    let secret = format!("ghp_{}", signs.collect::<String>());
    let sales = "fn total_of_all_sales() -> u64 {\r\n    0\r\n}\r\n";
    let texts = [
        ("src/a.rs", sales.to_owned()),
        (
            "src/key.rs",
            format!("const API_KEY: &str = \"{secret}\";\n"),
        ),
        ("notes.py", "def a(): pass\n".to_owned()),
    ];
    let texts = texts.map(|(path, text)| (PathBuf::from(path), text));
    let whole: usize = texts[..2].iter().map(|(_, text)| text.len()).sum();
    let (files, bytes) = trying.remember(texts);
    assert_eq!(files, 2);
    // Without the secret and three carriage returns.
    assert_eq!(bytes, whole - secret.len() - 3);
    let before = "let a = 1;\nlet all = total_of_";
    // The model is random and the memory is not.
    let ways = trying.ways_on("src/b.rs", before, "");
    assert!(ways[0].text.starts_with("all_sales()"), "{ways:?}");
    assert_eq!(trying.remember([]), (0, 0));
    let ways = trying.ways_on("src/b.rs", before, "");
    assert!(
        ways.iter().all(|way| !way.text.starts_with("all_sales")),
        "{ways:?}"
    );
}
