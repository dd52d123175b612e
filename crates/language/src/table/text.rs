//! Text for people, settings, and data.

use super::{DATA, TEXT};
use crate::lexis;
use crate::row::Language;

pub(super) const ROWS: &[Language] = &[
    Language {
        id: "plaintext",
        aliases: &["text"],
        ..TEXT
    },
    Language {
        id: "markdown",
        extensions: &["md"],
        ..TEXT
    },
    Language {
        id: "latex",
        aliases: &["plaintex"],
        extensions: &["tex"],
        lexis: lexis::PERCENT,
        ..TEXT
    },
    Language {
        id: "html",
        extensions: &["html", "htm"],
        lexis: lexis::MARKUP,
        ..TEXT
    },
    Language {
        id: "xml",
        extensions: &["xml"],
        lexis: lexis::MARKUP,
        ..TEXT
    },
    Language {
        id: "css",
        extensions: &["css"],
        lexis: lexis::CSS,
        ..TEXT
    },
    Language {
        id: "scss",
        extensions: &["scss"],
        lexis: lexis::SCSS,
        ..TEXT
    },
    Language {
        id: "less",
        extensions: &["less"],
        lexis: lexis::SCSS,
        ..TEXT
    },
    Language {
        id: "toml",
        extensions: &["toml"],
        lexis: lexis::HASHED,
        ..TEXT
    },
    Language {
        id: "yaml",
        extensions: &["yaml", "yml"],
        lexis: lexis::HASHED,
        ..TEXT
    },
    Language {
        id: "ini",
        aliases: &["dosini"],
        extensions: &["ini"],
        lexis: lexis::INI,
        ..TEXT
    },
    Language {
        id: "jsonc",
        extensions: &["jsonc"],
        lexis: lexis::C,
        ..TEXT
    },
    Language {
        id: "json",
        extensions: &["json"],
        ..DATA
    },
    Language {
        id: "csv",
        extensions: &["csv"],
        ..DATA
    },
    Language {
        id: "tsv",
        extensions: &["tsv"],
        ..DATA
    },
    Language {
        id: "svg",
        extensions: &["svg"],
        lexis: lexis::MARKUP,
        ..DATA
    },
    Language {
        id: "lock",
        extensions: &["lock"],
        ..DATA
    },
    Language {
        id: "log",
        extensions: &["log"],
        ..DATA
    },
    // Source maps.
    Language {
        id: "map",
        extensions: &["map"],
        ..DATA
    },
    // Notebooks.
    Language {
        id: "ipynb",
        aliases: &["jupyter"],
        extensions: &["ipynb"],
        ..DATA
    },
];
