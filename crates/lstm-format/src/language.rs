//! Which language a file is in, by its name.

use std::path::Path;

/// LSP language identifier of the file at `path`, by its extension.
///
/// An extension not listed is its own identifier, as it is of Go and Swift.
pub fn language_of(path: &Path) -> Option<String> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    let language = match extension.as_str() {
        "bash" | "sh" | "zsh" => "shellscript",
        "cc" | "cxx" | "hh" | "hpp" => "cpp",
        "cjs" | "js" | "mjs" => "javascript",
        "clj" | "cljc" | "cljs" => "clojure",
        "cs" => "csharp",
        "cts" | "mts" | "ts" => "typescript",
        "erl" | "hrl" => "erlang",
        "ex" | "exs" => "elixir",
        "fs" | "fsi" | "fsx" => "fsharp",
        "h" => "c",
        "hs" => "haskell",
        "htm" => "html",
        "jl" => "julia",
        "jsx" => "javascriptreact",
        "kt" | "kts" => "kotlin",
        "m" => "objective-c",
        "md" => "markdown",
        "ml" | "mli" => "ocaml",
        "pl" | "pm" => "perl",
        "ps1" => "powershell",
        "py" | "pyi" => "python",
        "rb" => "ruby",
        "rs" => "rust",
        "tex" => "latex",
        "tsx" => "typescriptreact",
        "yml" => "yaml",
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
        assert_eq!(language("x.kts").as_deref(), Some("kotlin"));
        assert_eq!(language("Makefile"), None);
    }
}
