//! What `lstm-ls setup` writes is what the pages in `docs/editors` show.

// `allow-unwrap-in-tests` does not reach helpers outside test functions.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use setup::Editor;

/// The files in `editors` that are written into a configuration; the folder is the editor.
const FILES: [&str; 4] = [
    "helix/languages.toml",
    "emacs/lstm-ls.el",
    "kate/settings.json",
    "jetbrains/template.json",
];

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::read_to_string(root.join(path)).unwrap()
}

fn page(editor: &str) -> String {
    read(&format!("docs/editors/{editor}.md"))
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
fn the_pages_show_what_is_written() {
    for file in FILES {
        let (editor, _) = file.split_once('/').unwrap();
        let text = read(&format!("editors/{file}"));
        assert!(
            blocks(&page(editor)).contains(&text),
            "docs/editors/{editor}.md lacks a block with {file}:\n{text}"
        );
    }
}

#[test]
fn each_editor_has_a_page_that_names_its_command() {
    for editor in Editor::all() {
        let command = format!("lstm-ls setup {}", editor.name);
        let in_a_sentence = format!("`{command}`");
        let page = page(editor.name);
        let is_named = page
            .lines()
            .any(|line| line.starts_with(&command) || line.contains(&in_a_sentence));
        assert!(is_named, "docs/editors/{}.md lacks {command}", editor.name);
    }
}
