//! `lstm-train corpus`: pack folders into a corpus.

use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use lstm_format::messages::{Message, Packed};

use corpus::build::NothingLeft;
use corpus::{BuildOptions, Corpus, HoldOut, Split, build};

/// Pack folders of code: filtered, deduplicated, split by repository.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Folders of code, or folders of packages.
    #[arg(required = true)]
    folders: Vec<PathBuf>,
    /// Where to write the packed corpus.
    #[arg(long)]
    out: PathBuf,
    /// Languages of the files wanted, as LSP identifiers; the first is that of the model.
    #[arg(long, default_value = "rust", value_delimiter = ',')]
    language: Vec<String>,
    /// Most kilobytes one repository may give to training.
    #[arg(long, default_value_t = 200)]
    repository_kb: usize,
    /// Take repositories that state no permissive licence too.
    #[arg(long)]
    any_license: bool,
    /// Leave packages out that do not state their repository: they may be of one that
    /// is held out.
    #[arg(long)]
    stated_repositories: bool,
    /// Licence (SPDX) of folders that state none.
    #[arg(long)]
    license: Option<String>,
    /// Leave out what its path or text says is a copy of another project's file,
    /// compiled, generated, a stub or data for tests.
    #[arg(long)]
    own_code_only: bool,
    /// Largest file taken, in kilobytes.
    #[arg(long, default_value_t = 60)]
    largest_file_kb: usize,
    /// Hold out files rather than repositories: for a model of one repository.
    #[arg(long)]
    hold_out_files: bool,
    /// How to print.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Write a table of the packages used, with their licences, to this file.
    #[arg(long)]
    manifest: Option<PathBuf>,
    /// Copy the files that quality is measured on into this folder.
    #[arg(long)]
    evaluation_files: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    /// Bytes packed, by split, and their checksum; or why nothing to train on is left
    Json,
}

pub(super) fn run(arguments: Arguments) -> Result<()> {
    let options = BuildOptions {
        languages: arguments.language,
        repository_bytes: arguments.repository_kb * 1_000,
        permissive_only: !arguments.any_license,
        stated_only: arguments.stated_repositories,
        license: arguments.license,
        largest_file: arguments.largest_file_kb * 1_000,
        own_code_only: arguments.own_code_only,
        hold_out: match arguments.hold_out_files {
            true => HoldOut::Files,
            false => HoldOut::Repositories,
        },
    };
    let report = build(&arguments.folders, &arguments.out, &options).inspect_err(|error| {
        let why = error
            .downcast_ref::<NothingLeft>()
            .filter(|_| arguments.format == Format::Json);
        if let Some(why) = why {
            say(&Message::NothingLeft {
                nothing_left: why.to_string(),
            });
        }
    })?;
    match arguments.format {
        Format::Text => println!("{report}"),
        Format::Json => {
            let bytes = |split| report.kept.get(&split).map_or(0, |&(_, bytes)| bytes);
            say(&Message::Packed(Packed {
                train: bytes(Split::Train),
                validation: bytes(Split::Validation),
                sha256: report.sha256.clone(),
            }));
        }
    }
    if let Some(path) = arguments.manifest {
        disk::write_own(&path, report.manifest().as_bytes())
            .with_context(|| format!("writing {}", path.display()))?;
    }
    if let Some(folder) = arguments.evaluation_files {
        let corpus = Corpus::open(&arguments.out)?;
        let files = corpus.evaluation_files();
        for document in &files {
            let path = folder.join(inside(&document.path)?);
            disk::make_folder(path.parent().expect("a document path has a folder"))?;
            disk::write_own(&path, corpus.text(document))?;
        }
        if arguments.format == Format::Text {
            println!(
                "copied   {} evaluation files to {}",
                files.len(),
                folder.display()
            );
        }
    }
    Ok(())
}

/// Tells a program that runs this one.
fn say(message: &Message) {
    let line = serde_json::to_string(message).expect("a message is plain data");
    println!("{line}");
}

/// `path` if it stays in the folder it is joined to.
fn inside(path: &str) -> Result<&Path> {
    let plain = |component| matches!(component, Component::Normal(_));
    ensure!(
        Path::new(path).components().all(plain),
        "{path} in the corpus leads out of its folder"
    );
    Ok(Path::new(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_lead_out_of_a_folder_are_refused() {
        assert!(inside("package/src/lib.rs").is_ok());
        for path in ["../../x", "/etc/x", "a/../../x"] {
            assert!(inside(path).is_err(), "{path}");
        }
    }
}
