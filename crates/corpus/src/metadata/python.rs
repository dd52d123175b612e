//! Python's core metadata: `METADATA` of an unpacked wheel, `PKG-INFO` of a source
//! distribution.

use std::path::{Path, PathBuf};

use super::{Metadata, Reader, is_on_a_forge};
use crate::license;

pub(super) const READER: Reader = Reader {
    stands_in: |folder| place(folder).is_some(),
    read: |folder| Some(parse(&super::text(&place(folder)?)?)),
};

/// Labels of `Project-URL` that name a repository, in lower case.
const REPOSITORY_LABELS: [&str; 8] = [
    "source",
    "source code",
    "source-code",
    "sources",
    "repository",
    "code",
    "github",
    "git",
];

/// Where the metadata of the package in `folder` is.
fn place(folder: &Path) -> Option<PathBuf> {
    let source = folder.join("PKG-INFO");
    if disk::is_file(&source) {
        return Some(source);
    }
    let entries = std::fs::read_dir(folder).ok()?.filter_map(Result::ok);
    entries
        .filter(|entry| entry.file_name().to_string_lossy().ends_with(".dist-info"))
        .map(|entry| entry.path().join("METADATA"))
        .find(|path| disk::is_file(path))
}

fn parse(text: &str) -> Metadata {
    let fields = fields(text);
    let all = |name: &'static str| {
        let of_name = fields.iter().filter(move |(n, _)| n == name);
        of_name.map(|(_, value)| value.as_str())
    };
    let first = |name| all(name).next().map(str::to_owned);
    let urls: Vec<(String, &str)> = all("project-url")
        .filter_map(|value| value.split_once(','))
        .map(|(label, url)| (label.trim().to_lowercase(), url.trim()))
        .chain(all("home-page").map(|url| ("homepage".to_owned(), url)))
        .collect();
    let stated = urls
        .iter()
        .find(|(label, _)| REPOSITORY_LABELS.contains(&label.as_str()));
    let hinted = urls.iter().find(|(_, url)| is_on_a_forge(url));
    Metadata {
        name: first("name"),
        version: first("version"),
        license: first("license-expression").or_else(|| {
            let classifiers = all("classifier").filter_map(|c| c.strip_prefix("License :: "));
            older_license(all("license").next(), classifiers)
        }),
        repository: stated.or(hinted).map(|(_, url)| (*url).to_owned()),
        parts: Vec::new(),
    }
}

/// The licence by the fields that were there before `License-Expression`: what both
/// say must hold. A long text or a file's name in `License` says nothing.
fn older_license<'a>(
    field: Option<&str>,
    classifiers: impl Iterator<Item = &'a str>,
) -> Option<String> {
    let field = field.filter(|text| {
        let vague = ["dual license", "unknown", "see license", "license.txt"];
        text.len() <= 80 && !vague.contains(&text.to_lowercase().as_str())
    });
    let classes = classifiers
        .filter(|class| *class != "OSI Approved")
        .map(|class| class.rsplit(" :: ").next().unwrap_or(class));
    let mut licenses: Vec<String> = (field.into_iter().chain(classes))
        .map(license::of_name)
        .collect();
    licenses.sort();
    licenses.dedup();
    (!licenses.is_empty()).then(|| match licenses.as_slice() {
        [one] => one.clone(),
        several => several
            .iter()
            .map(|l| format!("({l})"))
            .collect::<Vec<_>>()
            .join(" AND "),
    })
}

/// Names, in lower case, and values of the headers; the description is left out.
fn fields(text: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in text.lines().take_while(|line| !line.is_empty()) {
        if line.starts_with([' ', '\t', '|']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push('\n');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_lowercase(), value.trim().to_owned()));
        }
    }
    fields.retain(|(_, value)| !value.is_empty());
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn current_metadata_is_read() {
        let text = "Metadata-Version: 2.4\nName: some.package\nVersion: 2026.1\n\
                    License-Expression: MIT OR Apache-2.0\nClassifier: License :: OSI Approved\n\
                    Project-URL: Documentation, https://docs.example.org/a/b\n\
                    Project-URL: Source, https://github.com/Owner/Name\n\nLicense: not a header\n";
        let expected = Metadata {
            name: Some("some.package".into()),
            version: Some("2026.1".into()),
            license: Some("MIT OR Apache-2.0".into()),
            repository: Some("https://github.com/Owner/Name".into()),
            parts: Vec::new(),
        };
        assert_eq!(parse(text), expected);
    }

    #[test]
    fn older_licences_must_all_hold() {
        let license = |fields: &str| parse(&format!("Name: x\n{fields}")).license;
        let mit = "Classifier: License :: OSI Approved :: MIT License\n";
        assert_eq!(license(mit).unwrap(), "MIT");
        assert_eq!(
            license(&format!("License: The MIT License\n{mit}")).unwrap(),
            "MIT"
        );
        let both = license(&format!("License: GPLv3\n{mit}")).unwrap();
        assert!(!license::is_permissive(&both), "{both}");
        let gpl = "Classifier: License :: OSI Approved :: GNU General Public License v3 (GPLv3)\n";
        let both = license(&format!("License: MIT\n{gpl}")).unwrap();
        assert!(!license::is_permissive(&both), "{both}");
        let long = format!("License: Copyright\n  {}\n{mit}", "words ".repeat(50));
        assert_eq!(license(&long).unwrap(), "MIT");
        assert_eq!(license(""), None);
    }

    #[test]
    fn a_home_page_names_a_repository_only_where_repositories_are_kept() {
        let repository = |fields: &str| parse(&format!("Name: x\n{fields}")).repository;
        assert_eq!(
            repository("Home-page: https://example.org/docs/stable\n"),
            None
        );
        let forge = "https://github.com/owner/name";
        let home = format!("Home-page: {forge}\n");
        assert_eq!(repository(&home).as_deref(), Some(forge));
        let funding = "Project-URL: Funding, https://github.com/sponsors/owner\n";
        assert_eq!(repository(funding), None);
        assert_eq!(
            repository(&format!("{funding}{home}")).as_deref(),
            Some(forge)
        );
    }
}
