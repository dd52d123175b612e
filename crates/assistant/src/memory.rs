//! A folder remembered at once, as the server remembers it.

use std::path::PathBuf;

use workspace::{Setup, Workspace};

/// All files of `folder` that the server would remember, read before this
/// returns; nothing is kept on the disk.
pub fn read(folder: PathBuf) -> Workspace {
    let setup = Setup {
        folders: vec![folder],
        cache: None,
        most_text: usize::MAX,
        group_of: language::group_of_file,
    };
    let workspace = Workspace::open(setup, || {});
    workspace.settle();
    workspace
}
