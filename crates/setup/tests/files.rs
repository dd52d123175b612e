//! Every editor's files: set up and undone, around what the user has written there. What
//! was there before is there afterwards, to the byte.

// `allow-unwrap-in-tests` does not reach helpers outside test functions.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use setup::{Direction, Editor, Obstacle, Places, Plan};
use tempfile::TempDir;

/// A file that an editor reads and its user writes.
struct Case {
    editor: &'static str,
    /// Where it is, seen from the user's home.
    file: &'static str,
    /// What may be in it.
    texts: &'static [&'static str],
    /// What is no such file.
    broken: &'static str,
    /// What the user may write around ours later: a text that is in ours, or in what was
    /// there before, and what takes its place.
    later: &'static [(&'static str, &'static str)],
}

const CASES: &[Case] = &[
    Case {
        editor: "helix",
        file: ".config/helix/languages.toml",
        texts: &[
            "",
            "# my languages",
            "[[language]]\nname = \"go\"\n",
            "[[language]]\r\nname = \"rust\"\r\n# by hand\r\nauto-format = false\r\n",
            "[[language]]\nname = \"rust\"",
            "[[language]]\nauto-format = true\nname = \"rust\" # mine",
            "[[language]]\nname = 'rust'\nlanguage-servers = [\"rust-analyzer\"] # as ever\n",
            "[[language]]\nlanguage-servers = []\nname = \"python\"\n[language-server.a]\ncommand = \"a\"",
            "[language-server]\na = { command = \"a\" }\n\n[[language]]\nname = \"tsx\"\n\
             language-servers = [\n  { name = \"a\", only-features = [\"hover\"] }, # first\n  \"b\", \n]\n",
        ],
        broken: "[[language]\nname = \"rust\"\n",
        later: &[
            ("# my languages", "# our\n# languages"),
            ("name = \"go\"", "name = \"go\"\nindent = {}"),
        ],
    },
    Case {
        editor: "emacs",
        file: ".emacs.d/init.el",
        texts: &[
            "",
            ";;; init.el --- mine  -*- lexical-binding: t -*-\n(setq a ?\\()\n",
            "(message \"hello\")\r\n;; the end",
        ],
        broken: ";; Written by `lstm-ls setup emacs`; --undo takes it away.\n(message \"\")\n",
        later: &[("(setq a", "(setq b 1)\n(setq a"), ("the end", "the end?")],
    },
    Case {
        editor: "kate",
        file: ".config/kate/lspclient/settings.json",
        texts: &[
            "",
            "{}",
            "{ }\n",
            "{\n}\n",
            "{\"servers\": {}}",
            "{\n    \"servers\": {\n    }\n}\n",
            "{\n\t\"global\": {},\n\t\"servers\": {\n\t\t\"go\": {\n\t\t\t\"command\": [\"gopls\"]\n\t\t}\n\t}\n}\n",
            "{\r\n  \"global\": { \"root\": \"\" }\r\n}",
            "{ \"servers\": { \"rust\": { \"command\": [\"other\"] } } }",
        ],
        broken: "{ \"servers\": { /* none */ } }",
        later: &[
            ("\"gopls\"", "\"gopls\", \"serve\""),
            ("{ \"root\": \"\" }", "{}"),
        ],
    },
];

struct Home {
    folder: TempDir,
    places: Places,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().to_owned();
        let programs = home.join("bin");
        fs::create_dir(&programs).unwrap();
        let config = home.join(".config");
        let places = Places {
            neovim: home.join(".local/share/nvim"),
            kate: config.join("kate"),
            jetbrains: config.join("JetBrains"),
            program: programs.join(format!("lstm-ls{}", std::env::consts::EXE_SUFFIX)),
            path: vec![programs],
            vsix: None,
            config,
            home,
        };
        let home = Self { folder, places };
        home.make_program(&home.places.program, "");
        home
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    fn make_program(&self, path: &Path, text: &str) {
        fs::write(path, text).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn plan(&self, editor: &str, direction: Direction) -> Result<Plan, Obstacle> {
        Plan::new(Editor::by_name(editor).unwrap(), &self.places, direction)
    }

    fn set_up(&self, editor: &str) {
        self.plan(editor, Direction::SetUp)
            .unwrap()
            .apply()
            .unwrap();
    }

    fn undo(&self, editor: &str) {
        self.plan(editor, Direction::Undo).unwrap().apply().unwrap();
    }

    /// All files, links by what they lead to.
    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let (mut files, mut folders) = (BTreeMap::new(), vec![self.folder.path().to_owned()]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let kind = path.symlink_metadata().unwrap();
                if kind.is_dir() {
                    folders.push(path);
                } else if kind.is_symlink() {
                    let target = fs::read_link(&path).unwrap().into_os_string();
                    files.insert(path, target.into_encoded_bytes());
                } else {
                    let bytes = fs::read(&path).unwrap();
                    files.insert(path, bytes);
                }
            }
        }
        files
    }
}

/// Every editor with files.
const WITH_FILES: &[&str] = &["neovim", "helix", "emacs", "kate", "jetbrains"];

/// A home with each text of each case, and the case.
fn homes() -> impl Iterator<Item = (Home, &'static Case, &'static str)> {
    let texts = CASES
        .iter()
        .flat_map(|case| case.texts.iter().map(move |text| (case, *text)));
    texts.map(|(case, text)| {
        let home = Home::new();
        home.write(case.file, text);
        (home, case, text)
    })
}

#[test]
fn where_nothing_was_there_is_nothing_afterwards() {
    for editor in WITH_FILES {
        let home = Home::new();
        let before = home.files();
        home.set_up(editor);
        assert_ne!(home.files(), before, "{editor}");
        assert!(
            home.plan(editor, Direction::SetUp).unwrap().is_empty(),
            "{editor}"
        );
        home.undo(editor);
        assert_eq!(home.files(), before, "{editor}");
        assert!(
            home.plan(editor, Direction::Undo).unwrap().is_empty(),
            "{editor}"
        );
    }
}

#[test]
fn what_was_there_is_there_afterwards() {
    for (home, case, text) in homes() {
        let before = home.files();
        home.set_up(case.editor);
        let set_up = fs::read_to_string(home.path(case.file)).unwrap();
        assert!(set_up.contains("lstm-ls"), "{set_up}");
        for line in text.lines().filter(|line| line.starts_with(['#', ';'])) {
            assert!(set_up.contains(line), "{set_up}");
        }
        let again = home.plan(case.editor, Direction::SetUp).unwrap();
        assert!(again.is_empty(), "{}\n{}", set_up, again.details());
        home.undo(case.editor);
        assert_eq!(home.files(), before, "{set_up}");
    }
}

#[test]
fn what_another_version_wrote_is_renewed_and_undone() {
    for (mut home, case, _) in homes() {
        let before = home.files();
        home.set_up(case.editor);
        let old = home.files();
        // Another version would write something else; here the program has moved.
        home.places.path.clear();
        home.set_up(case.editor);
        let renewed = home.files();
        assert_ne!(renewed, old);
        assert!(home.plan(case.editor, Direction::SetUp).unwrap().is_empty());
        home.undo(case.editor);
        assert_eq!(home.files(), before);
    }
    let mut home = Home::new();
    let before = home.files();
    home.set_up("neovim");
    home.write(
        ".local/share/nvim/site/pack/lstm-ls/start/lstm-ls/lua/lstm-ls/old.lua",
        "",
    );
    home.places.path.clear();
    home.set_up("neovim");
    assert!(home.files().keys().all(|path| !path.ends_with("old.lua")));
    home.undo("neovim");
    assert_eq!(home.files(), before);
}

#[test]
fn what_the_user_wrote_around_it_stays() {
    let mut tried = 0;
    for (home, case, text) in homes() {
        for (old, new) in case.later {
            if !text.contains(old) {
                continue;
            }
            tried += 1;
            home.set_up(case.editor);
            let set_up = fs::read_to_string(home.path(case.file)).unwrap();
            home.write(case.file, &set_up.replace(old, new));
            home.undo(case.editor);
            let undone = fs::read_to_string(home.path(case.file)).unwrap();
            assert_eq!(undone, text.replace(old, new), "{set_up}");
            home.write(case.file, text);
        }
    }
    assert!(tried >= CASES.len() * 2, "{tried}");
}

#[test]
fn a_file_that_is_not_understood_stays_as_it_is() {
    for case in CASES {
        let home = Home::new();
        home.write(case.file, case.broken);
        let before = home.files();
        for direction in [Direction::SetUp, Direction::Undo] {
            let is_helix_undo = case.editor == "helix" && direction == Direction::Undo;
            match home.plan(case.editor, direction) {
                Err(obstacle) => {
                    let said = obstacle.to_string();
                    let name = Path::new(case.file).file_name().unwrap().to_str().unwrap();
                    assert!(said.contains(name) && said.contains("--print"), "{said}");
                }
                // Nothing of ours is in it.
                Ok(plan) => assert!(is_helix_undo && plan.is_empty()),
            }
        }
        home.write(case.file, "");
        fs::write(home.path(case.file), b"\xff\xfe").unwrap();
        assert!(home.plan(case.editor, Direction::SetUp).is_err());
        fs::write(home.path(case.file), case.broken).unwrap();
        assert_eq!(home.files(), before);
    }
}

#[test]
fn a_server_that_was_set_up_by_hand_is_the_user_s() {
    let home = Home::new();
    home.write(
        ".config/helix/languages.toml",
        "[language-server.lstm-ls]\ncommand = \"x\"\n",
    );
    home.write(".emacs.d/lstm-ls.el", ";; my own\n");
    let rust = "{\"command\": [\"mine\"]}";
    let all =
        ["rust", "python", "javascript", "typescript"].map(|name| format!("\"{name}\": {rust}"));
    let all = format!("{{\"servers\": {{{}}}}}", all.join(", "));
    home.write(".config/kate/lspclient/settings.json", &all);
    let before = home.files();
    for editor in ["helix", "emacs", "kate"] {
        assert!(home.plan(editor, Direction::SetUp).is_err(), "{editor}");
    }
    assert_eq!(home.files(), before);
}

#[test]
fn a_table_that_can_t_be_added_to_is_left_alone() {
    let home = Home::new();
    for text in [
        "language-server = { a = { command = \"a\" } }\n",
        "language = [{ name = \"rust\" }]\n",
    ] {
        home.write(".config/helix/languages.toml", text);
        let refused = home.plan("helix", Direction::SetUp).unwrap_err();
        assert!(
            refused.to_string().contains("languages.toml: line "),
            "{refused}"
        );
    }
}

#[test]
fn what_has_changed_since_it_was_shown_is_not_written() {
    for (home, case, _) in homes() {
        let plan = home.plan(case.editor, Direction::SetUp).unwrap();
        home.write(case.file, "changed");
        let before = home.files();
        let refused = plan.apply().unwrap_err();
        assert!(
            refused.to_string().contains("changed meanwhile"),
            "{refused}"
        );
        assert_eq!(home.files(), before);
    }
}

#[test]
fn after_a_failure_nothing_has_been_written() {
    for editor in WITH_FILES {
        let home = Home::new();
        // A file stands where a folder should be.
        let in_the_way = match *editor {
            "neovim" => ".local/share/nvim/site/pack/lstm-ls/start/lstm-ls/plugin",
            "emacs" => ".emacs.d",
            "helix" => ".config/helix",
            "kate" => ".config/kate/lspclient",
            _ => ".config/lstm-ls",
        };
        home.write(in_the_way, "");
        let before = home.files();
        let refused = home
            .plan(editor, Direction::SetUp)
            .unwrap()
            .apply()
            .unwrap_err();
        assert!(
            refused.to_string().contains("all is as it was"),
            "{refused}"
        );
        assert_eq!(home.files(), before, "{editor}");
    }
}

#[test]
fn all_lines_are_shown_before_they_are_written() {
    for (home, case, text) in homes() {
        let plan = home.plan(case.editor, Direction::SetUp).unwrap();
        let shown = plan.details();
        plan.apply().unwrap();
        let set_up = fs::read_to_string(home.path(case.file)).unwrap();
        let had: Vec<&str> = text.lines().collect();
        for line in set_up.lines().filter(|line| !had.contains(line)) {
            assert!(shown.contains(&format!("+{line}")), "{line}:\n{shown}");
        }
        assert!(
            shown.contains(&*home.path(case.file).to_string_lossy()),
            "{shown}"
        );
    }
}

#[cfg(unix)]
mod on_unix {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};

    use super::*;

    #[test]
    fn a_link_stays_one_and_what_it_leads_to_is_written() {
        for (home, case, text) in homes() {
            home.write("dotfiles/kept", text);
            fs::remove_file(home.path(case.file)).unwrap();
            symlink(home.path("dotfiles/kept"), home.path(case.file)).unwrap();
            let before = home.files();
            home.set_up(case.editor);
            let kept = fs::read_to_string(home.path("dotfiles/kept")).unwrap();
            assert!(kept.contains("lstm-ls"), "{kept}");
            home.undo(case.editor);
            assert_eq!(home.files(), before, "{kept}");
        }
    }

    #[test]
    fn a_link_to_nowhere_is_left_alone() {
        for case in CASES {
            let home = Home::new();
            home.write(case.file, "");
            fs::remove_file(home.path(case.file)).unwrap();
            symlink(home.path("nowhere"), home.path(case.file)).unwrap();
            let refused = home.plan(case.editor, Direction::SetUp).unwrap_err();
            assert!(refused.to_string().contains("leads nowhere"), "{refused}");
        }
        let home = Home::new();
        let start = home.path(".local/share/nvim/site/pack/lstm-ls/start");
        fs::create_dir_all(&start).unwrap();
        symlink(home.path("bin"), start.join("lstm-ls")).unwrap();
        assert!(home.plan("neovim", Direction::SetUp).is_err());
    }

    #[test]
    fn what_others_may_do_with_a_file_stays_what_it_was() {
        for (home, case, _) in homes() {
            let path = home.path(case.file);
            for mode in [0o600, 0o644] {
                fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
                home.set_up(case.editor);
                assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, mode);
                home.undo(case.editor);
                assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, mode);
            }
            fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
            let refused = home.plan(case.editor, Direction::SetUp).unwrap_err();
            assert!(refused.to_string().contains("read-only"), "{refused}");
        }
    }

    #[test]
    fn what_is_not_the_user_s_is_not_written() {
        for (home, case, _) in homes() {
            let path = home.path(case.file);
            let folder = path.parent().unwrap();
            // Only root can give files away; everyone finds some that are root's.
            if chown(folder, Some(65_534), None).is_err() {
                return;
            }
            let refused = home.plan(case.editor, Direction::SetUp).unwrap_err();
            assert!(refused.to_string().contains("not yours"), "{refused}");
        }
    }

    #[test]
    fn vs_code_is_told_to_install_the_extension_and_to_remove_it() {
        let mut home = Home::new();
        let none = home.plan("vscode", Direction::SetUp).unwrap_err();
        assert!(none.to_string().contains("code-server"), "{none}");
        let log = home.path("log");
        let script = format!("#!/bin/sh\necho \"$@\" >>{}\n", log.display());
        home.make_program(&home.path("bin/codium"), &script);
        // A relative folder is another wherever it is looked for.
        let up = "../".repeat(std::env::current_dir().unwrap().components().count());
        let relative = PathBuf::from(format!("{up}{}", home.path("bin").display()));
        assert!(relative.join("codium").is_file());
        let absolute = std::mem::replace(&mut home.places.path, vec![relative]);
        assert!(home.plan("vscode", Direction::SetUp).is_err());
        home.places.path = absolute;
        let missing = home.plan("vscode", Direction::SetUp).unwrap_err();
        assert!(missing.to_string().contains("--vsix"), "{missing}");
        home.write("bin/lstm-ls-0.1.0-linux-x64.vsix", "");
        home.write("bin/lstm-ls-0.1.0.vsix", "");
        home.set_up("vscode");
        home.places.vsix = Some("/named.vsix".into());
        home.set_up("vscode");
        home.undo("vscode");
        let beside = home.path("bin/lstm-ls-0.1.0.vsix");
        let expected = format!(
            "--install-extension {}\n--install-extension /named.vsix\n\
             --uninstall-extension lstm-ls.lstm-ls\n",
            beside.display()
        );
        assert_eq!(fs::read_to_string(log).unwrap(), expected);
        home.make_program(
            &home.path("bin/codium"),
            "#!/bin/sh\necho no room >&2\nexit 1\n",
        );
        let plan = home.plan("vscode", Direction::SetUp).unwrap();
        let failed = plan.apply().unwrap_err().to_string();
        assert!(failed.ends_with("codium: no room"), "{failed}");
    }
}
