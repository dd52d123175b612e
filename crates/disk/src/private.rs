//! Folders that are the user's alone: what lies in them derives from what the user wrote.
//! On Windows they have that from the user's own folder, in which they are made.

use std::io;
use std::path::Path;

/// Makes the folder `path`, and those above it that are missing, for this user alone.
/// Folders that are there keep their permissions, since they may hold other things too.
///
/// # Errors
/// If that fails.
pub fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// The same for a folder in which there is nothing but what we put there: one that others
/// can look into, as earlier versions made it, is closed to them.
///
/// # Errors
/// If that fails.
pub fn make_own_folder(path: &Path) -> io::Result<()> {
    make_folder(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let found = path.symlink_metadata()?.permissions();
        if found.mode() & 0o077 != 0 && path.symlink_metadata()?.is_dir() {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))?;
        }
    }
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn folders_are_closed_to_others() {
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let deep = folder.path().join("a/b");
        make_folder(&deep).unwrap();
        assert_eq!((mode(&deep), mode(deep.parent().unwrap())), (0o700, 0o700));
        fs::set_permissions(&deep, Permissions::from_mode(0o755)).unwrap();
        make_folder(&deep).unwrap();
        assert_eq!(mode(&deep), 0o755);
        make_own_folder(&deep).unwrap();
        assert_eq!(mode(&deep), 0o700);
    }
}
