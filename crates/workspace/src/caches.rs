//! The folder of caches, kept small: a cache goes when its folder does, when it was not
//! used for long, and when there are too many.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::store;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The ending of the names of caches.
pub const EXTENSION: &str = "memory";

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Bytes of all caches together.
    pub(crate) bytes: u64,
    /// How long one is kept that is not used.
    pub(crate) age: Duration,
    /// How long a file may be written.
    pub(crate) partial_age: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 1 << 30,
            age: 60 * DAY,
            partial_age: DAY / 24,
        }
    }
}

/// The cache at `path` is in use. Its time says so, to the day.
pub(crate) fn use_one(path: &Path) {
    let now = SystemTime::now();
    if age(path, now).is_some_and(|age| age > DAY) {
        // One whose time can't be set is made again a while later.
        let _ = disk::touch(path, now);
    }
}

/// Removes what is of no use any more beside the cache at `used`, which stays.
pub(crate) fn prune(used: &Path, limits: Limits) {
    let Some(folder) = used.parent() else {
        return;
    };
    let asked = folder.to_owned();
    let files = disk::within(folder, disk::PATIENCE, move || -> Vec<PathBuf> {
        let entries = fs::read_dir(asked).into_iter().flatten().flatten();
        let files = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
        files.map(|entry| entry.path()).collect()
    });
    let now = SystemTime::now();
    let mut kept: Vec<(Duration, u64, PathBuf)> = Vec::new();
    for path in files.unwrap_or_default() {
        let Some(age) = age(&path, now) else {
            // It is gone by now, or does not answer.
            continue;
        };
        let name = path.file_name().and_then(|name| name.to_str());
        if name.is_some_and(disk::is_partial) && age > limits.partial_age {
            remove(&path);
        } else if path.extension().is_some_and(|e| e == EXTENSION) {
            if path != used && (age > limits.age || !is_of_use(&path)) {
                remove(&path);
            } else {
                let bytes = disk::Stamp::of(&path).map_or(0, |stamp| stamp.length);
                kept.push((age, bytes, path));
            }
        }
    }
    let mut bytes: u64 = kept.iter().map(|(_, bytes, _)| bytes).sum();
    kept.sort();
    while bytes > limits.bytes
        && let Some((_, less, oldest)) = kept.pop()
    {
        if oldest != used {
            remove(&oldest);
            bytes -= less;
        }
    }
}

/// Whether the folders are there that the cache at `path` is of.
fn is_of_use(path: &Path) -> bool {
    let Ok(folders) = store::folders_of(path) else {
        return false;
    };
    let are_there = move || folders.iter().all(|folder| folder.is_dir());
    // A disk that does not answer may do so tomorrow.
    disk::within(path, disk::PATIENCE, are_there).unwrap_or(true)
}

/// How long ago the file at `path` was written.
fn age(path: &Path, now: SystemTime) -> Option<Duration> {
    let asked = path.to_owned();
    let found = disk::within(path, disk::PATIENCE, move || asked.symlink_metadata());
    let written = found?.ok()?.modified().ok()?;
    Some(now.duration_since(written).unwrap_or_default())
}

fn remove(path: &Path) {
    // Another process may have done so, or may have it open where that counts.
    let _ = fs::remove_file(path);
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::Arc;

    use code_index::{Group, Texts};

    use super::*;

    /// A folder of caches, and what is in it after pruning.
    struct Place(tempfile::TempDir);

    impl Place {
        fn cache(&self, name: &str, folder: &Path, bytes: usize, age: Duration) -> PathBuf {
            let path = self.0.path().join(name).with_extension(EXTENSION);
            let text: Arc<[u8]> = b"let aurora = borealis;\n".repeat(bytes / 23).into();
            let texts = Texts::from([(folder.join("a.rs"), text)]);
            let (group, _) = Group::default().holding(&texts).unwrap();
            let groups = HashMap::from([("rust".to_owned(), Arc::new(group))]);
            store::save(&path, &[folder.to_owned()], &groups, |_| None).unwrap();
            self.aged(&path, age);
            path
        }

        fn aged(&self, path: &Path, age: Duration) {
            let file = fs::File::options().append(true).open(path).unwrap();
            file.set_modified(SystemTime::now() - age).unwrap();
        }

        fn file(&self, name: &str, age: Duration) {
            let path = self.0.path().join(name);
            fs::write(&path, "x").unwrap();
            self.aged(&path, age);
        }

        fn left(&self) -> Vec<String> {
            let entries = fs::read_dir(self.0.path()).unwrap();
            let names = entries.map(|e| e.unwrap().file_name().into_string().unwrap());
            let mut names: Vec<String> = names.collect();
            names.sort();
            names
        }
    }

    #[test]
    fn what_is_old_or_of_no_use_goes() {
        let place = Place(tempfile::tempdir().unwrap());
        let project = tempfile::tempdir().unwrap();
        let gone = project.path().join("gone");
        let used = place.cache("used", &gone, 100, 100 * DAY);
        place.cache("other", project.path(), 100, DAY);
        place.cache("old", project.path(), 100, 61 * DAY);
        place.cache("gone", &gone, 100, Duration::ZERO);
        place.file("broken.memory", Duration::ZERO);
        place.file(".tmpAbc123", 2 * DAY);
        place.file(".lstm-ls-Abc123.partial", 2 * DAY);
        // Still being written.
        place.file(".lstm-ls-Def456.partial", Duration::ZERO);
        place.file("not ours", 100 * DAY);
        fs::create_dir(place.0.path().join("retrain")).unwrap();
        prune(&used, Limits::default());
        let left = [
            ".lstm-ls-Def456.partial",
            "not ours",
            "other.memory",
            "retrain",
            "used.memory",
        ];
        assert_eq!(place.left(), left);
    }

    #[test]
    fn the_caches_used_last_stay_below_the_cap() {
        let place = Place(tempfile::tempdir().unwrap());
        let project = tempfile::tempdir().unwrap();
        let limits = Limits {
            bytes: 60_000,
            ..Limits::default()
        };
        for i in 0..200 {
            let age = DAY * (200 - i) / 10;
            let used = place.cache(&format!("{i:03}"), project.path(), 5000, age);
            prune(&used, limits);
            let sizes = place.left().into_iter().map(|name| {
                let data = fs::metadata(place.0.path().join(name)).unwrap();
                data.len()
            });
            assert!(sizes.sum::<u64>() <= limits.bytes);
            assert!(used.exists());
        }
        let left = place.left();
        assert!(
            left.len() > 1 && left.last().unwrap() == "199.memory",
            "{left:?}"
        );
    }

    #[test]
    fn a_cache_in_use_is_young() {
        let place = Place(tempfile::tempdir().unwrap());
        let path = place.cache("a", Path::new("/"), 100, 50 * DAY);
        use_one(&path);
        assert!(age(&path, SystemTime::now()).unwrap() < DAY);
        assert!(store::load(&path).is_ok());
    }
}
