//! Whether all that names a release names the same one: version, address, files.

use std::collections::BTreeSet;

use yaml_rust2::{Yaml, YamlLoader};

use super::*;
use crate::dist::table::{Target, plain_vsix};

/// A sum for every archive, each another.
fn sums(release: &Release) -> String {
    let line = |(number, target): (usize, &Target)| {
        format!("{number:064x}  {}\n", target.archive(&release.version))
    };
    TABLE.iter().enumerate().map(line).collect()
}

fn release() -> Release {
    Release::read().unwrap()
}

/// Where a file of the release will be downloaded from.
fn address(release: &Release, file: &str) -> String {
    let Release {
        version,
        repository,
        ..
    } = release;
    format!("{repository}/releases/download/v{version}/{file}")
}

/// Every file of a release.
fn files(version: &str) -> BTreeSet<String> {
    let of_target = |target: &Target| {
        let files = [
            target.archive(version),
            target.vsix(version),
            target.sbom(version),
        ];
        files.into_iter().chain(target.deb(version))
    };
    let files = TABLE.iter().flat_map(of_target);
    let files = files.chain([plain_vsix(version), sums::FILE.to_owned()]);
    files.collect()
}

/// Everything that can be downloaded, by its address.
fn addresses(release: &Release) -> BTreeSet<String> {
    let files = files(&release.version).into_iter();
    files.map(|file| address(release, &file)).collect()
}

/// The addresses below `…/releases/` that stand in `text`.
fn named<'a>(text: &'a str, release: &Release) -> Vec<&'a str> {
    let begin = format!("{}/releases/", release.repository);
    let ends = |letter: char| letter.is_whitespace() || "\"'`)|>".contains(letter);
    text.match_indices(&begin)
        .map(|(at, _)| text[at..].split(ends).next().unwrap())
        .collect()
}

fn file(path: &str) -> String {
    fs::read_to_string(workspace::root().join(path)).unwrap()
}

fn yaml(text: &str) -> Yaml {
    let mut documents = YamlLoader::load_from_str(text).unwrap();
    assert_eq!(documents.len(), 1);
    documents.remove(0)
}

/// What stands at `key` in each of a list's entries.
fn each(list: &Yaml, key: &str) -> Vec<String> {
    let entries = list.as_vec().unwrap().iter();
    entries
        .map(|entry| entry[key].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn every_form_is_filled_and_names_what_is_released() {
    let release = release();
    let addresses = addresses(&release);
    for form in FORMS {
        let text = filled(&read(form).unwrap(), &release, &sums(&release)).unwrap();
        for address in named(&text, &release) {
            assert!(addresses.contains(address), "{form}: {address}");
        }
        if form.ends_with(".yaml") {
            yaml(&text);
        }
    }
}

#[test]
fn a_sum_that_is_lacking_or_a_mark_that_is_unknown_is_an_error() {
    let release = release();
    let error = |form: &str| filled(form, &release, "").unwrap_err().to_string();
    let archive = TABLE[0].archive(&release.version);
    let lacking = error("sha256 \"@SHA256:x86_64-unknown-linux-gnu@\"");
    assert_eq!(lacking, format!("{archive} is not there"));
    let unknown = error("---@type a\nversion @VERSIONS@\n");
    assert_eq!(unknown, "the mark @VERSIONS@ is none that is known");
}

#[test]
fn homebrew_has_every_archive_of_its_systems_with_its_sum() {
    // On Linux it brings a C library of its own, glibc.
    let is_other = |target: &Target| target.is_windows() || target.name.ends_with("-musl");
    let release = release();
    let text = filled(
        &read("homebrew/lstm-ls.rb").unwrap(),
        &release,
        &sums(&release),
    );
    let text = text.unwrap();
    for (number, target) in TABLE.iter().enumerate() {
        let url = address(&release, &target.archive(&release.version));
        let lines = format!("url \"{url}\"\n      sha256 \"{number:064x}\"");
        assert_eq!(text.contains(&lines), !is_other(target), "{}", target.name);
    }
}

#[test]
fn winget_s_three_files_are_of_one_version() {
    let release = release();
    let archive = TABLE.iter().find(|target| target.is_windows()).unwrap();
    for (ending, kind) in [
        ("", "version"),
        (".installer", "installer"),
        (".locale.en-US", "defaultLocale"),
    ] {
        let form = read(&format!("winget/lstm-ls.lstm-ls{ending}.yaml")).unwrap();
        let file = yaml(&filled(&form, &release, &sums(&release)).unwrap());
        assert_eq!(file["PackageIdentifier"].as_str(), Some("lstm-ls.lstm-ls"));
        assert_eq!(file["PackageVersion"].as_str(), Some(&*release.version));
        assert_eq!(file["ManifestType"].as_str(), Some(kind));
        if kind == "installer" {
            let program = format!(
                "{}\\{}",
                archive.folder(&release.version),
                archive.program()
            );
            assert_eq!(
                each(&file["NestedInstallerFiles"], "RelativeFilePath"),
                [program]
            );
            let url = address(&release, &archive.archive(&release.version));
            assert_eq!(each(&file["Installers"], "InstallerUrl"), [url]);
        }
    }
}

#[test]
fn mason_has_every_archive_and_the_program_in_it() {
    let release = release();
    let form = read("mason/package.yaml").unwrap();
    let file = yaml(&filled(&form, &release, "").unwrap());
    let repository = release
        .repository
        .strip_prefix("https://github.com/")
        .unwrap();
    let id = format!("pkg:github/{repository}@v{}", release.version);
    assert_eq!(file["source"]["id"].as_str(), Some(&*id));
    // Mason puts the version there itself.
    let version = r#"{{ version | strip_prefix "v" }}"#;
    let archives: Vec<_> = TABLE.iter().map(|target| target.archive(version)).collect();
    let programs: Vec<_> = TABLE
        .iter()
        .map(|target| format!("{}/{}", target.folder(version), target.program()))
        .collect();
    assert_eq!(each(&file["source"]["asset"], "file"), archives);
    assert_eq!(each(&file["source"]["asset"], "bin"), programs);
}

#[test]
fn cargo_binstall_finds_every_archive() {
    let release = release();
    let manifest: toml::Table = toml::from_str(&file("crates/lstm-ls/Cargo.toml")).unwrap();
    let binstall = &manifest["package"]["metadata"]["binstall"];
    for target in TABLE {
        let overrides = binstall["overrides"].get(target.name);
        let said = |key: &str| {
            let value = overrides.and_then(|overrides| overrides.get(key));
            let value = value.unwrap_or(&binstall[key]).as_str().unwrap();
            let (bin, ending) = target.program().split_at("lstm-ls".len());
            value
                .replace("{ repo }", &release.repository)
                .replace("{ version }", &release.version)
                .replace("{ target }", target.name)
                .replace("{ bin }", bin)
                .replace("{ binary-ext }", ending)
        };
        let folder = target.folder(&release.version);
        let archive = target.archive(&release.version);
        assert_eq!(said("pkg-url"), address(&release, &archive));
        assert_eq!(said("bin-dir"), format!("{folder}/{}", target.program()));
        let format = if target.is_windows() { "zip" } else { "tgz" };
        assert_eq!(said("pkg-fmt"), format);
    }
}

#[test]
fn the_extension_is_of_the_same_version_and_address() {
    let release = release();
    let package: serde_json::Value =
        serde_json::from_str(&file("editors/vscode/package.json")).unwrap();
    assert_eq!(package["version"], *release.version);
    assert_eq!(package["repository"]["url"], *release.repository);
}

/// The page tells where downloads will be; a name with a `*` stands for several.
#[test]
fn what_pages_say_can_be_downloaded_is_released() {
    let release = release();
    let addresses = addresses(&release);
    let readme = file("README.md");
    let named = named(&readme, &release);
    assert!(!named.is_empty());
    for address in named {
        assert!(addresses.contains(address), "{address}");
    }
    let files = files(&release.version);
    for page in ["README.md", "docs/releases.md", "editors/vscode/README.md"] {
        let text = file(page);
        let ends = |letter: char| letter.is_whitespace() || "/`|".contains(letter);
        let begins = |word: &&str| word.starts_with("lstm-ls-") || word.starts_with("lstm-ls_");
        let has_version = |word: &&str| word.contains(|letter: char| letter.is_ascii_digit());
        let words = text.split(ends).filter(begins).filter(has_version);
        let words: Vec<_> = words.filter(|word| !word.contains('*')).collect();
        assert!(!words.is_empty(), "{page} names no file");
        for word in words {
            assert!(files.contains(word), "{page}: {word}");
        }
    }
}

#[test]
fn the_workflow_makes_every_target() {
    let workflow = yaml(&file(".github/workflows/release.yml"));
    let jobs = &workflow["jobs"];
    let made = each(&jobs["dist"]["strategy"]["matrix"]["include"], "target");
    let names: Vec<_> = TABLE.iter().map(|target| target.name).collect();
    assert_eq!(made, names);
}
