//! Which language a file is in, by its name.

use std::path::Path;

/// LSP language identifier of the file at `path`, by its extension.
///
/// An extension not listed is its own identifier: that is right for most
/// languages, and no model claims the others.
pub fn language_of(path: &Path) -> Option<String> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    let language = match extension.as_str() {
        "rs" => "rust",
        "py" | "pyi" => "python",
        "js" | "mjs" | "cjs" => "javascript",
        "ts" | "mts" | "cts" => "typescript",
        "rb" => "ruby",
        "h" => "c",
        "cc" | "cxx" | "hpp" | "hh" => "cpp",
        "md" => "markdown",
        "sh" | "bash" => "shellscript",
        other => other,
    };
    Some(language.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_name_languages() {
        let language = |path: &str| language_of(Path::new(path));
        assert_eq!(language("src/main.rs").as_deref(), Some("rust"));
        assert_eq!(language("A.RS").as_deref(), Some("rust"));
        assert_eq!(language("x.go").as_deref(), Some("go"));
        assert_eq!(language("Makefile"), None);
    }
}
