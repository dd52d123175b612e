//! Languages that programs and settings are written in.

use super::SCRIPT;
use crate::lexis;
use crate::row::{Blocks, KeywordBlocks, Language};

pub(super) const ROWS: &[Language] = &[
    Language {
        id: "shellscript",
        aliases: &["shell", "ksh"],
        extensions: &["sh", "bash", "zsh"],
        blocks: Blocks::Keywords(&SHELL),
        ..SCRIPT
    },
    Language {
        id: "powershell",
        aliases: &["pwsh"],
        extensions: &["ps1"],
        lexis: lexis::POWERSHELL,
        ..SCRIPT
    },
    Language {
        id: "bat",
        aliases: &["batch", "dosbatch"],
        extensions: &["bat", "cmd"],
        lexis: lexis::BATCH,
        ..SCRIPT
    },
    Language {
        id: "perl",
        extensions: &["pl", "pm"],
        manifests: &["cpanfile"],
        ..SCRIPT
    },
    Language {
        id: "php",
        extensions: &["php"],
        lexis: lexis::PHP,
        manifests: &["composer.json"],
        ..SCRIPT
    },
    Language {
        id: "r",
        extensions: &["r"],
        ..SCRIPT
    },
    Language {
        id: "sql",
        extensions: &["sql"],
        lexis: lexis::SQL,
        ..SCRIPT
    },
    Language {
        id: "makefile",
        aliases: &["make"],
        ..SCRIPT
    },
    Language {
        id: "dockerfile",
        aliases: &["docker"],
        extensions: &["dockerfile"],
        ..SCRIPT
    },
    Language {
        id: "cmake",
        extensions: &["cmake"],
        ..SCRIPT
    },
    Language {
        id: "nix",
        extensions: &["nix"],
        ..SCRIPT
    },
    Language {
        id: "vim",
        aliases: &["viml"],
        extensions: &["vim"],
        lexis: lexis::VIM,
        ..SCRIPT
    },
];

const SHELL: KeywordBlocks = KeywordBlocks {
    first: &[],
    anywhere: &[],
    last: &["do", "else", "then"],
    closers: &["done", "fi"],
};
