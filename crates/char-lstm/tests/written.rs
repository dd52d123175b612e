//! All that is packed for training: for its user alone, and without a secret.

#![cfg(unix)]
// `allow-unwrap-in-tests` does not reach helpers outside test functions.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::process::Command;

use fixture::secrets::{PLANTED, holds_a_piece};
use fixture::written;

#[test]
fn a_corpus_is_its_users_and_holds_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    // So many that some are held out.
    for i in 0..8 {
        let code = |line| format!("    let value_{i}_{line} = compute_{line}(other_{i});\n");
        let code: String = (0..40).map(code).collect();
        let name = format!("project/file{i}.rs");
        fs::create_dir_all(folder.path().join("project")).unwrap();
        let secrets = PLANTED.iter().map(|(before, begin, rest)| {
            format!("    let {before}{begin}{rest}\"; // number {i}\n")
        });
        let secrets: String = secrets.collect();
        fs::write(folder.path().join(name), code + &secrets).unwrap();
    }
    let mut corpus = Command::new("sh");
    corpus.args(["-c", r#"umask 000; mkdir -m 700 out; exec "$0" "$@""#]);
    corpus.arg(env!("CARGO_BIN_EXE_lstm-train"));
    let arguments = "corpus project --any-license --hold-out-files --out out/my.pack \
                     --manifest out/manifest.toml --evaluation-files out/held";
    corpus.args(arguments.split_whitespace());
    let ran = corpus.current_dir(folder.path()).output().unwrap();
    assert!(ran.status.success(), "{ran:?}");
    let files = written::check(&folder.path().join("out"));
    let all = format!("{files:?}");
    for wanted in ["my.pack", "manifest.toml", "held/"] {
        assert!(all.contains(wanted), "no {wanted} in {all}");
    }
    let pack = fs::read(folder.path().join("out/my.pack")).unwrap();
    assert!(
        holds_a_piece(&pack, "compute_7(other_"),
        "nothing was packed"
    );
}
