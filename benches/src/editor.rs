//! An editor at the other end of the pipe: opens a file, types, and times how
//! long the ghost text takes.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use end_to_end::{LanguageClient, cpu_time, resident_bytes, server, validation_files};
use serde_json::{Value, json};

/// Between two looks at how much of the workspace has been read.
const LOOK: Duration = Duration::from_millis(50);

/// A workspace that takes longer than this to read is an error.
const READ: Duration = Duration::from_secs(120);

/// How long a person looks at a place before typing there, at least.
const REST: Duration = Duration::from_millis(100);

/// A running server with one open file.
pub(crate) struct Editor {
    client: LanguageClient,
    uri: String,
    lines: Vec<String>,
    line: usize,
    version: i64,
    /// What was offered last and goes beyond the cursor.
    offered: String,
}

/// One request for ghost text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer {
    /// From the edit, or the request where there was none, to the answer.
    pub(crate) millis: f64,
    /// Whether what was typed is what the last answer offered.
    pub(crate) along: bool,
    /// Whether there is any ghost text.
    pub(crate) shown: bool,
}

impl Editor {
    /// Starts the server and opens `text`; the cursor is at its end.
    ///
    /// # Errors
    /// If there is no server, or it does not speak as it should.
    pub(crate) fn open(text: &str) -> Result<Self> {
        let mut client = LanguageClient::start(&server()?)?;
        client.initialize(json!({}))?;
        Self::with(client, "file:///project/src/typed.rs".to_owned(), text)
    }

    /// Starts the server in the folder `workspace`, waits until it has read all
    /// of it, and opens `text` there.
    ///
    /// # Errors
    /// As [`Editor::open`], and if the workspace is not read in time.
    pub(crate) fn open_in(workspace: &Path, text: &str) -> Result<Self> {
        let mut client = LanguageClient::start(&server()?)?;
        let root = format!("file://{}", workspace.display());
        client.initialize_in(json!(root), json!({}))?;
        let started = Instant::now();
        while client.request("lstm-ls/status", json!({}))?["workspace"]["reading"] != json!(false) {
            ensure!(
                started.elapsed() < READ,
                "the workspace is still being read"
            );
            std::thread::sleep(LOOK);
        }
        Self::with(client, format!("{root}/src/typed.rs"), text)
    }

    fn with(mut client: LanguageClient, uri: String, text: &str) -> Result<Self> {
        let document = json!({"uri": uri, "languageId": "rust", "version": 1, "text": text});
        client.notify("textDocument/didOpen", json!({"textDocument": document}))?;
        let lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
        Ok(Self {
            client,
            uri,
            line: lines.len() - 1,
            lines,
            version: 1,
            offered: String::new(),
        })
    }

    /// Types one ASCII character at the end of the cursor's line, and asks.
    ///
    /// # Errors
    /// If the answer is an error.
    pub(crate) fn type_character(&mut self, typed: char) -> Result<Answer> {
        ensure!(typed.is_ascii(), "{typed:?} is not ASCII");
        let started = Instant::now();
        self.change(self.line, self.lines[self.line].len(), &typed.to_string())?;
        self.lines[self.line].push(typed);
        if typed == '\n' {
            self.lines[self.line].pop();
            self.line += 1;
            self.lines.insert(self.line, String::new());
        }
        let along = self.offered.starts_with(typed);
        self.ask(started, along)
    }

    /// Inserts `text`, a whole number of lines, at the top of the file.
    ///
    /// # Errors
    /// If the server is gone.
    pub(crate) fn insert_at_top(&mut self, text: &str) -> Result<()> {
        self.change(0, 0, text)?;
        let lines = text.lines().map(str::to_owned);
        let added: Vec<String> = lines.collect();
        self.line += added.len();
        self.lines.splice(0..0, added);
        Ok(())
    }

    /// Goes to the end of line `line` (from 0), of which the server is told, rests there and
    /// types one ASCII character.
    ///
    /// # Errors
    /// As [`type_character`](Self::type_character).
    pub(crate) fn rest_at(&mut self, line: usize, typed: char) -> Result<Answer> {
        self.line = line.min(self.lines.len() - 1);
        let at = json!({"line": self.line, "character": self.lines[self.line].len()});
        let params = json!({"textDocument": {"uri": self.uri}, "position": at});
        self.client.notify("lstm-ls/cursorMoved", params)?;
        std::thread::sleep(REST);
        self.type_character(typed)
    }

    /// Goes to the end of line `line` (from 0) and asks.
    ///
    /// # Errors
    /// If the answer is an error.
    pub(crate) fn jump_to(&mut self, line: usize) -> Result<Answer> {
        self.line = line.min(self.lines.len() - 1);
        self.ask(Instant::now(), false)
    }

    /// Memory that the server holds, in bytes.
    ///
    /// # Errors
    /// If it cannot be told.
    pub(crate) fn resident_bytes(&self) -> Result<u64> {
        resident_bytes(self.client.process_id().context("a server of its own")?)
    }

    /// CPU time that the server has used.
    ///
    /// # Errors
    /// If it cannot be told.
    pub(crate) fn cpu_time(&self) -> Result<Duration> {
        cpu_time(self.client.process_id().context("a server of its own")?)
    }

    /// Opens another folder beside those that are open.
    ///
    /// # Errors
    /// If the server is gone.
    pub(crate) fn add_folder(&mut self, folder: &Path) -> Result<()> {
        let added = json!([{"uri": format!("file://{}", folder.display()), "name": "added"}]);
        let event = json!({"event": {"added": added, "removed": []}});
        self.client
            .notify("workspace/didChangeWorkspaceFolders", event)
    }

    /// What is offered at the end of `text`, in another file that is closed again.
    ///
    /// # Errors
    /// If the answer is an error.
    pub(crate) fn glance(&mut self, text: &str) -> Result<String> {
        let uri = format!("{}.glance.rs", self.uri);
        let document = json!({"uri": uri, "languageId": "rust", "version": 1, "text": text});
        self.client
            .notify("textDocument/didOpen", json!({"textDocument": document}))?;
        let line = text.matches('\n').count();
        let character = text.len() - text.rfind('\n').map_or(0, |at| at + 1);
        let answer = self.client.request(
            "textDocument/inlineCompletion",
            json!({
                "textDocument": {"uri": uri},
                "position": {"line": line, "character": character},
                "context": {"triggerKind": 1},
            }),
        )?;
        let closed = json!({"textDocument": {"uri": uri}});
        self.client.notify("textDocument/didClose", closed)?;
        Ok(offered(&answer, character))
    }

    fn change(&mut self, line: usize, character: usize, text: &str) -> Result<()> {
        self.version += 1;
        let at = json!({"line": line, "character": character});
        let change = json!({"range": {"start": at, "end": at}, "text": text});
        self.client.notify(
            "textDocument/didChange",
            json!({
                "textDocument": {"uri": self.uri, "version": self.version},
                "contentChanges": [change],
            }),
        )
    }

    fn ask(&mut self, started: Instant, along: bool) -> Result<Answer> {
        let character = self.lines[self.line].len();
        let answer = self.client.request(
            "textDocument/inlineCompletion",
            json!({
                "textDocument": {"uri": self.uri},
                "position": {"line": self.line, "character": character},
                "context": {"triggerKind": 2},
            }),
        )?;
        let millis = started.elapsed().as_secs_f64() * 1e3;
        self.offered = offered(&answer, character);
        Ok(Answer {
            millis,
            along,
            shown: !self.offered.is_empty(),
        })
    }
}

/// What the first item of `answer` adds beyond the cursor.
fn offered(answer: &Value, character: usize) -> String {
    let item = &answer["items"][0];
    let text = item["insertText"].as_str().unwrap_or_default();
    let start = item["range"]["start"]["character"].as_u64();
    let typed = start.map_or(0, |start| character.saturating_sub(start as usize));
    text.get(typed..).unwrap_or_default().to_owned()
}

/// Rust of `lines` lines that no shipped model was trained on. Where it repeats
/// itself, comments differ, so that no place is like another. Files of different
/// length end alike, so that what is suggested at their ends is alike.
///
/// # Errors
/// If the committed files cannot be read.
pub(crate) fn long_file(lines: usize) -> Result<String> {
    let files = validation_files()?;
    let all: Vec<&str> = files.iter().flat_map(|file| file.text.lines()).collect();
    let mut text = String::new();
    for from_end in (0..lines).rev() {
        let line = all[all.len() - 1 - from_end % all.len()];
        text.push_str(line);
        if from_end % 8 == 7 && !line.is_empty() {
            text.push_str(&format!(" // {from_end}"));
        }
        text.push('\n');
    }
    Ok(text)
}

/// What is typed: ASCII Rust from committed files, without comments and the
/// indentation that an editor would put there.
///
/// # Errors
/// If the committed files cannot be read.
pub(crate) fn typing(characters: usize) -> Result<String> {
    let files = validation_files()?;
    // From the beginning, which lies far back in the long files.
    let lines = files.iter().flat_map(|file| file.text.lines());
    let ascii = lines.map(str::trim).filter(|line| line.is_ascii());
    let mut text = String::new();
    let code = ascii.filter(|line| !line.is_empty() && !line.starts_with("//"));
    for line in code.cycle() {
        if text.len() >= characters {
            break;
        }
        text.push_str(line);
        text.push('\n');
    }
    text.truncate(characters);
    Ok(text)
}
