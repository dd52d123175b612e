//! A stranger's page in real Chromium, beside the product's listeners. What it tries is in
//! `strangers/walkthrough.ts`.

use anyhow::Result;

#[test]
fn a_page_of_a_stranger_reads_and_changes_nothing() -> Result<()> {
    editor_tests::walk_through("strangers/walkthrough.ts")
}
