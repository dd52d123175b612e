//! One open document: a rope that client edits are applied to.
//!
//! Owns the text and its version. Must not know who asks for completions.

use std::fmt::Display;
use std::ops::Range;
use std::sync::Arc;

use code_index::newline;
use ropey::Rope;

/// No document is kept beyond this; people write none of that size by hand.
const MAX_BYTES: usize = 32 << 20;

/// What a client changes: the bytes of a range of the text, or all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which bytes; `None` is all of them.
    pub range: Option<Range<usize>>,
    /// What takes their place.
    pub text: String,
}

/// A document as the client last described it.
#[derive(Clone, Debug)]
pub struct Document {
    /// The text. Cloning it is cheap: clones share their nodes.
    pub text: Rope,
    /// The client's version.
    pub version: i32,
    /// LSP language identifier.
    pub language: String,
    /// Whether the text has held a `\r` since the client last sent all of it.
    /// Without one, offsets with `\n` line ends are offsets in the rope.
    returns: bool,
    /// Whether it was once larger than is kept, alone or with all the others, since the
    /// client last sent all of it: then there is no text, and edits go nowhere.
    pub too_large: bool,
    /// Why the text is not known to be the client's, since the client last sent all of
    /// it: then there is no text either.
    out_of_step: Option<Arc<str>>,
}

impl Document {
    /// A document with `text`.
    pub fn new(text: &str, version: i32, language: String) -> Self {
        let mut document = Self {
            text: Rope::new(),
            version,
            language,
            returns: false,
            too_large: false,
            out_of_step: None,
        };
        document.replace(text);
        document
    }

    fn replace(&mut self, text: &str) {
        self.out_of_step = None;
        self.too_large = text.len() > MAX_BYTES;
        let text = if self.too_large { "" } else { text };
        self.text = Rope::from_str(text);
        self.returns = text.contains('\r');
    }

    /// Gives the text up because there is no room for it.
    pub fn leave_out(&mut self) {
        self.replace("");
        self.too_large = true;
    }

    /// Gives the text up, because of `why`: what the client has is not known until it
    /// sends all of it.
    pub fn lose_step(&mut self, why: &str) {
        self.replace("");
        self.out_of_step = Some(why.into());
    }

    /// Why the text is given up, if it is.
    pub fn out_of_step(&self) -> Option<&str> {
        self.out_of_step.as_deref()
    }

    /// Whether the text that is kept is the client's.
    pub fn is_whole(&self) -> bool {
        !self.too_large && self.out_of_step.is_none()
    }

    /// Whether `text`, which the client has, is not what is kept. One that is too large
    /// would not be.
    fn differs(&self, text: &str) -> bool {
        let kept_out = self.too_large && text.len() > MAX_BYTES;
        !kept_out && (!self.is_whole() || self.text != text)
    }

    /// Makes `text` the text, if it is another one. Whether it was.
    pub fn take_over(&mut self, text: &str) -> bool {
        let differs = self.differs(text);
        if differs {
            self.replace(text);
        }
        differs
    }

    /// Applies `changes` in order, each as `read` understands it on the text before it,
    /// and gives the text up where it makes nothing of one. Without a `version` it is one
    /// more than it was. What each change came to.
    pub fn change<C, E: Display>(
        &mut self,
        version: Option<i32>,
        changes: impl IntoIterator<Item = C>,
        read: impl Fn(&Rope, C) -> Result<Change, E>,
    ) -> Vec<Edit> {
        let mut edits = Vec::new();
        for change in changes {
            match read(&self.text, change) {
                Ok(change) => edits.push(self.apply(change)),
                // The first reason explains the others, and what has no text fits none.
                Err(why) if self.is_whole() => {
                    self.lose_step(&why.to_string());
                    edits.clear();
                }
                Err(_) => {}
            }
        }
        self.version = version.unwrap_or(self.version.saturating_add(1));
        edits
    }

    /// Applies one change: of the whole text, or of a range of it.
    pub fn apply(&mut self, change: Change) -> Edit {
        let whole = |removed| Edit {
            start: 0,
            removed,
            text: String::new(),
        };
        let before = self.text.len_bytes();
        let Some(bytes) = change.range else {
            self.replace(&change.text);
            return whole(before);
        };
        if !self.is_whole() {
            return whole(0);
        }
        let edit = Edit::new(&self.text, bytes.clone(), &change.text);
        let start = self.text.byte_to_char(bytes.start);
        let end = self.text.byte_to_char(bytes.end);
        self.text.remove(start..end);
        self.text.insert(start, &change.text);
        self.returns |= change.text.contains('\r');
        if self.text.len_bytes() > MAX_BYTES {
            self.leave_out();
        }
        edit
    }

    /// At least the last `reach` bytes of the text before `offset`, or all there are.
    pub fn tail(&self, offset: usize, reach: usize) -> Tail {
        let from = |reach| {
            let start = offset.saturating_sub(reach);
            self.text.char_to_byte(self.text.byte_to_char(start))
        };
        let mut tail = Tail {
            start: from(reach),
            text: String::new(),
        };
        if self.returns {
            // Twice as much is enough, however many of the bytes are line ends.
            tail.start = from(2 * reach);
        }
        tail.text = self.text.byte_slice(tail.start..offset).to_string();
        if self.returns {
            tail.text = newline::to_lf(&tail.text).into_owned();
            // A pair that `start` cuts in two counts as before it: the tail then
            // begins with its `\n`. A lone `\r` counts as well; editors write none.
            let returns = |chunk: &str| chunk.bytes().filter(|&b| b == b'\r').count();
            let before = self.text.byte_slice(..tail.start);
            tail.start -= before.chunks().map(returns).sum::<usize>();
        }
        tail
    }

    /// At most `limit` bytes of the text after `offset`, with `\n` line ends.
    pub fn head(&self, offset: usize, limit: usize) -> String {
        let end = self.text.len_bytes().min(offset.saturating_add(limit));
        let end = self.text.char_to_byte(self.text.byte_to_char(end));
        newline::to_lf(&self.text.byte_slice(offset..end).to_string()).into_owned()
    }
}

/// What a change came to: text that replaced other text. What both begin with
/// is left out, since editors replace a half-typed word by a whole one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Byte offset of the place.
    pub start: usize,
    /// Bytes removed there.
    pub removed: usize,
    /// Text inserted there.
    pub text: String,
}

impl Edit {
    /// `text` in place of the bytes of `range`.
    fn new(old: &Rope, range: std::ops::Range<usize>, text: &str) -> Self {
        let replaced = old.byte_slice(range.clone()).chars();
        let same: usize = replaced
            .zip(text.chars())
            .take_while(|(old, new)| old == new)
            .map(|(old, _)| old.len_utf8())
            .sum();
        Self {
            start: range.start + same,
            removed: range.len() - same,
            text: text[same..].to_owned(),
        }
    }
}

/// The text that ends at an offset, as a model reads it: with `\n` line ends.
#[derive(Debug, PartialEq, Eq)]
pub struct Tail {
    /// The text.
    pub text: String,
    /// Byte offset of its start in the document, counted with `\n` line ends.
    pub start: usize,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn change(range: Option<Range<usize>>, text: &str) -> Change {
        Change {
            range,
            text: text.to_owned(),
        }
    }

    #[track_caller]
    fn check(before: &str, range: Option<Range<usize>>, text: &str, after: &str) {
        let mut document = Document::new(before, 1, "rust".to_owned());
        document.apply(change(range, text));
        assert_eq!(document.text, after);
    }

    #[test]
    fn what_is_replaced_by_itself_is_no_edit() {
        let mut document = Document::new("let it = 1;", 1, "rust".to_owned());
        let edit = document.apply(change(Some(4..6), "items"));
        let text = "ems".to_owned();
        let expected = Edit {
            start: 6,
            removed: 0,
            text,
        };
        assert_eq!(edit, expected);
    }

    #[test]
    fn a_range_is_replaced() {
        check("let a = 1;\n", Some(4..5), "name", "let name = 1;\n");
        check("a\r\nb\r\n", Some(1..3), "", "ab\r\n");
        check("😀x", Some(4..5), "y", "😀y");
    }

    #[test]
    fn without_a_range_the_whole_text_is_replaced() {
        check("old", None, "new\n", "new\n");
    }

    #[test]
    fn tails_and_heads_cut_no_character_and_know_no_crlf() {
        let document = Document::new("é\r\nab\r\ncd\r\nef", 1, "rust".to_owned());
        let tail = |offset, reach| {
            let tail = document.tail(offset, reach);
            (tail.text, tail.start)
        };
        assert_eq!(tail(8, 100), ("é\nab\n".to_owned(), 0));
        assert_eq!(tail(8, 2), ("ab\n".to_owned(), 3));
        assert_eq!(tail(10, 1), ("cd".to_owned(), 6));
        assert_eq!(document.head(8, 100), "cd\nef");
        assert_eq!(document.head(0, 1), "");
    }

    #[test]
    fn only_text_that_can_hold_a_carriage_return_is_searched_for_them() {
        let mut document = Document::new("a\nb\n", 1, "rust".to_owned());
        assert!(!document.returns);
        document.apply(change(Some(1..1), "c\nd"));
        assert!(!document.returns);
        document.apply(change(Some(1..1), "\r\n"));
        assert!(document.returns);
        document.apply(change(None, "a\n"));
        assert!(!document.returns);
        assert!(Document::new("a\r\n", 1, "rust".to_owned()).returns);
    }

    #[test]
    fn a_document_that_grows_too_large_is_dropped_until_it_is_sent_whole() {
        let large = "x".repeat(MAX_BYTES);
        let mut document = Document::new(&large, 1, "rust".to_owned());
        assert!(!document.too_large);
        document.apply(change(Some(0..0), "y"));
        assert!(document.too_large && document.text == "");
        document.apply(change(Some(0..0), "y"));
        assert!(document.too_large && document.text == "");
        document.apply(change(None, "a\n"));
        assert!(!document.too_large && document.text == "a\n");
        assert!(Document::new(&(large + "y"), 1, "rust".to_owned()).too_large);
    }

    #[test]
    fn a_text_that_is_given_up_comes_back_whole_or_not_at_all() {
        let mut document = Document::new("let a;\n", 1, "rust".to_owned());
        document.lose_step("a reason");
        assert_eq!(document.out_of_step(), Some("a reason"));
        document.apply(change(Some(0..0), "y"));
        assert!(!document.is_whole() && document.text == "");
        document.apply(change(None, "b\n"));
        assert!(document.is_whole() && document.text == "b\n");
        assert_eq!(document.out_of_step(), None);

        assert!(!document.take_over("b\n"));
        document.lose_step("a reason");
        assert!(document.take_over("") && document.is_whole());
        assert!(!document.take_over("") && document.take_over("c"));
    }

    proptest! {
        #[test]
        fn a_tail_is_where_it_says_in_the_text_without_crlf(
            lf in "[ab\né😀]{0,30}",
            crlf in any::<bool>(),
            reach in 0_usize..20,
        ) {
            let text = if crlf { lf.replace('\n', "\r\n") } else { lf.clone() };
            // Typed, so that what an edit brings counts too.
            let mut document = Document::new("", 1, "rust".to_owned());
            document.apply(change(Some(0..0), &text));
            let tail = document.tail(text.len(), reach);
            prop_assert_eq!(&lf[tail.start..], tail.text.as_str());
            prop_assert!(tail.start == 0 || tail.text.len() >= reach);
        }
    }
}
