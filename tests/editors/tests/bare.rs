//! From a file of a release to the first ghost text on a bare Debian: no compiler, no
//! network, and two commands. `cargo xtask test dist` makes the files and the Debian, as
//! root; a plain `cargo test` leaves these tests out.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use editor_tests::{Home, node, results};
use end_to_end::{neovim, run_limited};

/// Longer than anyone waits.
const LIMIT: Duration = Duration::from_secs(120);

/// Runs its arguments where nothing of this machine's network is to be had, with the folder
/// `$WORK/root` as the root of a machine: `$BARE`, and in their usual places the folders in
/// `$SHARED`. What is written there is gone afterwards, and so are processes.
const MACHINE: &str = r#"
    ip link set lo up
    mount -t tmpfs tmpfs "$WORK"
    mkdir "$WORK/root" "$WORK/upper" "$WORK/work"
    mount -t overlay overlay -o "lowerdir=$BARE,upperdir=$WORK/upper,workdir=$WORK/work" "$WORK/root"
    mount -t proc proc "$WORK/root/proc"
    IFS=:
    for folder in $SHARED; do
        mkdir -p "$WORK/root$folder"
        mount --bind "$folder" "$WORK/root$folder"
    done
    cp "$LSTM_LS_ARCHIVE" "$WORK/root/tmp/lstm-ls.tar.gz"
    cp "$LSTM_LS_DEB" "$WORK/root/tmp/lstm-ls.deb"
    exec "$@"
"#;

/// Runs `program` with `arguments` beside such a machine, whose root lies below `work`, an
/// empty folder; what it said.
fn beside_a_bare_machine(
    home: &Home,
    work: &Path,
    shared: &[PathBuf],
    program: &Path,
    arguments: &[&str],
) -> Result<String> {
    let mut command = home.command("unshare");
    command.args(["--mount", "--net", "--pid", "--fork", "--kill-child"]);
    command.args(["--mount-proc", "sh", "-ec", MACHINE, "sh"]);
    command.arg(program).args(arguments);
    command
        .env("WORK", work)
        .env("BARE", named("LSTM_LS_BARE_DEBIAN")?)
        .env("SHARED", env::join_paths(shared)?)
        .env("LSTM_LS_ARCHIVE", named("LSTM_LS_ARCHIVE")?)
        .env("LSTM_LS_DEB", named("LSTM_LS_DEB")?)
        .env("LSTM_LS_BARE_ROOT", work.join("root"))
        .env("LSTM_LS_TEST_HOME", home.path())
        .env("LSTM_LS_TEST_RESULTS", results()?.canonicalize()?);
    let finished = run_limited(&mut command, LIMIT)?;
    let said = format!("{}{}", finished.stdout, finished.stderr);
    ensure!(finished.code == Some(0), "{said}");
    Ok(said)
}

fn named(variable: &str) -> Result<PathBuf> {
    let value = env::var_os(variable).map(PathBuf::from);
    value.with_context(|| format!("{variable} is not set; run `cargo xtask test dist`"))
}

/// A folder of this package.
fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// From the archive: unpacks it, has it set up Neovim, and types.
#[test]
fn neovim_has_ghost_text_after_two_commands() -> Result<()> {
    let inside = r#"
        cd
        # Hundredths of a second.
        now() { read -r up rest </proc/uptime; echo "${up%.*}${up#*.}"; }
        start=$(now)
        tar xzf /tmp/lstm-ls.tar.gz
        lstm-ls-*/lstm-ls setup neovim --yes
        installed=$(now)
        nvim --headless -n sales.rs -c "luafile $SCRIPT"
        end=$(now)
        echo "Neovim: $((installed - start))0 ms for the two commands, \
$((end - start))0 ms to the end of an editor with ghost text in it"
    "#;
    let home = Home::new()?;
    fs::write(
        home.path().join("sales.rs"),
        include_str!("../data/sales.rs"),
    )?;
    let nvim = neovim()?.canonicalize()?;
    let editor = nvim.parent().context("a program lies in a folder")?;
    let shared = [home.path().to_owned(), editor.to_owned(), folder("neovim")];
    let work = tempfile::tempdir()?;
    let path = format!("PATH={}:/usr/sbin:/usr/bin:/sbin:/bin", editor.display());
    let home_is = format!("HOME={}", home.path().display());
    let script = format!("SCRIPT={}", folder("neovim/first.lua").display());
    let root = work.path().join("root");
    let root = root.to_str().context("a path in Unicode")?;
    let words = [
        root,
        "/usr/bin/env",
        "-i",
        &path,
        &home_is,
        &script,
        "/bin/sh",
        "-ec",
        inside,
    ];
    let said = beside_a_bare_machine(&home, work.path(), &shared, Path::new("chroot"), &words)?;
    println!("{said}");
    ensure!(said.contains("ghost text: "), "{said}");
    Ok(())
}

/// From the Debian package. What is run and typed is in `vscode/bare.ts`.
#[test]
fn vs_code_has_ghost_text_after_two_commands() -> Result<()> {
    let home = Home::new()?;
    let shared = [home.path().to_owned(), named("LSTM_LS_VSCODE")?];
    let work = tempfile::tempdir()?;
    let script = folder("vscode/bare.ts");
    let script = script.to_str().context("a path in Unicode")?;
    let said = beside_a_bare_machine(&home, work.path(), &shared, &node()?, &[script])?;
    println!("{said}");
    ensure!(said.contains("ghost text: "), "{said}");
    Ok(())
}
