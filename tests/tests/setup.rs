//! `lstm-ls setup` as a script calls it, where there is no terminal to ask on.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;
use end_to_end::{Finished, LIMIT, run_limited, server};

const VARIABLES: [&str; 3] = ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "NVIM_APPNAME"];

fn setup(home: &Path, arguments: &[&str]) -> Result<Finished> {
    let mut command = Command::new(server()?.canonicalize()?);
    command.arg("setup").args(arguments).env("HOME", home);
    for variable in VARIABLES {
        command.env_remove(variable);
    }
    run_limited(&mut command, LIMIT)
}

#[test]
fn nothing_is_written_that_was_not_agreed_to() -> Result<()> {
    let home = tempfile::tempdir()?;
    let file = home.path().join(".config/helix/languages.toml");
    let shown = setup(home.path(), &["helix"])?;
    assert_eq!(shown.code, Some(2), "{shown:?}");
    assert_eq!(shown.stderr.lines().count(), 1, "{shown:?}");
    assert!(shown.stderr.contains("--yes"), "{shown:?}");
    assert!(
        shown.stdout.contains("+[language-server.lstm-ls]"),
        "{shown:?}"
    );
    let printed = setup(home.path(), &["helix", "--print"])?;
    assert_eq!(printed.code, Some(0), "{printed:?}");
    let place = format!("In {}:\n\n[language-server.lstm-ls]\n", file.display());
    assert!(printed.stdout.starts_with(&place), "{printed:?}");
    assert!(!file.exists());

    let written = setup(home.path(), &["helix", "--yes"])?;
    assert_eq!(written.code, Some(0), "{written:?}");
    assert!(fs::read_to_string(&file)?.contains("[language-server.lstm-ls]"));
    let again = setup(home.path(), &["helix"])?;
    assert_eq!(again.stdout, "Helix is set up already\n");
    let undone = setup(home.path(), &["helix", "--undo", "--yes"])?;
    assert_eq!(undone.code, Some(0), "{undone:?}");
    assert!(!file.exists());
    Ok(())
}

#[test]
fn editors_are_listed_with_what_would_be_done() -> Result<()> {
    let home = tempfile::tempdir()?;
    fs::create_dir_all(home.path().join(".config/kate"))?;
    fs::create_dir_all(home.path().join(".config/zed"))?;
    let listed = setup(home.path(), &[])?;
    assert_eq!(listed.code, Some(0), "{listed:?}");
    let file = home.path().join(".config/kate/lspclient/settings.json");
    let kate = format!("would make {}\n", file.display());
    assert!(listed.stdout.contains(&kate), "{listed:?}");
    assert!(listed.stdout.contains("extensions only"), "{listed:?}");
    let missing = listed
        .stdout
        .lines()
        .find(|line| line.starts_with("not found: "));
    assert!(
        missing.is_some_and(|line| line.contains("jetbrains")),
        "{listed:?}"
    );
    Ok(())
}

#[test]
fn a_file_that_is_not_understood_is_one_line_with_the_way_out() -> Result<()> {
    let home = tempfile::tempdir()?;
    let file = home.path().join(".config/helix/languages.toml");
    fs::create_dir_all(home.path().join(".config/helix"))?;
    fs::write(&file, "[[language]\n")?;
    let refused = setup(home.path(), &["helix", "--yes"])?;
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert_eq!(refused.stderr.lines().count(), 1, "{refused:?}");
    for part in ["languages.toml: line 1: ", "`lstm-ls setup helix --print`"] {
        assert!(refused.stderr.contains(part), "{refused:?}");
    }
    assert_eq!(fs::read_to_string(&file)?, "[[language]\n");
    Ok(())
}
