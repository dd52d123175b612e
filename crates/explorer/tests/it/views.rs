//! What the views say.

use std::ops::ControlFlow;

use explorer::matches::matches;
use explorer::now;
use explorer::picture::{picture, title};
use explorer::property::Property;
use explorer::reading::{read, state_at};
use explorer::saturation::saturation;
use explorer::search::{Findings, search};
use explorer::steering::{Steering, steer};
use explorer::subject::{Subject, Unit};
use explorer::writing::{Drawing, write};
use lstm_format::{CellKind, VOCABULARY_SIZE};
use lstm_runtime::{Amount, Change, Signal, Target};

use crate::models::{by_hand, document, random, subject, text};

const CAPITALS: Unit = Unit {
    layer: 0,
    unit: 3,
    signal: Signal::Hidden,
};

fn going<B>(_: f64) -> ControlFlow<B> {
    ControlFlow::Continue(())
}

fn done<B, C>(work: impl Future<Output = ControlFlow<B, C>>) -> C {
    match now(work) {
        ControlFlow::Continue(value) => value,
        ControlFlow::Break(_) => panic!("nothing broke it off"),
    }
}

#[test]
fn every_byte_is_read_from_the_state_that_completes_there() {
    for cell in [CellKind::Lstm, CellKind::Gru] {
        let subject = subject(&random(cell));
        let document = document(&text());
        let length = document.text.len();
        let mut surprises = Vec::new();
        let mut hidden = Vec::new();
        done(read(&subject, &document, 0..length, |step| {
            assert_eq!(step.offset, surprises.len());
            surprises.push(step.surprise);
            hidden.push(step.units(1, Signal::Hidden).to_vec());
            ControlFlow::Continue(())
        }));
        assert_eq!(surprises.len(), length);
        let mut session = subject.tracer().trace_session();
        for offset in [0, 1, 100, 300, 600, length - 1] {
            let state = now(state_at(&subject, &document, offset));
            let mut log_probs = [0.0; VOCABULARY_SIZE];
            session.log_probs(&state, &mut log_probs);
            let byte = document.text.as_bytes()[offset];
            let expected = -log_probs[usize::from(byte)] / std::f32::consts::LN_2;
            assert_eq!(surprises[offset], expected, "{cell:?}, offset {offset}");
        }
        // Bytes of a later window do not depend on what was read before it.
        let mut part = Vec::new();
        done(read(&subject, &document, 700..720, |step| {
            part.push(step.units(1, Signal::Hidden).to_vec());
            ControlFlow::Continue(())
        }));
        assert_eq!(part, hidden[700..720]);
    }
}

fn found(subject: &Subject, name: &str) -> Findings {
    let property = Property::named(name).expect("a property");
    let properties = [(name.to_owned(), property)];
    done(search(subject, &[document(&text())], &properties, going))
}

#[test]
fn a_search_finds_the_unit_and_checks_it_on_text_it_was_not_picked_on() {
    let findings = found(&subject(&by_hand()), "upper");
    assert_eq!(findings.picked_on + findings.checked_on, text().len());
    assert!(findings.picked_on > findings.checked_on && findings.checked_on > 0);
    let found = &findings.found[0];
    assert_eq!(found.measure, "AUC");
    let best = found.units[0];
    assert_eq!((best.layer, best.unit, best.signal), (0, 3, "h"));
    assert_eq!((best.picked, best.held_out), (1.0, Some(1.0)));
    assert_eq!(found.probe, Some(1.0));
}

#[test]
fn what_no_unit_tracks_or_the_text_does_not_have_is_said_to_be_so() {
    let subject = subject(&by_hand());
    let strings = &found(&subject, "string").found[0];
    assert!(
        strings.units.is_empty() && strings.probe.is_none(),
        "{strings:?}"
    );
    let columns = &found(&subject, "column").found[0];
    assert_eq!(columns.measure, "correlation");
    let best = columns.units[0].held_out.unwrap();
    assert!(best.abs() < 0.5, "{best}");
}

#[test]
fn several_documents_are_held_out_whole() {
    let subject = subject(&by_hand());
    let documents = [document("aB\n"), document("cD\n"), document("eF\n")];
    let properties = [("upper".to_owned(), Property::UpperCase)];
    let findings = done(search(&subject, &documents, &properties, going));
    assert_eq!((findings.picked_on, findings.checked_on), (6, 3));
}

#[test]
fn a_search_whose_caller_has_left_breaks_off() {
    let subject = subject(&by_hand());
    let properties = [("upper".to_owned(), Property::UpperCase)];
    let stop = |_| ControlFlow::Break(());
    let outcome = now(search(&subject, &[document(&text())], &properties, stop));
    assert!(outcome.is_break());
}

#[test]
fn matches_are_stretches_on_which_the_unit_is_on() {
    let subject = subject(&by_hand());
    let documents = [document("aBcc DDD"), document("eeFFe")];
    let found = done(matches(&subject, &documents, CAPITALS, 1..2, going));
    assert_eq!(found.count, 3);
    let places: Vec<_> = found
        .matches
        .iter()
        .map(|m| (m.document, m.start, m.end))
        .collect();
    assert_eq!(
        places,
        [(0, 1, 2), (1, 2, 4), (0, 5, 8)],
        "like lengths first"
    );
    assert_eq!(found.matches[1].text, "FF");
    assert_eq!(found.matches[1].before, "ee");
}

#[test]
fn a_unit_that_is_held_changes_what_is_written() {
    let subject = subject(&by_hand());
    let watched = subject.unit(1, 2, "h").unwrap();
    let steering = Steering {
        at: 3,
        drawing: Drawing {
            length: 5,
            temperature: 1.0,
            top_p: 1.0,
            seed: 7,
        },
        changes: vec![Change {
            layer: 1,
            unit: 2,
            target: Target::Hidden,
            amount: Amount::Set(1.0),
        }],
        watched,
    };
    let steered = now(steer(&subject, &document("abc"), &steering));
    assert_eq!(steered.plain.text, "yyyyy");
    assert_eq!(steered.changed.text, "xxxxx");
    assert_eq!(steered.changed.values, [1.0; 5]);
    assert_eq!((steered.plain.values[0], steered.same), (0.0, 0));
    // 40 nats a byte.
    assert!((steered.extra_bits - 40.0 / std::f64::consts::LN_2).abs() < 0.1);

    let unchanged = Steering {
        changes: Vec::new(),
        ..steering
    };
    let steered = now(steer(&subject, &document("abc"), &unchanged));
    assert_eq!((steered.same, steered.extra_bits), (5, 0.0));
}

#[test]
fn what_is_written_goes_on_from_the_text_and_ends_where_the_model_ends_it() {
    let drawing = Drawing {
        length: 40,
        temperature: 1.0,
        top_p: 1.0,
        seed: 3,
    };
    let written = |subject: &Subject, text: &str, drawing: Drawing, most: usize| {
        let mut written = Vec::new();
        let each = |one| {
            written.push(one);
            match written.len() < most {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            }
        };
        now(write(
            subject,
            &document(text),
            text.len(),
            &drawing,
            CAPITALS,
            each,
        ));
        written
    };
    let by_hand = subject(&by_hand());
    let all = written(&by_hand, "A", drawing, 99);
    assert_eq!(all.len(), 40);
    // It writes no capitals, and is sure of what it writes.
    assert!(all.iter().all(|one| one.byte == b'y' && one.value < 0.5));
    assert!(all.iter().all(|one| one.surprise < 0.1));
    assert_eq!(
        written(&by_hand, "A", drawing, 7).len(),
        7,
        "who has enough"
    );

    // A network of random weights is nowhere sure: it ends a text before long, at a byte
    // that is not told.
    let random = subject(&random(CellKind::Lstm));
    let long = Drawing {
        length: 20_000,
        ..drawing
    };
    let text = written(&random, "fn ", long, usize::MAX);
    assert!(text.len() < long.length, "it never ends");
    assert!(text.iter().all(|one| one.byte != 0));
    assert_eq!(text, written(&random, "fn ", long, usize::MAX));
    let other = Drawing { seed: 4, ..long };
    assert_ne!(text, written(&random, "fn ", other, usize::MAX));
}

#[test]
fn places_that_have_no_say_change_no_score() {
    let subject = subject(&by_hand());
    // The unit that is on at capitals cannot tell names by that: both begin with one, and it
    // is off behind it.
    let text = "So it is. Peter said so to Mary. It is late. ".repeat(40);
    let property = Property::named("name").unwrap();
    let documents = [document(&text)];
    let named = [("name".to_owned(), property)];
    let found = done(search(&subject, &documents, &named, going)).found;
    let best = found[0].units.iter().map(|unit| (unit.picked - 0.5).abs());
    assert!(best.fold(0.0, f64::max) < 0.2, "{:?}", found[0].units);
}

#[test]
fn gates_are_counted_open_and_shut() {
    let subject = subject(&random(CellKind::Gru));
    let document = document(&text());
    let gates = done(saturation(&subject, &document, going));
    // Reset and update gate of two layers; the new state is no gate.
    let names: Vec<_> = gates.iter().map(|gate| (gate.gate, gate.layer)).collect();
    assert_eq!(names, [("r", 0), ("r", 1), ("z", 0), ("z", 1)]);
    let mut open = 0;
    let unit = Unit {
        layer: 1,
        unit: 0,
        signal: subject.signal("z").unwrap(),
    };
    done(read(&subject, &document, 0..document.text.len(), |step| {
        open += usize::from(step.value(unit) > 0.9);
        ControlFlow::Continue(())
    }));
    let share = open as f32 / document.text.len() as f32;
    assert!((gates[3].open[0] - share).abs() < 1e-4);
    let broken_off = now(saturation(&subject, &document, |_| ControlFlow::Break(())));
    assert!(broken_off.is_break());
}

#[test]
fn a_picture_shows_the_passage_in_its_colours() {
    let subject = subject(&by_hand());
    let document = document("a < B\nsecond & C\nthird\n");
    let name = title(&subject, CAPITALS);
    assert_eq!(name, "a small model: layer 0, unit 3, hidden state");
    let svg = now(picture(&subject, &document, 0..7, CAPITALS, &name));
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    assert!(svg.contains(">a &lt; B</text>") && svg.contains(">second &amp; C</text>"));
    assert!(!svg.contains("third"));
    // tanh(4) is all but 1.
    assert!(svg.contains("#508cf0") && svg.contains("#ffffff"), "{svg}");
}
