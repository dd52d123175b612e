//! Whether a crate that is to be a function of its arguments reaches files,
//! threads or a clock, or one that reads files does so past the crate that knows how: in
//! its own code, and through what it is built from.
//!
//! Code is read as the compiler reads it, imports resolved; comments, strings and
//! tests are left out. What a dependency does inside is not seen, so those that
//! exist to reach the world are listed by name.

use anyhow::Result;

use super::table::World;
use crate::members::Member;
use crate::process;
use crate::source::{self, Place, Tree};

/// What reaches a part of the world.
struct Signs {
    /// Beginnings of paths.
    paths: &'static [&'static str],
    /// Methods of the standard library that are unlikely to be anything else.
    methods: &'static [&'static str],
    /// Packages.
    packages: &'static [&'static str],
}

impl World {
    fn signs(self) -> Signs {
        match self {
            Self::Files => Signs {
                paths: &[
                    "std::fs",
                    "std::env",
                    "std::net",
                    "std::os",
                    "std::process",
                    "std::io::stdin",
                    "std::io::stdout",
                    "std::io::stderr",
                    "print",
                    "println",
                    "eprint",
                    "eprintln",
                    "dbg",
                ],
                methods: &[
                    "canonicalize",
                    "is_dir",
                    "is_file",
                    "read_dir",
                    "symlink_metadata",
                    "try_exists",
                ],
                packages: &[
                    "clap",
                    "disk",
                    "etcetera",
                    "fs4",
                    "ignore",
                    "interprocess",
                    "memmap2",
                    "mio",
                    "notify",
                    "rustix",
                    "socket2",
                    "tempfile",
                    "tokio",
                    "walkdir",
                    "which",
                ],
            },
            Self::Threads => Signs {
                paths: &["std::thread"],
                methods: &[],
                packages: &[
                    "crossbeam-channel",
                    "crossbeam-deque",
                    "rayon",
                    "rayon-core",
                    "thread-priority",
                    "threadpool",
                ],
            },
            Self::Reading => Signs {
                paths: &[
                    "std::fs::copy",
                    "std::fs::read",
                    "std::fs::read_to_string",
                    "std::fs::File::open",
                ],
                methods: &[],
                packages: &[],
            },
            Self::Clock => Signs {
                paths: &["std::time::Instant::now", "std::time::SystemTime"],
                methods: &["elapsed"],
                packages: &["chrono", "jiff", "quanta", "time"],
            },
        }
    }
}

/// A line for each way in which `member` reaches `worlds`.
pub(super) fn check(member: &Member, worlds: &[World]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for target in &member.targets {
        let tree = Tree::read(target, &source::from_disk)?;
        found.extend(in_code(&member.name, &tree, worlds));
    }
    // Not `cargo metadata`: that unites the features of the whole workspace, and
    // what another crate asks of a shared dependency is not this crate's doing.
    let package = format!("--package={}", member.name);
    let packages = process::read(process::cargo().args([
        "tree",
        &package,
        "--edges=normal",
        "--prefix=none",
        "--format={p}",
    ]))?;
    let names = packages.lines().filter_map(|line| line.split(' ').next());
    found.extend(among_packages(&member.name, names, worlds));
    Ok(found)
}

fn in_code(name: &str, tree: &Tree, worlds: &[World]) -> Vec<String> {
    let mut found = Vec::new();
    for (index, module) in tree.modules.iter().enumerate() {
        let file = tree.files[module.file].display();
        for world in worlds {
            let signs = world.signs();
            for (mention, place) in tree.uses(index) {
                let Place::Outside(path) = place else {
                    continue;
                };
                if let Some(sign) = signs.paths.iter().find(|sign| leads_to(&path, sign)) {
                    let line = mention.line;
                    found.push(format!("`{name}` must not use `{sign}`: {file}:{line}"));
                }
            }
            for method in &module.methods {
                let called = method.path.first().map_or("", String::as_str);
                if signs.methods.contains(&called) {
                    let line = method.line;
                    found.push(format!("`{name}` must not call `{called}`: {file}:{line}"));
                }
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

fn among_packages<'a>(
    name: &str,
    packages: impl Iterator<Item = &'a str>,
    worlds: &[World],
) -> Vec<String> {
    let mut found: Vec<String> = packages
        .filter(|package| {
            worlds
                .iter()
                .any(|world| world.signs().packages.contains(package))
        })
        .map(|package| {
            format!(
                "`{name}` must not be built from `{package}`: \
                 cargo tree --package={name} --edges=normal --invert={package}"
            )
        })
        .collect();
    found.sort();
    found.dedup();
    found
}

/// Whether `path` begins with `sign`, or brings it in by a `*`.
fn leads_to(path: &[String], sign: &str) -> bool {
    let sign: Vec<&str> = sign.split("::").collect();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match path.split_last() {
        Some((&"*", from)) => sign.starts_with(from) || from.starts_with(&sign),
        _ => path.starts_with(&sign),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const ALL: &[World] = &[World::Files, World::Threads, World::Clock];
    const EACH: &[World] = &[World::Files, World::Threads, World::Clock, World::Reading];

    fn check(code: &str) -> Vec<String> {
        check_for(code, ALL)
    }

    fn check_for(code: &str, worlds: &[World]) -> Vec<String> {
        let read = |_: &Path| Some(code.to_owned());
        let tree = Tree::read(Path::new("lib.rs"), &read).unwrap();
        in_code("pure", &tree, worlds)
    }

    #[test]
    fn every_sign_is_reported_where_it_stands() {
        for world in EACH {
            let check = |code: &str| check_for(code, &[*world]);
            let signs = world.signs();
            for sign in signs.paths {
                let code = match sign.split_once("::") {
                    Some(_) => format!("fn f() {{\n{sign}::x() }}"),
                    None => format!("fn f() {{\n{sign}!() }}"),
                };
                let expected = format!("`pure` must not use `{sign}`: lib.rs:2");
                assert_eq!(check(&code), [expected]);
            }
            for method in signs.methods {
                let expected = format!("`pure` must not call `{method}`: lib.rs:2");
                assert_eq!(check(&format!("fn f() {{\nx.{method}() }}")), [expected]);
            }
            for package in signs.packages {
                let found = among_packages("pure", ["pure", package].into_iter(), ALL);
                assert_eq!(found.len(), 1, "{found:?}");
                assert!(
                    found[0].starts_with(&format!("`pure` must not be built from `{package}`"))
                );
            }
        }
    }

    #[test]
    fn imports_hide_nothing() {
        for code in [
            "use std::{fs as disk, io};",
            "use std::*;",
            "use std::time::Instant; fn f() { Instant::now() }",
            "use std::time; fn f() { vec![time::Instant::now()] }",
            "use std::time::*;",
            "use std::thread::*;",
            "fn f() { assert!(x.is_file()) }",
            "fn f() { use std::env; }",
            "mod inner { pub use std::time::Instant as Clock; } fn f() { inner::Clock::now() }",
        ] {
            assert!(!check(code).is_empty(), "{code}");
        }
    }

    #[test]
    fn what_reaches_nothing_is_silent() {
        for code in [
            "use std::time::{Duration, Instant}; fn f(now: Instant) -> Duration { now - now }",
            "// std::fs::read\n/// std::thread\nfn f() { g(\"std::env\") }",
            "#[cfg(test)] mod tests { use std::fs; }",
            "#[test] fn f() { std::thread::spawn(g) }",
            "mod fs { pub fn read() {} } fn f() { fs::read() }",
            "use std::path::Path; use std::io::Read; use std::collections::*;",
        ] {
            assert!(check(code).is_empty(), "{code}: {:?}", check(code));
        }
    }
}
