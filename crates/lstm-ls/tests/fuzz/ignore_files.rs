//! What a cloned repository says of itself in its `.gitignore`.

use std::fs;
use std::sync::LazyLock;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use workspace::{Setup, files, look_through};

use crate::Target;
use crate::mutation::{mutate, pick};

pub(crate) const TARGET: Target = Target {
    name: "ignore-files",
    generate,
    take,
};

const PIECES: [&str; 20] = [
    "*", "**", "/", "**/", "/**", "!", "\\", "[", "]", "[!a-z]", "{a,b}", "{", "}", "?", "a.rs",
    "deep", "#", " ", "\n", "é",
];

const TOKENS: [&[u8]; 8] = [
    b"\n",
    b"**/**/**/",
    b"[a-\xff]",
    b"\0",
    b"\xef\xbb\xbf",
    b"\r\n",
    b"{{{{{{{{",
    b"*?*?*?*?*?",
];

static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("deep/deeper")).unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    for name in ["a.rs", "deep/a.rs", "deep/deeper/b.rs"] {
        fs::write(folder.path().join(name), "let aurora = borealis;\n").unwrap();
    }
    folder
});

fn generate(random: &mut ChaCha8Rng) -> Vec<u8> {
    let pieces = 0..random.random_range(0..40);
    let text: String = pieces.map(|_| pick(&PIECES, random)).collect();
    let mut text = text.into_bytes();
    mutate(&mut text, &TOKENS, random);
    if random.random_bool(0.01) {
        text = text.repeat(random.random_range(1..300));
    }
    text
}

fn take(input: &[u8]) {
    let folder = FOLDER.path();
    let name = if input.len().is_multiple_of(2) {
        ".gitignore"
    } else {
        ".ignore"
    };
    for name in [".gitignore", ".ignore"] {
        let _ = fs::remove_file(folder.join(name));
    }
    fs::write(folder.join(name), input).unwrap();
    let progress = look_through(&Setup {
        folders: vec![folder.to_owned()],
        cache: None,
        most_text: 1 << 20,
        group_of: language::group_of_file,
    });
    // What the walk comes by and what is said of a single file is the same.
    let kept = ["a.rs", "deep/a.rs", "deep/deeper/b.rs"]
        .iter()
        .filter(|name| {
            let path = workspace::identity(&folder.join(name));
            !files::is_ignored(&path, [workspace::identity(folder).as_path()])
        });
    assert_eq!(progress.files, kept.count());
}
