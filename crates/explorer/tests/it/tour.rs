//! What the tour on the page says of our networks is so.

use std::ops::{ControlFlow, RangeInclusive};
use std::path::Path;

use explorer::now;
use explorer::reading::{Document, read};
use explorer::steering::{Steering, steer};
use explorer::subject::{Subject, Unit};
use explorer::writing::Drawing;
use lstm_format::ModelFile;
use lstm_runtime::{Amount, Change, Target};
use serde::Deserialize;

/// A stop, as the page reads it.
#[derive(Deserialize)]
struct Stop {
    id: String,
    model: String,
    layer: usize,
    unit: usize,
    signal: String,
    /// The character that is looked at.
    at: usize,
    name: String,
    text: String,
}

fn stops() -> Vec<Stop> {
    serde_json::from_str(include_str!("../../page/tour.json")).expect("a list of stops")
}

/// A stop on its model, read.
struct Shown {
    stop: Stop,
    subject: Subject,
    document: Document,
}

fn shown(id: &str) -> Shown {
    let mut stops = stops().into_iter();
    let stop = stops.find(|stop| stop.id == id).expect("a stop");
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
    let path = match &*stop.model {
        "rust" => models.join("rust.safetensors"),
        task => models.join(format!("lab/{task}-lstm-1.safetensors")),
    };
    let file = ModelFile::from_bytes(&std::fs::read(path).expect("a model")).expect("it loads");
    Shown {
        subject: Subject::load(&file, stop.model.clone()).expect("a kernel that this CPU has"),
        document: Document {
            name: stop.name.clone(),
            text: stop.text.clone(),
        },
        stop,
    }
}

impl Shown {
    /// A signal of the stop's unit after each byte.
    fn values(&self, letter: &str) -> Vec<f32> {
        let Stop { layer, unit, .. } = self.stop;
        let unit = self.subject.unit(layer, unit, letter).expect("a unit");
        let mut values = Vec::new();
        let length = self.document.text.len();
        let outcome = now(read(&self.subject, &self.document, 0..length, |step| {
            values.push(step.value(unit));
            ControlFlow::Continue(())
        }));
        assert!(outcome.is_continue());
        values
    }

    /// Places of the bytes that are in `bytes`.
    fn places(&self, bytes: &str) -> impl Iterator<Item = usize> {
        let text = self.document.text.bytes().enumerate();
        text.filter_map(move |(at, byte)| bytes.as_bytes().contains(&byte).then_some(at))
    }

    /// At every one of `bytes`, the signal is within `range`.
    #[track_caller]
    fn check(&self, letter: &str, bytes: &str, range: RangeInclusive<f32>) {
        let values = self.values(letter);
        for at in self.places(bytes) {
            assert!(
                range.contains(&values[at]),
                "{letter} is {} at {at}",
                values[at]
            );
        }
    }

    /// At every one of `bytes` that another byte of its line precedes, the cell changes so.
    #[track_caller]
    fn steps(&self, bytes: &str, range: RangeInclusive<f32>) {
        let values = self.values("c");
        for at in self.places(bytes) {
            if at == 0 || self.document.text.as_bytes()[at - 1] == b'\n' {
                continue;
            }
            let step = values[at] - values[at - 1];
            assert!(range.contains(&step), "{step} at {at}");
        }
    }
}

/// The line that each byte of `text` stands in.
fn lines(text: &str) -> Vec<&str> {
    let lines = text.split_inclusive('\n');
    lines
        .flat_map(|line| std::iter::repeat_n(line, line.len()))
        .collect()
}

#[test]
fn there_are_ten_stops_and_each_is_a_place_of_its_model() {
    let stops = stops();
    assert_eq!(stops.len(), 10);
    for stop in stops {
        let shown = shown(&stop.id);
        let signal = shown.subject.unit(stop.layer, stop.unit, &stop.signal);
        assert!(signal.is_ok(), "{}", stop.id);
        assert!(stop.at < stop.text.chars().count(), "{}", stop.id);
    }
}

#[test]
fn a_unit_counts() {
    let counter = shown("counter");
    counter.steps("a", 0.97..=0.99);
    counter.steps("b", -1.0..=-0.97);
    counter.steps("X", -1.0..=-0.9);
    let values = counter.values("c");
    for at in counter.places("\n") {
        assert!(values[at - 1] < 0.0);
    }
}

#[test]
fn what_is_counted_is_not_shown_before_it_is_wanted() {
    let memory = shown("memory");
    memory.check("o", "a", 0.0..=0.07);
    memory.check("o", "Xb", 0.99..=1.0);
    memory.check("h", "a", -0.07..=0.07);
    let most = memory.values("c").into_iter().fold(0.0, f32::max);
    assert!((7.6..7.7).contains(&most), "{most}");
}

#[test]
fn a_count_is_forgotten_at_the_end_of_its_line() {
    let forgetting = shown("forgetting");
    forgetting.check("f", "aXb", 0.99..=1.0);
    forgetting.check("f", "\n", 0.0..=0.055);
    forgetting.check("c", "\n", -0.25..=-0.15);
}

#[test]
fn what_does_not_count_is_not_let_in() {
    let selective = shown("selective");
    selective.check("i", "a", 0.98..=1.0);
    selective.check("i", "X", 0.0..=0.07);
    selective.steps("X", -0.03..=0.03);
}

#[test]
fn one_of_two_letters_is_kept_but_drifts() {
    let state = shown("state");
    state.check("f", "xY", 0.93..=1.0);
    let values = state.values("c");
    let lines = lines(&state.document.text);
    for at in state.places("ABxY") {
        assert_eq!(
            values[at] > 0.0,
            lines[at].starts_with('A'),
            "{} at {at}",
            values[at]
        );
    }
    for at in state.places("Y") {
        let begun = at + 1 - lines[at].find('Y').expect("it is there");
        assert!(
            values[at - 1].abs() > values[begun].abs() + 0.2,
            "it drifts"
        );
    }
}

#[test]
fn a_state_is_told_when_it_is_asked_for() {
    let asked = shown("asked");
    asked.check("o", "ABx", 0.0..=0.1);
    asked.check("o", "Y", 0.99..=1.0);
    asked.check("h", "x", -0.1..=0.1);
}

#[test]
fn a_unit_of_a_copy_says_which_letter_comes_next() {
    let copy = shown("copy");
    let values = copy.values("c");
    let text = copy.document.text.as_bytes();
    let lines = lines(&copy.document.text);
    let mut start = 0;
    for at in 0..text.len() {
        let behind = at - start >= lines[at].find('X').expect("it is there");
        if behind && text[at] != b'\n' && text[at + 1] != b'\n' {
            assert_eq!(
                values[at] > 0.0,
                text[at + 1] == b'a',
                "{} at {at}",
                values[at]
            );
        }
        if text[at] == b'\n' {
            start = at + 1;
        }
    }
}

#[test]
fn a_unit_follows_the_indentation() {
    let shown = shown("indentation");
    let values = shown.values("c");
    let depth = |line: &str| (line.len() - line.trim_start_matches(' ').len()) as f32;
    let depths: Vec<_> = lines(&shown.document.text).into_iter().map(depth).collect();
    let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len() as f32;
    let (a, b) = (mean(&values), mean(&depths));
    let sum = |of: &dyn Fn(f32, f32) -> f32| -> f32 {
        values
            .iter()
            .zip(&depths)
            .map(|(x, y)| of(x - a, y - b))
            .sum()
    };
    let correlation = sum(&|x, y| x * y) / (sum(&|x, _| x * x) * sum(&|_, y| y * y)).sqrt();
    assert!(correlation < -0.8, "{correlation}");
}

#[test]
fn a_unit_is_on_inside_a_string() {
    let shown = shown("string");
    let values = shown.values("c");
    let quotes: Vec<_> = shown.places("\"").collect();
    let [open, close] = quotes[..] else {
        panic!("{} quotation marks", quotes.len());
    };
    let text = &shown.document.text;
    let end = close + text[close..].find('\n').expect("a line ends");
    assert!(values[open..close].iter().all(|&value| value > 1.0));
    assert!(values[close..end].iter().all(|&value| value < 0.3));
    let elsewhere = values[..open].iter().chain(&values[end..]);
    let most = elsewhere.fold(0.0_f32, |most, &value| most.max(value));
    assert!((0.96..0.97).contains(&most), "{most}");
    assert_eq!(shown.document.text.chars().nth(shown.stop.at), Some('"'));
}

#[test]
fn a_unit_that_is_held_indents_and_unindents() {
    let shown = shown("held");
    let Stop { layer, unit, .. } = shown.stop;
    let written = |amount: f32| {
        let steering = Steering {
            at: shown.stop.at + 1,
            drawing: Drawing {
                length: 160,
                temperature: 0.0,
                top_p: 1.0,
                seed: 1,
            },
            changes: vec![Change {
                layer,
                unit,
                target: Target::Hidden,
                amount: Amount::Set(amount),
            }],
            watched: Unit {
                layer,
                unit,
                signal: shown.subject.signal("h").expect("every cell has one"),
            },
        };
        now(steer(&shown.subject, &shown.document, &steering))
    };
    let indented = |text: &str| {
        let lines = text
            .split('\n')
            .skip(1)
            .filter(|line| !line.trim().is_empty());
        lines.map(|line| line.starts_with(' ')).collect::<Vec<_>>()
    };
    let up = written(1.0);
    let plain = indented(&up.plain.text);
    assert!(
        !plain.is_empty() && plain.iter().all(|&is| is),
        "{}",
        up.plain.text
    );
    assert!(
        indented(&up.changed.text).contains(&false),
        "{}",
        up.changed.text
    );
    let down = written(-1.0);
    assert!(
        down.changed.text.starts_with("            "),
        "{}",
        down.changed.text
    );
}
