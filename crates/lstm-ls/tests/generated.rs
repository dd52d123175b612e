//! What packagers are given: man pages and shell completions, as the program writes them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Every file that `generate` writes, by its path in the folder.
fn generated(folder: &Path) -> BTreeMap<String, String> {
    let mut generate = Command::new(env!("CARGO_BIN_EXE_lstm-ls"));
    let output = generate.arg("generate").arg(folder).output();
    let output = output.expect("the program starts");
    assert!(output.status.success(), "{output:?}");
    let mut files = BTreeMap::new();
    for part in ["man", "completions"] {
        for entry in fs::read_dir(folder.join(part)).expect("it was made") {
            let path = entry.expect("it can be read").path();
            let text = fs::read_to_string(&path).expect("it is text");
            let name = path.file_name().expect("a file").to_string_lossy();
            files.insert(format!("{part}/{name}"), text);
        }
    }
    files
}

#[test]
fn every_command_has_a_page_and_every_shell_knows_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = generated(folder.path());
    let main = &files["man/lstm-ls.1"];
    for command in ["complete", "try", "serve", "retrain", "doctor", "generate"] {
        assert!(
            main.contains(&format!("lstm\\-ls\\-{command}(1)")),
            "{main}"
        );
        assert!(files.contains_key(&format!("man/lstm-ls-{command}.1")));
    }
    let page = &files["man/lstm-ls-complete.1"];
    assert!(page.contains("\\-\\-workspace"), "{page}");
    let shells: Vec<_> = files
        .iter()
        .filter(|(name, _)| name.starts_with("completions/"))
        .collect();
    let names: Vec<_> = shells.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "completions/_lstm-ls",
            "completions/_lstm-ls.ps1",
            "completions/lstm-ls.bash",
            "completions/lstm-ls.elv",
            "completions/lstm-ls.fish",
        ]
    );
    for (name, text) in shells {
        assert!(text.contains("workspace"), "{name} knows no --workspace");
    }
}

#[test]
fn the_same_is_written_every_time() {
    let folders = [(), ()].map(|()| tempfile::tempdir().expect("a folder"));
    let [first, second] = folders.each_ref().map(|folder| generated(folder.path()));
    assert_eq!(first, second);
}
