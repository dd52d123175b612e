//! A Debian package: `debian/copyright`, where it is machine-readable (DEP 5),
//! `debian/control`, of a source package or of one that is built, and `debian/changelog`.

use std::path::Path;

use super::{Metadata, Part, Reader, is_on_a_forge};
use crate::license;

pub(super) const READER: Reader = Reader {
    stands_in: |folder| disk::is_file(&folder.join("debian/copyright")),
    read,
};

fn read(folder: &Path) -> Option<Metadata> {
    let text = |name: &str| super::text(&folder.join("debian").join(name));
    Some(parse(
        &text("copyright")?,
        &text("control").unwrap_or_default(),
        &text("changelog").unwrap_or_default(),
    ))
}

fn parse(copyright: &str, control: &str, changelog: &str) -> Metadata {
    let control = paragraphs(control).into_iter().next().unwrap_or_default();
    let copyright = paragraphs(copyright);
    let head = copyright.first().map(Vec::as_slice).unwrap_or_default();
    // `name (version) suite; …`
    let version = changelog
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(')'));
    let urls = [field(head, "source"), field(&control, "homepage")];
    let urls = urls.into_iter().flatten();
    Metadata {
        name: (field(&control, "package").or_else(|| field(&control, "source"))).map(str::to_owned),
        version: (version.map(|(version, _)| version))
            .or_else(|| field(&control, "version"))
            .map(str::to_owned),
        license: None,
        parts: match field(head, "format") {
            Some(_) => parts(&copyright[1..]),
            None => Vec::new(),
        },
        repository: urls
            .filter_map(|value| {
                let mut words = value.split_whitespace();
                words.find_map(|word| {
                    // Some write URLs in angle brackets.
                    let url = word.trim_matches(['<', '>']);
                    is_on_a_forge(url).then_some(url)
                })
            })
            .map(str::to_owned)
            .next(),
    }
}

/// Which files are under which licence, in the order of the paragraphs.
fn parts(paragraphs: &[Vec<(String, String)>]) -> Vec<Part> {
    let part = |paragraph: &Vec<(String, String)>| {
        let patterns = field(paragraph, "files")?.split_whitespace();
        let license = field(paragraph, "license")?.lines().next()?;
        Some(Part {
            patterns: patterns.map(str::to_owned).collect(),
            license: expression(license),
        })
    };
    paragraphs.iter().filter_map(part).collect()
}

/// Debian's names and `and`, `or` as an SPDX expression.
fn expression(written: &str) -> String {
    let words = written.split_whitespace().map(|word| match word {
        "and" | "or" | "with" => word.to_uppercase(),
        "Boost-1.0" => "BSL-1.0".to_owned(),
        "CC0" => "CC0-1.0".to_owned(),
        "zlib" => "Zlib".to_owned(),
        name => license::of_name(name),
    });
    words.collect::<Vec<_>>().join(" ")
}

fn field<'a>(paragraph: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = paragraph.iter().find(|(n, _)| n == name);
    found.map(|(_, value)| value.as_str())
}

/// The paragraphs of a control file: names in lower case, and values.
fn paragraphs(text: &str) -> Vec<Vec<(String, String)>> {
    let mut paragraphs = vec![Vec::<(String, String)>::new()];
    for line in text.lines() {
        let paragraph = paragraphs.last_mut().expect("there is one from the start");
        if line.trim().is_empty() {
            if !paragraph.is_empty() {
                paragraphs.push(Vec::new());
            }
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = paragraph.last_mut() {
                value.push('\n');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':').filter(|_| !line.starts_with('#'))
        {
            paragraph.push((name.to_lowercase(), value.trim().to_owned()));
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTROL: &str =
        "Source: libexample-java\nHomepage: https://example.org/x/y\n\nPackage: x\n";
    const CHANGELOG: &str = "libexample-java (1.2-3) unstable; urgency=low\n\n  * Change.\n";

    #[test]
    fn each_part_has_its_licence() {
        let copyright = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\
             Source: https://github.com/Owner/Example/releases\n\nFiles: *\nCopyright: A\nLicense: Apache-2.0\n\n\
             Files: src/one.java\n src/two.java\nLicense: Expat or GPL-2+\n\n\
             License: GPL-3\n Text of it.\n";
        let read = parse(copyright, CONTROL, CHANGELOG);
        let part = |patterns: &[&str], license: &str| Part {
            patterns: patterns.iter().map(|&p| p.to_owned()).collect(),
            license: license.to_owned(),
        };
        let expected = [
            part(&["*"], "Apache-2.0"),
            part(&["src/one.java", "src/two.java"], "MIT OR GPL-2+"),
        ];
        assert_eq!((read.parts, read.license), (expected.to_vec(), None));
        assert_eq!(read.name.unwrap(), "libexample-java");
        assert_eq!(read.version.unwrap(), "1.2-3");
        assert_eq!(
            read.repository.unwrap(),
            "https://github.com/Owner/Example/releases"
        );
    }

    #[test]
    fn a_built_package_states_its_own_name_and_version() {
        let control = "Package: golang-x-dev\nSource: golang-x\nVersion: 1:2.0-1\n";
        let copyright = "Format: 1.0\nSource: <https://github.com/a/b>\n";
        let read = parse(copyright, control, "");
        assert_eq!(read.repository.unwrap(), "https://github.com/a/b");
        assert_eq!(read.name.unwrap(), "golang-x-dev");
        assert_eq!(read.version.unwrap(), "1:2.0-1");
    }

    #[test]
    fn prose_states_no_licence_and_a_home_page_no_repository() {
        let read = parse("It is under the MIT license.\n", CONTROL, CHANGELOG);
        assert_eq!((read.parts, read.repository), (Vec::new(), None));
    }
}
