//! What is released, and for which machines, once.

/// A kind of machine that releases are made for.
#[derive(Debug)]
pub(crate) struct Target {
    /// What the compiler calls it.
    pub(crate) name: &'static str,
    /// What VS Code calls it.
    pub(crate) vscode: &'static str,
    /// What Debian calls it, where it is a Debian.
    pub(crate) debian: Option<&'static str>,
    /// The oldest C library that the program runs with, where it is linked to one by name.
    pub(crate) glibc: Option<&'static str>,
}

/// That of Debian 10 and RHEL 8.
const GLIBC: Option<&str> = Some("2.28");

/// Every one of them.
pub(crate) const TABLE: &[Target] = &[
    Target {
        name: "x86_64-unknown-linux-gnu",
        vscode: "linux-x64",
        debian: Some("amd64"),
        glibc: GLIBC,
    },
    Target {
        name: "aarch64-unknown-linux-gnu",
        vscode: "linux-arm64",
        debian: Some("arm64"),
        glibc: GLIBC,
    },
    // Needs no C library at all.
    Target {
        name: "x86_64-unknown-linux-musl",
        vscode: "alpine-x64",
        debian: None,
        glibc: None,
    },
    Target {
        name: "aarch64-apple-darwin",
        vscode: "darwin-arm64",
        debian: None,
        glibc: None,
    },
    Target {
        name: "x86_64-apple-darwin",
        vscode: "darwin-x64",
        debian: None,
        glibc: None,
    },
    Target {
        name: "x86_64-pc-windows-gnu",
        vscode: "win32-x64",
        debian: None,
        glibc: None,
    },
];

impl Target {
    /// Whether it is Windows, where programs and archives have other names.
    pub(crate) fn is_windows(&self) -> bool {
        self.name.contains("-windows-")
    }

    /// Whether its programs run on the machine that the compiler calls `host`: there they need
    /// no C library, or have it.
    pub(crate) fn runs_on(&self, host: &str) -> bool {
        let other = self.name.replace("-linux-musl", "-linux-gnu");
        [self.name, &other].contains(&host)
    }

    /// The program's file name.
    pub(crate) fn program(&self) -> &'static str {
        if self.is_windows() {
            "lstm-ls.exe"
        } else {
            "lstm-ls"
        }
    }

    /// The folder that everything in the archive lies in.
    pub(crate) fn folder(&self, version: &str) -> String {
        format!("lstm-ls-{version}-{}", self.name)
    }

    /// The archive's file name.
    pub(crate) fn archive(&self, version: &str) -> String {
        let ending = if self.is_windows() { "zip" } else { "tar.gz" };
        format!("{}.{ending}", self.folder(version))
    }

    /// The extension's file name, with the server in it.
    pub(crate) fn vsix(&self, version: &str) -> String {
        format!("lstm-ls-{version}-{}.vsix", self.vscode)
    }

    /// The Debian package's file name.
    pub(crate) fn deb(&self, version: &str) -> Option<String> {
        let architecture = self.debian?;
        Some(format!("lstm-ls_{version}_{architecture}.deb"))
    }

    /// The file name of the list of what is in the program.
    pub(crate) fn sbom(&self, version: &str) -> String {
        format!("{}.cdx.json", self.folder(version))
    }
}

/// The file name of the extension without a server, for every machine.
pub(crate) fn plain_vsix(version: &str) -> String {
    format!("lstm-ls-{version}.vsix")
}
