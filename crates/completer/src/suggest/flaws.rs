//! What is wrong with a text where it stands, whatever comes next.

use crate::surroundings::{Brackets, Surroundings};

/// What accepting a text would do to its line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flaws {
    /// Whether brackets or quotes of the line matched and do not any more. What is
    /// left open at the end of a line counts as being typed.
    pub unbalanced: bool,
    /// Whether it says again how what follows begins.
    pub repeats: bool,
}

/// The flaws of `text` between `before` and `after`, which is all of a document in the
/// language of this name.
pub fn flaws(language: &str, before: &str, text: &str, after: &str) -> Flaws {
    let surroundings = Surroundings::new(before.as_bytes(), after);
    let language = language::row(language);
    let brackets = Brackets::new(language, before.as_bytes(), surroundings.rest);
    let allowed = brackets.allowed(text);
    Flaws {
        unbalanced: brackets.is_balanced() && !allowed[text.len()],
        repeats: surroundings.are_repeated_by(text, &allowed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `before⟨text⟩after`
    #[track_caller]
    fn check(language: &str, fixture: &str, unbalanced: bool, repeats: bool) {
        let (before, rest) = fixture.split_once('⟨').expect("a text");
        let (text, after) = rest.split_once('⟩').expect("the text's end");
        let expect = Flaws {
            unbalanced,
            repeats,
        };
        assert_eq!(flaws(language, before, text, after), expect, "{fixture}");
    }

    #[test]
    fn a_text_may_break_a_line_or_repeat_it() {
        check("rust", "f(⟨a, b⟩);", false, false);
        check("rust", "f(⟨g(a⟩);", true, false);
        check("python", "f(⟨a)⟩)", true, true);
        check("typescript", "f(⟨'a⟩);", true, false);
        check("go", "x ⟨:= ⟩:= f()", false, true);
        check("c", "f(⟨g(a)⟩);", false, false);
    }

    #[test]
    fn a_line_that_was_broken_before_is_not_broken_by_a_text() {
        check("rust", "f(⟨g(a⟩", false, false);
        check("c", "f(g(⟨a⟩);", false, false);
    }
}
