//! What a unit may be found to track: properties of each place in a text.

use std::collections::HashSet;
use std::ops::Range;

use regex::bytes::Regex;

use crate::reading::Document;

mod code_shape;

use code_shape::shape;

/// What texts for a model are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Programs, and what looks like them.
    Code,
    /// What people say.
    Prose,
}

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
    /// Whether it belongs to a URL, behind the scheme: who reads on knows of none before.
    Url,
    /// Whether it belongs to a #hashtag.
    Hashtag,
    /// Whether it belongs to an @mention.
    Mention,
    /// Whether it is the second or a later letter of a word that is all in capitals.
    Capitals,
    /// Of a word that begins with a capital and goes on in small letters: whether the text
    /// never writes it small, so that it is a name. Other places have no say.
    ProperNoun,
    /// Whether it is behind an auxiliary verb, up to the end of the *be* or *been* there.
    ToBe,
    /// Whether it is within double quotes, on one line.
    Quotation,
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
    /// Whether, to be separated; nothing at places that have no say.
    Whether(Vec<Option<bool>>),
}

impl Property {
    /// Those that are built in, by the names they have in links and commands.
    pub const BUILT_IN: [(&'static str, Self); 16] = [
        ("indentation", Self::Indentation),
        ("brackets", Self::BracketDepth),
        ("string", Self::InString),
        ("comment", Self::InComment),
        ("identifier", Self::Identifier),
        ("column", Self::Column),
        ("newline", Self::SinceNewline),
        ("upper", Self::UpperCase),
        ("digit", Self::Digit),
        ("url", Self::Url),
        ("hashtag", Self::Hashtag),
        ("mention", Self::Mention),
        ("capitals", Self::Capitals),
        ("name", Self::ProperNoun),
        ("to-be", Self::ToBe),
        ("quotation", Self::Quotation),
    ];

    /// The built-in property of that name.
    pub fn named(name: &str) -> Option<Self> {
        let mut all = Self::BUILT_IN.into_iter();
        all.find(|(known, _)| *known == name)
            .map(|(_, property)| property)
    }

    /// The built-in properties that texts for such a model have, by their names.
    pub fn of(texts: Kind) -> impl Iterator<Item = (&'static str, Self)> {
        Self::BUILT_IN
            .into_iter()
            .filter(move |(_, property)| match property {
                Self::Column | Self::SinceNewline | Self::UpperCase | Self::Digit | Self::Url => {
                    true
                }
                Self::Indentation
                | Self::BracketDepth
                | Self::InString
                | Self::InComment
                | Self::Identifier => texts == Kind::Code,
                _ => texts == Kind::Prose,
            })
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
            Self::Hashtag => "inside a hashtag",
            Self::Mention => "inside a mention",
            Self::Capitals => "inside a word all in capitals",
            Self::ProperNoun => "proper noun, among words with a capital",
            Self::ToBe => "auxiliary verb and to be",
            Self::Quotation => "inside a quotation",
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
        let each = |is: fn(u8) -> bool| text.iter().map(|&byte| Some(is(byte))).collect();
        match self {
            Self::Indentation => Labels::Amount(indentation(text)),
            Self::Column => Labels::Amount(columns(text)),
            Self::SinceNewline => {
                let counts = since_newline(text).into_iter();
                Labels::Amount(counts.map(|n| libm::log2f(1.0 + n)).collect())
            }
            Self::BracketDepth => {
                let places = shape(text, language).into_iter();
                Labels::Amount(places.map(|place| place.depth as f32).collect())
            }
            Self::InString => {
                let places = shape(text, language).into_iter();
                Labels::Whether(places.map(|place| Some(place.in_string)).collect())
            }
            Self::InComment => {
                let places = shape(text, language).into_iter();
                Labels::Whether(places.map(|place| Some(place.in_comment)).collect())
            }
            Self::UpperCase => Labels::Whether(each(|byte| byte.is_ascii_uppercase())),
            Self::Digit => Labels::Whether(each(|byte| byte.is_ascii_digit())),
            Self::Identifier => matches(text, r"(?-u:\b)[A-Za-z_][A-Za-z0-9_]*"),
            Self::Url => within(text, r#"https?://([^\s"'<>)\]]+)"#),
            Self::Hashtag => matches(text, r"#[A-Za-z_][A-Za-z0-9_]*"),
            Self::Mention => matches(text, r"@[A-Za-z_][A-Za-z0-9_]*"),
            Self::Capitals => within(text, r"(?-u:\b)[A-Z]([A-Z]+)(?-u:\b)"),
            Self::ProperNoun => Labels::Whether(proper_nouns(text)),
            Self::ToBe => within(text, TO_BE),
            Self::Quotation => within(text, r#"("[^"\n]+)""#),
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

/// Auxiliary verbs and what is said of them, short forms included, then *be*.
const TO_BE: &str = concat!(
    r"(?i-u)\b(?:will|would|shall|should|can|could|may|might|must|to|gonna|has|have|had|",
    r"won't|wouldn't|shouldn't|can't|couldn't|'ll|'ve|'d)( (?:not )?be(?:en)?)\b",
);

fn matches(text: &[u8], pattern: &str) -> Labels {
    let found = expression(pattern);
    let found = found.find_iter(text).map(|found| found.range());
    Labels::Whether(ranges(text.len(), found))
}

/// Where the group in `pattern` matches.
fn within(text: &[u8], pattern: &str) -> Labels {
    let found = expression(pattern);
    let found = found.captures_iter(text);
    let group = found.filter_map(|found| Some(found.get(1)?.range()));
    Labels::Whether(ranges(text.len(), group))
}

fn expression(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the expression is written above")
}

fn ranges(length: usize, ranges: impl Iterator<Item = Range<usize>>) -> Vec<Option<bool>> {
    let mut inside = vec![Some(false); length];
    for range in ranges {
        let end = range.end.min(length);
        inside[range.start.min(end)..end].fill(Some(true));
    }
    inside
}

/// Letters of names and of other words with a capital in front; of words of one letter, of
/// hashtags and of mentions nothing is known.
fn proper_nouns(text: &[u8]) -> Vec<Option<bool>> {
    let words = |pattern| expression(pattern).find_iter(text).collect::<Vec<_>>();
    let small: HashSet<&[u8]> = words(r"(?-u:\b)[a-z]+(?-u:\b)")
        .iter()
        .map(|word| word.as_bytes())
        .collect();
    let mut labels = vec![None; text.len()];
    for word in words(r"(?-u:\b)[A-Z][a-z]+(?-u:\b)") {
        let before = word.start().checked_sub(1).map(|before| text[before]);
        if !matches!(before, Some(b'#' | b'@')) {
            let is_name = !small.contains(&word.as_bytes().to_ascii_lowercase()[..]);
            labels[word.range()].fill(Some(is_name));
        }
    }
    labels
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

    /// A digit a byte: amounts up to 9, or 1 and 0 for yes and no and - for neither.
    fn digits(property: &Property, text: &str) -> String {
        let document = Document {
            name: "lib.rs".into(),
            text: text.into(),
        };
        match property.labels(&document, "rust", true) {
            Labels::Amount(values) => values.iter().map(|v| format!("{v:.0}")).collect(),
            Labels::Whether(values) => {
                let digit = |value: &Option<bool>| value.map_or('-', |v| if v { '1' } else { '0' });
                values.iter().map(digit).collect()
            }
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
        check("url", "see http://a.b/c).", "000000000001111100");
        check("hashtag", "hi @you #it", "00000000111");
        check("mention", "hi @you #it", "00011110000");
    }

    #[test]
    fn what_people_write_has_properties_of_its_own() {
        check("capitals", "SO Bad, I", "010000000");
        check("quotation", "a \"b c\" d\"", "0011110000");
        check("to-be", "I will be to bed", "0000001110000000");
        check("to-be", "it'd not be", "00001111111");
        // The one is written small elsewhere, the other is not.
        check("name", "So is Al so", "00----11---");
        check("name", "@So #Al A", "---------");
    }

    #[test]
    fn code_and_prose_have_properties_in_common() {
        let names = |kind| Property::of(kind).map(|(name, _)| name).collect::<Vec<_>>();
        let (code, prose) = (names(Kind::Code), names(Kind::Prose));
        assert!(code.contains(&"indentation") && !prose.contains(&"indentation"));
        assert!(prose.contains(&"quotation") && !code.contains(&"quotation"));
        assert!(code.contains(&"url") && prose.contains(&"url"));
        let both = Property::BUILT_IN.iter();
        assert!(
            both.map(|(name, _)| name)
                .all(|n| code.contains(n) || prose.contains(n))
        );
    }

    #[test]
    fn expressions_and_spans_mark_what_they_cover() {
        let pattern = Property::Pattern(Regex::new("b+").unwrap());
        assert_eq!(digits(&pattern, "abba"), "0110");
        let spans = Property::Spans(vec![1..2, 3..9]);
        assert_eq!(digits(&spans, "abcde"), "01011");
    }
}
