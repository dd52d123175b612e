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
        /// C compiler, which links too.
        compiler: &'static str,
        /// What starts its programs, a command line.
        runner: &'static str,
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
    /// The engine of a page completes in Node.
    Page {
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

/// Every platform, in the order in which they are tried.
pub(super) const TABLE: &[Platform] = &[
    Platform {
        target: "aarch64-unknown-linux-gnu",
        means: Means::Run {
            compiler: "aarch64-linux-gnu-gcc",
            runner: "qemu-aarch64-static -L /usr/aarch64-linux-gnu",
            programs: &[
                (
                    "aarch64-linux-gnu-gcc",
                    &["gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross"],
                ),
                ("qemu-aarch64-static", &["qemu-user-static"]),
            ],
        },
    },
    Platform {
        target: "x86_64-pc-windows-gnu",
        means: Means::Check {
            packages: &["lstm-ls"],
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
        means: Means::Page { flags: SIMD },
    },
];
