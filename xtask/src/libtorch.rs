//! Gets the libtorch that training is built on.
//!
//! A `LIBTORCH` the user has set is taken as it is. Otherwise the CPU part of
//! PyTorch's own wheels goes to `.libtorch`, which `.cargo/config.toml` names.
//! The folder appears under its name only when it is complete: wheels that were
//! downloaded before an interruption are used again, half an unpacking is not.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{process, workspace};

/// The wheels, their versions and hashes.
const REQUIREMENTS: &str = include_str!("libtorch/requirements.txt");
/// Takes the libraries and headers out of the wheels.
const UNPACK: &str = include_str!("libtorch/unpack.py");
/// Holds the requirements that a folder was made from.
const MARKER: &str = "lstm-ls-libtorch.txt";
/// What download and folder take together, in MiB, with a little to spare.
const DISK_MIB: u64 = 1_100;

/// What stands where libtorch should be.
#[derive(Debug, PartialEq, Eq)]
enum Folder {
    /// Made by this command from the same wheels.
    Current,
    /// Made by this command from other wheels.
    Outdated,
    /// A libtorch that this program did not fetch.
    Foreign,
    /// Nothing, or something that is no libtorch.
    Missing,
}

/// Makes sure that there is a libtorch, and says which.
pub(crate) fn provide() -> Result<()> {
    let target = workspace::root().join(".libtorch");
    if let Some(chosen) = chosen_by_user(&target) {
        if !holds_libtorch(&chosen) {
            bail!(
                "LIBTORCH is {}, but there is no libtorch in its lib folder; \
                 correct it, or unset it and run `cargo xtask libtorch`",
                chosen.display()
            );
        }
        println!("libtorch: yours, in {}", chosen.display());
        return Ok(());
    }
    match state(&target)? {
        Folder::Current => println!("libtorch: in place, {}", target.display()),
        Folder::Foreign => println!(
            "libtorch: {} was not made by this command and is used as it is",
            target.display()
        ),
        Folder::Outdated | Folder::Missing => {
            check_platform(std::env::consts::OS, std::env::consts::ARCH)?;
            install(&target, &workspace::cache("libtorch"))?;
            println!("libtorch: ready, {}", target.display());
        }
    }
    Ok(())
}

/// Cargo sets `LIBTORCH` to the default folder where the user has not set it.
fn chosen_by_user(default: &Path) -> Option<PathBuf> {
    std::env::var_os("LIBTORCH")
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
        .filter(|path| path != default)
}

fn state(folder: &Path) -> Result<Folder> {
    let marker = folder.join(MARKER);
    if marker.exists() {
        let made_from = fs::read_to_string(&marker)
            .with_context(|| format!("could not read {}", marker.display()))?;
        return Ok(if made_from == REQUIREMENTS {
            Folder::Current
        } else {
            Folder::Outdated
        });
    }
    Ok(if holds_libtorch(folder) {
        Folder::Foreign
    } else {
        Folder::Missing
    })
}

fn holds_libtorch(folder: &Path) -> bool {
    ["libtorch_cpu.so", "libtorch_cpu.dylib", "torch_cpu.lib"]
        .iter()
        .any(|name| folder.join("lib").join(name).exists())
}

fn check_platform(os: &str, arch: &str) -> Result<()> {
    if (os, arch) != ("linux", "x86_64") {
        bail!(
            "libtorch can be fetched for Linux x86-64 only, and this is {os} {arch}; \
             set LIBTORCH to the folder of a libtorch 2.11.0"
        );
    }
    Ok(())
}

/// Downloads to `cache`, unpacks beside `target` and renames.
fn install(target: &Path, cache: &Path) -> Result<()> {
    println!(
        "libtorch: downloads 530 MB once and keeps 500 MB in {}",
        target.display()
    );
    // Read before anything is written, so that a missing tool costs no time.
    process::read(Command::new("python3").args(["-m", "pip", "--version"])).context(
        "fetching libtorch needs python3 with pip (on Debian: apt install python3-pip), \
         or set LIBTORCH to the folder of a libtorch 2.11.0",
    )?;
    let requirements = cache.join("requirements.txt");
    // Wheels of other versions would be unpacked along with the right ones.
    if fs::read_to_string(&requirements).is_ok_and(|old| old != REQUIREMENTS) {
        remove(cache)?;
    }
    let wheels = cache.join("wheels");
    fs::create_dir_all(&wheels)
        .with_context(|| format!("could not create {}", wheels.display()))?;
    check_space(&wheels)?;

    fs::write(&requirements, REQUIREMENTS)
        .with_context(|| format!("could not write {}", requirements.display()))?;
    process::run(&mut download(&requirements, &wheels))
        .context("the download did not finish; run the command again to go on")?;

    println!("libtorch: unpacking");
    let unpacked = target.with_extension("partial");
    remove(&unpacked)?;
    process::run(
        Command::new("python3")
            .args(["-c", UNPACK])
            .arg(&unpacked)
            .args(wheels_in(&wheels)?),
    )
    .context("could not unpack libtorch")?;
    fs::write(unpacked.join(MARKER), REQUIREMENTS).context("could not finish .libtorch")?;
    remove(target)?;
    fs::rename(&unpacked, target)
        .with_context(|| format!("could not rename {}", unpacked.display()))?;
    remove(cache)
}

/// `pip download`, told which interpreter the wheels are for: it need not be
/// the one that runs pip, since no Python will load them.
fn download(requirements: &Path, wheels: &Path) -> Command {
    let mut command = Command::new("python3");
    command.args(["-m", "pip", "download", "--no-deps", "--require-hashes"]);
    // pip's own cache would keep a second copy.
    command.args([
        "--no-cache-dir",
        "--disable-pip-version-check",
        "--no-input",
    ]);
    command.args(["--only-binary=:all:", "--implementation", "cp"]);
    command.args([
        "--python-version",
        "3.11",
        "--abi",
        "cp311",
        "--abi",
        "none",
    ]);
    for platform in ["manylinux_2_28", "manylinux_2_25", "manylinux2014"] {
        command.args(["--platform", &format!("{platform}_x86_64")]);
    }
    command
        .arg("--dest")
        .arg(wheels)
        .arg("--requirement")
        .arg(requirements);
    // pip unpacks no wheel here, but downloads to the temporary folder first.
    command.env("TMPDIR", wheels);
    command
}

fn wheels_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut wheels = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "whl") {
            wheels.push(path);
        }
    }
    wheels.sort();
    Ok(wheels)
}

/// Counts what is already downloaded as space that need not be free.
fn check_space(wheels: &Path) -> Result<()> {
    let listing = process::read(Command::new("df").arg("-Pm").arg(wheels))?;
    let free = free_mib(&listing).context("could not read what df says")?;
    let mut downloaded = 0;
    for wheel in wheels_in(wheels)? {
        downloaded += wheel.metadata()?.len() >> 20;
    }
    if free + downloaded < DISK_MIB {
        bail!(
            "libtorch needs {DISK_MIB} MB of disk while it is set up and there are {free} MB; \
             make room, or set LIBTORCH to the folder of a libtorch 2.11.0"
        );
    }
    Ok(())
}

/// The "available" column of `df -P`, whose last line is the file system's.
fn free_mib(listing: &str) -> Option<u64> {
    listing
        .lines()
        .last()?
        .split_whitespace()
        .nth(3)?
        .parse()
        .ok()
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("could not remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_platforms_are_told_to_set_libtorch() {
        assert!(check_platform("linux", "x86_64").is_ok());
        let error = check_platform("macos", "aarch64").unwrap_err().to_string();
        assert!(
            error.contains("macos aarch64") && error.contains("set LIBTORCH"),
            "{error}"
        );
    }

    #[test]
    fn free_space_is_read_from_the_last_line() {
        let listing = "Filesystem     1048576-blocks  Used Available Capacity Mounted on\n\
                       /dev/vda               257012 22817     69999      25% /\n";
        assert_eq!(free_mib(listing), Some(69_999));
        assert_eq!(free_mib(""), None);
    }

    #[test]
    fn a_folder_is_known_by_its_marker() {
        let folder = std::env::temp_dir().join(format!("xtask-libtorch-{}", std::process::id()));
        remove(&folder).unwrap();
        assert_eq!(state(&folder).unwrap(), Folder::Missing);
        fs::create_dir_all(folder.join("lib")).unwrap();
        assert_eq!(state(&folder).unwrap(), Folder::Missing);
        fs::write(folder.join("lib/libtorch_cpu.so"), "").unwrap();
        assert_eq!(state(&folder).unwrap(), Folder::Foreign);
        fs::write(folder.join(MARKER), "torch==1.0.0").unwrap();
        assert_eq!(state(&folder).unwrap(), Folder::Outdated);
        fs::write(folder.join(MARKER), REQUIREMENTS).unwrap();
        assert_eq!(state(&folder).unwrap(), Folder::Current);
        remove(&folder).unwrap();
    }

    #[test]
    fn every_wheel_is_pinned_with_a_hash() {
        let pins: Vec<_> = REQUIREMENTS
            .lines()
            .filter(|line| !line.starts_with('#'))
            .collect();
        assert_eq!(pins.len(), 3);
        for pin in pins {
            let (version, hash) = pin.split_once(" --hash=sha256:").unwrap();
            assert!(version.contains("=="), "{pin}");
            assert_eq!(hash.len(), 64, "{pin}");
        }
    }
}
