//! What a Java file should have: licence, package, imports, a class, Javadoc,
//! closed brackets, indentation. Knows tokens, not grammar.

use language::{Lexer, Mode};
use serde::Serialize;

/// What was found in a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Structure {
    /// It begins with a comment that speaks of a licence.
    pub licence: bool,
    /// A `package` statement.
    pub package: bool,
    /// `import` statements.
    pub imports: usize,
    /// A class, interface, enum or annotation outside everything else.
    pub class: bool,
    /// Javadoc comments.
    pub javadoc: usize,
    /// Brackets still open at the end; `None` if one closed what was not open.
    pub open_brackets: Option<usize>,
    /// Lines that begin a statement, and those of them indented by four spaces a
    /// brace that is open.
    pub statements: usize,
    /// See [`statements`](Self::statements).
    pub indented: usize,
    /// Where the leading comment ends, in bytes; 0 if there is none.
    #[serde(skip)]
    pub leading_comment: usize,
}

impl Structure {
    /// Whether the text has licence, package and class, and all its brackets closed.
    pub fn is_whole(&self) -> bool {
        self.licence && self.package && self.class && self.open_brackets == Some(0)
    }

    /// Looks at `text`.
    pub fn of(text: &str) -> Self {
        let mut structure = Self {
            licence: false,
            package: false,
            imports: 0,
            class: false,
            javadoc: 0,
            open_brackets: Some(0),
            statements: 0,
            indented: 0,
            leading_comment: 0,
        };
        // Code with comments and literals blanked out, byte for byte.
        let mut code = String::with_capacity(text.len());
        let mut lexer = Lexer::new(&language::row("java").lexis);
        let mut end = 0;
        while end < text.len() {
            let start = end;
            end += lexer.advance(&text.as_bytes()[end..]);
            let mode = lexer.mode();
            let ends_with_line =
                |end: usize| mode == Mode::LineComment && text.as_bytes().get(end) == Some(&b'\n');
            while lexer.mode() != Mode::Code && end < text.len() && !ends_with_line(end) {
                end += lexer.advance(&text.as_bytes()[end..]);
            }
            let token = &text[start..end];
            if mode == Mode::Code {
                code.push_str(token);
                continue;
            }
            if token.starts_with("/**") {
                structure.javadoc += 1;
            }
            if token.starts_with("/*") && code.trim().is_empty() {
                structure.leading_comment = end;
                structure.licence |= token.to_ascii_lowercase().contains("licen");
            }
            code.extend(token.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        }
        structure.look_at_code(&code);
        structure
    }

    fn look_at_code(&mut self, code: &str) {
        let mut open: Vec<char> = Vec::new();
        let mut begins_statement = true;
        for line in code.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let ends = line.trim_end().ends_with(';');
            if open.is_empty() {
                self.package |= words.first() == Some(&"package") && ends;
                self.imports += usize::from(words.first() == Some(&"import") && ends);
                let kinds = ["class", "interface", "enum", "@interface"];
                self.class |= words.windows(2).any(|pair| kinds.contains(&pair[0]));
            }
            if let Some(first) = words.first() {
                let braces = open.iter().filter(|&&bracket| bracket == '{').count();
                let closing = usize::from(first.starts_with('}'));
                if begins_statement {
                    let indentation = line.len() - line.trim_start().len();
                    self.statements += 1;
                    self.indented += usize::from(indentation == 4 * braces.saturating_sub(closing));
                }
                begins_statement = line.trim_end().ends_with([';', '{', '}']);
            }
            for c in line.chars() {
                match c {
                    '(' | '[' | '{' => open.push(c),
                    ')' | ']' | '}' => {
                        let partner = open.pop();
                        if !matches!(
                            (partner, c),
                            (Some('('), ')') | (Some('['), ']') | (Some('{'), '}')
                        ) {
                            self.open_brackets = None;
                        }
                    }
                    _ => {}
                }
            }
        }
        self.open_brackets = self.open_brackets.map(|_| open.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "\
/*
 * Licensed to nobody.
 */
package a.b;

import java.util.List;

/**
 * Says {hello.
 */
public class Hello {
    private static final char OPEN = '(';

    String say(final int n) { // {{{
        return \"}\\\"]\" +
            n;
    }
}
";

    #[test]
    fn a_whole_file_is_whole() {
        let structure = Structure::of(WHOLE);
        assert!(structure.is_whole(), "{structure:?}");
        assert_eq!((structure.imports, structure.javadoc), (1, 1));
        assert_eq!(structure.statements, structure.indented);
        assert_eq!(&WHOLE[structure.leading_comment..][..9], "\npackage ");
    }

    #[test]
    fn what_is_missing_is_missed() {
        let without = |part: &str| Structure::of(&WHOLE.replacen(part, "", 1));
        assert!(!without("Licensed").licence);
        assert!(!without("package a.b;").package);
        assert!(!without("class").class);
        assert_eq!(without("    }\n").open_brackets, Some(1));
        assert_eq!(without("public class Hello {").open_brackets, None);
        assert!(without("    private").indented < Structure::of(WHOLE).indented);
        for part in ["Licensed", "package a.b;", "class", "    }\n"] {
            assert!(!without(part).is_whole(), "{part}");
        }
    }
}
