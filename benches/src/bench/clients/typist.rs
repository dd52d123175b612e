//! A client that types a file, key by key, and asks for ghost text at each.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use end_to_end::{LIMIT, LanguageClient, server};
use serde_json::{Value, json};

/// Between two keys.
const PERIOD: Duration = Duration::from_millis(100);

/// Bytes of the file that are there at the start.
const BEGUN: usize = 2000;

/// How long answers took.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// From asking to the answer, whatever that is, in ms.
    pub(super) millis: Vec<f64>,
    /// How many of those were suggestions, not that the text had changed.
    suggestions: usize,
}

impl Tally {
    /// Counts the answers of `other` too.
    pub(super) fn add(&mut self, other: Self) {
        self.millis.extend(other.millis);
        self.suggestions += other.suggestions;
    }

    /// The share of requests that were answered before the next key.
    pub(super) fn in_time(&self) -> f64 {
        self.suggestions as f64 / self.millis.len().max(1) as f64
    }
}

/// One client with one document.
pub(super) struct Typist {
    client: LanguageClient,
    uri: String,
    /// What is yet to be typed; from the start again when all is.
    keys: Vec<char>,
    typed: usize,
    line: usize,
    /// UTF-8 bytes, as agreed on.
    character: usize,
    /// Questions without an answer: when, and about which place.
    asked: HashMap<i64, (Instant, Value)>,
    /// Wait before the first key, different for each typist so that they do not type in
    /// step.
    phase: Duration,
}

impl Typist {
    /// Connects to the daemon on `socket` and opens the beginning of `text`.
    pub(super) fn start(socket: &Path, number: usize, text: &str) -> Result<Self> {
        Self::with(LanguageClient::connect(socket)?, number, text)
    }

    /// The same through a bridge, which starts a daemon if there is none.
    pub(super) fn bridge(socket: &Path, number: usize, text: &str) -> Result<Self> {
        let socket = socket.to_str().context("a plain name")?;
        let client = LanguageClient::start_with(&server()?, &["connect", socket])?;
        Self::with(client, number, text)
    }

    fn with(mut client: LanguageClient, number: usize, text: &str) -> Result<Self> {
        client.initialize(json!({}))?;
        let begun = (BEGUN..).find(|&at| text.is_char_boundary(at));
        let (begun, rest) = text.split_at(begun.unwrap_or_default());
        let uri = super::uri(number);
        let document = json!({"uri": uri, "languageId": "rust", "version": 0, "text": begun});
        client.notify("textDocument/didOpen", json!({"textDocument": document}))?;
        Ok(Self {
            line: begun.matches('\n').count(),
            character: begun.len() - begun.rfind('\n').map_or(0, |at| at + 1),
            client,
            uri,
            keys: rest.chars().collect(),
            typed: 0,
            asked: HashMap::new(),
            phase: PERIOD * number as u32 / 16,
        })
    }

    /// The process that serves it.
    pub(super) fn daemon(&mut self) -> Result<u32> {
        let status = self.client.request("lstm-ls/status", json!({}))?;
        let id = status["processId"].as_u64().context("a process")?;
        Ok(u32::try_from(id)?)
    }

    /// Types for `duration` and waits for the last answers.
    ///
    /// # Errors
    /// If a request is not answered exactly once, or about another place.
    pub(super) fn type_for(&mut self, duration: Duration) -> Result<Tally> {
        let mut tally = Tally::default();
        self.go_on(duration, |_, micros, suggests| {
            tally.millis.push(micros);
            tally.suggestions += usize::from(suggests);
        })?;
        Ok(tally)
    }

    /// Types for `duration`; when suggestions came.
    ///
    /// # Errors
    /// As [`type_for`](Self::type_for).
    pub(super) fn survive(&mut self, duration: Duration) -> Result<Vec<Instant>> {
        let mut times = Vec::new();
        self.go_on(duration, |at, _, suggests| {
            if suggests {
                times.push(at);
            }
        })?;
        Ok(times)
    }

    fn go_on(
        &mut self,
        duration: Duration,
        mut answered: impl FnMut(Instant, f64, bool),
    ) -> Result<()> {
        let end = Instant::now() + duration;
        let mut due = Instant::now() + self.phase;
        while Instant::now() < end || !self.asked.is_empty() {
            let now = Instant::now();
            if now >= due && now < end {
                self.press()?;
                due += PERIOD;
            }
            let late = now.saturating_duration_since(end) > LIMIT;
            ensure!(!late, "{} requests are not answered", self.asked.len());
            let wait = due.saturating_duration_since(Instant::now());
            let wait = if now >= end { LIMIT } else { wait };
            if let Some(message) = self.client.message_within(wait)? {
                // What the server says of its own accord is no answer.
                if message["method"].is_null() {
                    let (asked, suggests) = self.check(&message)?;
                    let at = Instant::now();
                    answered(at, (at - asked).as_secs_f64() * 1e3, suggests);
                }
            }
        }
        Ok(())
    }

    /// One key, and the question what may follow.
    fn press(&mut self) -> Result<()> {
        let key = self.keys[self.typed % self.keys.len()];
        let at = json!({"line": self.line, "character": self.character});
        self.typed += 1;
        match key {
            '\n' => (self.line, self.character) = (self.line + 1, 0),
            key => self.character += key.len_utf8(),
        }
        let changes = json!([{"range": {"start": at, "end": at}, "text": key.to_string()}]);
        let document = json!({"uri": self.uri, "version": self.typed});
        let params = json!({"textDocument": document, "contentChanges": changes});
        self.client.notify("textDocument/didChange", params)?;
        let at = json!({"line": self.line, "character": self.character});
        let params = json!({
            "textDocument": {"uri": self.uri}, "position": at, "context": {"triggerKind": 2},
        });
        let asked = Instant::now();
        let id = self.client.ask("textDocument/inlineCompletion", params)?;
        self.asked.insert(id, (asked, at));
        Ok(())
    }

    /// When the question was asked that `message` answers, and whether it
    /// answers with suggestions.
    fn check(&mut self, message: &Value) -> Result<(Instant, bool)> {
        let id = message["id"].as_i64();
        let question = id.and_then(|id| self.asked.remove(&id));
        let (asked, at) =
            question.with_context(|| format!("this answers no request: {message}"))?;
        let Some(items) = message["result"]["items"].as_array() else {
            let code = message["error"]["code"].as_i64();
            // The next key came first, or the daemon was replaced.
            ensure!(code == Some(-32801), "{message}");
            return Ok((asked, false));
        };
        let here = |item: &Value| item["range"]["end"] == at;
        ensure!(items.iter().all(here), "{message} is about another place");
        Ok((asked, true))
    }
}
