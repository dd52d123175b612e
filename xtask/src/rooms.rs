//! Which files belong together: no circle of files goes through two folders, and
//! no crate or folder grows beyond what a newcomer can take in at once. And which of them
//! have unsafe code: those that ARCHITECTURE.md names.
//!
//! `foo.rs` beside a folder `foo/` is the first file of that folder.

mod circles;
mod page;
mod sizes;
mod unsafety;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::{members, source, workspace};

/// Checks every crate of the workspace.
///
/// # Errors
/// A line for each circle, for each room that is too large, and for what
/// ARCHITECTURE.md says of files and is not so.
pub(crate) fn check() -> Result<()> {
    let root = workspace::root();
    let members = members::read()?;
    let mut found = Vec::new();
    for target in members.iter().flat_map(|member| &member.targets) {
        let tree = source::Tree::read(target, &source::from_disk)?;
        found.extend(circles::find(&tree, &root));
    }
    found.extend(sizes::check(&members, &root)?);
    found.extend(page::check(&root)?);
    found.extend(unsafety::check(&members, &root)?);
    if !found.is_empty() {
        bail!("{}", found.join("\n"));
    }
    println!("rooms: {} crates without circles", members.len());
    Ok(())
}

/// The folder that a file belongs to. `holds` says whether a folder has files.
fn folder(file: &Path, holds: impl Fn(&Path) -> bool) -> PathBuf {
    let own = file.with_extension("");
    let parent = file.parent().unwrap_or(Path::new("")).to_owned();
    if holds(&own) { own } else { parent }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_beside_a_folder_belongs_to_it() {
        let holds = |folder: &Path| folder == Path::new("src/a");
        let of = |file: &str| folder(Path::new(file), holds);
        assert_eq!(of("src/a.rs"), Path::new("src/a"));
        assert_eq!(of("src/a/b.rs"), Path::new("src/a"));
        assert_eq!(of("src/c.rs"), Path::new("src"));
    }
}
