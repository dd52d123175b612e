//! The table of languages is the only one: no other crate has an item that tells
//! one language from another by its names, its files, its comments or its words.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use language::{Lexer, Mode};

/// Shorter names of languages are names of much else.
const SHORTEST_NAME: usize = 2;

/// What begins a comment in some languages and not in others.
const COMMENT_MARKS: [&str; 3] = ["//", "#", "--"];

/// An item that looks like a table of languages.
#[derive(Debug, PartialEq, Eq)]
struct Table {
    /// Where it begins, counted from one.
    line: usize,
    /// What of it is known of languages.
    tells: BTreeSet<String>,
}

/// The items of `source`, tests aside, whose literals tell more than one language
/// from the others.
fn tables(source: &str) -> Vec<Table> {
    let items = items(source).into_iter();
    let code = items.filter(|item| !item.text.contains("#[cfg(test)]"));
    let found = code.filter_map(|item| {
        let before = &source[..source.len() - item.from_here.len()];
        let literals = || item.literals.iter().map(String::as_str);
        let languages: BTreeSet<&str> = literals().filter_map(named_language).collect();
        let marks: BTreeSet<&str> = literals().filter(|l| COMMENT_MARKS.contains(l)).collect();
        let functions: BTreeSet<&str> = literals().filter(|l| starts_function(l)).collect();
        let kinds = [languages, marks, functions];
        let tells = kinds.into_iter().filter(|kind| kind.len() > 1).flatten();
        let tells: BTreeSet<String> = tells.map(str::to_owned).collect();
        let line = before.matches('\n').count() + 1;
        (!tells.is_empty()).then_some(Table { line, tells })
    });
    found.collect()
}

/// The language of programs that `literal` is a name, an extension or a manifest of.
fn named_language(literal: &str) -> Option<&'static str> {
    let mut rows = language::all().filter(|row| row.is_code());
    let named = |names: &[&str]| names.contains(&literal);
    let row = rows.find(|row| {
        let is_name = named(&[row.id]) || named(row.aliases) || named(row.extensions);
        is_name && literal.len() >= SHORTEST_NAME || row.is_manifest(literal)
    });
    row.map(|row| row.id)
}

/// Whether `literal` starts a function in some language.
fn starts_function(literal: &str) -> bool {
    language::all().any(|row| row.words.functions.contains(&literal))
}

/// One item of a source: a constant, a function, an `impl` with all that is in it.
struct Item<'a> {
    text: &'a str,
    /// The source from the item on.
    from_here: &'a str,
    /// Contents of its string literals.
    literals: Vec<String>,
}

/// The outermost items of a source in Rust.
fn items(source: &str) -> Vec<Item<'_>> {
    let lexis = &language::row("rust").lexis;
    let mut lexer = Lexer::new(lexis);
    let (mut items, mut literals) = (Vec::new(), Vec::new());
    let (mut at, mut depth, mut item, mut literal) = (0, 0_usize, 0, 0);
    while at < source.len() {
        let before = lexer.mode();
        let first = source.as_bytes()[at];
        let length = lexer.advance(&source.as_bytes()[at..]);
        match (before.is_string(), lexer.mode().is_string()) {
            (false, true) => literal = at + length,
            (true, false) => literals.push(source[literal..at].to_owned()),
            _ => {}
        }
        at += length;
        if before != Mode::Code || lexer.mode() != Mode::Code {
            continue;
        }
        match first {
            _ if lexis.opens(first) => depth += 1,
            _ if lexis.closes(first) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && matches!(first, b';' | b'}') {
            items.push(Item {
                text: &source[item..at],
                from_here: source[item..].trim_start(),
                literals: std::mem::take(&mut literals),
            });
            item = at;
        }
    }
    items
}

/// Sources in Rust below `folder`, without files of tests.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if name != "tests.rs" && path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn no_other_crate_has_a_table_of_languages() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    let crates = own.parent().expect("a crate lies in the folder of crates");
    let mut folders = vec![crates.with_file_name("benches").join("src")];
    for entry in std::fs::read_dir(crates).unwrap() {
        let path = entry.unwrap().path();
        if path != own {
            folders.push(path.join("src"));
        }
    }
    let files: Vec<PathBuf> = folders.iter().flat_map(|folder| sources(folder)).collect();
    assert!(files.len() > 100, "only {} sources found", files.len());
    let mut found = Vec::new();
    for path in files {
        for Table { line, tells } in tables(&std::fs::read_to_string(&path).unwrap()) {
            found.push(format!("{}:{line}: {tells:?}", path.display()));
        }
    }
    assert!(
        found.is_empty(),
        "what is known of languages belongs into crates/language:\n{}",
        found.join("\n")
    );
}

#[test]
fn a_table_of_languages_is_found() {
    let source = r##"
        //! A crate of its own mind.

        fn of(extension: &str) -> &str {
            match extension {
                "rs" => "rust",
                "py" | "pyi" => "python",
                _ => "",
            }
        }

        const MANIFESTS: [&str; 2] = ["Cargo.toml", "package.json"];

        impl Marks {
            fn comment(self) -> &'static str {
                if self.hashed { "#" } else { "//" }
            }
        }

        static FUNCTIONS: &[&str] = &["fn", "def"];
    "##;
    let found = tables(source);
    let found: Vec<(usize, Vec<&str>)> = found
        .iter()
        .map(|table| (table.line, table.tells.iter().map(String::as_str).collect()))
        .collect();
    let expected: [(usize, Vec<&str>); 4] = [
        (2, vec!["python", "rust"]),
        (12, vec!["rust", "typescript"]),
        (14, vec!["#", "//"]),
        (20, vec!["def", "fn"]),
    ];
    assert_eq!(found, expected);
}

#[test]
fn one_language_comments_and_tests_are_no_table() {
    let source = r##"
        // "rs" => "rust", "py" => "python"
        const LANGUAGE: &str = "rust";
        const EXTENSIONS: [&str; 2] = ["rs", "rust"];
        const OTHER: &str = "python";
        fn c() { say("h", "c", "json", "log", "a.py", "rust, python") }

        #[cfg(test)]
        mod tests {
            const ALL: [&str; 2] = ["rust", "python"];
        }
    "##;
    assert_eq!(tables(source), []);
}
