//! The extension in real VS Code. What is typed and checked there is in
//! `vscode/walkthrough.ts`.

use anyhow::Result;

#[test]
fn a_first_session_in_vs_code() -> Result<()> {
    editor_tests::walk_through("vscode/walkthrough.ts")
}
