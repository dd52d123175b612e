//! Windows: bounded, content-defined, decided by the text before the cursor.

use lstm_format::{WindowRule, document_header};
use proptest::prelude::*;

const RULE: WindowRule = WindowRule::new(512);

/// Code-like text: lines of varying length and content.
fn text(lines: usize, seed: u64) -> String {
    let mut state = seed;
    let mut next = |n: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695);
        (state >> 33) % n
    };
    let line = |_| {
        format!(
            "{}let v{} = f{}(x);\n",
            " ".repeat(next(9) as usize),
            next(99),
            next(9999)
        )
    };
    (0..lines).map(line).collect()
}

#[test]
fn the_header_names_language_and_file_only() {
    assert_eq!(
        document_header("rust", "some/where/lexer.rs"),
        b"\0rust lexer.rs\n"
    );
    assert_eq!(document_header("rust", "C:\\x\\a\n.rs"), b"\0rust a.rs\n");
}

#[test]
fn windows_cover_a_text_once_and_agree_with_start() {
    let text = text(400, 3);
    let text = text.as_bytes();
    let mut expected = 0;
    for window in RULE.windows(text) {
        assert_eq!(window.predicted.start, expected);
        for offset in window.predicted.clone().step_by(37) {
            assert_eq!(RULE.start(&text[..offset], 0), window.start);
        }
        expected = window.predicted.end;
    }
    assert_eq!(expected, text.len());
}

#[test]
fn an_edit_far_above_keeps_the_windows_below() {
    let before = text(2_000, 5);
    let after = format!("use something::new;\n{before}");
    let shift = after.len() - before.len();
    let mut kept = 0;
    let offsets = (20_000..before.len()).step_by(997);
    for offset in offsets.clone() {
        let old = RULE.start(&before.as_bytes()[..offset], 0);
        let new = RULE.start(&after.as_bytes()[..offset + shift], 0);
        kept += usize::from(old + shift == new);
    }
    assert_eq!(kept, offsets.count());
}

proptest! {
    #[test]
    fn starts_are_bounded_and_a_tail_is_enough(
        text in prop_oneof![
            (0_usize..600, any::<u64>()).prop_map(|(n, s)| text(n, s).into_bytes()),
            prop::collection::vec(any::<u8>(), 0..6_000),
            (0_usize..6_000).prop_map(|n| vec![b'x'; n]),
            (0_usize..3_000).prop_map(|n| b"}\n".repeat(n)),
        ],
    ) {
        let window = RULE.window();
        let start = RULE.start(&text, 0);
        prop_assert!(start == 0 || start + window <= text.len());
        prop_assert!(text.len() < start + 3 * window);
        let tail = text.len().saturating_sub(RULE.reach());
        prop_assert_eq!(RULE.start(&text[tail..], tail), start);
    }
}
