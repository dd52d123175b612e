//! What `lstm-ls setup` writes is what `editors/README.md` shows.

// `allow-unwrap-in-tests` does not reach helpers outside test functions.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use setup::Editor;

/// The files in `editors` that are written into a configuration.
const FILES: [&str; 4] = [
    "helix/languages.toml",
    "emacs/lstm-ls.el",
    "kate/settings.json",
    "jetbrains/template.json",
];

fn editors() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../editors")
}

/// The blocks of code of a page.
fn blocks(page: &str) -> Vec<String> {
    let (mut blocks, mut block) = (Vec::new(), None);
    for event in Parser::new(page) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => block = Some(String::new()),
            Event::Text(text) => {
                if let Some(block) = &mut block {
                    block.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) => blocks.extend(block.take()),
            _ => {}
        }
    }
    blocks
}

#[test]
fn the_readme_shows_what_is_written() {
    let page = fs::read_to_string(editors().join("README.md")).unwrap();
    let blocks = blocks(&page);
    for file in FILES {
        let text = fs::read_to_string(editors().join(file)).unwrap();
        assert!(
            blocks.contains(&text),
            "editors/README.md lacks a block with {file}:\n{text}"
        );
    }
}

#[test]
fn the_readme_names_the_command_for_each_editor() {
    let page = fs::read_to_string(editors().join("README.md")).unwrap();
    for editor in Editor::all() {
        let command = format!("lstm-ls setup {}", editor.name);
        let in_a_sentence = format!("`{command}`");
        let is_named = page
            .lines()
            .any(|line| line.starts_with(&command) || line.contains(&in_a_sentence));
        assert!(is_named, "editors/README.md lacks {command}");
    }
}
