//! A client that edits at random, and now and then starts anew or sends something large.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use end_to_end::LanguageClient;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

/// Pauses of a person between two edits: from a key to a thought.
const PAUSES: std::ops::Range<u64> = 100..3_000;

/// How long all rest after the warm-up, so that no answer waits for its last jumps.
const SETTLED: Duration = Duration::from_secs(5);

/// One in so many actions is a jump to another line, a restart, a large message, a
/// comparison of texts.
const JUMPS: u32 = 20;
const RESTARTS: u32 = 100;
const LARGE: u32 = 200;
const COMPARED: u32 = 50;

/// Bytes of a large message, at most.
const LARGEST: usize = 8 << 20;

/// Lines that a document has at most; then it is opened anew.
const MOST_LINES: usize = 3_000;

/// What was done, and how long answers took.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// From asking to the answer, in ms: where something was typed before.
    pub(super) typing: Vec<f64>,
    /// The same after a jump or a restart, where all before the cursor is to be read.
    pub(super) jumps: Vec<f64>,
    pub(super) restarts: usize,
    pub(super) large: usize,
    pub(super) compared: usize,
}

impl Counts {
    /// Counts what `other` did too.
    pub(super) fn add(&mut self, other: Self) {
        self.typing.extend(other.typing);
        self.jumps.extend(other.jumps);
        self.restarts += other.restarts;
        self.large += other.large;
        self.compared += other.compared;
    }
}

/// One client with one document of ASCII text.
pub(super) struct Client<'a> {
    socket: &'a Path,
    text: &'a str,
    uri: String,
    lines: Vec<String>,
    /// The line that is worked at, if one was chosen.
    line: Option<usize>,
    version: i32,
    random: ChaCha8Rng,
    counts: Counts,
}

impl<'a> Client<'a> {
    /// Client `number`, which begins with `text`.
    pub(super) fn new(socket: &'a Path, number: usize, text: &'a str) -> Self {
        Self {
            socket,
            text,
            uri: format!("file:///project/{number}.rs"),
            lines: Vec::new(),
            line: None,
            version: 0,
            random: ChaCha8Rng::seed_from_u64(number as u64),
            counts: Counts::default(),
        }
    }

    /// Jumps about without a pause while it `warms_up`, so that what the daemon keeps for
    /// this client is full, and then works until it `is_over`.
    ///
    /// # Errors
    /// If a request fails, or the daemon has another text.
    pub(super) fn work(
        mut self,
        warms_up: impl Fn() -> bool,
        is_over: impl Fn() -> bool,
    ) -> Result<Counts> {
        let mut server = self.connect()?;
        while warms_up() {
            self.line = None;
            self.edit_and_ask(&mut server)?;
        }
        thread::sleep(SETTLED);
        self.counts = Counts::default();
        while !is_over() {
            if self.random.random_ratio(1, RESTARTS) {
                self.counts.restarts += 1;
                // Half of them leave without a word.
                if self.random.random_bool(0.5) {
                    server.request("shutdown", Value::Null)?;
                    server.notify("exit", Value::Null)?;
                }
                drop(server);
                server = self.connect()?;
            }
            if self.random.random_ratio(1, LARGE) {
                self.send_large(&mut server)?;
            }
            if self.random.random_ratio(1, JUMPS) {
                self.line = None;
            }
            self.edit_and_ask(&mut server)?;
            if self.random.random_ratio(1, COMPARED) {
                self.compare(&mut server)?;
            }
            let pause = self.random.random_range(PAUSES);
            thread::sleep(Duration::from_millis(pause));
        }
        self.compare(&mut server)?;
        Ok(self.counts)
    }

    fn connect(&mut self) -> Result<LanguageClient> {
        let mut server = LanguageClient::connect(self.socket)?;
        server.initialize(json!({}))?;
        self.open(&mut server)?;
        Ok(server)
    }

    fn open(&mut self, server: &mut LanguageClient) -> Result<()> {
        self.lines = self.text.split('\n').map(str::to_owned).collect();
        self.line = None;
        self.version = 0;
        open(server, &self.uri, self.text)
    }

    /// Types something into the line that is worked at, or takes a part of it away, and
    /// asks what comes behind that.
    fn edit_and_ask(&mut self, server: &mut LanguageClient) -> Result<()> {
        if self.lines.len() > MOST_LINES {
            self.open(server)?;
        }
        let jumps = self.line.is_none();
        let lines = self.lines.len();
        let line = self
            .line
            .unwrap_or_else(|| self.random.random_range(0..lines));
        let end = self.lines[line].len();
        let (start, typed) = match self.random.random_range(0..5) {
            0 => (self.random.random_range(0..=end), String::new()),
            1 => (end, "let value = self.".to_owned()),
            2 => {
                let other = self.random.random_range(0..lines);
                (end, format!("\n{}", self.lines[other]))
            }
            _ => (end, self.random.random_range('a'..='z').to_string()),
        };
        let range = json!({
            "start": {"line": line, "character": start}, "end": {"line": line, "character": end},
        });
        self.version += 1;
        let changes = json!([{"range": range, "text": typed}]);
        let document = json!({"uri": self.uri, "version": self.version});
        let params = json!({"textDocument": document, "contentChanges": changes});
        server.notify("textDocument/didChange", params)?;
        self.lines[line].truncate(start);
        let mut added = typed.split('\n');
        self.lines[line].push_str(added.next().unwrap_or_default());
        let before = self.lines.len();
        self.lines
            .splice(line + 1..line + 1, added.map(str::to_owned));
        let line = line + self.lines.len() - before;
        self.line = Some(line);
        let at = json!({"line": line, "character": self.lines[line].len()});
        let params = json!({
            "textDocument": {"uri": self.uri}, "position": at, "context": {"triggerKind": 2},
        });
        let asked = Instant::now();
        server.request("textDocument/inlineCompletion", params)?;
        let millis = asked.elapsed().as_secs_f64() * 1e3;
        let answers = match jumps {
            true => &mut self.counts.jumps,
            false => &mut self.counts.typing,
        };
        answers.push(millis);
        Ok(())
    }

    /// Opens something large beside the document, and closes it.
    fn send_large(&mut self, server: &mut LanguageClient) -> Result<()> {
        self.counts.large += 1;
        let bytes = self.random.random_range(LARGEST / 8..LARGEST);
        let uri = format!("{}.large.rs", self.uri);
        open(server, &uri, &"fn f() {}\n".repeat(bytes / 10))?;
        let document = json!({"textDocument": {"uri": uri}});
        server.notify("textDocument/didClose", document)
    }

    fn compare(&mut self, server: &mut LanguageClient) -> Result<()> {
        self.counts.compared += 1;
        let params = json!({"textDocument": {"uri": self.uri}});
        let theirs = server.request("lstm-ls/document", params)?;
        let own = self.lines.join("\n");
        ensure!(theirs["text"] == own, "the daemon has another text");
        Ok(())
    }
}

fn open(server: &mut LanguageClient, uri: &str, text: &str) -> Result<()> {
    let document = json!({"uri": uri, "languageId": "rust", "version": 0, "text": text});
    server.notify("textDocument/didOpen", json!({"textDocument": document}))
}
