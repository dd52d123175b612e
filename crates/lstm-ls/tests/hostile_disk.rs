//! What may stand in the place of a file, put before everything that reads one.
//!
//! One table of faults and one of readers: each reader meets each fault, says what it made
//! of it, waits for nothing and takes little memory. `--nocapture` prints the outcome.

#![cfg(target_os = "linux")]
// `allow-unwrap-in-tests` does not reach helpers outside test functions.
#![allow(clippy::unwrap_used)]

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use assistant::models::{Absent, ModelSource, Models};
use assistant::statistics::{ReadError, Statistics};
use assistant::store::Store;
use lstm_format::ModelFile;
use lstm_ls::daemon::token::Origin;
use workspace::files::Limits;
use workspace::{Setup, Workspace};

/// Longer than any reader takes by far, and short for a person who waits.
const PATIENCE: Duration = Duration::from_secs(20);

/// Memory that a reader may add, in bytes.
const MOST_GROWTH: u64 = 64 << 20;

/// What stands at the path; it is there as long as what is returned.
type Fault = fn(&Path) -> Option<Growing>;

/// A file that a thread makes longer and longer.
struct Growing {
    stop: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Drop for Growing {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let thread = self.thread.take();
        let _ = thread.map(std::thread::JoinHandle::join);
    }
}

const FAULTS: &[(&str, Fault)] = &[
    ("pipe", |path| {
        let (kind, mode) = (
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::from_raw_mode(0o600),
        );
        rustix::fs::mknodat(rustix::fs::CWD, path, kind, mode, 0).unwrap();
        None
    }),
    ("link to a device without end", |path| {
        symlink("/dev/zero", path).unwrap();
        None
    }),
    ("link to a full device", |path| {
        symlink("/dev/full", path).unwrap();
        None
    }),
    ("link to a file elsewhere", |path| {
        symlink("/etc/passwd", path).unwrap();
        None
    }),
    ("link to itself", |path| {
        symlink(path.file_name().unwrap(), path).unwrap();
        None
    }),
    ("too large", |path| {
        File::create(path).unwrap().set_len(1 << 40).unwrap();
        None
    }),
    ("a gigabyte of nothing", |path| {
        File::create(path).unwrap().set_len(1 << 30).unwrap();
        None
    }),
    ("six megabytes of patterns", |path| patterns(path, 6 << 20)),
    ("as many patterns as a file has", |path| {
        patterns(path, 1 << 20)
    }),
    ("as many as are followed", |path| patterns(path, 60 << 10)),
    ("gone", |_| None),
    ("a folder", |path| {
        fs::create_dir(path).unwrap();
        None
    }),
    ("not readable", |path| {
        fs::write(path, "text").unwrap();
        fs::set_permissions(path, Permissions::from_mode(0o000)).unwrap();
        None
    }),
    ("growing", |path| {
        fs::write(path, "begun").unwrap();
        let mut file = OpenOptions::new().append(true).open(path).unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let (chunk, mut written) = (vec![b'x'; 64 << 10], 0);
            while !stopped.load(Ordering::Relaxed) && written < 1 << 29 {
                written += file.write(&chunk).unwrap_or(1 << 29);
            }
        });
        Some(Growing {
            stop,
            thread: Some(thread),
        })
    }),
    ("no text", |path| {
        fs::write(path, [0xff, 0, 0xfe]).map(|()| None).unwrap()
    }),
];

/// Patterns of the most expensive kind, in so many bytes.
fn patterns(path: &Path, bytes: usize) -> Option<Growing> {
    let mut text = String::new();
    for line in 0.. {
        text += &format!("a{line}*b?c[d-f]*g{{h,i,j}}*k**/l*{}\n", "m?".repeat(20));
        if text.len() > bytes {
            break;
        }
    }
    fs::write(path, &text[..bytes]).unwrap();
    None
}

/// Reads in a folder of its own, in which a fault stands at the path called in the table,
/// and says what came of it.
type Reader = fn(&Path) -> String;

const READERS: &[(&str, &str, Reader)] = &[
    ("source", "a.rs", |folder| {
        told(workspace::files::read(&folder.join("a.rs"), Limits::default()).map(|text| text.len()))
    }),
    ("folder of sources", "a.rs", |folder| {
        remembered(folder, None)
    }),
    ("git's ignore file", ".gitignore", |folder| {
        remembered(folder, None)
    }),
    ("ignore file", ".ignore", |folder| remembered(folder, None)),
    ("exclude file", ".git/info/exclude", |folder| {
        remembered(folder, None)
    }),
    ("mark of a cache", "below/CACHEDIR.TAG", |folder| {
        remembered(folder, None)
    }),
    ("cache", "cache.memory", |folder| {
        remembered(folder, Some(&folder.join("cache.memory")))
    }),
    ("model", "m.safetensors", |folder| {
        told(ModelFile::read(&folder.join("m.safetensors")).map(|_| "a model"))
    }),
    ("model that is set", "m.safetensors", |folder| {
        served(folder, Some(&folder.join("m.safetensors")))
    }),
    ("folder of models", "m.safetensors", |folder| {
        served(folder, None)
    }),
    ("statistics", "s.json", |folder| {
        match Statistics::read(&folder.join("s.json")) {
            Err(ReadError::Unreadable(_, why)) => format!("refused: {why}"),
            read => told(read.map(|_| "counts")),
        }
    }),
    ("counting", "s.json", |folder| {
        let added = Statistics::default().add_to(&folder.join("s.json"), Duration::ZERO);
        told(added.map(|()| "counted"))
    }),
    ("lock of the statistics", "s.lock", |folder| {
        let added = Statistics::default().add_to(&folder.join("s.json"), Duration::ZERO);
        told(added.map(|()| "counted"))
    }),
    ("uses of versions", "versions/rust/uses.json", |folder| {
        told(Store::new(folder.to_owned()).in_use("rust"))
    }),
    (
        "note on a version",
        "versions/rust/1/about.json",
        |folder| {
            let versions = Store::new(folder.to_owned()).list();
            told(versions.map(|versions| format!("{} versions", versions.len())))
        },
    ),
    ("lock of the versions", "versions/lock", |folder| {
        told(Store::new(folder.to_owned()).roll_back("rust"))
    }),
    ("token that is written", "token", |folder| {
        told(
            Origin::Written(folder.join("token"))
                .token()
                .map(|_| "a token"),
        )
    }),
    ("token that is made", "token", |folder| {
        told(
            Origin::Made(folder.join("token"))
                .token()
                .map(|_| "a token"),
        )
    }),
];

fn told<T: std::fmt::Debug, E: Into<anyhow::Error>>(read: Result<T, E>) -> String {
    match read {
        Ok(value) => format!("read: {value:?}"),
        Err(error) => format!("refused: {:#}", error.into()),
    }
}

/// What a workspace makes of `folder`, in which one more file is as it should be.
fn remembered(folder: &Path, cache: Option<&Path>) -> String {
    fs::write(folder.join("good.rs"), "let aurora = borealis;\n").unwrap();
    let setup = Setup {
        folders: vec![folder.to_owned()],
        cache: cache.map(Path::to_owned),
        most_text: 1 << 20,
        group_of: language::group_of_file,
    };
    let workspace = Workspace::open(setup, || {});
    workspace.settle();
    let progress = workspace.progress();
    let reasons = progress.skipped.into_iter();
    let reasons = reasons.map(|(path, why)| format!("{} {why}", path.display()));
    let reasons: Vec<String> = reasons.collect();
    format!("{} files, {}", progress.files, reasons.join(", "))
}

/// What serves a language of which `folder` may hold a model.
fn served(folder: &Path, named: Option<&Path>) -> String {
    let models = Arc::new(Models::new(ModelSource {
        engines: Arc::new(|source| match source.path() {
            Some(_) => Err(source
                .read()
                .map_or_else(Into::into, |_| anyhow::anyhow!("a model"))),
            None => anyhow::bail!("none inside"),
        }),
        default_path: None,
        embedded: Vec::new(),
        folder: Some(folder.to_owned()),
    }));
    match futures_executor::block_on(models.get("rust", named)) {
        Err(Absent::Failed(why)) => format!("refused: {why}"),
        Err(absent) => format!("{absent:?}"),
        Ok(model) => model.name().to_owned(),
    }
}

/// The most memory that this process ever had, in bytes.
fn most_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number.unwrap().parse::<u64>().unwrap() << 10
}

#[test]
fn no_reader_waits_or_swells_whatever_stands_in_the_place_of_a_file() {
    let outside = fs::read_to_string("/etc/passwd").unwrap();
    for &(reader, place, read) in READERS {
        for &(fault, put) in FAULTS {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join(place);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let _growing = put(&path);
            let before = most_memory();
            let (done, outcome) = mpsc::channel();
            let inside = folder.path().to_owned();
            std::thread::spawn(move || {
                let _ = done.send(read(&inside));
            });
            let outcome = outcome.recv_timeout(PATIENCE);
            let outcome = outcome.unwrap_or_else(|_| panic!("{reader} waits for {fault}"));
            let growth = most_memory().saturating_sub(before);
            println!("{reader:24} {fault:28} {:5} kB  {outcome}", growth >> 10);
            assert!(!outcome.is_empty());
            assert!(growth <= MOST_GROWTH, "{reader}, {fault}: {growth} bytes");
        }
    }
    assert_eq!(fs::read_to_string("/etc/passwd").unwrap(), outside);
}

#[test]
fn what_is_found_in_a_workspace_is_no_way_out_of_it() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (path, other) = (folder.path().join("a.rs"), elsewhere.path().join("b.rs"));
    fs::write(&path, "let aurora = borealis;\n").unwrap();
    fs::write(&other, "let aurora = australis;\n").unwrap();
    let setup = Setup {
        folders: vec![folder.path().to_owned()],
        cache: None,
        most_text: 1 << 20,
        group_of: language::group_of_file,
    };
    let workspace = Workspace::open(setup, || {});
    workspace.settle();
    assert_eq!(workspace.progress().files, 1);
    fs::remove_file(&path).unwrap();
    symlink(&other, &path).unwrap();
    workspace.changed(vec![path.clone()]);
    workspace.settle();
    assert_eq!(workspace.progress().files, 0);
    assert!(workspace::files::read(&path, Limits::default()).is_err());
}
