//! `docs/languages.md` has a row for each language that is known, and says what completes it.

use assistant::models::Embedded;
use language::{Kind, Language};

/// The languages as a table in Markdown.
fn markdown() -> String {
    let mut table = "| language | also called | files | completed by | remembered with |\n\
                     |---|---|---|---|---|\n"
        .to_owned();
    for row in language::all() {
        let Language { id, aliases, .. } = row;
        let endings = row.extensions.iter();
        let files: Vec<String> = endings.map(|ending| format!(".{ending}")).collect();
        let with = row.shares_words_with.as_slice();
        table += &format!(
            "| `{id}` | {} | {} | {} | {} |\n",
            quoted(aliases),
            quoted(&files),
            completed_by(row),
            quoted(with)
        );
    }
    table
}

fn completed_by(row: &Language) -> String {
    match Embedded::of(row.id).map(Embedded::language) {
        Some(own) if own == row.id => "its own model".to_owned(),
        Some(other) => format!("the model for `{other}`"),
        // What a folder holds of it is not known by its name, or not remembered.
        None if row.kind == Kind::Data || row.extensions.is_empty() => "the open files".to_owned(),
        None => "your files".to_owned(),
    }
}

fn quoted(words: &[impl AsRef<str>]) -> String {
    let quoted = words.iter().map(|word| format!("`{}`", word.as_ref()));
    quoted.collect::<Vec<_>>().join(", ")
}

#[test]
fn the_manual_has_every_language() {
    let manual = include_str!("../../../docs/languages.md");
    let table = markdown();
    assert!(manual.contains(&table), "docs/languages.md:\n{table}");
}
