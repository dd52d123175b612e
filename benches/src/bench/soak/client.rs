//! A client that edits at random, and now and then starts anew or sends something large.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
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

/// What all clients together are at.
#[derive(Debug, Default)]
pub(super) struct Busy {
    jumps: AtomicUsize,
    large: AtomicUsize,
}

/// An answer where something was typed before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Typed {
    /// From asking to the answer, in ms.
    pub(super) millis: f64,
    /// Whether a part of the line was taken away, a line was brought, the client had jumped
    /// up to [`ARRIVED`] edits before; whether others jumped or sent something large
    /// when it asked. As [`CIRCUMSTANCES`] names them.
    pub(super) circumstances: [bool; 5],
}

/// What an answer may have been slow for.
pub(super) const CIRCUMSTANCES: [&str; 5] = [
    "a part of the line taken away",
    "a line brought",
    "shortly after a jump",
    "beside another's jump",
    "beside a large message",
];

/// Edits after a jump that are shortly after it.
const ARRIVED: usize = 3;

/// What was done, and how long answers took.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) typing: Vec<Typed>,
    /// In ms, after a jump or a restart, where all before the cursor is to be read.
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
    busy: &'a Busy,
    text: &'a str,
    uri: String,
    lines: Vec<String>,
    /// The line that is worked at, if one was chosen.
    line: Option<usize>,
    /// Edits since it was chosen.
    edits: usize,
    version: i32,
    random: ChaCha8Rng,
    counts: Counts,
}

impl<'a> Client<'a> {
    /// Client `number`, which begins with `text` and tells the others what it is at.
    pub(super) fn new(socket: &'a Path, number: usize, text: &'a str, busy: &'a Busy) -> Self {
        Self {
            socket,
            busy,
            text,
            uri: format!("file:///project/{number}.rs"),
            lines: Vec::new(),
            line: None,
            edits: 0,
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
            // First of all, so that those who rested do not all ask at one moment.
            let pause = self.random.random_range(PAUSES);
            thread::sleep(Duration::from_millis(pause));
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
        let edit = self.random.random_range(0..5);
        let (start, typed) = match edit {
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
        let beside = |busy: &AtomicUsize| busy.load(Ordering::Relaxed) > 0;
        let (others_jump, large) = (beside(&self.busy.jumps), beside(&self.busy.large));
        self.edits = if jumps { 0 } else { self.edits + 1 };
        let own = usize::from(jumps);
        self.busy.jumps.fetch_add(own, Ordering::Relaxed);
        let asked = Instant::now();
        let answer = server.request("textDocument/inlineCompletion", params);
        let millis = asked.elapsed().as_secs_f64() * 1e3;
        self.busy.jumps.fetch_sub(own, Ordering::Relaxed);
        answer?;
        match jumps {
            true => self.counts.jumps.push(millis),
            false => self.counts.typing.push(Typed {
                millis,
                circumstances: [
                    edit == 0,
                    edit == 2,
                    self.edits <= ARRIVED,
                    others_jump,
                    large,
                ],
            }),
        }
        Ok(())
    }

    /// Opens something large beside the document, and closes it.
    fn send_large(&mut self, server: &mut LanguageClient) -> Result<()> {
        self.counts.large += 1;
        let bytes = self.random.random_range(LARGEST / 8..LARGEST);
        let uri = format!("{}.large.rs", self.uri);
        self.busy.large.fetch_add(1, Ordering::Relaxed);
        open(server, &uri, &"fn f() {}\n".repeat(bytes / 10))?;
        let document = json!({"textDocument": {"uri": uri}});
        let sent = server.notify("textDocument/didClose", document);
        self.busy.large.fetch_sub(1, Ordering::Relaxed);
        sent
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
