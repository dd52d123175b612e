//! The cache of states: never a different answer, and how much it saves.

use std::sync::Arc;

use completer::{
    Before, CancelToken, Cancelled, Completer, Completion, NO_CLOCK, Options, Request,
};
use lstm_format::{WindowRule, document_header};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::engines::{Babbler, Counts, Toy};

const PATH: &str = "lib.rs";
const WINDOW: usize = WindowRule::MIN_WINDOW;

fn completer(cache_bytes: usize) -> (Completer, Arc<Counts>) {
    let engine = Toy::new(Babbler { wild: false });
    let counts = Arc::clone(&engine.counts);
    (
        Completer::with_cache_bytes(Arc::new(engine), cache_bytes),
        counts,
    )
}

fn with_request<T>(before: &Before<'_>, ask: impl FnOnce(&Request<'_>) -> T) -> T {
    ask(&Request {
        path: PATH,
        before: *before,
        after: "",
        language: "rust",
        memory: None,
        options: &Options {
            strategy: completer::Strategy::Greedy,
            max_bytes: 4,
            ..Options::default()
        },
        clock: NO_CLOCK,
    })
}

fn complete(completer: &Completer, before: &Before<'_>) -> Completion {
    let completion = with_request(before, |r| completer.complete(r, &CancelToken::new()));
    completion.expect("the token is not set")
}

fn catch_up(completer: &Completer, before: &Before<'_>) {
    let caught_up = with_request(before, |r| completer.catch_up(r, &CancelToken::new()));
    caught_up.expect("the token is not set");
}

/// Lines that all differ, `bytes` of them.
pub(crate) fn source(bytes: usize) -> String {
    let lines = (0_u32..).map(|i| format!("    let name_{i} = call({});\n", i.wrapping_mul(7919)));
    let mut text: String = lines.take(bytes / 20).collect();
    text.truncate(bytes);
    text
}

#[derive(Clone, Debug)]
enum Edit {
    /// Types at the cursor.
    Type(String),
    /// Deletes before the cursor.
    Delete(usize),
    /// Moves the cursor.
    Jump(Index),
    /// Replaces text anywhere, the cursor then standing behind it.
    Replace(Index, String),
    Undo,
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let edit = prop_oneof![
        4 => "[a-z\n ]{1,3}".prop_map(Edit::Type),
        1 => "[a-z\n]{100,300}".prop_map(Edit::Type),
        2 => (1..40_usize).prop_map(Edit::Delete),
        1 => any::<Index>().prop_map(Edit::Jump),
        1 => (any::<Index>(), "[a-z\n]{0,5}").prop_map(|(at, text)| Edit::Replace(at, text)),
        2 => Just(Edit::Undo),
    ];
    prop::collection::vec(edit, 1..40)
}

/// Applies `edit` to a text and a cursor in it.
fn apply(edit: &Edit, history: &mut Vec<(String, usize)>) {
    let (mut text, mut cursor) = history.last().expect("never empty").clone();
    match edit {
        Edit::Type(typed) => {
            text.insert_str(cursor, typed);
            cursor += typed.len();
        }
        Edit::Delete(count) => {
            let from = cursor.saturating_sub(*count);
            text.replace_range(from..cursor, "");
            cursor = from;
        }
        Edit::Jump(to) => cursor = to.index(text.len() + 1),
        Edit::Replace(at, with) => {
            let at = at.index(text.len() + 1);
            let end = text.len().min(at + 4);
            text.replace_range(at..end, with);
            cursor = at + with.len();
        }
        Edit::Undo => {
            if history.len() > 1 {
                history.pop();
            }
            return;
        }
    }
    history.push((text, cursor));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(40) })]

    #[test]
    fn deleting_the_cache_changes_no_answer(
        edits in edits(), length in 0..3000_usize, cache in prop_oneof![Just(4_000), Just(1 << 20)],
    ) {
        let (kept, _) = completer(cache);
        let text = source(length);
        let mut history = vec![(text.clone(), text.len())];
        for edit in edits {
            apply(&edit, &mut history);
            let (text, cursor) = history.last().expect("never empty");
            let before = Before::whole(&text.as_bytes()[..*cursor]);
            let (fresh, _) = completer(0);
            let (with, without) = (complete(&kept, &before), complete(&fresh, &before));
            prop_assert_eq!(with.suggestions, without.suggestions);
            catch_up(&kept, &before);
        }
    }

    #[test]
    fn a_tail_as_long_as_the_reach_is_enough(length in 0..12_000_usize, extra in 0..50_usize) {
        let text = source(length);
        let whole = Before::whole(text.as_bytes());
        let (one, _) = completer(0);
        let start = text.len().saturating_sub(one.reach().before + extra);
        let tail = Before { text: &text.as_bytes()[start..], start };
        let (with_whole, with_tail) = (complete(&one, &whole), complete(&one, &tail));
        prop_assert_eq!(with_whole.suggestions, with_tail.suggestions);
    }
}

#[test]
fn a_short_tail_is_a_document_of_its_own() {
    let (completer, _) = completer(0);
    let tail = Before {
        text: b"let a = ",
        start: 1 << 40,
    };
    let whole = Before::whole(tail.text);
    let (with_tail, with_whole) = (complete(&completer, &tail), complete(&completer, &whole));
    assert_eq!(with_tail.suggestions, with_whole.suggestions);
}

#[test]
fn typing_forward_costs_one_step_a_live_window() {
    let (completer, counts) = completer(1 << 20);
    let text = source(6000);
    let rule = WindowRule::new(WINDOW);
    complete(&completer, &Before::whole(&text.as_bytes()[..3000]));
    counts.take_fed();
    let mut hand_overs = 0;
    let mut start = None;
    for cursor in 3001..5000 {
        let before = &text.as_bytes()[..cursor];
        complete(&completer, &Before::whole(before));
        let now = rule.start(before, 0);
        hand_overs += usize::from(start.is_some_and(|start| start != now));
        start = Some(now);
        // For the answer one byte of this window, at the hand-over as well, or
        // none if it is the one that the last answer foretold.
        let fed = counts.take_fed();
        assert!(fed <= 1, "{fed} bytes at {cursor}");
        // After it a byte of the next one, or more while that catches up.
        catch_up(&completer, &Before::whole(before));
        let fed = counts.take_fed();
        assert!(fed <= WINDOW, "{fed} bytes at {cursor}");
    }
    assert!(hand_overs > 3, "{hand_overs} windows");
}

#[test]
fn lines_that_come_whole_find_the_next_window_read() {
    let (completer, counts) = completer(1 << 20);
    let text = source(6000);
    let rule = WindowRule::new(WINDOW);
    let line = 60;
    let (mut start, mut hand_overs) = (None, 0);
    for cursor in (1000..6000).step_by(line) {
        let before = Before::whole(&text.as_bytes()[..cursor]);
        complete(&completer, &before);
        let fed = counts.take_fed();
        let now = rule.start(before.text, 0);
        hand_overs += usize::from(start.is_some_and(|start| start != now));
        if start.replace(now).is_some() {
            assert!(fed <= line, "{fed} bytes at {cursor}");
        }
        catch_up(&completer, &before);
        counts.take_fed();
    }
    assert!(hand_overs > 3, "{hand_overs} windows");
}

#[test]
fn an_edit_stops_the_catching_up() {
    let (completer, counts) = completer(1 << 20);
    let text = source(6000);
    let rule = WindowRule::new(WINDOW);
    let befores = (3000..6000).map(|cursor| &text.as_bytes()[..cursor]);
    let followed = |before: &&[u8]| {
        let last = rule.boundaries(before, 0).pop();
        last > Some(rule.start(before, 0))
    };
    let before = befores.into_iter().find(followed);
    let before = Before::whole(before.expect("a cursor with a window that follows"));
    let edited = CancelToken::new();
    edited.cancel();
    let caught_up = with_request(&before, |r| completer.catch_up(r, &edited));
    assert_eq!((caught_up, counts.take_fed()), (Err(Cancelled), 0));
    catch_up(&completer, &before);
    assert_ne!(counts.take_fed(), 0);
}

#[test]
fn coming_back_costs_nothing_and_an_edit_little() {
    let (completer, counts) = completer(1 << 20);
    let text = source(400);
    let header = document_header("rust", PATH).len();
    let here = Before::whole(text.as_bytes());
    complete(&completer, &here);
    assert_eq!(counts.take_fed(), header + 400);

    complete(&completer, &here);
    assert_eq!(counts.take_fed(), 0, "the same cursor again");

    // From the last of the states kept close to where the cursor was.
    for (kept, from) in [(390, 384), (380, 320), (260, 256)] {
        let edited = [&text.as_bytes()[..kept - header], b"edited"].concat();
        complete(&completer, &Before::whole(&edited));
        assert_eq!(counts.take_fed(), kept + 6 - from, "{kept}");
    }

    complete(&completer, &here);
    assert_eq!(counts.take_fed(), 0, "undone");
}

#[test]
fn where_the_cursor_rested_nothing_is_left_to_read() {
    let (completer, counts) = completer(1 << 20);
    let text = source(3000);
    let here = Before::whole(text.as_bytes());
    let (steps, cancelled) = (counts.steps(), CancelToken::new());
    let warmed = with_request(&here, |r| completer.warm_up(r, &cancelled));
    assert_eq!((warmed, counts.steps()), (Ok(()), steps));
    assert_ne!(counts.take_fed(), 0);
    complete(&completer, &here);
    assert_eq!(counts.take_fed(), 0);
    // Where nothing is kept it comes to an end all the same.
    let (forgetful, _) = self::completer(0);
    let warmed = with_request(&here, |r| forgetful.warm_up(r, &cancelled));
    assert_eq!(warmed, Ok(()));

    cancelled.cancel();
    let elsewhere = Before::whole(&text.as_bytes()[..2000]);
    let warmed = with_request(&elsewhere, |r| completer.warm_up(r, &cancelled));
    assert_eq!((warmed, counts.take_fed()), (Err(Cancelled), 0));
}

#[test]
fn typing_along_or_accepting_decodes_nothing_again() {
    let (completer, counts) = completer(1 << 20);
    let text = source(400);
    let before = Before::whole(text.as_bytes());
    let shown = complete(&completer, &before).suggestions.remove(0).text;
    let work = |completer: &Completer, typed: &str| {
        counts.take_fed();
        let steps = counts.steps();
        let longer = [&text, typed].concat();
        let completion = complete(completer, &Before::whole(longer.as_bytes()));
        let work = counts.take_fed() + counts.steps() - steps;
        (work, completion.suggestions)
    };
    // What goes beyond the four bytes shown is decoded for the first time.
    let (along, after_one) = work(&completer, &shown[..1]);
    assert!(along <= 1, "{along} steps to type along");

    let ahead = with_request(&before, |r| {
        completer.look_ahead(r, &shown, &CancelToken::new())
    });
    ahead.expect("the token is not set");
    let (accepted, after_all) = work(&completer, &shown);
    assert_eq!(accepted, 0, "steps after accepting");

    let (fresh, _) = self::completer(0);
    assert_eq!(work(&fresh, &shown[..1]).1, after_one);
    assert_eq!(work(&fresh, &shown).1, after_all);
}

#[test]
fn a_warmed_cursor_costs_nothing() {
    let (completer, counts) = completer(1 << 20);
    let text = source(400);
    let before = Before::whole(text.as_bytes());
    let warm_up = Request {
        path: PATH,
        before,
        after: "",
        language: "rust",
        memory: None,
        options: &Options {
            candidates: 0,
            ..Options::default()
        },
        clock: NO_CLOCK,
    };
    let completion = completer
        .complete(&warm_up, &CancelToken::new())
        .expect("the token is not set");
    assert_eq!((completion.suggestions.len(), counts.steps()), (0, 0));
    counts.take_fed();
    complete(&completer, &before);
    assert_eq!(counts.take_fed(), 0);
}
