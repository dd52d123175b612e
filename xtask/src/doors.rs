//! Which crates may reach which. A door that is opened by a new dependency is
//! reported with the path that leads through it.
//!
//! Looked at with every feature and on every platform, so no door opens with a
//! flag. A crate's own dev-dependencies count too: its tests must run where it
//! runs. Cargo unites the features of the whole workspace before it answers, so
//! a path may be shown that one crate alone would not build; then the crate it
//! shares with the server is worth a look all the same.

mod graph;
mod purity;
mod table;

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use crate::members;
use crate::metadata::Metadata;
use graph::Graph;

/// A name and what is said of it: the shape of every table.
type Row<'a> = (&'a str, &'a [&'a str]);

/// What `table.rs` says, or a test.
struct Rules<'a> {
    arrows: &'a [Row<'a>],
    test_arrows: &'a [Row<'a>],
    confined: &'a [Row<'a>],
    reserved: &'a [Row<'a>],
}

const RULES: Rules<'_> = Rules {
    arrows: table::ARROWS,
    test_arrows: table::TEST_ARROWS,
    confined: table::CONFINED,
    reserved: table::RESERVED,
};

/// Checks the workspace as cargo sees it.
///
/// # Errors
/// A line for each door that is open.
pub(crate) fn check() -> Result<()> {
    let graph = Graph::of(&metadata()?);
    let mut open = RULES.unknown(&graph);
    open.extend(RULES.forbidden_arrows(&graph));
    open.extend(RULES.escapes(&graph));
    open.extend(RULES.unreserved(&graph));
    let members = members::read()?;
    for (name, worlds) in table::PURE {
        match members.iter().find(|member| member.name == *name) {
            Some(member) => open.extend(purity::check(member, worlds)?),
            None => open.push(unknown(name)),
        }
    }
    if !open.is_empty() {
        bail!("{}", open.join("\n"));
    }
    println!("doors: shut, between {} crates", members.len());
    Ok(())
}

fn metadata() -> Result<Metadata> {
    Metadata::read(&["--all-features"])
}

fn unknown(name: &str) -> String {
    format!(
        "`{name}` is not in the dependency graph; correct the table in xtask/src/doors/table.rs"
    )
}

impl Rules<'_> {
    /// A line for each name in a table that no package has, and for each crate of
    /// the workspace without a row of its own.
    fn unknown(&self, graph: &Graph) -> Vec<String> {
        let tables = [self.arrows, self.test_arrows, self.confined, self.reserved];
        let names: BTreeSet<&str> = tables
            .into_iter()
            .flatten()
            .flat_map(|(name, others)| std::iter::once(name).chain(*others))
            .copied()
            .collect();
        let absent = names.iter().filter(|name| !graph.contains(name));
        let mut lines: Vec<String> = absent.map(|name| unknown(name)).collect();
        for member in graph.members() {
            if !self.arrows.iter().any(|(name, _)| *name == member) {
                lines.push(format!(
                    "`{member}` has no row; correct the table in xtask/src/doors/table.rs"
                ));
            }
        }
        lines
    }

    /// A line for each edge between two crates of the workspace that no arrow allows.
    fn forbidden_arrows(&self, graph: &Graph) -> Vec<String> {
        let known = |name: &str| self.arrows.iter().any(|(row, _)| *row == name);
        let mut open = Vec::new();
        for (from, to, dev_only) in graph.arrows() {
            // A crate without a row is reported as such, and tests may ask their own
            // crate for a feature.
            let allowed =
                from == to || !known(from) || !known(to) || self.allows(from, to, dev_only);
            if !allowed {
                let purpose = if dev_only { ", not even in tests" } else { "" };
                open.push(format!("`{from}` must not depend on `{to}`{purpose}"));
            }
        }
        open
    }

    fn allows(&self, from: &str, to: &str, dev_only: bool) -> bool {
        let tests: &[Row<'_>] = if dev_only { self.test_arrows } else { &[] };
        let firsts = self.arrows.iter().chain(tests);
        let mut waiting: Vec<&str> = firsts
            .filter(|(name, _)| *name == from)
            .flat_map(|(_, others)| others.iter().copied())
            .collect();
        let mut reached = BTreeSet::new();
        while let Some(name) = waiting.pop() {
            if reached.insert(name) {
                let next = self.arrows.iter().filter(|(row, _)| *row == name);
                waiting.extend(next.flat_map(|(_, others)| others.iter().copied()));
            }
        }
        reached.contains(to)
    }

    /// A line for each crate that reaches what is confined to others.
    fn escapes(&self, graph: &Graph) -> Vec<String> {
        let mut open = Vec::new();
        for (package, allowed) in self.confined {
            for member in graph.members().filter(|member| !allowed.contains(member)) {
                if let Some(path) = graph.path(member, package) {
                    let path = path.join(" -> ");
                    open.push(format!("`{member}` must not reach `{package}`: {path}"));
                }
            }
        }
        open
    }

    /// A line for each crate that names a dependency which is kept for others.
    fn unreserved(&self, graph: &Graph) -> Vec<String> {
        let mut open = Vec::new();
        for (package, allowed) in self.reserved {
            for member in graph.members_that_name(package) {
                if !allowed.contains(&member) {
                    open.push(format!("`{member}` must not name `{package}` itself"));
                }
            }
        }
        open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An edge: from, to, and the kind of dependency where it is no ordinary one.
    type Edge<'a> = (&'a str, &'a str, Option<&'a str>);

    const MADE_UP: Rules<'_> = Rules {
        arrows: &[
            ("server", &["middle"]),
            ("middle", &["core"]),
            ("core", &[]),
            ("train", &[]),
        ],
        test_arrows: &[("core", &["train"])],
        confined: &[("torch", &["train"]), ("async", &["server"])],
        reserved: &[("lsp", &["server"])],
    };

    /// A workspace of `server`, `middle`, `core` and `train`; `extra` is a further edge.
    fn workspace(extra: Option<Edge<'_>>) -> Graph {
        let mut edges = vec![
            ("server", "middle", None),
            ("server", "core", None),
            ("middle", "core", None),
            ("server", "lsp", None),
            ("core", "maths", None),
            ("maths", "rand", None),
            ("train", "torch", None),
            ("lsp", "async", None),
        ];
        edges.extend(extra);
        let names = [
            "server", "middle", "core", "train", "maths", "rand", "torch", "lsp", "async",
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
            "workspace_members": ["server", "middle", "core", "train"],
            "resolve": {"nodes": nodes},
        });
        Graph::of(&Metadata::parse(&metadata.to_string()).unwrap())
    }

    fn open(rules: &Rules<'_>, graph: &Graph) -> Vec<String> {
        let mut open = rules.unknown(graph);
        open.extend(rules.forbidden_arrows(graph));
        open.extend(rules.escapes(graph));
        open.extend(rules.unreserved(graph));
        open
    }

    fn check(extra: Option<Edge<'_>>) -> Vec<String> {
        open(&MADE_UP, &workspace(extra))
    }

    #[test]
    fn shut_doors_are_silent() {
        assert!(check(None).is_empty());
    }

    #[test]
    fn an_arrow_that_no_row_allows_is_reported() {
        assert_eq!(
            check(Some(("core", "middle", None))),
            ["`core` must not depend on `middle`"]
        );
        assert_eq!(
            check(Some(("middle", "train", Some("dev"))))[0],
            "`middle` must not depend on `train`, not even in tests"
        );
    }

    #[test]
    fn an_arrow_for_tests_is_no_arrow_for_the_crate() {
        let rules = Rules {
            confined: &[],
            ..MADE_UP
        };
        let with = |kind| open(&rules, &workspace(Some(("core", "train", kind))));
        assert!(with(Some("dev")).is_empty());
        assert_eq!(with(None), ["`core` must not depend on `train`"]);
    }

    #[test]
    fn a_confined_package_is_reported_with_the_path_to_it() {
        assert_eq!(
            check(Some(("rand", "torch", None))),
            [
                "`core` must not reach `torch`: core -> maths -> rand -> torch",
                "`middle` must not reach `torch`: middle -> core -> maths -> rand -> torch",
                "`server` must not reach `torch`: server -> core -> maths -> rand -> torch",
            ]
        );
    }

    #[test]
    fn a_build_dependency_opens_a_door() {
        assert_eq!(
            check(Some(("middle", "async", Some("build")))),
            ["`middle` must not reach `async`: middle -> async"]
        );
    }

    #[test]
    fn a_dev_dependency_opens_the_door_of_its_own_crate_only() {
        assert_eq!(
            check(Some(("core", "async", Some("dev")))),
            ["`core` must not reach `async`: core -> async"]
        );
    }

    #[test]
    fn a_reserved_dependency_is_reported() {
        let rules = Rules {
            confined: &[],
            ..MADE_UP
        };
        assert_eq!(
            open(&rules, &workspace(Some(("train", "lsp", None)))),
            ["`train` must not name `lsp` itself"]
        );
    }

    #[test]
    fn a_name_that_no_package_has_and_a_crate_without_a_row_are_reported_once() {
        let rules = Rules {
            arrows: &[
                ("server", &["middle"]),
                ("middle", &["core"]),
                ("core", &[]),
            ],
            test_arrows: &[],
            confined: &[("torhc", &["train"])],
            reserved: &[("torhc", &["server"])],
        };
        assert_eq!(
            open(&rules, &workspace(None)),
            [
                "`torhc` is not in the dependency graph; correct the table in xtask/src/doors/table.rs",
                "`train` has no row; correct the table in xtask/src/doors/table.rs",
            ]
        );
    }

    /// Every edge that the tables forbid, added to the workspace as it is.
    #[test]
    fn each_door_of_this_workspace_is_reported_when_it_is_opened() {
        let mut graph = Graph::of(&metadata().unwrap());
        assert!(
            open(&RULES, &graph).is_empty(),
            "{:?}",
            open(&RULES, &graph)
        );
        let members: Vec<String> = graph.members().map(str::to_owned).collect();
        let mut opened = 0;
        for from in &members {
            for to in &members {
                for dev_only in [false, true] {
                    if from != to && !RULES.allows(from, to, dev_only) {
                        graph.open(from, to, dev_only);
                        let found = RULES.forbidden_arrows(&graph);
                        assert_eq!(found.len(), 1, "{from} -> {to}: {found:?}");
                        graph.shut(from);
                        opened += 1;
                    }
                }
            }
            for (package, allowed) in RULES.confined {
                if !allowed.contains(&from.as_str()) {
                    graph.open(from, package, false);
                    let expected =
                        format!("`{from}` must not reach `{package}`: {from} -> {package}");
                    assert!(RULES.escapes(&graph).contains(&expected), "{expected}");
                    graph.shut(from);
                    opened += 1;
                }
            }
            for (package, allowed) in RULES.reserved {
                if !allowed.contains(&from.as_str()) {
                    graph.open(from, package, false);
                    assert_eq!(RULES.unreserved(&graph).len(), 1, "{from} -> {package}");
                    graph.shut(from);
                    opened += 1;
                }
            }
        }
        assert!(opened > 100, "only {opened} edges were tried");
    }
}
