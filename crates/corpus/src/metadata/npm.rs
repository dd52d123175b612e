//! An npm package's `package.json`.

use std::path::Path;

use serde_json::Value;

use super::{Metadata, Reader, is_on_a_forge};
use crate::license;

pub(super) const READER: Reader = Reader {
    stands_in: |folder| disk::is_file(&folder.join("package.json")),
    read,
};

fn read(folder: &Path) -> Option<Metadata> {
    let text = super::text(&folder.join("package.json"))?;
    Some(parse(&serde_json::from_str(&text).ok()?))
}

fn parse(manifest: &Value) -> Metadata {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    // Either a text or an object that holds it.
    let inner = |name: &str, key: &str| {
        let value = &manifest[name];
        text(value).or_else(|| text(&value[key]))
    };
    let home = text(&manifest["homepage"]).filter(|url| is_on_a_forge(url));
    Metadata {
        // A scope's `@` and `/` would make a folder of a name.
        name: text(&manifest["name"])
            .map(|name| name.trim_start_matches('@').replacen('/', "__", 1)),
        version: text(&manifest["version"]),
        license: inner("license", "type").map(|name| license::of_name(&name)),
        repository: inner("repository", "url")
            .map(|url| full_url(&url))
            .or(home),
        parts: Vec::new(),
    }
}

/// npm's ways to write a repository, `owner/name`, `github:owner/name` and
/// `git@host:owner/name` among them, as a URL.
fn full_url(written: &str) -> String {
    let written = written.trim_start_matches("git+");
    if written.contains("://") {
        return written.to_owned();
    }
    let (host, path) = written.split_once(':').unwrap_or(("github", written));
    let host = host.rsplit('@').next().unwrap_or(host);
    let site = match host {
        "bitbucket" => "bitbucket.org",
        "github" => "github.com",
        "gitlab" => "gitlab.com",
        other => other,
    };
    format!("https://{site}/{path}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_stands_in_objects_is_read_too() {
        let manifest = json!({
            "name": "@scope/name", "version": "1.2.3", "license": {"type": "MIT"},
            "repository": {"type": "git", "url": "git+https://github.com/Owner/Name.git"},
        });
        let expected = Metadata {
            name: Some("scope__name".into()),
            version: Some("1.2.3".into()),
            license: Some("MIT".into()),
            repository: Some("https://github.com/Owner/Name.git".into()),
            parts: Vec::new(),
        };
        assert_eq!(parse(&manifest), expected);
    }

    #[test]
    fn short_repositories_are_written_out() {
        for short in [
            "owner/name",
            "github:owner/name",
            "git@github.com:owner/name",
        ] {
            assert_eq!(full_url(short), "https://github.com/owner/name");
        }
        assert_eq!(full_url("gitlab:a/b"), "https://gitlab.com/a/b");
    }
}
