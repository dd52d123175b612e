//! The text that is typed in, and the cursor in it.

/// Text with a cursor at a character boundary.
#[derive(Debug)]
pub(super) struct Buffer {
    text: String,
    /// In bytes.
    cursor: usize,
}

impl Buffer {
    /// `text` with the cursor at its end.
    pub(super) fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            cursor: text.len(),
        }
    }

    /// The text before the cursor.
    pub(super) fn before(&self) -> &str {
        &self.text[..self.cursor]
    }

    /// The text behind the cursor.
    pub(super) fn behind(&self) -> &str {
        &self.text[self.cursor..]
    }

    /// Puts `text` before the cursor.
    pub(super) fn insert(&mut self, text: &str) {
        self.text.insert_str(self.cursor, text);
        self.cursor += text.len();
    }

    /// Breaks the line and indents the new one like the old one, and more
    /// behind an opening brace.
    pub(super) fn new_line(&mut self) {
        let line = self.before().rsplit('\n').next().unwrap_or_default();
        let indentation: String = line.chars().take_while(|c| *c == ' ').collect();
        let deeper = if line.trim_end().ends_with(['{', '(', '[']) {
            "    "
        } else {
            ""
        };
        self.insert(&format!("\n{indentation}{deeper}"));
    }

    pub(super) fn delete_before(&mut self) {
        if let Some(char) = self.before().chars().next_back() {
            self.cursor -= char.len_utf8();
            self.text.remove(self.cursor);
        }
    }

    pub(super) fn delete_behind(&mut self) {
        if !self.behind().is_empty() {
            self.text.remove(self.cursor);
        }
    }

    pub(super) fn left(&mut self) {
        self.cursor -= self.before().chars().next_back().map_or(0, char::len_utf8);
    }

    pub(super) fn right(&mut self) {
        self.cursor += self.behind().chars().next().map_or(0, char::len_utf8);
    }

    pub(super) fn line_start(&mut self) {
        self.cursor = self.before().rfind('\n').map_or(0, |at| at + 1);
    }

    pub(super) fn line_end(&mut self) {
        self.cursor += self.behind().find('\n').unwrap_or(self.behind().len());
    }

    /// To the end of the line above.
    pub(super) fn line_up(&mut self) {
        self.cursor = self.before().rfind('\n').unwrap_or(0);
    }

    /// To the end of the line below.
    pub(super) fn line_down(&mut self) {
        self.line_end();
        self.right();
        self.line_end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Does `act` where `$0` is in `fixture`, and expects the same form.
    #[track_caller]
    fn check(fixture: &str, act: fn(&mut Buffer), expect: &str) {
        let (before, behind) = fixture::split(fixture);
        let mut buffer = Buffer::new(behind);
        buffer.cursor = 0;
        buffer.insert(before);
        act(&mut buffer);
        let now = format!("{}$0{}", buffer.before(), buffer.behind());
        assert_eq!(now, expect);
    }

    #[test]
    fn what_is_deleted_is_a_character() {
        check("ö$0b", Buffer::delete_before, "$0b");
        check("$0b", Buffer::delete_before, "$0b");
        check("a$0→b", Buffer::delete_behind, "a$0b");
        check("a$0", Buffer::delete_behind, "a$0");
    }

    #[test]
    fn the_cursor_stays_in_the_text() {
        check("a→$0", Buffer::left, "a$0→");
        check("$0a", Buffer::left, "$0a");
        check("a$0", Buffer::right, "a$0");
        check("a\nb$0c\n", Buffer::line_start, "a\n$0bc\n");
        check("a\n$0bc\nd", Buffer::line_end, "a\nbc$0\nd");
        check("ab\nc$0", Buffer::line_up, "ab$0\nc");
        check("a$0b\ncd", Buffer::line_down, "ab\ncd$0");
    }

    #[test]
    fn a_new_line_is_indented() {
        check("  f(a);$0", Buffer::new_line, "  f(a);\n  $0");
        check("fn f() {$0}", Buffer::new_line, "fn f() {\n    $0}");
    }
}
