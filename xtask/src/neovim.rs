//! Finds a Neovim that has inline completion, or fetches one for the tests.
//!
//! Debian 12's own is too old. A newer suite's package runs on it together with
//! that suite's C library, so all of it goes to one folder, from the mirror the
//! machine already uses, and nothing of the system changes. No root is needed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{debian, process, workspace};

/// The first release with `vim.lsp.inline_completion`.
const OLDEST: (u32, u32) = (0, 12);
/// The Debian suite that has it.
const SUITE: &str = "forky";
/// Where Debian's packages of x86-64 keep their libraries.
const LIBRARIES: &str = "usr/lib/x86_64-linux-gnu";
/// Starts the unpacked Neovim with its own runtime files.
const LAUNCHER: &str = r#"#!/bin/sh
folder=$(dirname "$(readlink -f "$0")")
VIMRUNTIME="$folder/root/usr/share/nvim/runtime" exec "$folder/root/usr/bin/nvim" "$@"
"#;

/// The path of a Neovim that is new enough: the user's, or one in `.cache`.
pub(crate) fn provide() -> Result<PathBuf> {
    let on_path = PathBuf::from("nvim");
    if is_new_enough(&on_path) {
        return Ok(on_path);
    }
    unpacked()
}

/// The path of the one in `.cache`, beside which is all that it needs.
pub(crate) fn unpacked() -> Result<PathBuf> {
    let folder = workspace::cache("neovim");
    let launcher = folder.join("nvim");
    // The folder's place is written into the binary, so a moved one is made anew.
    if !is_new_enough(&launcher) {
        install(&folder).context(
            "could not fetch Neovim for the tests; put nvim 0.12 or newer on the PATH instead",
        )?;
        if !is_new_enough(&launcher) {
            bail!("{} does not run, or is older than 0.12", launcher.display());
        }
    }
    Ok(launcher)
}

fn is_new_enough(nvim: &Path) -> bool {
    process::read(Command::new(nvim).arg("--version"))
        .is_ok_and(|text| version(&text).is_some_and(|version| version >= OLDEST))
}

/// Major and minor from `NVIM v0.12.4` or `NVIM v0.13.0-dev-12+gabc`.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.strip_prefix("NVIM v")?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// Downloads and unpacks beside `folder`, then renames.
fn install(folder: &Path) -> Result<()> {
    eprintln!(
        "neovim: fetching it from Debian {SUITE}, 13 MB, into {}",
        folder.display()
    );
    let mirror = debian::mirror()?;
    let partial = folder.with_extension("partial");
    let _ = fs::remove_dir_all(&partial);
    let apt = partial.join("apt");
    let configuration = private_apt(&apt, &mirror)?;
    let apt_get = |words: &[&str]| {
        process::read(
            Command::new("apt-get")
                .env("APT_CONFIG", &configuration)
                .args(words),
        )
    };
    apt_get(&["-q", "update"])?;
    apt_get(&[
        "-q",
        "--yes",
        "--download-only",
        "--no-install-recommends",
        "install",
        "neovim",
        "patchelf",
    ])?;

    let root = partial.join("root");
    fs::create_dir_all(&root)?;
    for entry in fs::read_dir(apt.join("cache/archives"))? {
        let package = entry?.path();
        if package
            .extension()
            .is_some_and(|extension| extension == "deb")
        {
            process::read(Command::new("dpkg").arg("-x").arg(&package).arg(&root))?;
        }
    }
    bind_to(&root, &folder.join("root"))?;
    write_launcher(&partial.join("nvim"))?;
    let _ = fs::remove_dir_all(&apt);
    let _ = fs::remove_dir_all(folder);
    fs::rename(&partial, folder).with_context(|| format!("could not rename {}", partial.display()))
}

/// An apt that knows only `SUITE`, believes nothing to be installed (so that it
/// fetches the C library too) and keeps everything under `folder`.
fn private_apt(folder: &Path, mirror: &str) -> Result<PathBuf> {
    for name in ["state/lists/partial", "cache/archives/partial"] {
        fs::create_dir_all(folder.join(name))?;
    }
    fs::write(folder.join("status"), "")?;
    fs::write(
        folder.join("sources.list"),
        format!("deb {mirror} {SUITE} main\n"),
    )?;
    let place = folder.display();
    let configuration = folder.join("apt.conf");
    // A dated snapshot of the mirror is as good as today's: its age is not checked.
    fs::write(
        &configuration,
        format!(
            "Dir::State \"{place}/state\";\n\
             Dir::State::status \"{place}/status\";\n\
             Dir::Cache \"{place}/cache\";\n\
             Dir::Etc::sourcelist \"{place}/sources.list\";\n\
             Dir::Etc::sourceparts \"-\";\n\
             Acquire::Check-Valid-Until \"false\";\n\
             Acquire::Languages \"none\";\n\
             APT::Architecture \"amd64\";\n\
             APT::Architectures \"amd64\";\n\
             APT::Sandbox::User \"\";\n"
        ),
    )?;
    Ok(configuration)
}

/// Makes the `nvim` in `root` use the loader and libraries that will lie in
/// `final_root`. patchelf came along and needs that same loader to run.
fn bind_to(root: &Path, final_root: &Path) -> Result<()> {
    let loader = Path::new(LIBRARIES).join("ld-linux-x86-64.so.2");
    process::read(
        Command::new(root.join(&loader))
            .arg("--library-path")
            .arg(root.join(LIBRARIES))
            .arg(root.join("usr/bin/patchelf"))
            .arg("--set-interpreter")
            .arg(final_root.join(&loader))
            .arg("--force-rpath")
            .arg("--set-rpath")
            .arg(final_root.join(LIBRARIES))
            .arg(root.join("usr/bin/nvim")),
    )?;
    Ok(())
}

fn write_launcher(path: &Path) -> Result<()> {
    fs::write(path, LAUNCHER)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_compared() {
        assert_eq!(
            version("NVIM v0.12.4\nBuild type: Release\n"),
            Some((0, 12))
        );
        assert_eq!(version("NVIM v0.13.0-dev-12+gabc\n"), Some((0, 13)));
        assert!(version("NVIM v0.7.2\n") < Some(OLDEST));
        assert!(version("NVIM v1.0.0\n") > Some(OLDEST));
        assert_eq!(version("VIM - Vi IMproved 9.0"), None);
    }
}
