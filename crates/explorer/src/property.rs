//! What a unit may be found to track: properties of each place in a text.

use std::ops::Range;

use regex::bytes::Regex;

use crate::reading::Document;

mod code_shape;

use code_shape::shape;

/// A property of the place behind each byte of a text.
#[derive(Clone, Debug)]
pub enum Property {
    /// Columns of white space at the start of the line, counted while they are read.
    Indentation,
    /// Brackets that are open, outside strings and comments.
    BracketDepth,
    /// Whether the place is within a string or character literal.
    InString,
    /// Whether it is within a comment.
    InComment,
    /// Characters since the start of the line.
    Column,
    /// Bytes since the last line end, as log₂(1 + n): the scale suits units
    /// that fade with distance rather than count.
    SinceNewline,
    /// Whether the byte belongs to an identifier or keyword.
    Identifier,
    /// Whether it is an upper-case letter.
    UpperCase,
    /// Whether it is a digit.
    Digit,
    /// Whether it belongs to a URL.
    Url,
    /// Whether it belongs to a #hashtag or @mention.
    Mention,
    /// Whether it belongs to a match of this expression.
    Pattern(Regex),
    /// Whether it lies in one of these ranges of the first document.
    Spans(Vec<Range<usize>>),
}

/// A property of every byte of a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Labels {
    /// How much, to be correlated.
    Amount(Vec<f32>),
    /// Whether, to be separated.
    Whether(Vec<bool>),
}

impl Property {
    /// Those that are built in, by the names they have in links and commands.
    pub const BUILT_IN: [(&'static str, Self); 11] = [
        ("indentation", Self::Indentation),
        ("brackets", Self::BracketDepth),
        ("string", Self::InString),
        ("comment", Self::InComment),
        ("column", Self::Column),
        ("newline", Self::SinceNewline),
        ("identifier", Self::Identifier),
        ("upper", Self::UpperCase),
        ("digit", Self::Digit),
        ("url", Self::Url),
        ("mention", Self::Mention),
    ];

    /// The built-in property of that name.
    pub fn named(name: &str) -> Option<Self> {
        let mut all = Self::BUILT_IN.into_iter();
        all.find(|(known, _)| *known == name)
            .map(|(_, property)| property)
    }

    /// What it is, for people.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Indentation => "indentation depth",
            Self::BracketDepth => "bracket depth",
            Self::InString => "inside a string",
            Self::InComment => "inside a comment",
            Self::Column => "column",
            Self::SinceNewline => "distance since the newline",
            Self::Identifier => "inside an identifier",
            Self::UpperCase => "upper case",
            Self::Digit => "digits",
            Self::Url => "inside a URL",
            Self::Mention => "hashtag or @mention",
            Self::Pattern(_) => "matches of the expression",
            Self::Spans(_) => "the selected spans",
        }
    }

    /// Whether it is a matter of more or less, not of yes or no.
    pub fn is_amount(&self) -> bool {
        matches!(
            self,
            Self::Indentation | Self::BracketDepth | Self::Column | Self::SinceNewline
        )
    }

    /// What it is at every byte of `document`, in `language`. `is_first` says
    /// whether it is the document that [spans](Self::Spans) lie in.
    pub fn labels(&self, document: &Document, language: &str, is_first: bool) -> Labels {
        let text = document.text.as_bytes();
        let each = |is: fn(u8) -> bool| text.iter().map(|&byte| is(byte)).collect();
        match self {
            Self::Indentation => Labels::Amount(indentation(text)),
            Self::Column => Labels::Amount(columns(text)),
            Self::SinceNewline => {
                let counts = since_newline(text).into_iter();
                Labels::Amount(counts.map(|n| (1.0 + n).log2()).collect())
            }
            Self::BracketDepth => {
                let places = shape(text, language).into_iter();
                Labels::Amount(places.map(|place| place.depth as f32).collect())
            }
            Self::InString => {
                let places = shape(text, language).into_iter();
                Labels::Whether(places.map(|place| place.in_string).collect())
            }
            Self::InComment => {
                let places = shape(text, language).into_iter();
                Labels::Whether(places.map(|place| place.in_comment).collect())
            }
            Self::UpperCase => Labels::Whether(each(|byte| byte.is_ascii_uppercase())),
            Self::Digit => Labels::Whether(each(|byte| byte.is_ascii_digit())),
            Self::Identifier => matches(text, r"(?-u:\b)[A-Za-z_][A-Za-z0-9_]*"),
            Self::Url => matches(text, r#"https?://[^\s"'<>)\]]+"#),
            Self::Mention => matches(text, r"[#@][A-Za-z_][A-Za-z0-9_]*"),
            Self::Pattern(pattern) => Labels::Whether(ranges(
                text.len(),
                pattern.find_iter(text).map(|found| found.range()),
            )),
            Self::Spans(spans) => {
                let spans = spans.iter().filter(|_| is_first).cloned();
                Labels::Whether(ranges(text.len(), spans))
            }
        }
    }
}

fn matches(text: &[u8], pattern: &str) -> Labels {
    let pattern = Regex::new(pattern).expect("the expression is written above");
    let found = pattern.find_iter(text).map(|found| found.range());
    Labels::Whether(ranges(text.len(), found))
}

fn ranges(length: usize, ranges: impl Iterator<Item = Range<usize>>) -> Vec<bool> {
    let mut inside = vec![false; length];
    for range in ranges {
        let end = range.end.min(length);
        inside[range.start.min(end)..end].fill(true);
    }
    inside
}

/// A tab counts four columns.
fn indentation(text: &[u8]) -> Vec<f32> {
    let (mut depth, mut is_leading) = (0.0, true);
    let each = |&byte: &u8| {
        match byte {
            b'\n' => (depth, is_leading) = (0.0, true),
            b' ' if is_leading => depth += 1.0,
            b'\t' if is_leading => depth += 4.0,
            _ => is_leading = false,
        }
        depth
    };
    text.iter().map(each).collect()
}

fn columns(text: &[u8]) -> Vec<f32> {
    let mut column = 0.0;
    let each = |&byte: &u8| {
        match byte {
            b'\n' => column = 0.0,
            // Not the first byte of a character.
            0x80..0xc0 => {}
            _ => column += 1.0,
        }
        column
    };
    text.iter().map(each).collect()
}

fn since_newline(text: &[u8]) -> Vec<f32> {
    let mut bytes = 0.0;
    let each = |&byte: &u8| {
        bytes = if byte == b'\n' { 0.0 } else { bytes + 1.0 };
        bytes
    };
    text.iter().map(each).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A digit a byte: amounts up to 9, or 1 and 0 for yes and no.
    fn digits(property: &Property, text: &str) -> String {
        let document = Document {
            name: "lib.rs".into(),
            text: text.into(),
        };
        match property.labels(&document, "rust", true) {
            Labels::Amount(values) => values.iter().map(|v| format!("{v:.0}")).collect(),
            Labels::Whether(values) => values.iter().map(|&v| if v { '1' } else { '0' }).collect(),
        }
    }

    #[track_caller]
    fn check(name: &str, text: &str, expected: &str) {
        let property = Property::named(name).unwrap();
        assert_eq!(digits(&property, text), expected, "{name}");
    }

    #[test]
    fn each_byte_has_the_property_of_the_place_behind_it() {
        check("indentation", "a\n  b c\n\td\n", "00122220440");
        check("column", "ab\né x\n", "12011230");
        check("newline", "abc\nd", "12201");
        check("brackets", "f(a[1])\"(\"", "0112210000");
    }

    #[test]
    fn kinds_of_characters_and_words() {
        check("upper", "aBc", "010");
        check("digit", "x12", "011");
        check("identifier", "a1 2b", "11000");
        check("url", "see http://a.b/c).", "000011111111111100");
        check("mention", "hi @you #it", "00011110111");
    }

    #[test]
    fn expressions_and_spans_mark_what_they_cover() {
        let pattern = Property::Pattern(Regex::new("b+").unwrap());
        assert_eq!(digits(&pattern, "abba"), "0110");
        let spans = Property::Spans(vec![1..2, 3..9]);
        assert_eq!(digits(&spans, "abcde"), "01011");
    }
}
