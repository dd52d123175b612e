//! What several commands say in the same words.

use std::path::Path;

/// The command as a person would type it, without the folder of the program.
pub(super) fn command_line() -> String {
    let arguments = std::env::args_os().skip(1);
    std::iter::once("lstm-train".to_owned())
        .chain(arguments.map(|argument| argument.to_string_lossy().into_owned()))
        .collect::<Vec<_>>()
        .join(" ")
}

/// What to say of a corpus without evaluation files.
pub(super) fn no_evaluation_files(corpus: &Path) -> String {
    format!(
        "corpus {} has no evaluation files: they are files of 3 to 40 KB of validation \
         repositories, one repository in 16, chosen by its name; pack more repositories, or \
         measure files of your own with `lstm-train eval MODEL FILES`",
        corpus.display()
    )
}
