//! What is released, used as one who downloaded it does. `cargo xtask test dist` makes it
//! and names it by variables; a plain `cargo test` leaves these tests out.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use end_to_end::{Finished, LIMIT, run_limited};
use tempfile::TempDir;

/// Debian 10's and RHEL 8's.
const OLDEST_GLIBC: (u32, u32) = (2, 28);
/// What README.md shows for its first command.
const PLACE: &str = "examples/shapes.rs:69:12";
const SUGGESTED: &str = "&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {";
/// A package is unpacked and registered.
const PACKAGE_LIMIT: Duration = Duration::from_secs(120);

fn named(variable: &str) -> Result<PathBuf> {
    let value = std::env::var_os(variable);
    let value =
        value.with_context(|| format!("{variable} is not set; run `cargo xtask test dist`"));
    Ok(PathBuf::from(value?))
}

fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What `program` prints, which must end well.
fn printed(program: impl AsRef<Path>, arguments: &[&str]) -> Result<String> {
    output(Command::new(program.as_ref()).args(arguments), LIMIT)
}

fn output(command: &mut Command, limit: Duration) -> Result<String> {
    let finished: Finished = run_limited(command, limit)?;
    ensure!(finished.code == Some(0), "{command:?}: {finished:?}");
    Ok(finished.stdout)
}

/// The archive, unpacked.
struct Unpacked {
    folder: PathBuf,
    _parent: TempDir,
}

impl Unpacked {
    fn new() -> Result<Self> {
        let archive = named("LSTM_LS_ARCHIVE")?;
        let parent = tempfile::tempdir()?;
        let mut tar = Command::new("tar");
        tar.arg("xzf").arg(&archive).arg("-C").arg(parent.path());
        output(&mut tar, LIMIT)?;
        let name = archive.file_name().and_then(|name| name.to_str());
        let name = name.and_then(|name| name.strip_suffix(".tar.gz"));
        Ok(Self {
            folder: parent.path().join(name.context("an archive is a .tar.gz")?),
            _parent: parent,
        })
    }

    fn program(&self) -> PathBuf {
        self.folder.join("lstm-ls")
    }
}

#[test]
fn an_unpacked_archive_completes_without_anything_else() -> Result<()> {
    let unpacked = Unpacked::new()?;
    let mut complete = Command::new(unpacked.program());
    complete.current_dir(checkout()).env_clear().env("PATH", "");
    let suggested = output(complete.args(["complete", PLACE]), LIMIT)?;
    assert!(suggested.contains(SUGGESTED), "{suggested}");
    Ok(())
}

#[test]
fn an_unpacked_archive_writes_a_site() -> Result<()> {
    let unpacked = Unpacked::new()?;
    let site = tempfile::tempdir()?;
    let mut explore = Command::new(unpacked.program());
    explore.env_clear().env("PATH", "");
    output(explore.args(["explore", "--site"]).arg(site.path()), LIMIT)?;
    let engine = fs::read(site.path().join("engine/web_bg.wasm"))?;
    assert!(engine.starts_with(b"\0asm"), "{:?}", &engine[..4]);
    Ok(())
}

#[test]
fn an_archive_has_all_that_belongs_to_the_program() -> Result<()> {
    let unpacked = Unpacked::new()?;
    for path in [
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "README.md",
        "THIRD-PARTY.txt",
        "completions/_lstm-ls",
        "completions/_lstm-ls.ps1",
        "completions/lstm-ls.bash",
        "completions/lstm-ls.fish",
        "editors/README.md",
        "editors/neovim/lua/lstm-ls/init.lua",
        "lstm-ls.vsix",
        "man/lstm-ls-complete.1",
        "man/lstm-ls.1",
    ] {
        assert!(unpacked.folder.join(path).is_file(), "{path} is not there");
    }
    // What is linked and asks to be named: a crate, one of the engine for browsers alone, and
    // one of the page's scripts.
    let others = fs::read_to_string(unpacked.folder.join("THIRD-PARTY.txt"))?;
    for text in [
        "  tower-lsp 0.20.",
        "  wasm-bindgen 0.2.",
        "  d3 (JavaScript)",
        "Mike Bostock",
    ] {
        assert!(others.contains(text), "{text} is not in THIRD-PARTY.txt");
    }
    Ok(())
}

#[test]
fn an_archive_says_nothing_of_who_made_it() -> Result<()> {
    let archive = named("LSTM_LS_ARCHIVE")?;
    let archive = archive.to_str().context("a path in Unicode")?;
    let listed = printed("tar", &["tvzf", archive, "--numeric-owner", "--full-time"])?;
    let lines = listed
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>());
    let lines: Vec<_> = lines.collect();
    let column = |number: usize| lines.iter().map(move |line| line[number]);
    assert_eq!(BTreeSet::from_iter(column(1)), BTreeSet::from(["0/0"]));
    let times = BTreeSet::from_iter(column(3).zip(column(4)));
    assert_eq!(times.len(), 1, "{times:?}");
    assert!(column(5).is_sorted());
    // Nor does the program, whose panics name files.
    let program = fs::read(Unpacked::new()?.program())?;
    let home = std::env::var("HOME")?;
    let checkout = checkout().canonicalize()?;
    for folder in [format!("{home}/.cargo"), checkout.display().to_string()] {
        let found = program
            .windows(folder.len())
            .any(|part| part == folder.as_bytes());
        assert!(!found, "{folder} stands in the program");
    }
    Ok(())
}

#[test]
fn the_shell_takes_the_completions() -> Result<()> {
    let unpacked = Unpacked::new()?;
    let script = unpacked.folder.join("completions/lstm-ls.bash");
    let line = ". \"$0\" && complete -p lstm-ls";
    let mut bash = Command::new("bash");
    let registered = output(bash.args(["--norc", "-c", line]).arg(script), LIMIT)?;
    assert!(registered.contains("-F _lstm"), "{registered}");
    Ok(())
}

#[test]
fn the_program_needs_an_old_c_library_and_no_other() -> Result<()> {
    let unpacked = Unpacked::new()?;
    let program = unpacked.program();
    let program = program.to_str().context("a path in Unicode")?;
    let headers = printed("objdump", &["-p", program])?;
    let needed = headers
        .lines()
        .filter_map(|line| line.trim().strip_prefix("NEEDED"));
    for library in needed.map(str::trim) {
        // All of them are parts of libc6.
        let parts = [
            "libc.so",
            "libm.so",
            "libpthread.so",
            "libdl.so",
            "librt.so",
            "ld-linux",
        ];
        assert!(
            parts.iter().any(|part| library.starts_with(part)),
            "{library}"
        );
    }
    let symbols = printed("objdump", &["-T", program])?;
    let version = |word: &str| -> Option<(u32, u32)> {
        let mut numbers = word
            .trim_matches(['(', ')'])
            .strip_prefix("GLIBC_")?
            .split('.');
        Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
    };
    let newest = symbols.split_whitespace().filter_map(version).max();
    assert!(
        newest.is_some_and(|newest| newest <= OLDEST_GLIBC),
        "{newest:?}"
    );
    Ok(())
}

#[test]
fn the_sums_are_those_of_the_files() -> Result<()> {
    let archive = named("LSTM_LS_ARCHIVE")?;
    let folder = archive.parent().context("a file lies in a folder")?;
    let mut sums = Command::new("sha256sum");
    sums.current_dir(folder).args(["--check", "SHA256SUMS"]);
    let checked = output(&mut sums, LIMIT)?;
    let name = archive.file_name().unwrap_or_default().to_string_lossy();
    assert!(checked.contains(&format!("{name}: OK")), "{checked}");
    Ok(())
}

#[test]
fn a_bare_debian_takes_the_package_and_lets_go_of_it() -> Result<()> {
    let root = named("LSTM_LS_BARE_DEBIAN")?;
    let inside = |words: &[&str]| {
        let mut command = Command::new("chroot");
        command.arg(&root).args(words).env_clear();
        command
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("HOME", "/root");
        output(&mut command, PACKAGE_LIMIT)
    };
    fs::copy(named("LSTM_LS_DEB")?, root.join("tmp/lstm-ls.deb"))?;
    fs::copy(
        checkout().join("examples/shapes.rs"),
        root.join("tmp/shapes.rs"),
    )?;
    inside(&["dpkg", "--install", "/tmp/lstm-ls.deb"])?;
    let suggested = inside(&["lstm-ls", "complete", "/tmp/shapes.rs:69:12"])?;
    assert!(suggested.contains(SUGGESTED), "{suggested}");
    let told = inside(&["lstm-ls", "doctor"])?;
    assert!(told.contains("µs a byte"), "{told}");
    let listed = inside(&["dpkg", "--listfiles", "lstm-ls"])?;
    for path in [
        "/usr/lib/systemd/user/lstm-ls.service",
        "/usr/share/bash-completion/completions/lstm-ls",
        "/usr/share/doc/lstm-ls/copyright",
        "/usr/share/lstm-ls/lstm-ls.vsix",
        "/usr/share/man/man1/lstm-ls.1",
        "/usr/share/nvim/site/pack/lstm-ls/start/lstm-ls/lua/lstm-ls/init.lua",
        "/usr/share/zsh/vendor-completions/_lstm-ls",
    ] {
        assert!(
            listed.lines().any(|line| line == path),
            "{path} is not in\n{listed}"
        );
    }
    inside(&["dpkg", "--purge", "lstm-ls"])?;
    assert!(!root.join("usr/bin/lstm-ls").exists());
    Ok(())
}
