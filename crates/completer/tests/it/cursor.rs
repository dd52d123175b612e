//! What is suggested at a cursor, `$0`, by an engine that has read some text.

use std::sync::Arc;
use std::time::Duration;

use completer::{
    Before, CancelToken, Clock, Completer, Completion, MultiLine, NO_CLOCK, Options, Request, Stop,
    Strategy,
};
use expect_test::{Expect, expect};

use crate::engines::{Hand, Reader, Stalling, Toy, Voice};

fn complete(read: &[&str], fixture: &str, options: &Options) -> Completion {
    complete_with(Toy::new(Reader::of(read)), fixture, options, NO_CLOCK)
}

fn complete_with<V: Voice + 'static>(
    engine: Toy<V>,
    fixture: &str,
    options: &Options,
    clock: Clock<'_>,
) -> Completion {
    let (before, after) = fixture::split(fixture);
    let request = Request {
        path: "src/lib.rs",
        before: Before::whole(before.as_bytes()),
        after,
        language: "rust",
        memory: None,
        options,
        clock,
    };
    let completer = Completer::new(Arc::new(engine));
    completer
        .complete(&request, &CancelToken::new())
        .expect("the token is not set")
}

/// One line per suggestion: how likely, and the text.
#[track_caller]
fn check(read: &[&str], fixture: &str, options: Options, expect: Expect) {
    let completion = complete(read, fixture, &options);
    let lines = completion.suggestions.iter().map(|suggestion| {
        let probability = suggestion.log_prob.exp();
        format!("{probability:.2} {:?}\n", suggestion.text)
    });
    let mut got: String = lines.collect();
    if completion.replaces > 0 {
        got += &format!("replaces {}\n", completion.replaces);
    }
    if completion.stop != Stop::Finished {
        got += &format!("{:?}\n", completion.stop);
    }
    expect.assert_eq(&got);
}

#[test]
fn names_in_the_lines_after_are_likelier() {
    let both = Options {
        strategy: Strategy::Beam,
        candidates: 2,
        ..Options::default()
    };
    let read = ["let total;", "let totem;"];
    let without = Options {
        rescoring: false,
        ..both.clone()
    };
    check(
        &read,
        "let tot$0\n    use(totem)",
        without,
        expect![[r#"
        0.50 "al;"
        0.50 "em;"
    "#]],
    );
    check(
        &read,
        "let tot$0\n    use(totem)",
        both.clone(),
        expect![[r#"
            0.65 "em;"
            0.42 "al;"
        "#]],
    );
    check(
        &read,
        "let tot$0\n    use(total)",
        both,
        expect![[r#"
        0.65 "al;"
        0.42 "em;"
    "#]],
    );
}

fn greedy() -> Options {
    Options {
        strategy: Strategy::Greedy,
        ..Options::default()
    }
}

fn lines() -> Options {
    Options {
        multi_line: MultiLine::Always,
        ..greedy()
    }
}

const CALLS: &str = "\nopen(path);\nopen(path);\nopen(file);\nopen(0);\n";

#[test]
fn the_line_is_completed_to_its_end() {
    check(
        &[CALLS],
        "op$0",
        greedy(),
        expect![[r#"
            0.50 "en(path);"
        "#]],
    );
}

#[test]
fn samples_are_distinct_and_the_likeliest_comes_first() {
    let options = Options {
        temperature: 1.0,
        ..Options::default()
    };
    check(
        &[CALLS],
        "op$0",
        options,
        expect![[r#"
            0.50 "en(path);"
            0.25 "en(file);"
            0.25 "en(0);"
        "#]],
    );
}

#[test]
fn a_beam_finds_the_likeliest_distinct_lines() {
    let options = Options {
        strategy: Strategy::Beam,
        candidates: 2,
        ..Options::default()
    };
    check(
        &[CALLS],
        "op$0",
        options,
        expect![[r#"
            0.50 "en(path);"
            0.25 "en(0);"
        "#]],
    );
}

#[test]
fn a_wider_beam_finds_no_broken_off_lines() {
    let options = Options {
        strategy: Strategy::Beam,
        candidates: 8,
        ..Options::default()
    };
    check(
        &[CALLS],
        "op$0",
        options,
        expect![[r#"
        0.50 "en(path);"
        0.25 "en(file);"
        0.25 "en(0);"
    "#]],
    );
}

#[test]
fn closers_that_stand_are_not_suggested() {
    check(
        &[CALLS],
        "open($0);\n",
        greedy(),
        expect![[r#"
        0.50 "path"
    "#]],
    );
}

#[test]
fn nothing_is_suggested_at_the_end_of_a_line_or_of_the_document() {
    check(
        &[CALLS],
        "open(path);$0",
        greedy(),
        expect![[r#"
        NothingToAdd
    "#]],
    );
    check(
        &["the end"],
        "the end$0",
        greedy(),
        expect![[r#"
        NothingToAdd
    "#]],
    );
}

#[test]
fn the_line_that_follows_is_not_suggested() {
    check(
        &[CALLS],
        "op$0\nopen(path);\n",
        greedy(),
        expect![[r#"
        NothingToAdd
    "#]],
    );
}

#[test]
fn a_healed_word_is_part_of_the_text() {
    let options = Options {
        heal_word: true,
        ..greedy()
    };
    check(
        &[CALLS],
        "x.op$0",
        options,
        expect![[r#"
            0.50 "open(path);"
            replaces 2
        "#]],
    );
}

#[test]
fn suggestions_start_as_they_must() {
    let must = |start: &str| Options {
        must_start_with: Some(start.into()),
        ..greedy()
    };
    check(
        &[CALLS],
        "op$0",
        must("en(f"),
        expect![[r#"
        0.25 "en(file);"
    "#]],
    );
    let healed = |start| Options {
        heal_word: true,
        ..must(start)
    };
    check(
        &[CALLS],
        "op$0",
        healed("open(f"),
        expect![[r#"
        0.25 "open(file);"
        replaces 2
    "#]],
    );
    check(
        &[CALLS],
        "op$0",
        healed("o"),
        expect![[r#"
            0.50 "open(path);"
            replaces 2
        "#]],
    );
    check(
        &[CALLS],
        "op$0",
        healed("close"),
        expect![[r#"
        replaces 2
        NothingToAdd
    "#]],
    );
}

#[test]
fn what_only_repeats_how_it_must_start_is_dropped() {
    let options = Options {
        must_start_with: Some("en(path);".into()),
        ..greedy()
    };
    check(
        &[CALLS],
        "op$0",
        options,
        expect![[r#"
        NothingToAdd
    "#]],
    );
}

const BLOCKS: &str = "fn one() {\n    1\n}\n\nfn two() {\n    2\n}\n";

#[test]
fn several_lines_end_with_the_block() {
    check(
        &[BLOCKS],
        "fn one$0",
        lines(),
        expect![[r#"
        0.99 "() {\n    1\n}"
    "#]],
    );
}

#[test]
fn lines_that_follow_are_not_suggested_again() {
    check(
        &[BLOCKS],
        "fn one() {$0\n}\n",
        lines(),
        expect![[r#"
        0.99 "\n    1"
    "#]],
    );
}

#[test]
fn a_budget_cuts_between_lines() {
    let options = |max_bytes| Options {
        max_bytes,
        ..lines()
    };
    let block = "fn one() {\n    first();\n    second();\n}\n";
    check(
        &[block],
        "fn one$0",
        options(24),
        expect![[r#"
            0.98 "() {\n    first();"
        "#]],
    );
    // A later line holds no half of a word.
    check(
        &[block],
        "fn one() {$0",
        options(8),
        expect![[r#"
            NothingToAdd
        "#]],
    );
}

#[test]
fn a_budget_cuts_between_characters() {
    let options = |max_bytes| Options {
        max_bytes,
        ..greedy()
    };
    check(
        &["a größe"],
        "a $0",
        options(4),
        expect![[r#"
            1.00 "grö"
        "#]],
    );
    check(
        &["a größe"],
        "a $0",
        options(5),
        expect![[r#"
            1.00 "grö"
        "#]],
    );
    check(
        &["a größe"],
        "a $0",
        options(0),
        expect![[r#"
        NothingToAdd
    "#]],
    );
}

#[test]
fn a_line_ends_at_a_carriage_return() {
    check(
        &["a = 1;\r\nb"],
        "a$0\r\n",
        greedy(),
        expect![[r#"
            1.00 " = 1;"
        "#]],
    );
}

#[test]
fn no_candidates_are_no_suggestions() {
    let options = Options {
        candidates: 0,
        ..greedy()
    };
    check(&[CALLS], "op$0", options, expect![""]);
}

#[test]
fn a_deadline_that_has_passed_is_no_error() {
    let options = Options {
        deadline: Some(Duration::ZERO),
        ..greedy()
    };
    check(
        &[CALLS],
        "op$0",
        options,
        expect![[r#"
        Deadline
    "#]],
    );
}

#[test]
fn a_deadline_to_come_changes_nothing() {
    let options = Options {
        deadline: Some(Duration::from_secs(3600)),
        ..greedy()
    };
    check(
        &[CALLS],
        "op$0",
        options,
        expect![[r#"
            0.50 "en(path);"
        "#]],
    );
}

#[test]
fn at_the_deadline_whole_words_are_left() {
    let clock = Hand::default();
    let options = Options {
        deadline: Some(Duration::from_millis(500)),
        ..greedy()
    };
    let engine = Toy::new(Stalling {
        reader: Reader::of(&["open(&path, mode);"]),
        on: b'd',
        millis: 500,
        clock: clock.clone(),
    });
    let completion = complete_with(engine, "op$0", &options, &|| clock.now());
    assert_eq!(completion.stop, Stop::Deadline);
    assert_eq!(completion.suggestions[0].text, "en(&path,");
}

#[test]
fn at_the_deadline_what_is_finished_is_left() {
    let clock = Hand::default();
    let options = Options {
        deadline: Some(Duration::from_millis(500)),
        temperature: 1.0,
        ..Options::default()
    };
    let engine = Toy::new(Stalling {
        reader: Reader::of(&["open(a);", "open(path, mode);"]),
        on: b'd',
        millis: 500,
        clock: clock.clone(),
    });
    let completion = complete_with(engine, "op$0", &options, &|| clock.now());
    let texts: Vec<&str> = completion
        .suggestions
        .iter()
        .map(|s| s.text.as_str())
        .collect();
    assert_eq!((texts, completion.stop), (vec!["en(a);"], Stop::Deadline));
}

#[test]
fn a_completer_is_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Completer>();
}
