//! Languages that programs are written in.

use super::{CODE, words};
use crate::lexis;
use crate::row::{Blocks, KeywordBlocks, Language};

const NODE: &[&str] = &["package.json"];
/// Of the builds that C and C++ have, what stands in the folder of a library or program.
const C_BUILDS: &[&str] = &[
    "CMakeLists.txt",
    "meson.build",
    "configure.ac",
    "Makefile",
    "conanfile.txt",
    "conanfile.py",
    "vcpkg.json",
    "*.vcxproj",
];
const JVM: &[&str] = &["pom.xml", "build.gradle", "build.gradle.kts"];

pub(super) const ROWS: &[Language] = &[
    Language {
        id: "rust",
        extensions: &["rs"],
        lexis: lexis::RUST,
        manifests: &["Cargo.toml"],
        ..CODE
    },
    Language {
        id: "c",
        extensions: &["c", "h"],
        lexis: lexis::C,
        manifests: C_BUILDS,
        ..CODE
    },
    Language {
        id: "cpp",
        aliases: &["c++", "cplusplus"],
        extensions: &[
            "cpp", "cc", "cxx", "hh", "hpp", "hxx", "inl", "ino", "ipp", "tpp",
        ],
        shares_words_with: Some("c"),
        served_by: Some("c"),
        lexis: lexis::CPP,
        manifests: C_BUILDS,
        ..CODE
    },
    Language {
        id: "cuda-cpp",
        aliases: &["cuda"],
        extensions: &["cu", "cuh"],
        shares_words_with: Some("c"),
        served_by: Some("c"),
        lexis: lexis::CPP,
        manifests: C_BUILDS,
        ..CODE
    },
    Language {
        id: "objective-c",
        aliases: &["objc", "objectivec"],
        extensions: &["m"],
        lexis: lexis::C,
        manifests: C_BUILDS,
        ..CODE
    },
    Language {
        id: "objective-cpp",
        aliases: &["objcpp", "objectivecpp", "objc++", "objective-c++"],
        extensions: &["mm"],
        shares_words_with: Some("objective-c"),
        lexis: lexis::CPP,
        manifests: C_BUILDS,
        ..CODE
    },
    Language {
        id: "csharp",
        aliases: &["c#", "c-sharp"],
        extensions: &["cs"],
        lexis: lexis::JAVA,
        manifests: &["*.csproj"],
        ..CODE
    },
    Language {
        id: "java",
        extensions: &["java"],
        lexis: lexis::JAVA,
        manifests: JVM,
        ..CODE
    },
    Language {
        id: "kotlin",
        extensions: &["kt", "kts"],
        lexis: lexis::KOTLIN,
        words: &words::KOTLIN,
        manifests: JVM,
        ..CODE
    },
    Language {
        id: "scala",
        extensions: &["scala", "sc"],
        lexis: lexis::KOTLIN,
        manifests: &["build.sbt"],
        ..CODE
    },
    Language {
        id: "swift",
        extensions: &["swift"],
        lexis: lexis::SWIFT,
        manifests: &["Package.swift"],
        ..CODE
    },
    Language {
        id: "go",
        aliases: &["golang"],
        extensions: &["go"],
        lexis: lexis::GO,
        manifests: &["go.mod"],
        ..CODE
    },
    Language {
        id: "dart",
        extensions: &["dart"],
        lexis: lexis::JAVA,
        manifests: &["pubspec.yaml"],
        ..CODE
    },
    Language {
        id: "zig",
        extensions: &["zig"],
        lexis: lexis::CPP,
        manifests: &["build.zig"],
        ..CODE
    },
    Language {
        id: "typescript",
        extensions: &["ts", "cts", "mts"],
        lexis: lexis::JAVASCRIPT,
        manifests: NODE,
        ..CODE
    },
    Language {
        id: "typescriptreact",
        aliases: &["typescript.tsx"],
        extensions: &["tsx"],
        shares_words_with: Some("typescript"),
        served_by: Some("typescript"),
        lexis: lexis::JAVASCRIPT,
        manifests: NODE,
        ..CODE
    },
    Language {
        id: "javascript",
        extensions: &["js", "cjs", "mjs"],
        shares_words_with: Some("typescript"),
        served_by: Some("typescript"),
        lexis: lexis::JAVASCRIPT,
        manifests: NODE,
        ..CODE
    },
    Language {
        id: "javascriptreact",
        aliases: &["javascript.jsx"],
        extensions: &["jsx"],
        shares_words_with: Some("typescript"),
        served_by: Some("typescript"),
        lexis: lexis::JAVASCRIPT,
        manifests: NODE,
        ..CODE
    },
    Language {
        id: "vue",
        extensions: &["vue"],
        shares_words_with: Some("typescript"),
        lexis: lexis::JAVASCRIPT,
        manifests: NODE,
        ..CODE
    },
    Language {
        id: "svelte",
        extensions: &["svelte"],
        shares_words_with: Some("typescript"),
        lexis: lexis::JAVASCRIPT,
        manifests: NODE,
        ..CODE
    },
    Language {
        id: "python",
        aliases: &["python3"],
        extensions: &["py", "pyi", "pyw"],
        lexis: lexis::HASHED,
        blocks: Blocks::Colon,
        manifests: &["pyproject.toml", "setup.py"],
        ..CODE
    },
    Language {
        id: "ruby",
        extensions: &["rb"],
        lexis: lexis::HASHED,
        blocks: Blocks::Keywords(&RUBY),
        manifests: &["Gemfile", "*.gemspec"],
        ..CODE
    },
    Language {
        id: "lua",
        extensions: &["lua"],
        lexis: lexis::LUA,
        blocks: Blocks::Keywords(&LUA),
        words: &words::LUA,
        manifests: &["*.rockspec"],
        ..CODE
    },
    Language {
        id: "elixir",
        extensions: &["ex", "exs"],
        lexis: lexis::HASHED,
        blocks: Blocks::Keywords(&ELIXIR),
        manifests: &["mix.exs"],
        ..CODE
    },
    Language {
        id: "julia",
        extensions: &["jl"],
        lexis: lexis::JULIA,
        manifests: &["Project.toml"],
        ..CODE
    },
    Language {
        id: "erlang",
        extensions: &["erl", "hrl"],
        lexis: lexis::PERCENT,
        manifests: &["rebar.config"],
        ..CODE
    },
    Language {
        id: "haskell",
        extensions: &["hs"],
        lexis: lexis::HASKELL,
        manifests: &["*.cabal"],
        ..CODE
    },
    Language {
        id: "ocaml",
        extensions: &["ml", "mli"],
        lexis: lexis::OCAML,
        manifests: &["dune-project"],
        ..CODE
    },
    Language {
        id: "fsharp",
        aliases: &["f#"],
        extensions: &["fs", "fsi", "fsx"],
        lexis: lexis::FSHARP,
        manifests: &["*.fsproj"],
        ..CODE
    },
    Language {
        id: "clojure",
        extensions: &["clj", "cljc", "cljs"],
        lexis: lexis::LISP,
        manifests: &["deps.edn", "project.clj"],
        ..CODE
    },
];

const LUA: KeywordBlocks = KeywordBlocks {
    first: &[],
    anywhere: &["function"],
    last: &["do", "else", "repeat", "then"],
    closers: &["end", "until"],
};

const RUBY: KeywordBlocks = KeywordBlocks {
    first: &[
        "begin", "case", "class", "def", "else", "elsif", "ensure", "for", "if", "module",
        "rescue", "unless", "until", "when", "while",
    ],
    anywhere: &[],
    last: &["do"],
    closers: &["end"],
};

const ELIXIR: KeywordBlocks = KeywordBlocks {
    first: &["after", "catch", "else", "rescue"],
    anywhere: &[],
    last: &["do"],
    closers: &["end"],
};
