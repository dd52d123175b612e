//! Which crate may depend on which, and what it does without. Everything that a crate
//! may not do stands here and nowhere else.

/// The arrows between the workspace's own crates. A crate may depend on those on
/// the right and on what those may depend on; any other edge is reported.
pub(super) const ARROWS: &[(&str, &[&str])] = &[
    ("language", &[]),
    ("disk", &[]),
    ("lstm-format", &["disk"]),
    ("lstm-runtime", &["lstm-format"]),
    ("code-index", &[]),
    ("workspace", &["code-index", "language", "disk"]),
    ("completer", &["lstm-format", "code-index", "language"]),
    ("evaluation", &["completer"]),
    ("assistant", &["completer", "workspace", "lstm-runtime"]),
    ("retrain", &["assistant", "evaluation"]),
    // Of evaluation only which files of a package are measured, so that training
    // and the server's command measure the same ones.
    ("corpus", &["evaluation", "disk"]),
    ("char-lstm", &["lstm-runtime", "corpus"]),
    ("explorer", &["completer", "lstm-runtime"]),
    ("explorer-server", &["explorer"]),
    ("setup", &["disk"]),
    ("win32", &[]),
    (
        "lstm-ls",
        &["assistant", "retrain", "explorer-server", "setup", "win32"],
    ),
    ("lstm-ls-torch", &["lstm-ls", "char-lstm"]),
    ("web", &["explorer"]),
    ("fit", &["corpus", "workspace", "lstm-runtime"]),
    ("lstm-bench", &["assistant", "end-to-end"]),
    ("lstm-bench-torch", &["char-lstm"]),
    // For tests only.
    ("fixture", &[]),
    // They know the server as an editor does: from outside.
    ("end-to-end", &[]),
    ("editor-tests", &["end-to-end"]),
    ("xtask", &[]),
];

/// Further arrows, for tests, examples and benchmarks only.
pub(super) const TEST_ARROWS: &[(&str, &[&str])] = &[
    ("language", &["fixture"]),
    ("code-index", &["fixture"]),
    // Completions are tested on a real engine.
    ("completer", &["lstm-runtime", "fixture"]),
    ("evaluation", &["lstm-runtime", "fixture"]),
    ("assistant", &["fixture"]),
    ("char-lstm", &["fixture"]),
    ("retrain", &["fixture"]),
    ("lstm-ls", &["fixture"]),
    ("lstm-ls-torch", &["end-to-end"]),
];

/// Packages that only these crates reach, however far along their dependencies.
pub(super) const CONFINED: &[(&str, &[&str])] = &[
    // libtorch: the server starts in milliseconds and installs with cargo alone.
    ("tch", TORCH),
    ("torch-sys", TORCH),
    // Processes that train together; nothing that is installed needs it.
    ("mpi", &["char-lstm", "lstm-bench-torch", "lstm-ls-torch"]),
    // A protocol belongs to a face: everything behind it serves any client.
    ("tower-lsp", &["lstm-ls", "lstm-ls-torch"]),
    ("axum", SERVERS),
    ("tokio", SERVERS),
];

const TORCH: &[&str] = &["char-lstm", "fit", "lstm-bench-torch", "lstm-ls-torch"];
const SERVERS: &[&str] = &["explorer-server", "lstm-ls", "lstm-ls-torch", "win32"];

/// Packages that only these crates name among their own dependencies.
pub(super) const RESERVED: &[(&str, &[&str])] =
    &[("tower-lsp", &["lstm-ls"]), ("axum", &["explorer-server"])];

/// What a crate that is a function of its arguments does without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum World {
    /// Files, other programs, the network, the environment, the terminal.
    Files,
    /// Threads of its own.
    Threads,
    /// What time it is. The caller says so: a browser has another clock.
    Clock,
    /// Files that others may have put there, past the one reader of `disk`, which waits for
    /// none and reads none without end.
    Reading,
}

/// The crates that do without parts of the world.
pub(super) const PURE: &[(&str, &[World])] = &[
    ("language", &[World::Files, World::Threads, World::Clock]),
    ("code-index", &[World::Files, World::Threads, World::Clock]),
    ("completer", &[World::Files, World::Threads, World::Clock]),
    ("explorer", &[World::Files, World::Threads, World::Clock]),
    ("web", &[World::Files, World::Threads, World::Clock]),
    // It measures how long an answer takes.
    ("evaluation", &[World::Files, World::Threads]),
    ("assistant", &[World::Reading]),
    ("char-lstm", &[World::Reading]),
    ("corpus", &[World::Reading]),
    ("fit", &[World::Reading]),
    ("lstm-format", &[World::Reading]),
    ("lstm-ls", &[World::Reading]),
    ("lstm-ls-torch", &[World::Reading]),
    ("retrain", &[World::Reading]),
    ("setup", &[World::Reading]),
    ("workspace", &[World::Reading]),
];
