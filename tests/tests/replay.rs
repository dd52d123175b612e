//! The server suggests, key by key, what `lstm-ls eval keystrokes` counts.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use end_to_end::{LIMIT, LanguageClient, run_limited, server, validation_files};
use serde_json::{Value, json};

/// Validation files that are typed again, by the end of their paths.
const TYPED: [&str; 2] = ["ra_ap_ide_db/src/source_change.rs", "lsp-server/src/lib.rs"];

/// What is typed of each, in bytes.
const LENGTH: usize = 1_500;

/// An editor with one document, at whose end everything is typed.
struct Editor {
    client: LanguageClient,
    uri: String,
    version: i64,
    line: usize,
    /// Bytes before the cursor on its line; positions are in UTF-8.
    character: usize,
}

impl Editor {
    fn open(name: &str) -> Result<Self> {
        let mut client = LanguageClient::start(&server()?)?;
        client.initialize(json!({"deadlineMs": 10_000}))?;
        let uri = format!("file:///typed/{name}");
        let document = json!({"uri": uri, "languageId": "rust", "version": 1, "text": ""});
        client.notify("textDocument/didOpen", json!({"textDocument": document}))?;
        Ok(Self {
            client,
            uri,
            version: 1,
            line: 0,
            character: 0,
        })
    }

    fn insert(&mut self, text: &str) -> Result<()> {
        self.version += 1;
        let at = json!({"line": self.line, "character": self.character});
        let change = json!({"range": {"start": at, "end": at}, "text": text});
        self.client.notify(
            "textDocument/didChange",
            json!({
                "textDocument": {"uri": self.uri, "version": self.version},
                "contentChanges": [change],
            }),
        )?;
        self.line += text.matches('\n').count();
        self.character = match text.rsplit_once('\n') {
            Some((_, last)) => last.len(),
            None => self.character + text.len(),
        };
        Ok(())
    }

    /// The ghost text at the cursor, without the half-typed word that it repeats.
    fn ghost(&mut self) -> Result<Option<String>> {
        let answer = self.client.request(
            "textDocument/inlineCompletion",
            json!({
                "textDocument": {"uri": self.uri},
                "position": {"line": self.line, "character": self.character},
                "context": {"triggerKind": 2},
            }),
        )?;
        let item = &answer["items"][0];
        if item.is_null() {
            return Ok(None);
        }
        let start = item["range"]["start"]["character"].as_u64();
        let repeated = self.character - start.context("a range")? as usize;
        let text = item["insertText"].as_str().context("plain text")?;
        let new = text.get(repeated..).context("it begins with the word")?;
        Ok(Some(new.to_owned()))
    }
}

/// The keys that `eval keystrokes` presses to type `text` as a file called `name`.
fn keys_of(name: &str, text: &str) -> Result<Vec<Value>> {
    let folder = tempfile::tempdir()?;
    let (file, keys) = (folder.path().join(name), folder.path().join("keys"));
    std::fs::write(&file, text)?;
    let mut eval = Command::new(server()?);
    eval.args(["eval", "keystrokes", "--keys"])
        .args([&keys, &file]);
    let finished = run_limited(&mut eval, LIMIT)?;
    ensure!(finished.code == Some(0), "{finished:?}");
    let keys = std::fs::read_to_string(&keys)?;
    keys.lines()
        .map(|line| Ok(serde_json::from_str(line)?))
        .collect()
}

#[test]
fn typing_a_file_brings_the_suggestions_that_eval_counts() -> Result<()> {
    for typed in TYPED {
        let files = validation_files()?;
        let file = files.iter().find(|file| file.path.ends_with(typed));
        let file = file.with_context(|| format!("{typed} is committed"))?;
        let name = typed.rsplit('/').next().context("a name")?;
        let text = &file.text[..file.text.floor_char_boundary(LENGTH)];
        let keys = keys_of(name, text)?;
        let mut editor = Editor::open(name)?;
        let (mut at, mut shown) = (0, 0);
        for key in &keys {
            let offset = key["offset"].as_u64().context("an offset")? as usize;
            // What comes in between is typed key by key too, without a look.
            for character in text[at..offset].chars() {
                editor.insert(&character.to_string())?;
            }
            at = offset;
            let ghost = editor.ghost()?;
            let expected = key["shown"].as_str();
            assert_eq!(
                ghost.as_deref(),
                expected,
                "{typed}, behind {:?}",
                &text[..at]
            );
            shown += usize::from(ghost.is_some());
            if key["accepts"] == true {
                let accepted = ghost.context("something to accept")?;
                editor.insert(&accepted)?;
                at += accepted.len();
            }
        }
        assert!(shown > 20 && keys.len() > 100, "{shown} of {}", keys.len());
    }
    Ok(())
}

#[test]
fn what_a_typist_who_overlooks_nothing_typed_into_is_hardly_shown_again() -> Result<()> {
    let files = validation_files()?;
    let file = files.iter().find(|file| file.path.ends_with(TYPED[0]));
    let file = file.with_context(|| format!("{} is committed", TYPED[0]))?;
    let text = &file.text[..file.text.floor_char_boundary(3 * LENGTH)];
    let (mut anew, mut again) = (0, 0);
    let mut ignored: Option<(usize, String)> = None;
    for key in keys_of("typed.rs", text)? {
        let offset = key["offset"].as_u64().context("an offset")? as usize;
        let Some(shown) = key["shown"].as_str() else {
            assert!(
                key["anew"].is_null() && key["probability"].is_null(),
                "{key}"
            );
            continue;
        };
        let goes_on = ignored.take().is_some_and(|(at, before)| {
            let left = before.strip_prefix(&text[at..offset]);
            left.is_some_and(|left| !left.is_empty() && shown.starts_with(left))
        });
        assert!(!goes_on || key["anew"] == false, "{key}");
        anew += usize::from(key["anew"] == true);
        again += usize::from(goes_on);
        if key["accepts"] == false {
            ignored = Some((offset, shown.to_owned()));
        }
    }
    assert!(anew > 20 && 20 * again < anew, "{anew} anew, {again} again");
    Ok(())
}
