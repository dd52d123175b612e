//! Ghost text at one place of a document, and what became of it.

use completer::show::{self, Attention, Ignored};

use super::document::Edit;

/// Ghost text at one place, and what became of it.
#[derive(Clone, Debug, Default)]
pub struct Ghost {
    /// Byte offset of the place.
    offset: usize,
    /// What stands there.
    text: Option<String>,
    /// What stood there and was not accepted.
    pub ignored: Ignored,
    /// Whether a suggestion was just accepted there.
    pub accepted: bool,
}

impl Ghost {
    /// Nothing has been shown yet at `offset`.
    fn at(offset: usize) -> Self {
        Self {
            offset,
            ..Self::default()
        }
    }

    /// What is known of the place at `offset`.
    pub(super) fn of(&self, offset: usize) -> Self {
        match self.offset == offset {
            true => self.clone(),
            false => Self::default(),
        }
    }

    /// Follows an edit: what is typed at the place, or accepted, moves it on, and says how
    /// much `attention` the typist pays.
    pub(super) fn follow(&mut self, edit: &Edit, attention: &mut Attention) {
        let end = edit.start + edit.text.len();
        if edit.removed > 0 || edit.start != self.offset {
            *self = Self::at(end);
            return;
        }
        let shown = self.text.take();
        self.offset = end;
        self.accepted = shown.as_ref() == Some(&edit.text);
        // A typist does not type as much at once, so a part was accepted, such as a word.
        let in_part = |shown: &String| shown.starts_with(&edit.text);
        let in_part = edit.text.len() >= show::SHORTEST && shown.as_ref().is_some_and(in_part);
        match self.accepted || in_part {
            true => self.ignored.accepted(&edit.text, attention),
            false => self.ignored.typed(&edit.text, attention),
        }
    }

    /// `text` is shown at `offset`.
    pub(super) fn show(&mut self, offset: usize, text: &str) {
        if self.offset != offset {
            *self = Self::at(offset);
        }
        self.ignored.shown(text);
        self.text = Some(text.to_owned());
    }

    /// Ghost text that ends with `text` was sent away by hand.
    pub(super) fn dismiss(&mut self, text: &str) {
        let shown = self.text.as_deref();
        if shown.is_some_and(|shown| !shown.is_empty() && text.ends_with(shown)) {
            self.ignored.dismissed();
        }
    }
}
