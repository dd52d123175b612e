//! The platforms, once.

/// A target of the Rust compiler, and what is done with it.
pub(super) struct Platform {
    /// Its name.
    pub(super) target: &'static str,
    /// How far it can be tried on Debian x86-64.
    pub(super) means: Means,
}

/// How far a platform can be tried.
#[derive(Clone, Copy)]
pub(super) enum Means {
    /// Its programs run here.
    Run {
        /// Whether that takes many minutes, so that it is type-checked unless it is named.
        is_slow: bool,
        /// C compiler.
        compiler: &'static str,
        /// What links, where that is not what Rust takes by itself.
        linker: Option<&'static str>,
        /// What starts its programs, for a shell that knows a `$FOLDER` to keep things in.
        runner: &'static str,
        /// Where that is QEMU, the CPUs on which instructions are counted.
        counted: &'static [&'static str],
        /// Names of the end-to-end tests that its server passes.
        clients: &'static [&'static [&'static str]],
        /// Crates whose tests run there besides, which have something to do with the system.
        besides: &'static [&'static str],
        /// Those of which the unit tests alone run there.
        units: &'static [&'static str],
        /// Programs that takes, each with the Debian packages that bring it.
        programs: &'static [(&'static str, &'static [&'static str])],
    },
    /// The unit tests of these packages run in Node, which speaks WASI.
    InNode {
        /// Names of packages.
        packages: &'static [&'static str],
        /// What the compiler is told besides.
        flags: &'static str,
    },
    /// These packages, and what they rest on, are type-checked.
    Check {
        /// Names of packages.
        packages: &'static [&'static str],
    },
}

/// Vectors, which every browser has since 2023.
const SIMD: &str = "-C target-feature=+simd128";

/// A client over pipes.
const PIPES: &[&str] = &[
    "inline_completion_goes_on_from_the_cursor",
    "completion_lists_what_is_not_yet_there",
    "an_edit_is_seen_by_the_request_behind_it",
    "shutdown_and_exit_end_it_with_code_0",
    "exit_without_shutdown_ends_it_with_code_1",
    "a_closed_connection_ends_it_with_code_1",
];

/// A daemon that several clients share.
const SHARED: &[&str] = &["bridges_that_start_at_once_share_one_daemon"];

/// A client that takes the protocol at its word.
const STRICT: &[&str] = &["random_edits_in_utf_8"];

/// Every platform, in the order in which they are tried.
pub(super) const TABLE: &[Platform] = &[
    Platform {
        target: "aarch64-unknown-linux-gnu",
        means: Means::Run {
            is_slow: false,
            compiler: "aarch64-linux-gnu-gcc",
            linker: Some("aarch64-linux-gnu-gcc"),
            runner: "qemu-aarch64 -L /usr/aarch64-linux-gnu",
            // With dot products, and without.
            counted: &["max", "cortex-a57"],
            // QEMU's programs can't start others of theirs, as a bridge does, and a strict client
            // waits for them for many minutes.
            clients: &[PIPES],
            besides: &[],
            units: &[],
            programs: &[
                (
                    "aarch64-linux-gnu-gcc",
                    &["gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross"],
                ),
                // Not the static one, which takes no plugins.
                ("qemu-aarch64", &["qemu-user"]),
            ],
        },
    },
    Platform {
        target: "x86_64-unknown-linux-musl",
        means: Means::Run {
            is_slow: true,
            compiler: "musl-gcc",
            // Programs that musl-gcc links crash at their start: it does not know of those that
            // may lie anywhere in memory, as Rust makes them.
            linker: None,
            runner: "",
            counted: &[],
            clients: &[PIPES, SHARED, STRICT],
            besides: &["disk"],
            units: &[],
            programs: &[("musl-gcc", &["musl-tools"])],
        },
    },
    Platform {
        target: "x86_64-pc-windows-gnu",
        means: Means::Run {
            is_slow: true,
            compiler: "x86_64-w64-mingw32-gcc",
            linker: Some("x86_64-w64-mingw32-gcc"),
            runner: "env WINEDEBUG=-all WINEPREFIX=\"$FOLDER/wine\" /usr/lib/wine/wine64",
            counted: &[],
            // A strict client writes to a socket, and Wine takes none for standard input.
            clients: &[PIPES, SHARED],
            besides: &["win32", "disk"],
            // Wine does not tell of every change of a file, which a test of `workspace` awaits.
            units: &["workspace", "lstm-ls"],
            programs: &[
                ("x86_64-w64-mingw32-gcc", &["gcc-mingw-w64-x86-64"]),
                ("/usr/lib/wine/wine64", &["wine64"]),
            ],
        },
    },
    Platform {
        target: "aarch64-apple-darwin",
        means: Means::Check {
            packages: &["lstm-ls"],
        },
    },
    Platform {
        target: "x86_64-apple-darwin",
        means: Means::Check {
            packages: &["lstm-ls"],
        },
    },
    Platform {
        target: "wasm32-wasip1",
        means: Means::InNode {
            packages: &["language", "lstm-format", "lstm-runtime"],
            flags: SIMD,
        },
    },
    Platform {
        target: "wasm32-unknown-unknown",
        means: Means::Check { packages: &["web"] },
    },
];
