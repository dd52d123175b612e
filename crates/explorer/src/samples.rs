//! Texts to begin with when the user names none: for Rust, this crate's own files;
//! for the tasks of the lab, some of their lines.

use crate::reading::Document;

const RUST: &[(&str, &str)] = &[
    ("steering.rs", include_str!("steering.rs")),
    ("code_shape.rs", include_str!("code_shape.rs")),
    ("property.rs", include_str!("property.rs")),
    ("picture.rs", include_str!("picture.rs")),
    ("matches.rs", include_str!("matches.rs")),
    ("search.rs", include_str!("search.rs")),
];

/// Counted: as many b as there were a.
const COUNTER: &[(&str, &str)] = &[(
    "counter",
    "aXb\naaaXbbb\naaaaaaaaXbbbbbbbb\naaaaaXbbbbb\naaaaaaaaaaXbbbbbbbbbb\naaXbb\n\
     aaaaaaaaaaaaaXbbbbbbbbbbbbb\naaaaaaXbbbbbb\naaaaaaaXbbbbbbb\naaaaXbbbb\n",
)];

/// Counted, but not the X among them.
const SELECTIVE_COUNTER: &[(&str, &str)] = &[(
    "selective-counter",
    "aXaYbb\naaXXaXaYbbbb\nXaYb\naaaaXXaXYbbbbb\naXaXaXaaaaYbbbbbbb\naaaaaaYbbbbbb\n\
     XXaaXYbb\naaXaaXaaXaaXYbbbbbbbb\naaaYbbb\nXXaXXaXXaYbbb\n",
)];

/// Which of two letters it was.
const STATE: &[(&str, &str)] = &[(
    "state",
    "AxxxYa\nBxYb\nBxxxxxxxYb\nAxxxxxYa\nAxYa\nBxxxxxxxxxxYb\nAxxxxxxxxYa\nBxxxYb\n\
     AxxxxxxxxxxxxxxxxxxxxYa\nBxxxxxxxxxxxxxxxxxxxxYb\n",
)];

/// The same letters once more.
const COPY: &[(&str, &str)] = &[(
    "copy",
    "abcXabc\naabXaab\ncbaXcba\nbbcXbbc\ncacXcac\nbacXbac\nccbXccb\naccXacc\nbabXbab\n",
)];

/// Texts in `language`; empty for a language that has none here.
pub fn samples(language: &str) -> Vec<Document> {
    let texts = match language {
        "rust" => RUST,
        "counter" => COUNTER,
        "selective-counter" => SELECTIVE_COUNTER,
        "state" => STATE,
        "copy" => COPY,
        _ => &[],
    };
    let document = |&(name, text): &(&str, &str)| Document {
        name: name.to_owned(),
        text: text.to_owned(),
    };
    texts.iter().map(document).collect()
}
