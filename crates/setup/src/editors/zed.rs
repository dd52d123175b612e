//! Zed: it starts servers for its extensions only, so that there is nothing to write.

use super::Editor;

pub(super) const EDITOR: Editor = Editor {
    name: "zed",
    title: "Zed",
    programs: &["zed", "zeditor"],
    folder: |places| places.config.join("zed"),
    pieces: |_| Ok(Vec::new()),
    notes: |_| {
        let note = "Zed starts servers for its extensions only, and there is none for lstm-ls.";
        vec![note.to_owned()]
    },
};
