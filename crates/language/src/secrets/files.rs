//! Which files are likely to hold passwords or keys, by their names.

use std::path::Path;

use crate::{Kind, by_path};

/// How a name is told.
enum Told {
    /// It is this.
    Whole,
    /// It begins so.
    Start,
    /// It begins so, and the file is not code, which may be about such things.
    StartOfData,
    /// What follows its last dot.
    Extension,
}

use Told::{Extension, Start, StartOfData, Whole};

/// Names in lower case.
const NAMES: &[(Told, &[&str])] = &[
    (
        Whole,
        &[
            ".dockercfg",
            ".dockerconfigjson",
            ".env",
            ".envrc",
            ".git-credentials",
            ".htpasswd",
            ".my.cnf",
            ".netrc",
            ".npmrc",
            ".pgpass",
            ".pypirc",
            ".s3cfg",
            "_netrc",
        ],
    ),
    (Start, &[".env.", ".env-", ".envrc."]),
    (
        StartOfData,
        &[
            "credential",
            "id_dsa",
            "id_ecdsa",
            "id_ed25519",
            "id_rsa",
            "kubeconfig",
            "password",
            "secret",
        ],
    ),
    (
        Extension,
        &[
            "env", "jks", "kdbx", "key", "keystore", "ovpn", "p12", "p8", "pem", "pfx", "ppk",
            "tfstate", "tfvars",
        ],
    ),
];

/// Files that are told by the folder they lie in.
const PLACES: &[(&str, &str)] = &[
    (".aws", "config"),
    (".docker", "config.json"),
    (".kube", "config"),
];

/// Parts of a name, between dots and dashes, that say that it holds no secret yet.
const TEMPLATES: [&str; 6] = ["defaults", "dist", "example", "sample", "template", "tmpl"];

/// Whether a file of this name is likely to hold passwords or keys.
pub fn is_secret_file(path: &Path) -> bool {
    let lower = |name: Option<&std::ffi::OsStr>| {
        let name = name.and_then(|name| name.to_str());
        name.unwrap_or_default().to_ascii_lowercase()
    };
    let name = lower(path.file_name());
    if is_template(&name) {
        return false;
    }
    let folder = lower(path.parent().and_then(Path::file_name));
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let is_code = || by_path(path).is_some_and(|row| row.kind == Kind::Code);
    let is_told = NAMES.iter().any(|(told, names)| match told {
        Whole => names.contains(&name.as_str()),
        Start => names.iter().any(|start| name.starts_with(start)),
        StartOfData => names.iter().any(|start| name.starts_with(start)) && !is_code(),
        Extension => names.contains(&extension),
    });
    is_told
        || PLACES.contains(&(folder.as_str(), name.as_str()))
        || name.contains(".tfstate.")
        || (name.contains("secrets") && matches!(extension, "yaml" | "yml"))
}

/// Whether a file called `name` is there to be copied and filled in.
fn is_template(name: &str) -> bool {
    // What it begins with is no such part: `template.pem` is a key.
    let mut parts = name.split(['.', '-']).skip(1);
    parts.any(|part| TEMPLATES.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known() {
        for name in [
            ".aws/config",
            ".env",
            ".env-staging",
            ".env.local",
            ".envrc",
            ".git-credentials",
            ".kube/config",
            ".netrc",
            ".npmrc",
            ".pypirc",
            "a/credentials.json",
            "app-secrets.yaml",
            "auth.p8",
            "client.ovpn",
            "id_ed25519.old",
            "id_rsa",
            "kubeconfig-prod",
            "passwords",
            "passwords.unheardof",
            "prod.tfstate",
            "prod.tfstate.backup",
            "prod.tfvars",
            "putty.ppk",
            "secrets.sh",
            "secrets.toml",
            "server.PEM",
            "server.key",
        ] {
            assert!(is_secret_file(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn code_and_templates_are_ordinary_files() {
        for name in [
            ".env-sample",
            ".env.example",
            ".env.template",
            ".prettierrc",
            "Credentials.kt",
            "PasswordInput.tsx",
            "environment.ts",
            "id_rsa_test.go",
            "keyboard.c",
            "kubeconfig.go",
            "main.rs",
            "password.kt",
            "password_hash.py",
            "secrets.example.yaml",
            "secrets.rs",
            "values.yaml",
        ] {
            assert!(!is_secret_file(Path::new(name)), "{name}");
        }
    }
}
