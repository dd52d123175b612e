//! Which crates may reach which. A door that is opened by a new dependency is
//! reported with the path that leads through it.
//!
//! Looked at with every feature and on every platform, so no door opens with a
//! flag. A crate's own dev-dependencies count too: its tests must run where it
//! runs. Cargo unites the features of the whole workspace before it answers, so
//! a path may be shown that one crate alone would not build; then the crate it
//! shares with the server is worth a look all the same.

mod graph;

use anyhow::{Result, bail};

use crate::process;
use graph::Graph;

/// From a crate on the left no dependency, however far, leads to one on the right.
const SHUT: &[(&str, &[&str])] = &[
    // Starts in milliseconds and installs with `cargo install` alone.
    ("lstm-ls", &["tch", "torch-sys"]),
    // A model's file format is read by programs of either kind.
    ("lstm-format", &["tch", "torch-sys", "tower-lsp", "tokio"]),
    // Completion is a function of text: it can be used and tested without a server.
    ("code-index", &["tch", "torch-sys", "tower-lsp", "tokio"]),
    ("workspace", &["tch", "torch-sys", "tower-lsp", "tokio"]),
    ("completer", &["tch", "torch-sys", "tower-lsp", "tokio"]),
    // Measures completion as a function; the caller brings files and threads.
    (
        "evaluation",
        &[
            "tch",
            "torch-sys",
            "tower-lsp",
            "tokio",
            "axum",
            "clap",
            "rayon",
        ],
    ),
    ("char-lstm", &["tower-lsp", "tokio"]),
    // Looks into a model and at nothing else: how text is completed is handed in.
    ("explorer", &["tch", "torch-sys", "tower-lsp", "completer"]),
    ("lstm-runtime", &["tch", "torch-sys", "tower-lsp", "tokio"]),
];

/// Of the workspace's crates, only those on the right depend on the one on the left.
const RESERVED: &[(&str, &[&str])] = &[("tower-lsp", &["lstm-ls"]), ("axum", &["explorer"])];

/// Checks the workspace as cargo sees it.
pub(crate) fn check() -> Result<()> {
    let metadata =
        process::read(process::cargo().args(["metadata", "--format-version=1", "--all-features"]))?;
    let open = open_doors(&Graph::parse(&metadata)?, SHUT, RESERVED);
    if !open.is_empty() {
        bail!("{}", open.join("\n"));
    }
    let shut: usize = SHUT.iter().map(|(_, names)| names.len()).sum();
    println!("doors: {} shut", shut + RESERVED.len());
    Ok(())
}

/// One line for each door that is open, or that names a crate which is not there.
fn open_doors(
    graph: &Graph,
    shut: &[(&str, &[&str])],
    reserved: &[(&str, &[&str])],
) -> Vec<String> {
    let mut open = Vec::new();
    for (name, others) in shut.iter().chain(reserved) {
        for name in std::iter::once(name).chain(*others) {
            let line = format!(
                "`{name}` is not in the dependency graph; correct the table in xtask/src/doors.rs"
            );
            if !graph.contains(name) && !open.contains(&line) {
                open.push(line);
            }
        }
    }
    for (from, forbidden) in shut {
        for to in *forbidden {
            if let Some(path) = graph.path(from, to) {
                open.push(format!(
                    "`{from}` must not reach `{to}`: {}",
                    path.join(" -> ")
                ));
            }
        }
    }
    for (dependency, allowed) in reserved {
        for member in graph.members_that_name(dependency) {
            if !allowed.contains(&member) {
                open.push(format!("`{member}` must not depend on `{dependency}`"));
            }
        }
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A workspace of `server`, `core` and `train`; `extra` is a further edge.
    fn workspace(extra: Option<(&str, &str, Option<&str>)>) -> Graph {
        let mut edges = vec![
            ("server", "core", None),
            ("server", "lsp", None),
            ("core", "maths", None),
            ("maths", "rand", None),
            ("train", "torch", None),
            ("lsp", "async", None),
        ];
        edges.extend(extra);
        let names = [
            "server", "core", "train", "maths", "rand", "torch", "lsp", "async",
        ];
        let nodes: Vec<_> = names
            .iter()
            .map(|name| {
                let deps: Vec<_> = edges
                    .iter()
                    .filter(|(from, ..)| from == name)
                    .map(|(_, to, kind)| {
                        serde_json::json!({"pkg": to, "dep_kinds": [{"kind": kind}]})
                    })
                    .collect();
                serde_json::json!({"id": name, "deps": deps})
            })
            .collect();
        let packages: Vec<_> = names
            .iter()
            .map(|name| serde_json::json!({"id": name, "name": name}))
            .collect();
        let metadata = serde_json::json!({
            "packages": packages,
            "workspace_members": ["server", "core", "train"],
            "resolve": {"nodes": nodes},
        });
        Graph::parse(&metadata.to_string()).unwrap()
    }

    fn check(extra: Option<(&str, &str, Option<&str>)>) -> Vec<String> {
        open_doors(
            &workspace(extra),
            &[("server", &["torch"]), ("core", &["lsp", "async"])],
            &[("lsp", &["server"])],
        )
    }

    #[test]
    fn shut_doors_are_silent() {
        assert!(check(None).is_empty());
    }

    #[test]
    fn an_opened_door_is_reported_with_its_path() {
        assert_eq!(
            check(Some(("rand", "torch", None))),
            ["`server` must not reach `torch`: server -> core -> maths -> rand -> torch"]
        );
    }

    #[test]
    fn a_build_dependency_opens_a_door() {
        assert_eq!(
            check(Some(("maths", "async", Some("build")))),
            ["`core` must not reach `async`: core -> maths -> async"]
        );
    }

    #[test]
    fn a_dev_dependency_opens_the_door_of_its_own_crate_only() {
        assert_eq!(
            check(Some(("core", "async", Some("dev")))),
            ["`core` must not reach `async`: core -> async"]
        );
        assert!(check(Some(("core", "torch", Some("dev")))).is_empty());
    }

    #[test]
    fn a_reserved_dependency_is_reported() {
        assert_eq!(
            check(Some(("train", "lsp", None))),
            ["`train` must not depend on `lsp`"]
        );
    }

    #[test]
    fn a_crate_that_does_not_exist_is_reported_once() {
        let open = open_doors(
            &workspace(None),
            &[("server", &["torhc"]), ("core", &["torhc"])],
            &[],
        );
        assert_eq!(open.len(), 1);
        assert!(
            open[0].starts_with("`torhc` is not in the dependency graph"),
            "{open:?}"
        );
    }
}
