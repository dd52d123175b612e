//! The page of `lstm-ls explore` in real Chromium. What is done and looked at
//! there is in `explorer/walkthrough.ts`.

use anyhow::Result;

#[test]
fn a_look_inside_the_model_on_desk_and_phone() -> Result<()> {
    editor_tests::walk_through("explorer/walkthrough.ts")
}
