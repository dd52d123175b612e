//! What holds for any engine and any text.

use std::sync::Arc;

use completer::show::Ignored;
use completer::{
    Before, CancelToken, Cancelled, Completer, Completion, MultiLine, NO_CLOCK, Options, Request,
    Strategy,
};
use lstm_format::{Engine, State, VOCABULARY_SIZE, document_header};
use proptest::prelude::*;

use crate::engines::{Babbler, Counts, Toy, Voice};

const PATH: &str = "src/any.rs";

fn strategies() -> impl proptest::strategy::Strategy<Value = Strategy> {
    prop_oneof![
        Just(Strategy::Sample),
        Just(Strategy::Greedy),
        Just(Strategy::Beam)
    ]
}

fn multi_lines() -> impl proptest::strategy::Strategy<Value = MultiLine> {
    prop_oneof![
        Just(MultiLine::Off),
        Just(MultiLine::Auto),
        Just(MultiLine::Always)
    ]
}

prop_compose! {
    fn any_options()(
        candidates in 1..8_usize,
        strategy in strategies(),
        temperature in 0.0..3.0_f32,
        top_p in 0.0..1.2_f32,
        top_k in 0..40_usize,
        seed: u64,
        max_bytes in 1..40_usize,
        multi_line in multi_lines(),
        just_accepted: bool,
        heal_word: bool,
        rescoring: bool,
        unasked: bool,
        must_start_with in proptest::option::of("[a-zé\n(]{0,3}"),
        glance_cost in proptest::option::of(0.0..60.0_f64),
    ) -> Options {
        Options {
            candidates, strategy, temperature, top_p, top_k, seed, max_bytes, multi_line,
            just_accepted, heal_word, rescoring, unasked, must_start_with, deadline: None, glance_cost,
            ignored: Ignored::default(),
        }
    }
}

/// Text with brackets, words, other scripts and lines.
fn any_text() -> impl proptest::strategy::Strategy<Value = String> {
    "([a-z]{1,4}|[(){}\"' ;.]|é|漢|\n|\n  ){0,30}"
}

fn complete<V: Voice + 'static>(
    engine: Toy<V>,
    before: &str,
    after: &str,
    options: &Options,
    cancel: &CancelToken,
) -> Result<Completion, Cancelled> {
    let request = Request {
        path: PATH,
        before: Before::whole(before.as_bytes()),
        after,
        language: "rust",
        memory: None,
        options,
        clock: NO_CLOCK,
    };
    Completer::new(Arc::new(engine)).complete(&request, cancel)
}

/// Log-probability of `text` after `before`, by plain single steps.
pub(crate) fn rescore(engine: &dyn Engine, before: &str, text: &str) -> f64 {
    let mut session = engine.session();
    let mut states = [State::zeros(engine.config())];
    for byte in document_header("rust", PATH)
        .into_iter()
        .chain(before.bytes())
    {
        session.step(&mut states, &[byte]);
    }
    let mut sum = 0.0;
    for byte in text.bytes() {
        let mut log_probs = [0.0; VOCABULARY_SIZE];
        session.log_probs(&states[0], &mut log_probs);
        sum += f64::from(log_probs[usize::from(byte)]);
        session.step(&mut states, &[byte]);
    }
    sum
}

/// The word or the character a suggestion begins with.
fn first_word(text: &str) -> String {
    let mut chars = text.trim_start().chars();
    let in_word = |c: &char| c.is_alphanumeric() || *c == '_';
    match chars.clone().next() {
        Some(c) if in_word(&c) => chars.by_ref().take_while(in_word).collect(),
        first => first.into_iter().collect(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn suggestions_are_clean_distinct_and_ranked(
        before in any_text(), after in any_text(), options in any_options(), wild: bool,
    ) {
        let engine = Toy::new(Babbler { wild });
        let completion = complete(engine, &before, &after, &options, &CancelToken::new());
        let completion = completion.expect("the token is not set");
        let suggestions = &completion.suggestions;
        prop_assert!(suggestions.len() <= options.candidates);
        let begins_anew = |i: usize| {
            let begin = first_word(&suggestions[i].text);
            suggestions[..i].iter().all(|s| first_word(&s.text) != begin)
        };
        // With a price on a look, what saves most comes first.
        if options.glance_cost.is_none() {
            let anew = (0..suggestions.len()).take_while(|&i| begins_anew(i)).count();
            prop_assert!((anew..suggestions.len()).all(|i| !begins_anew(i)));
            for part in [&suggestions[..anew], &suggestions[anew..]] {
                prop_assert!(part.is_sorted_by(|a, b| a.score >= b.score));
            }
        }
        let word = &before[before.len() - completion.replaces..];
        let must = options.must_start_with.as_deref().unwrap_or_default();
        for (i, suggestion) in suggestions.iter().enumerate() {
            // Being a `String`, it is valid UTF-8.
            let text = suggestion.text.strip_prefix(word).expect("the word comes first");
            prop_assert!(!text.trim().is_empty());
            prop_assert_eq!(text.len(), suggestion.bytes);
            prop_assert!(suggestion.cumulative[0] <= 0.0);
            prop_assert!(suggestion.cumulative.is_sorted_by(|a, b| a + 1e-9 >= *b));
            prop_assert!(text.len() <= options.max_bytes);
            prop_assert!(text.chars().all(|c| c == '\n' || c == '\t' || !c.is_control()));
            prop_assert!(options.multi_line != MultiLine::Off || must.contains('\n') || !text.contains('\n'));
            prop_assert!(suggestion.text.starts_with(must));
            prop_assert!(suggestions[..i].iter().all(|other| other.text != suggestion.text));
            prop_assert!(!suggestion.log_prob.is_nan());
        }
    }

    #[test]
    fn the_likeliest_is_among_the_samples_and_known_as_such(
        before in any_text(), after in any_text(), options in any_options(),
    ) {
        let suggestions = |strategy| {
            let engine = Toy::new(Babbler { wild: true });
            let options = Options { strategy, ..options.clone() };
            let completion = complete(engine, &before, &after, &options, &CancelToken::new());
            completion.expect("the token is not set").suggestions
        };
        let text = |s: completer::Suggestion| s.text;
        let greedy = suggestions(Strategy::Greedy).into_iter().next();
        let sampled = suggestions(Strategy::Sample).into_iter();
        let mut likeliest = sampled.filter(|s| s.likeliest);
        prop_assert_eq!(likeliest.next().map(text), greedy.map(text));
        prop_assert_eq!(likeliest.next(), None);
    }

    #[test]
    fn log_prob_is_what_single_steps_give(
        before in any_text(), after in any_text(), options in any_options(),
    ) {
        let options = Options { rescoring: false, ..options };
        let engine = Toy::new(Babbler { wild: false });
        let completion = complete(engine, &before, &after, &options, &CancelToken::new());
        let completion = completion.expect("the token is not set");
        for suggestion in completion.suggestions {
            let text = &suggestion.text[completion.replaces..];
            let engine = Toy::new(Babbler { wild: false });
            let rescored = rescore(&engine, &before, text);
            prop_assert!((suggestion.log_prob - rescored).abs() < 1e-9);
        }
    }

    #[test]
    fn same_seed_same_completion(
        before in any_text(), after in any_text(), options in any_options(),
    ) {
        let run = || {
            let engine = Toy::new(Babbler { wild: true });
            complete(engine, &before, &after, &options, &CancelToken::new())
                .expect("the token is not set")
                .suggestions
        };
        prop_assert_eq!(run(), run());
    }

    #[test]
    fn asking_for_more_samples_keeps_the_streams(seed: u64) {
        // Ten lanes or sixteen: the first ten draw the same.
        let drawn = |candidates| {
            let options = Options {
                candidates, seed, temperature: 1.0, max_bytes: 8, ..Options::default()
            };
            let engine = Toy::new(Babbler { wild: false });
            let completion = complete(engine, "fn ", "", &options, &CancelToken::new());
            let suggestions = completion.expect("the token is not set").suggestions;
            suggestions.into_iter().map(|s| s.text).collect::<Vec<_>>()
        };
        let sixteen = drawn(16);
        let best_of_ten = drawn(5);
        prop_assert!(best_of_ten.iter().all(|text| sixteen.contains(text)));
    }

    #[test]
    fn a_cancelled_completion_stops_within_one_byte(
        at in 1..10_usize, strategy in strategies(), seed: u64,
    ) {
        let cancel = CancelToken::new();
        let counts = Counts { cancel_at: Some((at, cancel.clone())), ..Counts::default() };
        let engine = Toy::counted(Babbler { wild: false }, counts);
        let counts = Arc::clone(&engine.counts);
        let options = Options { strategy, seed, ..Options::default() };
        let result = complete(engine, "fn main", "", &options, &cancel);
        if cancel.is_cancelled() {
            prop_assert_eq!(result, Err(Cancelled));
            prop_assert_eq!(counts.steps(), at);
        } else {
            prop_assert!(result.is_ok() && counts.steps() < at);
        }
    }
}

#[test]
fn a_token_cancelled_before_costs_nothing() {
    let cancel = CancelToken::new();
    cancel.cancel();
    let engine = Toy::new(Babbler { wild: false });
    let counts = Arc::clone(&engine.counts);
    let result = complete(engine, "fn main", "", &Options::default(), &cancel);
    assert_eq!(result, Err(Cancelled));
    assert_eq!((counts.steps(), counts.take_fed()), (0, 0));
}
