//! Archives that are the same to the byte whenever the same is put into them.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tar::{EntryType, Header};
use zip::write::SimpleFileOptions;
use zip::{DateTime, ZipWriter};

use super::contents::{Content, Contents};

/// Writes `contents` to `path`, each file of the time `time`, in seconds since 1970.
pub(super) fn tar_gz(contents: &Contents, time: u64, path: &Path) -> Result<()> {
    // The name and time of gzip's own header stay empty.
    let mut archive = tar::Builder::new(GzEncoder::new(File::create(path)?, Compression::best()));
    for (name, content) in contents {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_size(content.bytes.len() as u64);
        header.set_mode(mode(content));
        header.set_mtime(time);
        header.set_uid(0);
        header.set_gid(0);
        archive.append_data(&mut header, name, content.bytes.as_slice())?;
    }
    archive.into_inner()?.finish()?;
    Ok(())
}

/// The same as a zip file, where times are in UTC and even.
pub(super) fn zip(contents: &Contents, time: u64, path: &Path) -> Result<()> {
    let time = date(time)?;
    let mut archive = ZipWriter::new(File::create(path)?);
    for (name, content) in contents {
        let options = SimpleFileOptions::default()
            .last_modified_time(time)
            .unix_permissions(mode(content));
        archive.start_file(name, options)?;
        archive.write_all(&content.bytes)?;
    }
    archive.finish()?;
    Ok(())
}

fn mode(content: &Content) -> u32 {
    if content.executable { 0o755 } else { 0o644 }
}

fn date(time: u64) -> Result<DateTime> {
    let time = Timestamp::from_second(i64::try_from(time)?)?.to_zoned(TimeZone::UTC);
    let field = |number: i8| u8::try_from(number);
    let date = DateTime::from_date_and_time(
        u16::try_from(time.year())?,
        field(time.month())?,
        field(time.day())?,
        field(time.hour())?,
        field(time.minute())?,
        field(time.second())?,
    );
    date.ok()
        .with_context(|| format!("a zip file has no {time}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::Read;

    const TIME: u64 = 1_700_000_000;

    fn contents() -> Contents {
        let file = |text: &str, executable| Content {
            bytes: text.repeat(1_000).into_bytes(),
            executable,
        };
        Contents::from([
            ("folder/program".to_owned(), file("run", true)),
            ("folder/README.md".to_owned(), file("read", false)),
        ])
    }

    /// Writes the same twice; the bytes, which are the same.
    fn written(write: impl Fn(&Path) -> Result<()>) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let [first, second] = ["first", "second"].map(|name| {
            let path = folder.path().join(name);
            write(&path).unwrap();
            fs::read(path).unwrap()
        });
        assert!(first == second, "the same contents made two archives");
        first
    }

    #[test]
    fn a_tar_file_is_sorted_and_has_one_time_and_no_owner() {
        let bytes = written(|path| tar_gz(&contents(), TIME, path));
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes.as_slice()));
        let mut found = Vec::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let header = entry.header();
            assert_eq!(header.mtime().unwrap(), TIME);
            assert_eq!((header.uid().unwrap(), header.gid().unwrap()), (0, 0));
            let mode = header.mode().unwrap();
            let name = entry.path().unwrap().to_string_lossy().into_owned();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            found.push((name, mode, text));
        }
        assert_eq!(
            found,
            [
                ("folder/README.md".to_owned(), 0o644, "read".repeat(1_000)),
                ("folder/program".to_owned(), 0o755, "run".repeat(1_000)),
            ]
        );
    }

    #[test]
    fn a_zip_file_is_sorted_and_has_one_time() {
        let bytes = written(|path| zip(&contents(), TIME, path));
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let names = archive.file_names().map(|name| name.unwrap().into_owned());
        let names: Vec<_> = names.collect();
        assert_eq!(names, ["folder/README.md", "folder/program"]);
        let mut program = archive.by_name("folder/program").unwrap();
        assert_eq!(program.unix_mode().map(|mode| mode & 0o777), Some(0o755));
        let time = program.last_modified().map(|time| time.to_string());
        assert_eq!(time.as_deref(), Some("2023-11-14 22:13:20"));
        let mut text = String::new();
        program.read_to_string(&mut text).unwrap();
        assert_eq!(text, "run".repeat(1_000));
    }
}
