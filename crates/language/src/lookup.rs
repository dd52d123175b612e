//! Which row is meant: by an identifier, by a file's name, or by both.

use std::path::Path;

use crate::row::{Kind, Language};
use crate::table;

/// What editors call a document whose language they don't know.
const NO_LANGUAGE: &str = "plaintext";

/// Every row.
pub fn all() -> impl Iterator<Item = &'static Language> {
    table::ROWS.iter().copied().flatten()
}

/// The row of a language by what an editor calls it, in letters of either case: its
/// identifier, another name, or an extension of its files, with or without the dot.
pub fn by_id(id: &str) -> Option<&'static Language> {
    let id = id.trim();
    let id = id.strip_prefix('.').unwrap_or(id);
    let has = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(id));
    all()
        .find(|row| has(&[row.id]) || has(row.aliases))
        .or_else(|| all().find(|row| has(row.extensions)))
}

/// The same; where there is no such row, what is assumed of any language.
pub fn row(id: &str) -> &'static Language {
    by_id(id).unwrap_or(&table::UNKNOWN)
}

/// Identifier of the language of the file at `path`, by its extension.
///
/// An extension in no row is its own identifier.
pub fn of_path(path: &Path) -> Option<String> {
    match by_path(path) {
        Some(row) => Some(row.id.to_owned()),
        None => Some(path.extension()?.to_str()?.to_ascii_lowercase()),
    }
}

/// The row of the language of the file at `path`, by its extension.
pub fn by_path(path: &Path) -> Option<&'static Language> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    all().find(|row| row.extensions.contains(&extension.as_str()))
}

/// What a document is written in, by what its editor says and by its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Identifier of the language.
    pub id: String,
    /// What is odd about what the editor says.
    pub doubt: Option<Doubt>,
}

/// What is odd about an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It is in no row, and the file is in this language.
    Unknown(&'static str),
    /// It is that of one language, and the file looks like one of this other one.
    Elsewhere(&'static str),
}

/// The language of a document that an editor says is in `said`: that of the row it means,
/// else that of the file's name, else what the editor says. An editor that says no more
/// than that it is text says nothing where the file's name says more.
pub fn of_document(said: &str, path: &Path) -> Told {
    let of_file = by_path(path);
    let row = by_id(said).filter(|row| row.id != NO_LANGUAGE || of_file.is_none());
    let Some(row) = row else {
        let silent = said.trim().is_empty() || by_id(said).is_some();
        return Told {
            id: of_file.map_or_else(|| said.to_ascii_lowercase(), |row| row.id.to_owned()),
            doubt: of_file
                .filter(|_| !silent)
                .map(|row| Doubt::Unknown(row.id)),
        };
    };
    // Headers and the like are at home in several languages of one group.
    let elsewhere = of_file.filter(|file| file.group() != row.group());
    Told {
        id: row.id.to_owned(),
        doubt: elsewhere.map(|file| Doubt::Elsewhere(file.id)),
    }
}

/// The group of the file at `path`, which an editor says is in `id`: files of one
/// group know each other's words.
pub fn group_of(path: &Path, id: &str) -> String {
    group_of_file(path).unwrap_or_else(|| group_of_id(id))
}

/// The group of a document of which only its language is known.
pub fn group_of_id(id: &str) -> String {
    by_id(id).map_or_else(|| id.to_owned(), |row| row.group().to_owned())
}

/// The same of a file whose language its name has to tell; `None` if it is none
/// that people write.
pub fn group_of_file(path: &Path) -> Option<String> {
    match by_path(path) {
        Some(row) => (row.kind != Kind::Data).then(|| row.group().to_owned()),
        None => of_path(path),
    }
}

/// Whether a model for `model` completes documents in `id`.
pub fn serves(model: &str, id: &str) -> bool {
    model == id || row(id).served_by == Some(model)
}

/// The language that a model for `model` is told a document is in, which an editor says is
/// in `id`.
///
/// In training the names of the files told the languages that one model serves apart; so
/// the name counts here, then what the editor says. The model's own is what is left.
pub fn told_to(model: &str, id: &str, path: &Path) -> String {
    let said = by_id(id).map_or(id, |row| row.id).to_owned();
    let own = of_path(path).into_iter().chain([said]);
    let mut served = own.filter(|language| serves(model, language));
    served.next().unwrap_or_else(|| model.to_owned())
}

/// Whether two identifiers, as editors or users write them, mean one language.
pub fn is_same(one: &str, other: &str) -> bool {
    match (by_id(one), by_id(other)) {
        (Some(one), Some(other)) => one.id == other.id,
        _ => one.eq_ignore_ascii_case(other),
    }
}

/// Whether a file called `name` makes its folder a package, of whatever language.
pub fn is_manifest(name: &str) -> bool {
    all().any(|row| row.is_manifest(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_name_languages() {
        let language = |path: &str| of_path(Path::new(path));
        assert_eq!(language("src/main.rs").as_deref(), Some("rust"));
        assert_eq!(language("A.RS").as_deref(), Some("rust"));
        assert_eq!(language("x.go").as_deref(), Some("go"));
        assert_eq!(language("x.kts").as_deref(), Some("kotlin"));
        assert_eq!(language("x.unheardof").as_deref(), Some("unheardof"));
        assert_eq!(language("Makefile"), None);
    }

    #[test]
    fn editors_call_languages_by_many_names() {
        for (id, expected) in [
            ("rust", "rust"),
            ("Rust", "rust"),
            ("rs", "rust"),
            ("sh", "shellscript"),
            ("C++", "cpp"),
            ("cs", "csharp"),
            ("typescriptreact", "typescriptreact"),
            ("typescript.tsx", "typescriptreact"),
            ("objc", "objective-c"),
        ] {
            assert_eq!(by_id(id).map(|row| row.id), Some(expected), "{id}");
        }
        assert_eq!(by_id("unheardof"), None);
        assert_eq!(by_id(""), None);
    }

    #[test]
    fn names_of_one_language_mean_the_same() {
        assert!(is_same("Rust", "rs") && is_same("Foo", "foo"));
        assert!(!is_same("c", "cpp") && !is_same("rust", "foo"));
    }

    #[track_caller]
    fn document(said: &str, path: &str, id: &str, doubt: Option<Doubt>) {
        let expected = Told {
            id: id.to_owned(),
            doubt,
        };
        assert_eq!(
            of_document(said, Path::new(path)),
            expected,
            "{said} {path}"
        );
    }

    #[test]
    fn what_no_editor_names_is_told_by_the_extension() {
        for (extension, expected) in [
            ("tpp", "cpp"),
            ("ipp", "cpp"),
            ("hxx", "cpp"),
            ("inl", "cpp"),
            ("ino", "cpp"),
            ("cu", "cuda-cpp"),
            ("mm", "objective-cpp"),
            ("pyw", "python"),
            ("vue", "vue"),
            ("svelte", "svelte"),
            // In a system that has one case only.
            ("RS", "rust"),
            ("Tsx", "typescriptreact"),
            ("PYI", "python"),
        ] {
            for silent in ["", " ", "plaintext", "Text"] {
                document(silent, &format!("a.{extension}"), expected, None);
            }
        }
        document("UnheardOf", "a.unheardof", "unheardof", None);
        document("UnheardOf", "Makefile", "unheardof", None);
        document("plaintext", "notes.txt", "plaintext", None);
        document("", "notes.txt", "", None);
    }

    #[test]
    fn a_name_that_does_not_fit_is_doubted() {
        document("Rust", "a.txt", "rust", None);
        document("rs", "a.rs", "rust", None);
        document(".rs", "a.rs", "rust", None);
        document("TypeScriptReact", "a.tsx", "typescriptreact", None);
        document("cpp", "a.h", "cpp", None);
        document("javascript", "a.ts", "javascript", None);
        document("rust-lang", "a.rs", "rust", Some(Doubt::Unknown("rust")));
        document("py3k", "a.pyw", "python", Some(Doubt::Unknown("python")));
        document("C++17", "a.ipp", "cpp", Some(Doubt::Unknown("cpp")));
        document("python", "a.rs", "python", Some(Doubt::Elsewhere("rust")));
        document("Go", "a.svelte", "go", Some(Doubt::Elsewhere("svelte")));
        document("json", "a.kt", "json", Some(Doubt::Elsewhere("kotlin")));
    }

    #[test]
    fn data_is_in_no_group_and_relatives_are_together() {
        let group = |path: &str| group_of_file(Path::new(path));
        assert_eq!(group("a.rs").as_deref(), Some("rust"));
        assert_eq!(group("a.tsx"), group("b.js"));
        assert_eq!(group("a.vue"), group("b.ts"));
        assert_eq!(group("a.hpp"), group("b.c"));
        assert_eq!(group("a.lua").as_deref(), Some("lua"));
        assert_eq!(group("a.kt"), group("build.gradle.kts"));
        assert_eq!(group("a.unheardof").as_deref(), Some("unheardof"));
        assert_eq!(group("Cargo.lock"), None);
        assert_eq!(group("a.json"), None);
        assert_eq!(group("Makefile"), None);
        assert_eq!(group_of(Path::new("Makefile"), "makefile"), "makefile");
        assert_eq!(Some(group_of_id("typescriptreact")), group("a.ts"));
        assert_eq!(group_of_id("unheardof"), "unheardof");
    }

    #[test]
    fn a_model_serves_its_language_and_those_that_say_so() {
        assert!(serves("rust", "rust"));
        assert!(serves("typescript", "typescriptreact"));
        assert!(serves("unheardof", "unheardof"));
        assert!(!serves("typescriptreact", "typescript"));
        assert!(!serves("rust", "go"));
    }

    #[test]
    fn a_model_is_told_the_language_of_the_file() {
        let told = |model, id, path| told_to(model, id, Path::new(path));
        assert_eq!(told("rust", "rust", "main.rs"), "rust");
        assert_eq!(told("c", "cpp", "list.hpp"), "cpp");
        // Editors take headers for C++; in training they were C.
        assert_eq!(told("c", "cpp", "list.h"), "c");
        assert_eq!(told("typescript", "javascript", "untitled"), "javascript");
        assert_eq!(told("typescript", "typescript.tsx", ""), "typescriptreact");
        // A model that the user chose for a language that it does not know.
        assert_eq!(told("rust", "go", "main.go"), "rust");
    }

    #[test]
    fn packages_of_every_language_have_manifests() {
        for name in [
            "Cargo.toml",
            "package.json",
            "setup.py",
            "a.rockspec",
            "meson.build",
        ] {
            assert!(is_manifest(name), "{name}");
        }
        assert!(!is_manifest("main.rs"));
    }
}
