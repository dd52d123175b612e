//! Positions as editors count them; everywhere else there are byte offsets.
//!
//! The only file that knows the negotiated encoding. Lines end at `\n`, `\r\n`
//! or `\r`, as the specification has it.

use assistant::documents::Change;
use ropey::Rope;
use tower_lsp::lsp_types::{Position, PositionEncodingKind, Range, TextDocumentContentChangeEvent};

/// What a position's `character` counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units: what every client understands.
    #[default]
    Utf16,
    /// Characters.
    Utf32,
}

impl Encoding {
    /// The first of the client's `offers` (most wanted first) that is known.
    pub fn negotiate(offers: &[PositionEncodingKind]) -> Self {
        let known = |offer: &PositionEncodingKind| match offer.as_str() {
            "utf-8" => Some(Self::Utf8),
            "utf-16" => Some(Self::Utf16),
            "utf-32" => Some(Self::Utf32),
            _ => None,
        };
        offers.iter().find_map(known).unwrap_or_default()
    }

    /// As the protocol spells it.
    pub fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
            Self::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    fn units(self, character: char) -> usize {
        match self {
            Self::Utf8 => character.len_utf8(),
            Self::Utf16 => character.len_utf16(),
            Self::Utf32 => 1,
        }
    }
}

/// Byte offset of `position`. Past the end of a line is the end of that line,
/// past the last line the end of the text, inside a character its start.
pub fn to_offset(text: &Rope, position: Position, encoding: Encoding) -> usize {
    let line = position.line as usize;
    if line >= text.len_lines() {
        return text.len_bytes();
    }
    let mut offset = text.line_to_byte(line);
    let mut left = position.character as usize;
    for character in text.line(line).chars() {
        let units = encoding.units(character);
        if matches!(character, '\n' | '\r') || units > left {
            break;
        }
        left -= units;
        offset += character.len_utf8();
    }
    offset
}

/// Position of the byte `offset`, which lies on a character boundary.
///
/// # Panics
/// If `offset` is past the end of `text`.
pub fn to_position(text: &Rope, offset: usize, encoding: Encoding) -> Position {
    let line = text.byte_to_line(offset);
    let before = text.byte_slice(text.line_to_byte(line)..offset);
    let character: usize = before.chars().map(|c| encoding.units(c)).sum();
    // A document of more than 4 GiB is refused by every client long before.
    let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Position::new(narrow(line), narrow(character))
}

/// Byte offsets of `range`, in ascending order even where the client's are not.
pub fn to_offsets(text: &Rope, range: Range, encoding: Encoding) -> std::ops::Range<usize> {
    let start = to_offset(text, range.start, encoding);
    let end = to_offset(text, range.end, encoding);
    start.min(end)..start.max(end)
}

/// What a client changes in `text`, in bytes.
pub fn to_change(
    text: &Rope,
    change: TextDocumentContentChangeEvent,
    encoding: Encoding,
) -> Change {
    Change {
        range: change.range.map(|range| to_offsets(text, range, encoding)),
        text: change.text,
    }
}

#[cfg(test)]
mod tests {
    use assistant::documents::Document;
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check_edit(before: &str, (start, end): ((u32, u32), (u32, u32)), text: &str, after: &str) {
        let at = |(line, character)| Position::new(line, character);
        let change = TextDocumentContentChangeEvent {
            range: Some(Range::new(at(start), at(end))),
            range_length: None,
            text: text.to_owned(),
        };
        let mut document = Document::new(before, 1, "rust".to_owned());
        document.apply(to_change(&document.text, change, Encoding::Utf16));
        assert_eq!(document.text, after);
    }

    #[test]
    fn a_range_is_replaced() {
        check_edit("a\r\nb\r\n", ((0, 1), (1, 0)), "", "ab\r\n");
        check_edit("😀x", ((0, 2), (0, 3)), "y", "😀y");
    }

    #[test]
    fn edits_out_of_range_are_clamped() {
        check_edit("ab\ncd", ((0, 7), (0, 9)), "X", "abX\ncd");
        check_edit("ab\ncd", ((5, 0), (9, 9)), "X", "ab\ncdX");
        check_edit("ab\ncd", ((0, 1), (9, 9)), "", "a");
    }

    #[test]
    fn a_range_with_its_ends_swapped_is_put_right() {
        check_edit("abcd", ((0, 3), (0, 1)), "-", "a-d");
    }

    const ALL: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

    #[test]
    fn each_encoding_counts_its_own_units() {
        let text = Rope::from_str("aé😀b\n");
        let at = |encoding, character| to_offset(&text, Position::new(0, character), encoding);
        assert_eq!([1, 3, 7, 8].map(|c| at(Encoding::Utf8, c)), [1, 3, 7, 8]);
        assert_eq!([1, 2, 4, 5].map(|c| at(Encoding::Utf16, c)), [1, 3, 7, 8]);
        assert_eq!([1, 2, 3, 4].map(|c| at(Encoding::Utf32, c)), [1, 3, 7, 8]);
    }

    #[test]
    fn a_position_inside_a_character_is_its_start() {
        let text = Rope::from_str("😀b");
        assert_eq!(to_offset(&text, Position::new(0, 1), Encoding::Utf16), 0);
        assert_eq!(to_offset(&text, Position::new(0, 3), Encoding::Utf8), 0);
    }

    #[test]
    fn positions_past_an_end_are_clamped() {
        let text = Rope::from_str("ab\r\ncd");
        for encoding in ALL {
            assert_eq!(to_offset(&text, Position::new(0, 99), encoding), 2);
            assert_eq!(to_offset(&text, Position::new(1, 99), encoding), 6);
            assert_eq!(to_offset(&text, Position::new(9, 0), encoding), 6);
            assert_eq!(
                to_offset(&text, Position::new(u32::MAX, u32::MAX), encoding),
                6
            );
        }
    }

    #[test]
    fn only_the_three_line_ends_of_the_protocol_count() {
        let text = Rope::from_str("a\u{2028}b\u{b}c\rd\n");
        let encoding = Encoding::Utf16;
        assert_eq!(
            to_position(&text, text.len_bytes(), encoding),
            Position::new(2, 0)
        );
        assert_eq!(
            to_offset(&text, Position::new(1, 0), encoding),
            "a\u{2028}b\u{b}c\r".len()
        );
    }

    #[test]
    fn the_first_known_offer_wins() {
        let offers = |names: &[&'static str]| {
            let offers: Vec<_> = names
                .iter()
                .map(|&n| PositionEncodingKind::new(n))
                .collect();
            Encoding::negotiate(&offers)
        };
        assert_eq!(offers(&[]), Encoding::Utf16);
        assert_eq!(offers(&["utf-7", "utf-32", "utf-8"]), Encoding::Utf32);
        assert_eq!(offers(&["utf-8", "utf-16"]), Encoding::Utf8);
    }

    proptest! {
        #[test]
        fn offsets_survive_the_way_to_a_position_and_back(text in "[a\né😀\r]{0,40}") {
            let rope = Rope::from_str(&text);
            let inside_crlf = |o: usize| o > 0 && text[..o].ends_with('\r') && text[o..].starts_with('\n');
            let boundaries = text.char_indices().map(|(o, _)| o).chain([text.len()]);
            for offset in boundaries.filter(|&o| !inside_crlf(o)) {
                for encoding in ALL {
                    let position = to_position(&rope, offset, encoding);
                    prop_assert_eq!(to_offset(&rope, position, encoding), offset);
                }
            }
        }
    }
}
