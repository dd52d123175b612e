//! Positions as editors count them; everywhere else there are byte offsets.
//!
//! The only file that knows the negotiated encoding. Lines end at `\n`, `\r\n`
//! or `\r`, as the specification has it.

use assistant::documents::Change;
use ropey::Rope;
use tower_lsp::lsp_types::{Position, PositionEncodingKind, Range};

use super::texts::TextChange;

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

    /// Units of the first `chars` characters of `text`.
    fn units_before(self, text: &Rope, chars: usize) -> usize {
        match self {
            Self::Utf8 => text.char_to_byte(chars),
            Self::Utf16 => text.char_to_utf16_cu(chars),
            Self::Utf32 => chars,
        }
    }

    /// Number of characters before the one that the unit `units` is part of.
    fn char_at(self, text: &Rope, units: usize) -> usize {
        match self {
            Self::Utf8 => text.byte_to_char(units),
            Self::Utf16 => text.utf16_cu_to_char(units),
            Self::Utf32 => units,
        }
    }
}

/// Why a change of a text can't be applied. To guess what was meant would leave another
/// text than the client's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// There is no list of changes.
    #[error("a notification of changes had none")]
    NoChanges,
    /// It is not said what is there now.
    #[error("a document or a change came without its text")]
    NoText,
    /// A range is none.
    #[error("a change had a range that is none")]
    NoRange,
    /// A range lies in another text.
    #[error("a change began behind the last line")]
    Outside,
    /// A range is turned round.
    #[error("a change ended before it began")]
    Reversed,
    /// A range cuts a character in two.
    #[error("a change began or ended within a character")]
    WithinCharacter,
}

/// Where a position is, and how well it fits the text.
struct Located {
    /// Byte offset. Past the end of a line is the end of that line, past the last line
    /// the end of the text, inside a character its start.
    offset: usize,
    /// Whether there is such a line.
    in_text: bool,
    /// Whether the position cuts a character in two.
    within: bool,
}

/// Finds `position` by the counts that the rope keeps in its nodes: the time does not
/// depend on the length of the line.
fn locate(text: &Rope, position: Position, encoding: Encoding) -> Located {
    let line = position.line as usize;
    if line >= text.len_lines() {
        return Located {
            offset: text.len_bytes(),
            in_text: false,
            within: false,
        };
    }
    let (start, end) = (text.line_to_char(line), line_end(text, line));
    let wanted = encoding.units_before(text, start) + position.character as usize;
    let last = encoding.units_before(text, end);
    let found = encoding.char_at(text, wanted.min(last));
    Located {
        offset: text.char_to_byte(found),
        in_text: true,
        within: encoding.units_before(text, found) != wanted.min(last),
    }
}

/// Number of characters before the end of `line`, without what ends it.
fn line_end(text: &Rope, line: usize) -> usize {
    let end = text.line_to_char(line + 1);
    let before = |end: usize| end.checked_sub(1).map(|at| text.char(at));
    if line + 1 == text.len_lines() {
        return end;
    }
    match before(end) {
        Some('\n') if before(end - 1) == Some('\r') => end - 2,
        _ => end - 1,
    }
}

/// Byte offset of `position`. Past the end of a line is the end of that line,
/// past the last line the end of the text, inside a character its start.
pub fn to_offset(text: &Rope, position: Position, encoding: Encoding) -> usize {
    locate(text, position, encoding).offset
}

/// Position of the byte `offset`, which lies on a character boundary.
///
/// # Panics
/// If `offset` is past the end of `text`.
pub fn to_position(text: &Rope, offset: usize, encoding: Encoding) -> Position {
    let at = text.byte_to_char(offset);
    let line = text.char_to_line(at);
    let start = encoding.units_before(text, text.line_to_char(line));
    let character = encoding.units_before(text, at) - start;
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
///
/// A range may end behind the end of a line, as the protocol has it, and behind the end
/// of the text, as clients write "all of it".
///
/// # Errors
/// If the text can't have been the client's when it made the change.
pub fn to_change(text: &Rope, change: TextChange, encoding: Encoding) -> Result<Change, Misfit> {
    let range = change.range.map(|range| {
        if range.end < range.start {
            return Err(Misfit::Reversed);
        }
        let start = locate(text, range.start, encoding);
        let end = locate(text, range.end, encoding);
        match start.within || end.within {
            true => Err(Misfit::WithinCharacter),
            false if !start.in_text => Err(Misfit::Outside),
            false => Ok(start.offset..end.offset),
        }
    });
    Ok(Change {
        range: range.transpose()?,
        text: change.text,
    })
}

#[cfg(test)]
mod tests {
    use assistant::documents::Document;
    use proptest::prelude::*;

    use super::*;

    fn edited(
        before: &str,
        (start, end): ((u32, u32), (u32, u32)),
        text: &str,
    ) -> Result<String, Misfit> {
        let at = |(line, character)| Position::new(line, character);
        let change = TextChange {
            range: Some(Range::new(at(start), at(end))),
            text: text.to_owned(),
        };
        let mut document = Document::new(before, 1, "rust".to_owned());
        document.apply(to_change(&document.text, change, Encoding::Utf16)?);
        Ok(document.text.to_string())
    }

    #[track_caller]
    fn check_edit(before: &str, range: ((u32, u32), (u32, u32)), text: &str, after: &str) {
        assert_eq!(edited(before, range, text).as_deref(), Ok(after));
    }

    #[test]
    fn a_range_is_replaced() {
        check_edit("a\r\nb\r\n", ((0, 1), (1, 0)), "", "ab\r\n");
        check_edit("😀x", ((0, 2), (0, 3)), "y", "😀y");
    }

    #[test]
    fn a_range_may_end_behind_a_line_or_the_text() {
        check_edit("ab\ncd", ((0, 7), (0, 9)), "X", "abX\ncd");
        check_edit("ab\r\ncd", ((0, 7), (1, 9)), "X", "abX");
        check_edit("ab\ncd", ((0, 1), (9, 9)), "", "a");
        check_edit("ab\ncd", ((0, 0), (u32::MAX, u32::MAX)), "x", "x");
        check_edit("", ((0, 0), (1, 0)), "x", "x");
    }

    #[test]
    fn what_does_not_fit_the_text_is_no_edit() {
        assert_eq!(
            edited("ab\ncd", ((2, 0), (2, 0)), "X"),
            Err(Misfit::Outside)
        );
        assert_eq!(edited("", ((1, 0), (9, 9)), "X"), Err(Misfit::Outside));
        assert_eq!(edited("abcd", ((0, 3), (0, 1)), "-"), Err(Misfit::Reversed));
        assert_eq!(edited("a\nb", ((1, 0), (0, 1)), "-"), Err(Misfit::Reversed));
        let within = Err(Misfit::WithinCharacter);
        assert_eq!(edited("😀x", ((0, 1), (0, 2)), ""), within);
        assert_eq!(edited("x😀", ((0, 0), (0, 2)), ""), within);
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

    /// A conversion that walked along the line would look at some 10¹² characters here.
    #[test]
    fn a_line_of_25_mb_is_not_walked_along() {
        let line = "let é = \"😀\"; ".repeat(25 * 1024 * 1024 / 18);
        let text = Rope::from_str(&line);
        let chars = text.len_chars();
        for place in 0..10_000 {
            let offset = text.char_to_byte(chars - place);
            for encoding in ALL {
                let position = to_position(&text, offset, encoding);
                assert_eq!(to_offset(&text, position, encoding), offset);
            }
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
