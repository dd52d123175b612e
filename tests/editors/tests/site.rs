//! The page of `lstm-ls explore --site` in real Chromium, without its server. What is done
//! and looked at there is in `site/walkthrough.ts`.

use anyhow::Result;

#[test]
fn a_folder_of_files_looks_inside_models_without_a_network() -> Result<()> {
    editor_tests::walk_through("site/walkthrough.ts")
}
