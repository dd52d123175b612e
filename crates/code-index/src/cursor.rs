//! A place in an index: the rows of every context length at once.

use crate::MOST_ORDER;
use crate::segment::{Rows, Segment};

/// The rows that match the last bytes, for every length of context.
///
/// Rows of longer contexts lie within those of shorter ones. Lengths whose rows
/// are the same share an entry.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cursor {
    /// Longest context first.
    matches: Vec<Match>,
}

/// Rows that match contexts up to a length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Match {
    /// The longest context, in bytes, that has these rows.
    pub(crate) order: usize,
    pub(crate) rows: Rows,
}

impl Cursor {
    /// Appends `byte` to the context.
    pub(crate) fn push(&mut self, segment: &Segment, byte: u8) {
        let mut kept = 0;
        for i in 0..self.matches.len() {
            let Match { order, rows } = &self.matches[i];
            let rows = segment.followed_by(rows, byte);
            if rows.is_empty() {
                continue;
            }
            let order = (order + 1).min(MOST_ORDER);
            kept = self.keep(kept, Match { order, rows });
        }
        let rows = segment.ending_with(byte);
        if !rows.is_empty() {
            kept = self.keep(kept, Match { order: 1, rows });
        }
        self.matches.truncate(kept);
    }

    /// Puts `next` behind the first `kept` matches, unless the last of them has
    /// the same rows; replaces it if both have reached the longest order.
    fn keep(&mut self, kept: usize, next: Match) -> usize {
        let place = match kept.checked_sub(1).map(|last| &self.matches[last]) {
            Some(last) if last.rows == next.rows => return kept,
            Some(last) if last.order == next.order => kept - 1,
            _ => kept,
        };
        if place < self.matches.len() {
            self.matches[place] = next;
        } else {
            self.matches.push(next);
        }
        place + 1
    }

    /// Matches, longest context first.
    pub(crate) fn matches(&self) -> &[Match] {
        &self.matches
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::Histogram;
    use proptest::prelude::*;

    fn push_all(segment: &Segment, context: &[u8]) -> Cursor {
        let mut cursor = Cursor::default();
        for &byte in context {
            cursor.push(segment, byte);
        }
        cursor
    }

    /// What follows the last `order` bytes of `context`, by search.
    fn naive(text: &[u8], context: &[u8], order: usize) -> Vec<(u8, i32)> {
        let wanted = &context[context.len() - order..];
        let mut counts = [0; 256];
        for at in order..text.len() {
            if &text[at - order..at] == wanted {
                counts[usize::from(text[at])] += 1;
            }
        }
        (0..=255).zip(counts).filter(|&(_, n)| n > 0).collect()
    }

    fn joined(documents: &[Vec<u8>]) -> Vec<u8> {
        let mut text = vec![0];
        for document in documents {
            text.extend(document);
            text.push(0);
        }
        text
    }

    fn counted(segment: &Segment, cursor: &Cursor, order: usize) -> Vec<(u8, i32)> {
        let mut counts = Histogram::default();
        let found = cursor.matches().iter().rev().find(|m| m.order >= order);
        if let Some(found) = found {
            segment.count(&found.rows, 1, &mut counts);
        }
        let mut counts: Vec<_> = counts.each().collect();
        counts.sort_unstable();
        counts
    }

    fn document(symbols: u8) -> impl Strategy<Value = Vec<u8>> {
        prop::collection::vec(1..=symbols, 0..400)
    }

    proptest! {
        #[test]
        fn counts_are_those_of_a_search(
            documents in prop::collection::vec(document(3), 0..8),
            context in document(3),
        ) {
            let segment = Segment::new(documents.iter().map(Vec::as_slice));
            let text = joined(&documents);
            let context = [&[0], context.as_slice()].concat();
            let cursor = push_all(&segment, &context);
            for order in 1..=context.len().min(MOST_ORDER) {
                prop_assert_eq!(counted(&segment, &cursor, order), naive(&text, &context, order));
            }
        }

        #[test]
        fn counts_are_those_of_a_search_of_a_longer_text(
            document in prop::collection::vec(1..=255_u8, 3000..4000),
            at in 0..2900_usize,
        ) {
            let segment = Segment::new([document.as_slice()]);
            let text = joined(std::slice::from_ref(&document));
            let context = &document[at..at + 40];
            let cursor = push_all(&segment, context);
            for order in [1, 2, 3, 20, MOST_ORDER] {
                prop_assert_eq!(counted(&segment, &cursor, order), naive(&text, context, order));
            }
        }
    }

    #[test]
    fn an_index_survives_being_written_and_read() {
        let segment = Segment::new([b"abracadabra".as_slice(), b"abrasive"]);
        let again = Segment::from_bytes(segment.as_bytes().to_vec()).unwrap();
        let cursor = push_all(&again, b"abra");
        assert_eq!(counted(&again, &cursor, 4), [(0, 1), (b'c', 1), (b's', 1)]);
        let cut = segment.as_bytes()[..segment.as_bytes().len() - 1].to_vec();
        assert!(Segment::from_bytes(cut).is_err());
    }
}
