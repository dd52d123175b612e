//! Contexts of other kinds than suffixes.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use code_index::{Changes, Counts, Group, Layer, Memory, Prediction, Prefix, PrefixCache};
use code_index::{Reader, Scorer, Stops, Texts};
use proptest::prelude::*;

use crate::{predict, predict_after};

/// Lines in which the same words, brackets and blanks come again.
const CODE: &str = "((    |\t)?(let|if|alpha|beta|a|b1)( |\\(|\\.|, |\\) |: \\{|=)(alpha|beta|gamma|7)?;?\n){0,12}";

fn texts(documents: &[String]) -> Texts {
    let named = documents.iter().enumerate().map(|(at, text)| {
        let path = PathBuf::from(format!("src/{}/{at}.rs", at % 3));
        (path, Arc::from(text.as_bytes()))
    });
    named.collect()
}

fn group(texts: &Texts) -> Group {
    let group = Group::default().holding(texts);
    group.map(|(group, _)| group).unwrap_or_default()
}

fn same(a: &Prediction, b: &Prediction) -> Result<(), TestCaseError> {
    prop_assert_eq!(a.probabilities, b.probabilities);
    prop_assert_eq!(a.evidence, b.evidence);
    Ok(())
}

proptest! {
    #[test]
    fn every_byte_is_possible_and_all_together_are_certain(
        before in CODE, documents in proptest::collection::vec(CODE, 1..5),
    ) {
        let layer = group(&texts(&documents)).layer(&[]);
        let prediction = predict(before.as_bytes(), &layer);
        let sum: f32 = prediction.probabilities.iter().sum();
        prop_assert!((sum - 1.0).abs() < 1e-5, "{sum}");
        prop_assert!(prediction.probabilities.iter().all(|p| *p > 0.0));
    }

    #[test]
    fn a_text_taken_away_is_as_if_it_had_never_been(
        before in CODE, documents in proptest::collection::vec(CODE, 1..5), which: prop::sample::Index,
    ) {
        let all = texts(&documents);
        let mut paths: Vec<&PathBuf> = all.keys().collect();
        paths.sort();
        let own = which.get(&paths).to_path_buf();
        let mut others = all.clone();
        others.remove(&own);
        let expected = predict(before.as_bytes(), &group(&others).layer(&[]));
        let found = predict(before.as_bytes(), &group(&all).layer(&[own]));
        same(&found, &expected)?;
    }

    #[test]
    fn a_text_that_has_changed_is_as_it_is_now(
        before in CODE, old in CODE, new in CODE, other in CODE,
    ) {
        let [was, is] = [&old, &new].map(|text| texts(&[text.clone(), other.clone()]));
        let changes: Changes = is.iter().map(|(p, t)| (p.clone(), Some(Arc::clone(t)))).collect();
        let group_then = group(&was);
        let changed = group_then.with(changes);
        let layer = changed.as_ref().unwrap_or(&group_then).layer(&[]);
        let found = predict(before.as_bytes(), &layer);
        // The changed text is the nearest, as if it came last.
        let sum: f32 = found.probabilities.iter().sum();
        prop_assert!((sum - 1.0).abs() < 1e-5, "{sum}");
        let only_new = !old.contains("gamma") && !other.contains("gamma") && !before.contains("gamma");
        if new.contains("alpha=gamma") && only_new {
            let before = [before.as_bytes(), b"alpha=g"].concat();
            prop_assert!(predict(&before, &layer).probabilities[usize::from(b'a')] > 0.05);
        }
    }

    #[test]
    fn the_same_text_says_the_same_whatever_was_typed_before_it(
        steps in proptest::collection::vec((CODE, 0..40_usize), 1..6), after in CODE,
    ) {
        let layer = group(&texts(&[after])).layer(&[]);
        let known = PrefixCache::default();
        let mut text = String::new();
        for (more, cut) in steps {
            text.truncate(text.len().saturating_sub(cut));
            text.push_str(&more);
            let found = predict_after(&Prefix::new(text.as_bytes(), &known), &layer);
            same(&found, &predict(text.as_bytes(), &layer))?;
        }
    }

    #[test]
    fn a_reader_that_went_on_says_what_a_new_one_says(
        before in CODE, more in CODE, other in CODE,
    ) {
        let layer = group(&texts(&[other])).layer(&[]);
        let known = PrefixCache::default();
        let stops = Stops::default();
        let mut prefix = Prefix::new(before.as_bytes(), &known);
        let (mut counts, mut went_on) = (Counts::default(), Prediction::default());
        let mut reader: Option<Reader> = None;
        for &byte in more.as_bytes() {
            let memory = |prefix| memory(prefix, &layer, &stops);
            let mut here = match reader.take() {
                Some(reader) => reader,
                None => Reader::new(&memory(&prefix)),
            };
            here.predict(&memory(&prefix), &mut counts, &mut went_on);
            same(&went_on, &predict_after(&prefix, &layer))?;
            if !prefix.push(byte, &known) {
                here.push(&self::memory(&prefix, &layer, &stops), byte);
                reader = Some(here);
            }
        }
    }
}

fn memory<'m>(prefix: &'m Prefix, workspace: &'m Layer, stops: &'m Stops) -> Memory<'m> {
    Memory {
        prefix,
        workspace,
        stops,
        scorer: Some(Scorer::built_in()),
    }
}

#[test]
fn words_before_tell_what_no_suffix_of_the_text_tells() {
    // The name is new, and what follows `: ` is one as often as the other; how the line
    // begins says which.
    let mut text = String::new();
    for name in ["ax", "by", "cz", "dw", "ev", "fu"] {
        text += &format!("open {name}: 7\nshut {name}: 3\n");
    }
    text += "open qq: ";
    let known = PrefixCache::default();
    let prefix = Prefix::new(text.as_bytes(), &known);
    let (layer, stops) = (Layer::new(), Stops::default());
    let with = memory(&prefix, &layer, &stops);
    let without = Memory {
        scorer: None,
        ..with
    };
    let [with, without] = [with, without].map(|memory| {
        let mut prediction = Prediction::default();
        Reader::new(&memory).predict(&memory, &mut Counts::default(), &mut prediction);
        prediction.probabilities[usize::from(b'7')]
    });
    assert!(with > without, "{with} against {without}");
}

#[test]
fn what_lies_beside_the_text_is_near_where_not_all_is() {
    let filler = |at: usize| {
        let lines = (0..2_000).map(|line| format!("let v{at}_{line} = {};\n", line * at));
        lines.collect::<String>()
    };
    let mut all: Texts = HashMap::new();
    for at in 0..16 {
        all.insert(
            format!("far/{at}.rs").into(),
            Arc::from(filler(at).into_bytes()),
        );
    }
    let beside = "fn frobnicate(knob: Knob) {}\n".repeat(3);
    all.insert("own/beside.rs".into(), Arc::from(beside.into_bytes()));
    let own = PathBuf::from("own/main.rs");
    let layer = group(&all).layer(std::slice::from_ref(&own));
    let found = predict(b"fn frobnicate(k", &layer);
    assert!(found.probabilities[usize::from(b'n')] > 0.5);
}

#[test]
fn a_line_that_was_written_before_goes_on_as_it_did_whatever_similar_ones_say() {
    let line = |at: usize| format!("let branch_of_{at} = read_old_{at}(stream);\n");
    let lines = (0..300).map(|at| {
        (
            PathBuf::from(format!("{at}.rs")),
            Arc::from(line(at).as_bytes()),
        )
    });
    let layer = group(&lines.collect()).layer(&[]);
    for at in [0, 7, 128, 299] {
        let whole = line(at);
        let begun = whole.find("old").expect("it is there");
        for end in begun..whole.len() - 1 {
            let before = &whole.as_bytes()[..end];
            let found = predict(before, &layer).probabilities;
            let likeliest = (0..=255_u8).max_by(|&a, &b| {
                let [a, b] = [a, b].map(|byte| found[usize::from(byte)]);
                a.total_cmp(&b)
            });
            let next = Some(whole.as_bytes()[end]);
            assert_eq!(likeliest, next, "after {:?}", &whole[..end]);
        }
    }
}

#[test]
fn where_half_of_all_has_changed_all_is_indexed_anew_at_once() {
    let text = |word: &str| -> Arc<[u8]> { Arc::from(word.repeat(25_000).into_bytes()) };
    let path = |at: usize| PathBuf::from(format!("{at}.rs"));
    let all: Texts = (0..8).map(|at| (path(at), text("old "))).collect();
    let group = group(&all);
    for (many, stays_beside) in [(3, true), (4, false), (8, false)] {
        let changes = (0..many).map(|at| (path(at), Some(text("new "))));
        let changed = group.with(changes.collect()).expect("a change");
        assert_eq!(changed.is_untidy(), stays_beside, "{many} of 8");
        assert_eq!(changed.has_changed(&path(0)), stays_beside, "{many} of 8");
    }
}
