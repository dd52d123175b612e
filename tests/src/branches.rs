//! A repository of many files and its branches: what a checkout does to a folder.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Bytes of a file, a line more or less.
const LENGTH: usize = 6000;

/// Writes files 0 to `files` of `branch` below `folder`, as git does: the old file goes, the
/// new one is another.
///
/// # Errors
/// If they cannot be written.
pub fn check_out(folder: &Path, files: usize, branch: &str) -> io::Result<()> {
    for file in 0..files {
        let path = branch_file(folder, file);
        if let Some(inside) = path.parent() {
            fs::create_dir_all(inside)?;
        }
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => fs::write(path, text(file, branch))?,
        }
    }
    Ok(())
}

/// Where file `file` of a branch is.
pub fn branch_file(folder: &Path, file: usize) -> PathBuf {
    folder.join(format!("src/module{}/file{file}.rs", file % 40))
}

/// How the first line of file `file` begins, in every branch.
pub fn first_words(file: usize) -> String {
    format!("let branch_of_{file} = read_")
}

/// How the first line goes on in `branch`.
pub fn next_words(file: usize, branch: &str) -> String {
    format!("{branch}_{file}(")
}

fn text(file: usize, branch: &str) -> String {
    let (first, next) = (first_words(file), next_words(file, branch));
    let mut text = format!("{first}{next}stream);\n");
    let mut line = 0;
    while text.len() < LENGTH {
        let _ = writeln!(
            text,
            "let value{line}_{file} = {branch}_value({file}, {line})?;"
        );
        line += 1;
    }
    text
}
