//! What tells that a file has changed without reading it.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::patience::{PATIENCE, is_hopeless, within};

/// Files that are asked for together: to hand a question to another thread takes longer
/// than the answer.
const AT_ONCE: usize = 64;

/// File systems count time in steps, the coarsest of those in use in such ones.
const STEP: Duration = Duration::from_millis(50);

/// When a file was written, how long it is and which one it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// When it was written, in nanoseconds since 1970; 0 for what is older.
    pub nanos: u64,
    /// Its length in bytes.
    pub length: u64,
    /// When anything about it changed, in nanoseconds since 1970. Programs can't set
    /// this; 0 where the system has no such time.
    #[serde(default)]
    pub changed: u64,
    /// Which file of its file system it is; 0 where the system doesn't say.
    #[serde(default)]
    pub number: u64,
}

impl Stamp {
    /// The stamp of the file at `path`; `None` if there is none, or its file system
    /// does not say when it was written, or does not answer.
    pub fn of(path: &Path) -> Option<Self> {
        let asked = path.to_owned();
        within(path, PATIENCE, move || Self::here(&asked)).flatten()
    }

    /// The stamps of the files at `paths`, as [`of`](Self::of) has them.
    pub fn of_all(paths: &[PathBuf]) -> Vec<Option<Self>> {
        let mut stamps = Vec::with_capacity(paths.len());
        for some in paths.chunks(AT_ONCE) {
            let nowhere = Path::new("");
            let answer = match some.iter().any(|path| is_hopeless(path)) {
                true => None,
                false => {
                    let asked = some.to_vec();
                    within(nowhere, PATIENCE, move || {
                        asked.iter().map(|path| Self::here(path)).collect()
                    })
                }
            };
            let one_by_one = || some.iter().map(|path| Self::of(path)).collect();
            let answer: Vec<Option<Self>> = answer.unwrap_or_else(one_by_one);
            stamps.extend(answer);
        }
        stamps
    }

    fn here(path: &Path) -> Option<Self> {
        let (metadata, changed, number) = identified(path).ok()?;
        let age = metadata.modified().ok()?.duration_since(UNIX_EPOCH);
        Some(Self {
            nanos: age.map_or(0, nanos),
            length: metadata.len(),
            changed,
            number,
        })
    }

    /// Whether a file that has this stamp at `now` will have another when it is written
    /// after that: one that was written within the same step of its file system's clock
    /// may keep its stamp.
    pub fn is_settled(&self, now: SystemTime) -> bool {
        let now = now.duration_since(UNIX_EPOCH).map_or(0, nanos);
        self.nanos.max(self.changed).saturating_add(nanos(STEP)) < now
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// What the system says of a file, the time of its last change and its number.
#[cfg(unix)]
fn identified(path: &Path) -> std::io::Result<(Metadata, u64, u64)> {
    use std::os::unix::fs::MetadataExt;

    let metadata = std::fs::metadata(path)?;
    let seconds = u64::try_from(metadata.ctime()).unwrap_or_default();
    let rest = u64::try_from(metadata.ctime_nsec()).unwrap_or_default();
    let changed = seconds.saturating_mul(1_000_000_000).saturating_add(rest);
    let number = metadata.ino();
    Ok((metadata, changed, number))
}

/// The same; Windows tells no time that programs can't set.
#[cfg(windows)]
fn identified(path: &Path) -> std::io::Result<(Metadata, u64, u64)> {
    use std::os::windows::fs::OpenOptionsExt;

    // To ask and not to read, as `std::fs::metadata` opens it; a folder too.
    const FOLDERS_TOO: u32 = 0x0200_0000;
    let mut options = std::fs::File::options();
    let file = options
        .access_mode(0)
        .custom_flags(FOLDERS_TOO)
        .open(path)?;
    let number = winapi_util::file::information(&file)?.file_index();
    Ok((file.metadata()?, 0, number))
}

/// The same in WebAssembly, where a system tells neither.
#[cfg(not(any(unix, windows)))]
fn identified(path: &Path) -> std::io::Result<(Metadata, u64, u64)> {
    Ok((std::fs::metadata(path)?, 0, 0))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn another_text_of_the_same_length_and_time_has_another_stamp() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.rs");
        let then = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        let write = |path: &Path, text: &str| {
            fs::write(path, text).unwrap();
            let file = fs::File::options().write(true).open(path).unwrap();
            file.set_modified(then).unwrap();
            (Stamp::of(path).unwrap(), SystemTime::now())
        };
        let (first, at) = write(&path, "let a = 1;");
        // Within one step of the clock it says itself that it can't be trusted.
        let (second, _) = write(&path, "let b = 2;");
        if cfg!(unix) {
            assert!(first != second || !first.is_settled(at));
        }
        // Renamed over it, as `git` and `mv -p` do.
        let beside = folder.path().join("b.rs");
        let (third, _) = write(&beside, "let c = 3;");
        fs::rename(&beside, &path).unwrap();
        assert_eq!((third.nanos, third.length), (first.nanos, first.length));
        assert_ne!(Stamp::of(&path).unwrap(), first);
        assert!(first.is_settled(SystemTime::now() + Duration::from_secs(1)));
        assert!(!first.is_settled(then + Duration::from_nanos(1)));
    }
}
