//! When a candidate is long enough: line ends, closers that stand already,
//! blocks that close.

use crate::surroundings::{Surroundings, columns};

/// What does not change while candidates of one request are decoded.
#[derive(Clone, Debug)]
pub(crate) struct StopRules {
    multi_line: bool,
    /// Closers that stand right after the cursor, up to the first quote.
    standing: Vec<u8>,
    /// Indentation of the cursor's line, in columns.
    indentation: usize,
    /// The last byte before the cursor on its line that is not blank.
    last_before: u8,
}

impl StopRules {
    pub(crate) fn new(surroundings: &Surroundings<'_>, multi_line: bool) -> Self {
        let solid = surroundings
            .line_before
            .iter()
            .rfind(|b| !b.is_ascii_whitespace());
        Self {
            multi_line,
            standing: standing_closers(surroundings.rest.as_bytes()),
            indentation: surroundings.indentation(),
            last_before: solid.copied().unwrap_or_default(),
        }
    }

    /// Whether a candidate may hold a line feed.
    pub(crate) fn multi_line(&self) -> bool {
        self.multi_line
    }
}

/// `)` and `"` of `")+1`: the leading closers, none behind the first quote,
/// because what closes behind a quote closes nothing inside the string.
fn standing_closers(rest: &[u8]) -> Vec<u8> {
    let mut standing = Vec::new();
    for &byte in rest {
        match byte {
            b')' | b']' | b'}' | b'>' => standing.push(byte),
            b'"' | b'\'' | b'`' => {
                standing.push(byte);
                break;
            }
            _ => break,
        }
    }
    standing
}

/// Follows one candidate byte by byte.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tracker {
    /// Closers owed to the openers in the candidate, innermost last.
    owed: Vec<u8>,
    in_string: bool,
    escaped: bool,
    previous: u8,
    line: Line,
    /// Set at the first line feed: whether the cursor's line opened a block.
    in_block: bool,
    blank_lines: usize,
}

/// The candidate's current line.
#[derive(Clone, Debug, Default)]
struct Line {
    /// Where the line feed before it stands; `None` on the cursor's line.
    after: Option<usize>,
    width: usize,
    /// The last byte that is not blank; 0 while there is none.
    last_solid: u8,
    /// Whether it begins with the closer of a block at the cursor's indentation.
    closes_block: bool,
}

impl Tracker {
    /// Takes the byte at index `at` of the candidate. `Some(length)` ends the
    /// candidate, of which the first `length ≤ at` bytes are kept.
    pub(crate) fn advance(&mut self, rules: &StopRules, at: usize, byte: u8) -> Option<usize> {
        let end = match byte {
            b'\n' | b'\r' => self.line_feed(rules, at),
            _ => self.inside_line(rules, at, byte),
        };
        self.previous = byte;
        end
    }

    fn line_feed(&mut self, rules: &StopRules, at: usize) -> Option<usize> {
        if !rules.multi_line {
            return Some(at);
        }
        let line = std::mem::replace(
            &mut self.line,
            Line {
                after: Some(at),
                ..Line::default()
            },
        );
        // Quotes rarely span lines, and a stray apostrophe must not last.
        (self.in_string, self.escaped) = (false, false);
        if line.after.is_none() {
            let last = match line.last_solid {
                0 => rules.last_before,
                solid => solid,
            };
            self.in_block = opens_block(last);
        } else if line.last_solid == 0 {
            self.blank_lines += 1;
            if self.blank_lines == 2 {
                return Some(at);
            }
        } else if line.closes_block && !opens_block(line.last_solid) {
            return Some(at);
        }
        None
    }

    fn inside_line(&mut self, rules: &StopRules, at: usize, byte: u8) -> Option<usize> {
        if byte == b' ' || byte == b'\t' {
            if self.line.last_solid == 0 {
                self.line.width += columns(byte);
            }
            self.escaped = false;
            return None;
        }
        if self.line.last_solid == 0
            && let Some(after) = self.line.after
        {
            let closer = matches!(byte, b')' | b']' | b'}');
            let own = self.in_block || !self.owed.is_empty();
            let level = self.line.width.cmp(&rules.indentation);
            if level.is_lt() || (level.is_eq() && if closer { !own } else { self.in_block }) {
                return Some(after);
            }
            self.line.closes_block = level.is_eq() && closer;
        }
        self.line.last_solid = byte;
        self.bracket(rules, byte).then_some(at)
    }

    /// Keeps the account of brackets and quotes; true if `byte` is a closer that
    /// the candidate does not owe and that stands after the cursor already.
    fn bracket(&mut self, rules: &StopRules, byte: u8) -> bool {
        if std::mem::take(&mut self.escaped) {
            return false;
        }
        let stands = rules.standing.contains(&byte);
        match byte {
            b'\\' => self.escaped = true,
            b'"' if self.in_string => self.in_string = false,
            _ if self.in_string => {}
            b'"' | b'\'' | b'`' if stands => return true,
            b'"' => self.in_string = true,
            // A bracket in a character literal: '(' and so on.
            _ if self.previous == b'\'' => {}
            b'(' => self.owed.push(b')'),
            b'[' => self.owed.push(b']'),
            b'{' => self.owed.push(b'}'),
            // Only next to a standing `>` is `<` taken for a bracket, since
            // elsewhere it may as well compare or shift.
            b'<' if rules.standing.contains(&b'>') => self.owed.push(b'>'),
            b'>' if matches!(self.previous, b'-' | b'=') => {}
            b')' | b']' | b'}' | b'>' => match self.owed.iter().rposition(|&o| o == byte) {
                Some(owed) => self.owed.truncate(owed),
                None => return stands,
            },
            _ => {}
        }
        false
    }
}

/// Whether a line that ends with `byte` opens a block: a bracket, or the colon of
/// languages that indent.
fn opens_block(byte: u8) -> bool {
    matches!(byte, b'{' | b'(' | b'[' | b':')
}
