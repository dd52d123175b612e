//! What lies where a cache of a workspace should.

use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, SystemTime};

use code_index::{Counts, Memory, Prediction, Prefix, PrefixCache, Reader, Scorer, Stops};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use workspace::{Setup, Workspace};

use crate::Target;
use crate::mutation::mutate;

pub(crate) const TARGET: Target = Target {
    name: "caches",
    generate,
    take,
};

const TOKENS: [&[u8]; 8] = [
    b"\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\0\0\0\0",
    b"\"text\":99999999999",
    b"\"index\":0",
    b"\"stamp\":null",
    b"\"files\":[",
    b"18446744073709551615",
    b"../../",
];

/// A folder with a file in it, and its cache.
struct Cached {
    folder: tempfile::TempDir,
    cache: PathBuf,
    bytes: Vec<u8>,
}

static CACHED: LazyLock<Cached> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("project/a.rs");
    fs::create_dir(folder.path().join("project")).unwrap();
    let line = |i| format!("let aurora_{i} = borealis({i});\n");
    fs::write(&source, (0..50).map(line).collect::<String>()).unwrap();
    let then = SystemTime::now() - Duration::from_secs(1_000_000);
    let file = File::options().append(true).open(&source).unwrap();
    file.set_modified(then).unwrap();
    let cache = folder.path().join("it.memory");
    loop {
        // A file that has only just been written is read again in any case.
        open(&folder.path().join("project"), &cache);
        let bytes = fs::read(&cache).unwrap();
        if String::from_utf8_lossy(&bytes).contains("\"stamp\":{") {
            return Cached {
                folder,
                cache,
                bytes,
            };
        }
        fs::remove_file(&cache).unwrap();
        thread::yield_now();
    }
});

fn open(folder: &std::path::Path, cache: &std::path::Path) -> Workspace {
    let setup = Setup {
        folders: vec![folder.to_owned()],
        cache: Some(cache.to_owned()),
        most_text: 1 << 20,
        group_of: language::group_of_file,
    };
    let workspace = Workspace::open(setup, || {});
    workspace.settle();
    workspace
}

fn generate(random: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = CACHED.bytes.clone();
    if random.random_bool(0.2) {
        mutate(&mut bytes, &TOKENS, random);
        return bytes;
    }
    // With a checksum that fits, so that what is behind it is reached.
    bytes.truncate(bytes.len() - 4);
    let (about, rest) = part(&bytes);
    let (header, body) = part(rest);
    let (mut about, mut header, mut body) = (about.to_vec(), header.to_vec(), body.to_vec());
    match random.random_range(0..5) {
        0 => mutate(&mut about, &TOKENS, random),
        1 | 2 => mutate(&mut header, &TOKENS, random),
        _ => mutate(&mut body, &TOKENS, random),
    }
    let mut hasher = crc32fast::Hasher::new();
    let mut whole = Vec::new();
    for part in [&about, &header, &body] {
        hasher.update(part);
    }
    for part in [about, header] {
        whole.extend((part.len() as u64).to_le_bytes());
        whole.extend(part);
    }
    whole.extend(body);
    whole.extend(hasher.finalize().to_le_bytes());
    whole
}

/// What follows its length, and the rest.
fn part(bytes: &[u8]) -> (&[u8], &[u8]) {
    let (length, rest) = bytes.split_first_chunk::<8>().unwrap();
    rest.split_at(usize::try_from(u64::from_le_bytes(*length)).unwrap())
}

fn take(input: &[u8]) {
    fs::write(&CACHED.cache, input).unwrap();
    let workspace = open(&CACHED.folder.path().join("project"), &CACHED.cache);
    assert_eq!(workspace.progress().files, 1);
    // What is believed must be of use.
    let group = language::group_of_file("a.rs".as_ref()).unwrap();
    let layer = workspace.layer(&group, &[]);
    let prefix = Prefix::new(b"let aurora_7 = ", &PrefixCache::default());
    let memory = Memory {
        prefix: &prefix,
        workspace: &layer,
        stops: &Stops::default(),
        scorer: Some(Scorer::built_in()),
    };
    let mut prediction = Prediction::default();
    let mut reader = Reader::new(&memory);
    for byte in *b"borealis(7);\n" {
        reader.predict(&memory, &mut Counts::default(), &mut prediction);
        assert!(prediction.probabilities.iter().all(|p| p.is_finite()));
        reader.push(&memory, byte);
    }
}
