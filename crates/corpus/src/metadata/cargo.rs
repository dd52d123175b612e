//! A crate's `Cargo.toml`.

use std::path::Path;

use super::{Metadata, Reader};

pub(super) const READER: Reader = Reader {
    stands_in: |folder| disk::is_file(&folder.join("Cargo.toml")),
    read,
};

fn read(folder: &Path) -> Option<Metadata> {
    let manifest = super::text(&folder.join("Cargo.toml"))?;
    let manifest: toml::Table = manifest.parse().ok()?;
    let field = |key: &str| -> Option<String> {
        let package = manifest.get("package")?;
        Some(package.get(key)?.as_str()?.to_owned())
    };
    Some(Metadata {
        name: field("name"),
        version: field("version"),
        license: field("license"),
        repository: field("repository"),
        parts: Vec::new(),
    })
}
