//! What a path stands for: where in the tree the thing is declared, through all
//! imports and re-exports on the way.

use super::{Mention, Tree};

/// What a path leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// A module of the tree.
    Module(usize),
    /// Something that is declared in this module of the tree.
    Item(usize),
    /// A path that leaves the tree, as it would read without imports.
    Outside(Vec<String>),
}

/// So many imports may stand between a name and its declaration; more are a
/// circle of imports, which the compiler accepts for globs.
const DEPTH: usize = 16;

impl Tree {
    /// Everything that a module uses: what it imports for itself, then the paths
    /// in its code. What it only hands on (`pub use`) is not used by it.
    pub(crate) fn uses(&self, module: usize) -> impl Iterator<Item = (&Mention, Place)> {
        let scope = &self.modules[module];
        let mentioned = scope
            .mentions
            .iter()
            .map(move |mention| (mention, self.resolve(module, &mention.path, DEPTH)));
        let imports = scope.imports.iter().filter(|import| !import.hands_on);
        let imported = imports.map(move |import| {
            let place = match self.resolve(module, &import.target.path, DEPTH) {
                Place::Outside(mut path) if import.name == "*" => {
                    path.push("*".to_owned());
                    Place::Outside(path)
                }
                place => place,
            };
            (&import.target, place)
        });
        imported.chain(mentioned)
    }

    fn resolve(&self, module: usize, path: &[String], depth: usize) -> Place {
        let outside = || Place::Outside(path.to_vec());
        let (Some(first), Some(depth)) = (path.first(), depth.checked_sub(1)) else {
            return outside();
        };
        let start = match first.as_str() {
            "crate" => Some(Place::Module(0)),
            "self" => Some(Place::Module(module)),
            "super" => self.modules[module].parent.map(Place::Module),
            _ => self.look_up(module, first, depth),
        };
        start.map_or_else(outside, |start| self.follow(start, &path[1..], depth))
    }

    /// Goes on from `place` along `rest`, as far as modules reach.
    fn follow(&self, place: Place, rest: &[String], depth: usize) -> Place {
        match (place, rest) {
            (Place::Outside(mut path), rest) => {
                path.extend_from_slice(rest);
                Place::Outside(path)
            }
            (Place::Module(module), [name, rest @ ..]) => {
                let next = match name.as_str() {
                    "super" => self.modules[module].parent.map(Place::Module),
                    _ => self.look_up(module, name, depth),
                };
                // What a macro of another crate declares is not seen: it stands here.
                next.map_or(Place::Item(module), |next| self.follow(next, rest, depth))
            }
            (place, _) => place,
        }
    }

    /// What `name` is in `module`, if it is known there.
    fn look_up(&self, module: usize, name: &str, depth: usize) -> Option<Place> {
        let depth = depth.checked_sub(1)?;
        let scope = &self.modules[module];
        if let Some(&child) = scope.children.get(name) {
            return Some(Place::Module(child));
        }
        if scope.items.iter().any(|item| item == name) {
            return Some(Place::Item(module));
        }
        let named = scope.imports.iter().find(|import| import.name == name);
        if let Some(import) = named {
            // `use regex;` is the crate and not this very import.
            if import
                .target
                .path
                .first()
                .is_some_and(|first| first == name)
            {
                return Some(Place::Outside(import.target.path.clone()));
            }
            return Some(self.resolve(module, &import.target.path, depth));
        }
        let globs = scope.imports.iter().filter(|import| import.name == "*");
        globs
            .filter_map(
                |import| match self.resolve(module, &import.target.path, depth) {
                    Place::Module(from) if from != module => self.look_up(from, name, depth),
                    _ => None,
                },
            )
            .next()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// Every file that `module` uses something of, with the line.
    fn uses(files: &[(&str, &str)], module: usize) -> Vec<String> {
        let read = |path: &Path| {
            let found = files.iter().find(|(name, _)| Path::new(name) == path);
            found.map(|(_, text)| (*text).to_owned())
        };
        let tree = Tree::read(Path::new("lib.rs"), &read).unwrap();
        let line = |(mention, place): (&Mention, Place)| match place {
            Place::Item(at) => {
                let file = tree.files[tree.modules[at].file].display();
                format!("{}: {file}", mention.line)
            }
            Place::Module(at) => format!("{}: module {at}", mention.line),
            Place::Outside(path) => format!("{}: {}", mention.line, path.join("::")),
        };
        tree.uses(module).map(line).collect()
    }

    #[test]
    fn a_path_leads_to_the_file_that_declares_what_it_names() {
        let files = [
            ("lib.rs", "pub use a::Thing; mod a; mod b;"),
            ("a.rs", "pub use deep::Thing; mod deep;"),
            ("a/deep.rs", "pub struct Thing;"),
            ("b.rs", "fn f() -> crate::Thing { crate::a::deep::Thing }"),
        ];
        assert_eq!(uses(&files, 3), ["1: a/deep.rs", "1: a/deep.rs"]);
        assert!(uses(&files, 0).is_empty(), "handing on is not using");
    }

    #[test]
    fn imports_groups_globs_and_renamings_are_followed() {
        let files = [
            ("lib.rs", "mod a;\nmod b;"),
            ("a.rs", "pub struct One; pub struct Two; pub fn three() {}"),
            (
                "b.rs",
                "use crate::{a::One as First, a::{self, Two}};\nuse super::a::*;\nfn f(x: First) { a::three(); three() }",
            ),
        ];
        assert_eq!(
            uses(&files, 2),
            [
                "1: a.rs",
                "1: module 1",
                "1: a.rs",
                "2: module 1",
                "3: a.rs",
                "3: a.rs",
                "3: a.rs",
            ]
        );
    }

    #[test]
    fn macros_are_looked_into_and_tests_comments_and_strings_are_not() {
        let files = [
            ("lib.rs", "mod a; mod b; #[cfg(test)] mod tests;"),
            ("a.rs", "pub fn one() {}"),
            (
                "b.rs",
                "fn f() {\n vec![crate::a::one()]; }\n// crate::a::one\n#[cfg(test)] mod tests { use crate::a::one; }\n#[cfg(all(test, unix))] fn g() { crate::a::one() }\nconst S: &str = \"crate::a::one\";",
            ),
        ];
        assert_eq!(uses(&files, 2), ["2: vec", "2: a.rs", "6: str"]);
    }

    #[test]
    fn a_path_that_leaves_the_crate_is_shown_in_full() {
        let files = [
            ("lib.rs", "mod a; mod clock;"),
            ("clock.rs", "pub use std::time::{self, Instant as Moment};"),
            (
                "a.rs",
                "use std::fs;\nuse crate::clock::Moment;\nfn f() { fs::read(x); Moment::now(); crate::clock::time::Instant::now() }",
            ),
        ];
        let uses = uses(&files, 1);
        for expected in [
            "1: std::fs",
            "3: std::fs::read",
            "3: std::time::Instant::now",
        ] {
            assert!(uses.iter().any(|one| one == expected), "{uses:?}");
        }
    }

    #[test]
    fn imports_that_go_in_circles_come_to_an_end() {
        let files = [
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "pub use super::b::*; pub use super::b::x;"),
            (
                "b.rs",
                "pub use super::a::*; pub use super::a::x; fn f() { x(); y() }",
            ),
        ];
        assert_eq!(uses(&files, 2).len(), 2);
    }
}
