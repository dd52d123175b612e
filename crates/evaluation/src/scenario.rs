//! How a file is typed again, and which parts of it.

/// How files are typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scenario {
    /// From the first byte to the last, with no text after the cursor.
    #[default]
    Append,
    /// Blocks and arguments are deleted, one after the other, and typed again
    /// with the rest of the file in place.
    Edit,
}

impl Scenario {
    /// The passages of `text`, in order, none inside another.
    pub fn passages(self, text: &str) -> Vec<Passage> {
        match self {
            Self::Append => vec![Passage {
                start: 0,
                end: text.len(),
                has_rest: false,
            }],
            Self::Edit => inside_brackets(text),
        }
    }
}

/// A part of a file to be typed again; what is before it and after it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// Where it starts, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// Whether the text after `end` stands, or the file ends there.
    pub has_rest: bool,
}

/// Bytes between the braces of a block that is typed again.
const BLOCK: std::ops::RangeInclusive<usize> = 60..=1200;
/// Bytes between the parentheses of arguments that are.
const ARGUMENTS: std::ops::RangeInclusive<usize> = 8..=100;

/// The outermost blocks and arguments of fitting size. Brackets in strings and
/// comments may lead astray; then less is typed, the same for every suggester.
fn inside_brackets(text: &str) -> Vec<Passage> {
    let mut open = Vec::new();
    let mut passages: Vec<Passage> = Vec::new();
    for (at, byte) in text.bytes().enumerate() {
        let opener = match byte {
            b'{' | b'(' => {
                open.push((byte, at + 1));
                continue;
            }
            b'}' => b'{',
            b')' => b'(',
            _ => continue,
        };
        let Some(&(last, start)) = open.last() else {
            continue;
        };
        if last != opener {
            continue;
        }
        open.pop();
        let inside = &text[start..at];
        let fits = match opener {
            b'{' => BLOCK.contains(&inside.len()) && inside.starts_with('\n'),
            _ => ARGUMENTS.contains(&inside.len()) && !inside.contains('\n'),
        };
        if fits {
            passages.retain(|passage| passage.start < start);
            passages.push(Passage {
                start,
                end: at,
                has_rest: true,
            });
        }
    }
    passages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outermost_that_fit_are_typed() {
        let body = "\n    call(with, some, arguments);\n    call(with, some, arguments);\n";
        let text = format!("fn f(argument: u8) {{{body}}}\nfn g() {{}}\n");
        let inside: Vec<&str> = inside_brackets(&text)
            .iter()
            .map(|passage| &text[passage.start..passage.end])
            .collect();
        assert_eq!(inside, ["argument: u8", body]);
        assert_eq!(inside_brackets(")}({"), []);
    }
}
