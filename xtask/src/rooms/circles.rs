//! Circles of files: each uses something that the next one declares, and the last
//! something of the first. Within a folder that is how a module and its parts
//! work; through two folders it means that neither can be read without the other.
//!
//! A `mod` line and a re-export (`pub use`) are no use; what is reached through a
//! re-export counts as a use of the file that declares it. Methods and fields
//! are not seen; the file that names their type is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use petgraph::algo::tarjan_scc;
use petgraph::graphmap::DiGraphMap;

use super::folder;
use crate::source::{Mention, Place, Tree};

/// From one file to another, with the first place that says so.
type Uses<'a> = BTreeMap<(usize, usize), &'a Mention>;

/// A report for each circle that goes through two folders: its files, and the
/// places that lead from one folder to another. `root` is cut off the paths.
pub(super) fn find(tree: &Tree, root: &Path) -> Vec<String> {
    let folders: BTreeSet<&Path> = tree.files.iter().filter_map(|file| file.parent()).collect();
    let folder_of: Vec<PathBuf> = tree
        .files
        .iter()
        .map(|file| folder(file, |own| folders.contains(own)))
        .collect();
    let uses = uses(tree);
    let graph: DiGraphMap<usize, ()> = uses.keys().copied().collect();
    let mut reports: Vec<String> = tarjan_scc(&graph)
        .into_iter()
        .filter_map(|mut files| {
            files.sort_unstable();
            let rooms: BTreeSet<&PathBuf> = files.iter().map(|&file| &folder_of[file]).collect();
            (rooms.len() > 1).then(|| report(tree, root, &files, &folder_of, &uses))
        })
        .collect();
    reports.sort();
    reports
}

fn uses(tree: &Tree) -> Uses<'_> {
    let mut uses = Uses::new();
    for (index, module) in tree.modules.iter().enumerate() {
        for (mention, place) in tree.uses(index) {
            let Place::Item(at) = place else { continue };
            let to = tree.modules[at].file;
            if to != module.file {
                uses.entry((module.file, to)).or_insert(mention);
            }
        }
    }
    uses
}

fn report(
    tree: &Tree,
    root: &Path,
    files: &[usize],
    folder_of: &[PathBuf],
    uses: &Uses<'_>,
) -> String {
    let shown = |path: &Path| {
        path.strip_prefix(root)
            .unwrap_or(path)
            .display()
            .to_string()
    };
    let rooms: BTreeSet<&PathBuf> = files.iter().map(|&file| &folder_of[file]).collect();
    let rooms: Vec<String> = rooms.into_iter().map(|room| shown(room)).collect();
    let mut lines = vec![format!(
        "{} files in a circle through {}:",
        files.len(),
        rooms.join(", ")
    )];
    for (&(from, to), mention) in uses {
        let inside = files.contains(&from) && files.contains(&to);
        if inside && folder_of[from] != folder_of[to] {
            lines.push(format!(
                "    {}:{} uses `{}` of {}",
                shown(&tree.files[from]),
                mention.line,
                mention.path.join("::"),
                shown(&tree.files[to]),
            ));
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circles(files: &[(&str, &str)]) -> Vec<String> {
        let read = |path: &Path| {
            let found = files.iter().find(|(name, _)| Path::new(name) == path);
            found.map(|(_, text)| (*text).to_owned())
        };
        let tree = Tree::read(Path::new("src/lib.rs"), &read).unwrap();
        find(&tree, Path::new(""))
    }

    #[test]
    fn a_circle_through_two_folders_is_reported_with_the_places_that_close_it() {
        let found = circles(&[
            ("src/lib.rs", "mod a; mod b;"),
            ("src/a.rs", "pub mod one;"),
            ("src/a/one.rs", "use crate::b::two::Two;\npub struct One;"),
            ("src/b.rs", "pub mod two;"),
            (
                "src/b/two.rs",
                "pub struct Two;\n\nfn f() -> crate::a::one::One { x() }",
            ),
        ]);
        assert_eq!(
            found,
            ["2 files in a circle through src/a, src/b:\n    \
              src/a/one.rs:1 uses `crate::b::two::Two` of src/b/two.rs\n    \
              src/b/two.rs:3 uses `crate::a::one::One` of src/a/one.rs"]
        );
    }

    #[test]
    fn a_longer_circle_is_one_report() {
        let found = circles(&[
            ("src/lib.rs", "mod a; mod b; mod c;"),
            ("src/a.rs", "pub mod x;"),
            ("src/a/x.rs", "pub fn x() { crate::b::b() }"),
            ("src/b.rs", "pub fn b() { super::c::c() }"),
            ("src/c.rs", "pub fn c() { crate::a::x::x() }"),
        ]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("3 files in a circle through src, src/a:"));
    }

    #[test]
    fn a_module_and_its_parts_may_use_each_other() {
        let found = circles(&[
            ("src/lib.rs", "mod a;"),
            ("src/a.rs", "mod one; pub struct A; fn f() { one::f() }"),
            ("src/a/one.rs", "use super::A; pub fn f() {}"),
        ]);
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn declaring_and_handing_on_close_no_circle() {
        let found = circles(&[
            (
                "src/lib.rs",
                "pub mod a; mod b; pub use a::one::One; pub struct Root;",
            ),
            ("src/a.rs", "pub mod one;"),
            ("src/a/one.rs", "pub struct One(crate::Root);"),
            ("src/b.rs", "use crate::One;"),
        ]);
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn tests_close_no_circle() {
        let found = circles(&[
            ("src/lib.rs", "mod a; mod b;"),
            ("src/a.rs", "pub mod one;"),
            (
                "src/a/one.rs",
                "pub struct One; #[cfg(test)] use crate::b::Two;",
            ),
            ("src/b.rs", "use crate::a::one::One; pub struct Two;"),
        ]);
        assert!(found.is_empty(), "{found:?}");
    }
}
