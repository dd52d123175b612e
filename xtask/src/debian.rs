//! Programs from Debian that tests need: what the machine has, or what root can
//! install; and where it installs them from.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};
use which::which;

use crate::process;

/// The path of `program`; where it is lacking, root gets `packages`.
pub(crate) fn provide(program: &str, packages: &[&str]) -> Result<PathBuf> {
    if let Ok(found) = which(program) {
        return Ok(found);
    }
    let wanted = packages.join(" ");
    if !can_install() {
        bail!("{program} is not on the PATH; on Debian: apt install {wanted}");
    }
    eprintln!("installing {wanted}");
    let apt = |words: &[&str], packages: &[&str]| {
        process::read(
            Command::new("apt-get")
                .env("DEBIAN_FRONTEND", "noninteractive")
                .args(words)
                .args(packages),
        )
    };
    apt(&["-q", "update"], &[])?;
    apt(
        &["-q", "--yes", "--no-install-recommends", "install"],
        packages,
    )?;
    which(program).with_context(|| format!("{program} was installed, but is not on the PATH"))
}

/// Whether packages can be installed: this is Debian, and root.
pub(crate) fn can_install() -> bool {
    let is_root = process::read(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    is_root && which("apt-get").is_ok()
}

/// The Debian mirror this machine is set up with, whatever form its sources
/// have: apt is asked for the addresses it would read.
pub(crate) fn mirror() -> Result<String> {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let field = |name: &str| {
        let line = release
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        line.map(|value| value.trim_matches('"').to_owned())
    };
    if field("ID").as_deref() != Some("debian") || std::env::consts::ARCH != "x86_64" {
        bail!("this machine is not a Debian x86-64");
    }
    let codename = field("VERSION_CODENAME").context("/etc/os-release names no codename")?;
    // With no lists at hand apt would read all of them, so all are printed.
    let nothing = std::env::temp_dir().join(format!("xtask-apt-{}", std::process::id()));
    fs::create_dir_all(nothing.join("partial"))?;
    let option = format!("Dir::State::lists={}", nothing.display());
    let addresses =
        process::read(Command::new("apt-get").args(["-o", &option, "update", "--print-uris"]));
    let _ = fs::remove_dir_all(&nothing);
    mirror_of(&addresses?, &codename)
        .with_context(|| format!("apt has no source for Debian {codename}"))
}

/// The base address of `codename` among the lines of `apt-get update --print-uris`.
fn mirror_of(addresses: &str, codename: &str) -> Option<String> {
    let ending = format!("/dists/{codename}/InRelease");
    addresses.lines().find_map(|line| {
        let address = line.strip_prefix('\'')?.split('\'').next()?;
        Some(address.strip_suffix(ending.as_str())?.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mirror_is_the_one_of_the_machine_s_own_release() {
        let addresses = "'http://one.example/security/dists/bookworm-security/InRelease' a 0 \n\
                         'http://two.example/debian/dists/bookworm/InRelease' b 0 \n\
                         'http://two.example/debian/dists/bookworm/main/x/Packages.xz' c 0 \n";
        assert_eq!(
            mirror_of(addresses, "bookworm").as_deref(),
            Some("http://two.example/debian")
        );
        assert_eq!(mirror_of(addresses, "trixie"), None);
    }
}
