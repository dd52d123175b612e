//! A block in a file of the user's, between two comments that say whose it is. The file
//! may be written in any language with comments of one line.

use std::ops::Range;

use crate::piece::{Edit, Unclear};
use crate::text;

/// What stands between the comments, and how they are written.
pub(crate) struct Block {
    /// What begins a comment.
    pub(crate) comment: &'static str,
    /// The editor, as the command line has it.
    pub(crate) editor: &'static str,
    /// The lines between the comments.
    pub(crate) text: String,
}

/// Where a block stands in a text, with the newline that came in with it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// From the first comment on.
    pub(crate) range: Range<usize>,
    /// Whether there was no file before there was the block.
    made_file: bool,
}

impl Block {
    fn begins(&self) -> String {
        format!(
            "{} Written by `lstm-ls setup {}`",
            self.comment, self.editor
        )
    }

    fn ends(&self) -> String {
        format!(
            "{} End of what `lstm-ls setup {}` wrote.",
            self.comment, self.editor
        )
    }

    fn lines(&self, made_file: bool) -> String {
        let made = match made_file {
            true => ", which made this file",
            false => "",
        };
        let (begins, ends, text) = (self.begins(), self.ends(), &self.text);
        format!("{begins}{made}; --undo takes it away.\n{text}{ends}\n")
    }

    /// Where the block stands in `text`.
    ///
    /// # Errors
    /// If one of its comments is missing, or is there twice.
    pub(crate) fn find(&self, text: &str) -> Result<Option<Found>, Unclear> {
        let (begins, ends) = (self.begins(), self.ends());
        let first: Vec<_> = text::lines(text)
            .filter(|(_, line)| line.starts_with(&begins))
            .collect();
        let last: Vec<_> = text::lines(text)
            .filter(|(_, line)| *line == ends)
            .collect();
        match (&first[..], &last[..]) {
            ([], []) => Ok(None),
            ([(start, begins)], [(end, ends)]) if start < end => Ok(Some(Found {
                range: text::inserted(text, *start..end + ends.len()),
                made_file: begins.contains(", which made this file"),
            })),
            _ => Err(Unclear(
                "of the two comments around what `lstm-ls setup` wrote one is missing or changed"
                    .to_owned(),
            )),
        }
    }

    /// `text` with the block in the place of what was `found` there, else at its end.
    pub(crate) fn put_at(&self, text: &str, found: Option<Found>) -> String {
        let (without, at, made_file) = match found {
            None => (text.to_owned(), text.len(), false),
            Some(Found { range, made_file }) => {
                let without = text::edited(text, vec![(range.clone(), String::new())]);
                (without, range.start, made_file)
            }
        };
        let lines = text::insertion(&without, at, &self.lines(made_file));
        text::edited(&without, vec![(at..at, lines)])
    }

    /// `text` without what was `found` there, and no file if that made it.
    pub(crate) fn take_from(text: &str, found: Found) -> Option<String> {
        let rest = text::edited(text, vec![(found.range, String::new())]);
        (!found.made_file || !rest.is_empty()).then_some(rest)
    }
}

impl Edit for Block {
    fn text(&self) -> &str {
        &self.text
    }

    fn put(&self, before: Option<&str>) -> Result<Option<String>, Unclear> {
        let Some(before) = before else {
            return Ok(Some(self.lines(true)));
        };
        Ok(Some(self.put_at(before, self.find(before)?)))
    }

    fn take(&self, before: &str) -> Result<Option<String>, Unclear> {
        match self.find(before)? {
            None => Ok(Some(before.to_owned())),
            Some(found) => Ok(Self::take_from(before, found)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: fn(&str) -> Block = |text| Block {
        comment: "#",
        editor: "ed",
        text: text.to_owned(),
    };

    #[test]
    fn it_comes_and_goes_and_stays_where_it_is() {
        let (old, new) = (BLOCK("old\n"), BLOCK("new\nnewer\n"));
        for before in [None, Some(""), Some("a"), Some("a\n"), Some("a\r\nb")] {
            let put = old.put(before).unwrap().unwrap();
            assert_eq!(old.put(Some(&put)).unwrap(), Some(put.clone()));
            let renewed = new.put(Some(&put)).unwrap().unwrap();
            assert!(renewed.contains("newer") && !renewed.contains("old"));
            for put in [&put, &renewed] {
                assert_eq!(new.take(put).unwrap().as_deref(), before);
                let edited = format!("x\n{put}");
                let without = new.take(&edited).unwrap().unwrap();
                assert_eq!(without, format!("x\n{}", before.unwrap_or_default()));
            }
        }
    }

    #[test]
    fn it_is_renewed_between_what_was_written_around_it() {
        let put = BLOCK("old\n").put(Some("a\n")).unwrap().unwrap() + "b\n";
        let renewed = BLOCK("new\n").put(Some(&put)).unwrap().unwrap();
        assert_eq!(renewed, put.replace("old", "new"));
        assert_eq!(BLOCK("").take(&renewed).unwrap().unwrap(), "a\nb\n");
    }

    #[test]
    fn with_one_comment_it_is_left_alone() {
        let put = BLOCK("text\n").put(Some("a\n")).unwrap().unwrap();
        let without_last = put.lines().take(3).collect::<Vec<_>>().join("\n");
        for damaged in [
            put.replace("# End", "# end"),
            put.clone() + &put,
            without_last,
        ] {
            assert!(BLOCK("").put(Some(&damaged)).is_err(), "{damaged}");
            assert!(BLOCK("").take(&damaged).is_err(), "{damaged}");
        }
    }
}
