//! What may stand in the place of a file, put before everything in training that reads one.
//! `--nocapture` prints the outcome.

#![cfg(target_os = "linux")]
// `allow-unwrap-in-tests` does not reach helpers outside test functions.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use anyhow::Result;
use char_lstm::curve::Curve;
use corpus::{BuildOptions, Corpus, HoldOut, build, files_below, filter};
use fixture::hostile::{self, Row};

const READERS: &[Row<'_>] = &[
    ("corpus: a source", "package/a.rs", packed),
    ("corpus: rules", "package/.gitignore", packed),
    ("corpus: other rules", "package/.git/info/exclude", packed),
    ("corpus: a manifest", "package/Cargo.toml", packed),
    ("corpus: a licence", "package/LICENSE", packed),
    ("what `eval` is to read", "package/a.rs", measured),
    ("rules of that", "package/.ignore", measured),
    ("a packed corpus", "my.pack", |folder| {
        told(Corpus::open(&folder.join("my.pack")).map(|_| "a corpus"))
    }),
    ("a log of training", "log.jsonl", |folder| {
        told(Curve::resume(folder, 7).map(|_| "a curve"))
    }),
];

fn told<T: std::fmt::Debug>(read: Result<T>) -> String {
    match read {
        Ok(value) => format!("read: {value:?}"),
        Err(error) => format!("refused: {error:#}"),
    }
}

/// A file beside the one in question that is as it should be.
fn write_another(folder: &Path) {
    let line = |i| format!("    let value_{i} = compute_{i}(other);\n");
    let text: String = (0..40).map(line).collect();
    fs::create_dir_all(folder.join("package")).unwrap();
    fs::write(folder.join("package/good.rs"), text).unwrap();
}

fn packed(folder: &Path) -> String {
    write_another(folder);
    let options = BuildOptions {
        languages: vec!["rust".into()],
        repository_bytes: 1_000_000,
        permissive_only: false,
        stated_only: false,
        license: None,
        largest_file: filter::LARGEST,
        own_code_only: false,
        hold_out: HoldOut::Repositories,
    };
    let report = build(&[folder.join("package")], &folder.join("my.pack"), &options);
    told(report.map(|report| report.dropped))
}

fn measured(folder: &Path) -> String {
    write_another(folder);
    let files = match files_below(&folder.join("package"), "rust") {
        Ok(files) => files,
        Err(error) => return format!("refused: {error:#}"),
    };
    let limit = 32 << 20;
    let read = files.iter().map(|path| {
        let name = path.file_name().unwrap().display();
        let read = disk::read(path, disk::Links::Followed, limit);
        format!(
            "{name}: {}",
            told(read.map(|text| text.len()).map_err(Into::into))
        )
    });
    let read: Vec<String> = read.collect();
    format!("{} files, {}", read.len(), read.join(", "))
}

#[test]
fn no_reader_waits_or_swells_whatever_stands_in_the_place_of_a_file() {
    hostile::check(READERS);
}
