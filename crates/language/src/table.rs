//! The table: one row a language.
//!
//! A row is written as what it differs in from [`CODE`], [`SCRIPT`], [`TEXT`] or
//! [`DATA`]. To add a language, add a row to the file it belongs to and cases to the
//! tests of what is new about it.

use crate::lexis;
use crate::row::{Blocks, Kind, Language};

mod code;
mod script;
mod text;
mod words;

pub(crate) static ROWS: &[&[Language]] = &[code::ROWS, script::ROWS, text::ROWS];

/// What is assumed of a language without a row.
pub(crate) static UNKNOWN: Language = CODE;

const CODE: Language = Language {
    id: "",
    aliases: &[],
    extensions: &[],
    kind: Kind::Code,
    shares_words_with: None,
    served_by: None,
    lexis: lexis::C_LIKE,
    blocks: Blocks::Brackets,
    words: &words::COMMON,
    manifests: &[],
};

const SCRIPT: Language = Language {
    kind: Kind::Script,
    lexis: lexis::HASHED,
    ..CODE
};

const TEXT: Language = Language {
    kind: Kind::Text,
    lexis: lexis::PROSE,
    ..CODE
};

const DATA: Language = Language {
    kind: Kind::Data,
    ..TEXT
};

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use crate::{all, by_id};

    #[test]
    fn no_name_and_no_extension_means_two_languages() {
        let (mut names, mut extensions) = (HashSet::new(), HashSet::new());
        for row in all() {
            for name in row.aliases.iter().chain([&row.id]) {
                assert!(names.insert(name.to_ascii_lowercase()), "{name}");
            }
            for extension in row.extensions {
                assert_eq!(*extension, extension.to_ascii_lowercase());
                assert!(extensions.insert(extension), "{extension}");
            }
        }
        // By an extension that is the name of another language, that one is meant.
        for row in all() {
            for extension in row.extensions {
                let meant = by_id(extension).map(|row| row.id);
                assert!(
                    meant == Some(row.id) || meant == Some(extension),
                    "{extension}"
                );
            }
        }
    }

    #[test]
    fn rows_refer_to_rows() {
        for row in all() {
            if let Some(other) = row.shares_words_with {
                let found = by_id(other).expect(other);
                assert_eq!((found.id, found.shares_words_with), (other, None));
            }
            if let Some(other) = row.served_by {
                let found = by_id(other).expect(other);
                assert_eq!((found.id, found.served_by), (other, None));
            }
        }
    }
}
