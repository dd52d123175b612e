//! Which repository a file comes from, under which licence and version.

use std::path::Path;

use semver::Version;

/// A folder that is trained on or held out as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// `owner/name` in lower case, or the package's or folder's name.
    pub key: String,
    /// Package name: the crate's, or the folder's.
    pub package: String,
    /// Package version, where it has one.
    pub version: Option<Version>,
    /// SPDX expression, where the package states one.
    pub license: Option<String>,
}

impl Repository {
    /// Describes the package in `folder`: by its `Cargo.toml` if it has a
    /// readable one, else by the folder's name.
    pub fn of_folder(folder: &Path) -> Self {
        let name = folder.file_name().map(|n| n.to_string_lossy().into_owned());
        let name = name.unwrap_or_else(|| "workspace".to_owned());
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml"));
        let manifest = manifest
            .ok()
            .and_then(|text| text.parse::<toml::Table>().ok());
        let field = |key: &str| -> Option<String> {
            let package = manifest.as_ref()?.get("package")?;
            Some(package.get(key)?.as_str()?.to_owned())
        };
        let package = field("name").unwrap_or(name);
        let key = field("repository").as_deref().and_then(key_of_url);
        Self {
            key: key.unwrap_or_else(|| package.to_lowercase()),
            package,
            version: field("version").and_then(|v| Version::parse(&v).ok()),
            license: field("license"),
        }
    }

    /// Whether the stated licence lets everyone use the code: at least one
    /// alternative made of permissive licences only. No statement is no.
    pub fn is_permissive(&self) -> bool {
        let Some(license) = &self.license else {
            return false;
        };
        let alternatives = license.replace('/', " OR ").replace(['(', ')'], " ");
        alternatives.split(" OR ").any(|alternative| {
            let mut all = alternative.split(" AND ").map(str::trim).peekable();
            all.peek().is_some() && all.all(|id| PERMISSIVE.contains(&id))
        })
    }
}

/// SPDX identifiers of licences that ask for no more than a notice.
const PERMISSIVE: [&str; 14] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "NCSA",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// `owner/name` of a repository URL, lower case, without `.git`.
fn key_of_url(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let mut parts = rest.split('/').filter(|p| !p.is_empty()).skip(1);
    let (owner, name) = (parts.next()?, parts.next()?);
    let name = name.split(['#', '?']).next()?;
    let name = name.strip_suffix(".git").unwrap_or(name);
    Some(format!("{owner}/{name}").to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_owner_and_name_in_lower_case() {
        let key = |url| key_of_url(url).unwrap();
        assert_eq!(key("https://example.org/Owner/Name.git"), "owner/name");
        assert_eq!(key("https://example.org/a/b/tree/main/sub"), "a/b");
        assert_eq!(key("https://example.org/a/b#readme"), "a/b");
        assert_eq!(key_of_url("not a url"), None);
        assert_eq!(key_of_url("https://example.org/only"), None);
    }

    #[test]
    fn one_permissive_alternative_is_enough() {
        let permissive = |license: &str| {
            let repository = Repository {
                key: String::new(),
                package: String::new(),
                version: None,
                license: Some(license.to_owned()),
            };
            repository.is_permissive()
        };
        assert!(permissive("MIT"));
        assert!(permissive("MIT/Apache-2.0"));
        assert!(permissive("GPL-3.0 OR MIT"));
        assert!(permissive("(MIT OR Apache-2.0) AND Unicode-3.0"));
        assert!(!permissive("GPL-3.0"));
        assert!(!permissive("MIT AND GPL-3.0"));
        assert!(!permissive("MPL-2.0"));
    }
}
