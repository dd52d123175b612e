//! The dependency graph, read from `cargo metadata`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::metadata::{Dependency, Metadata, Node};

/// Packages by name, and what each depends on.
///
/// Two versions of one package are two nodes with one name; a door to that name
/// is a door to both.
pub(super) struct Graph {
    names: BTreeMap<String, String>,
    edges: BTreeMap<String, Vec<Edge>>,
    members: BTreeSet<String>,
}

struct Edge {
    to: String,
    /// For tests, examples and benchmarks only.
    dev_only: bool,
}

impl Graph {
    /// The graph of what cargo says.
    pub(super) fn of(metadata: &Metadata) -> Self {
        let edge = |dependency: &Dependency| Edge {
            dev_only: dependency
                .dep_kinds
                .iter()
                .all(|kind| kind.kind.as_deref() == Some("dev")),
            to: dependency.pkg.clone(),
        };
        let edges = |node: &Node| (node.id.clone(), node.deps.iter().map(edge).collect());
        let names = metadata.packages.iter();
        Self {
            names: names
                .map(|one| (one.id.clone(), one.name.clone()))
                .collect(),
            edges: metadata.nodes().iter().map(edges).collect(),
            members: metadata.workspace_members.iter().cloned().collect(),
        }
    }

    /// The names of the workspace's own packages, in order.
    pub(super) fn members(&self) -> impl Iterator<Item = &str> {
        let names: BTreeSet<&str> = self.members.iter().map(|id| self.name(id)).collect();
        names.into_iter()
    }

    /// The edges between the workspace's own packages: from, to, and whether it is
    /// there for tests, examples and benchmarks only.
    pub(super) fn arrows(&self) -> impl Iterator<Item = (&str, &str, bool)> {
        self.members.iter().flat_map(|from| {
            let edges = self.edges.get(from).into_iter().flatten();
            edges
                .filter(|edge| self.members.contains(&edge.to))
                .map(|edge| (self.name(from), self.name(&edge.to), edge.dev_only))
        })
    }

    /// Whether a package of that name is in the graph.
    pub(super) fn contains(&self, name: &str) -> bool {
        !self.ids(name).is_empty()
    }

    /// The names along a shortest path from one package to another. Follows the
    /// dev-dependencies of the first package only, as cargo does when it tests it.
    pub(super) fn path(&self, from: &str, to: &str) -> Option<Vec<&str>> {
        let starts = self.ids(from);
        let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
        let mut queue: VecDeque<&str> = starts.iter().copied().collect();
        while let Some(id) = queue.pop_front() {
            let is_start = starts.contains(&id);
            if !is_start && self.name(id) == to {
                let mut path = vec![self.name(id)];
                let mut last = id;
                while let Some(&previous) = came_from.get(last) {
                    path.push(self.name(previous));
                    last = previous;
                }
                path.reverse();
                return Some(path);
            }
            for edge in self.edges.get(id).into_iter().flatten() {
                let next = edge.to.as_str();
                let followed = is_start || !edge.dev_only;
                if followed && !starts.contains(&next) && !came_from.contains_key(next) {
                    came_from.insert(next, id);
                    queue.push_back(next);
                }
            }
        }
        None
    }

    /// The workspace's own packages that name `dependency` themselves, for
    /// whatever purpose.
    pub(super) fn members_that_name(&self, dependency: &str) -> Vec<&str> {
        let names_it = |id: &&String| {
            let mut edges = self.edges.get(*id).into_iter().flatten();
            edges.any(|edge| self.name(&edge.to) == dependency)
        };
        self.members
            .iter()
            .filter(names_it)
            .map(|id| self.name(id))
            .collect()
    }

    fn ids(&self, name: &str) -> Vec<&str> {
        let named = self.names.iter().filter(|(_, other)| *other == name);
        named.map(|(id, _)| id.as_str()).collect()
    }

    /// Cargo lists every package that an edge leads to; an id without one is its own name.
    fn name<'a>(&'a self, id: &'a str) -> &'a str {
        self.names.get(id).map_or(id, String::as_str)
    }

    /// Adds an edge, for a test.
    #[cfg(test)]
    pub(super) fn open(&mut self, from: &str, to: &str, dev_only: bool) {
        let to = self.ids(to)[0].to_owned();
        let from = self.ids(from)[0].to_owned();
        self.edges
            .entry(from)
            .or_default()
            .push(Edge { to, dev_only });
    }

    /// Takes the edge away that was added last.
    #[cfg(test)]
    pub(super) fn shut(&mut self, from: &str) {
        let from = self.ids(from)[0].to_owned();
        self.edges.entry(from).or_default().pop();
    }
}
