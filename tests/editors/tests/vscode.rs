//! The extension in real VS Code. What is typed and checked there is in `vscode/*.ts`.

use anyhow::Result;

#[test]
fn a_first_session_in_vs_code() -> Result<()> {
    editor_tests::walk_through("vscode/walkthrough.ts")
}

#[test]
fn something_comes_in_a_new_file_of_each_language() -> Result<()> {
    editor_tests::walk_through("vscode/fresh.ts")
}
