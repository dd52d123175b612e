//! What befalls a daemon under load: it is killed, stopped and let go on, and its disk is
//! full. No text and no count is lost, and no client is left without an answer.
//!
//! `LSTM_TROUBLE` says how often, as `KILLS,STOPS,FULL`; `cargo xtask fuzz` sets it. At the
//! end the counts are printed.

#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use end_to_end::{LanguageClient, server, signal};
use serde_json::{Value, json};

const URI: &str = "file:///project/src/main.rs";
const LINE: &str = "let names: Vec<String> = Vec::n";

/// Requests that are answered when a daemon is killed or stopped, at most.
const UNDER_WAY: u64 = 4;

/// What a client has to say when it was under way as the daemon was killed.
const CONTENT_MODIFIED: &str = "-32801";

/// How often each happens.
fn how_often() -> [u64; 3] {
    let given = std::env::var("LSTM_TROUBLE").unwrap_or_else(|_| "12,6,4".to_owned());
    let numbers: Vec<u64> = given.split(',').filter_map(|n| n.parse().ok()).collect();
    numbers.try_into().expect("LSTM_TROUBLE is three numbers")
}

/// Folders of the user's own, in which everything that the program keeps lies.
struct Home(PathBuf);

impl Home {
    fn variables(&self) -> [(&str, &Path); 3] {
        let home = self.0.as_path();
        [
            ("XDG_CACHE_HOME", home),
            ("XDG_STATE_HOME", home),
            ("XDG_DATA_HOME", home),
        ]
    }

    fn start(&self, arguments: &[&str]) -> Result<LanguageClient> {
        let mut client = LanguageClient::start_with_in(&server()?, arguments, &self.variables())?;
        client.initialize(json!({"deadlineMs": 10_000, "eagerness": 1}))?;
        Ok(client)
    }

    /// Requests that were counted so far.
    fn counted(&self) -> Result<u64> {
        let path = self.0.join("lstm-ls/statistics.json");
        let Ok(text) = fs::read(&path) else {
            return Ok(0);
        };
        let all: Value = serde_json::from_slice(&text).context("the statistics are torn")?;
        let models = all.as_object().into_iter().flat_map(|all| all.values());
        let tallies = models.filter_map(Value::as_object).flat_map(|m| m.values());
        Ok(tallies.filter_map(|tally| tally["requests"].as_u64()).sum())
    }
}

/// An editor, and how often it changed its text.
struct Editor {
    client: LanguageClient,
    version: i32,
}

impl Editor {
    fn open(mut client: LanguageClient) -> Result<Self> {
        let text = format!("// 1\n{LINE}");
        let document = json!({"uri": URI, "languageId": "rust", "version": 1, "text": text});
        client.notify("textDocument/didOpen", json!({"textDocument": document}))?;
        Ok(Self { client, version: 1 })
    }

    /// Writes another number into the comment above the line.
    fn edit(&mut self) -> Result<()> {
        self.version += 1;
        let [start, end] =
            ["// ".len(), "// 1".len()].map(|character| json!({"line": 0, "character": character}));
        let text = (self.version % 7).to_string();
        let changes = json!([{"range": {"start": start, "end": end}, "text": text}]);
        let document = json!({"uri": URI, "version": self.version});
        let params = json!({"textDocument": document, "contentChanges": changes});
        self.client.notify("textDocument/didChange", params)
    }

    fn place(&self) -> Value {
        json!({
            "textDocument": {"uri": URI}, "context": {"triggerKind": 1},
            "position": {"line": 1, "character": LINE.len()},
        })
    }

    fn ask(&mut self) -> Result<i64> {
        let place = self.place();
        self.client.ask("textDocument/inlineCompletion", place)
    }

    /// Takes the answers to these requests, which may be that the text has moved on.
    fn hear(&mut self, mut asked: Vec<i64>) -> Result<()> {
        while !asked.is_empty() {
            let message = self.client.next_message()?;
            if message["method"].is_string() {
                continue;
            }
            let id = message["id"].as_i64().context("an answer to a request")?;
            let before = asked.len();
            asked.retain(|&other| other != id);
            ensure!(asked.len() + 1 == before, "answered twice: {message}");
            let error = message["error"]["code"].to_string();
            ensure!(
                ["null", CONTENT_MODIFIED, "-32800"].contains(&error.as_str()),
                "{message}"
            );
        }
        Ok(())
    }

    /// What is suggested, asked again where it was under way when a daemon was killed.
    fn suggested(&mut self) -> Result<Value> {
        for _ in 0..3 {
            let place = self.place();
            match self.client.request("textDocument/inlineCompletion", place) {
                Ok(mut list) => {
                    let text = list.pointer_mut("/items/0/insertText");
                    return Ok(text.map(Value::take).unwrap_or_default());
                }
                Err(error) if error.to_string().contains(CONTENT_MODIFIED) => {}
                Err(error) => return Err(error),
            }
        }
        bail!("asked three times, and every time the text had moved on")
    }

    fn daemon(&mut self) -> Result<u32> {
        for _ in 0..3 {
            if let Ok(status) = self.client.request("lstm-ls/status", json!({})) {
                let id = status["processId"].as_u64().context("a process")?;
                return Ok(u32::try_from(id)?);
            }
        }
        bail!("it doesn't say which process it is")
    }

    fn leave(mut self) -> Result<i32> {
        self.client.request("shutdown", Value::Null)?;
        self.client.notify("exit", Value::Null)?;
        self.client.wait()
    }
}

/// Two editors on one daemon, beside one that nothing befalls and that says the same.
fn befall(times: u64, befall: impl Fn(u32) -> Result<()>) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let home = Home(folder.path().join("home"));
    fs::create_dir(&home.0)?;
    let socket = folder.path().join("s");
    let socket = socket.to_str().context("a plain name")?;
    let mut editors = Vec::new();
    for _ in 0..2 {
        editors.push(Editor::open(home.start(&["connect", socket])?)?);
    }
    let mut alone = Editor::open(LanguageClient::start(&server()?)?.ready()?)?;
    let (mut counted, mut slowest) = (0, Duration::ZERO);
    for time in 0..times {
        let daemon = editors[0].daemon()?;
        let mut asked = Vec::new();
        for editor in &mut editors {
            editor.edit()?;
            // How much is under way differs from time to time.
            let some = (0..=time % UNDER_WAY).map(|_| editor.ask());
            asked.push(some.collect::<Result<Vec<i64>>>()?);
        }
        if time % 2 == 0 {
            for (editor, asked) in editors.iter_mut().zip(&mut asked) {
                editor.hear(std::mem::take(asked))?;
            }
        }
        befall(daemon)?;
        let started = Instant::now();
        alone.edit()?;
        let expected = alone.suggested()?;
        ensure!(expected.is_string(), "nothing is suggested: {expected}");
        for (editor, asked) in editors.iter_mut().zip(asked) {
            editor.hear(asked)?;
            let suggested = editor.suggested()?;
            ensure!(suggested == expected, "{time}: {suggested}, not {expected}");
        }
        slowest = slowest.max(started.elapsed());
        let now = home.counted()?;
        ensure!(
            now >= counted,
            "{counted} requests were counted, and now {now}"
        );
        counted = now;
    }
    let daemon = editors[0].daemon()?;
    for editor in editors {
        ensure!(editor.leave()? == 0, "it ended with an error");
    }
    signal("TERM", daemon)?;
    Ok(format!(
        "{times:5} times, the slowest {:.1} s",
        slowest.as_secs_f64()
    ))
}

/// A client that has said hello.
trait Ready: Sized {
    fn ready(self) -> Result<Self>;
}

impl Ready for LanguageClient {
    fn ready(mut self) -> Result<Self> {
        self.initialize(json!({"deadlineMs": 10_000, "eagerness": 1}))?;
        Ok(self)
    }
}

#[test]
fn a_daemon_that_is_killed_takes_nothing_with_it() -> Result<()> {
    let [kills, ..] = how_often();
    let told = befall(kills, |daemon| signal("KILL", daemon))?;
    println!("killed     {told}: nothing lost, every client answered");
    Ok(())
}

#[test]
fn a_daemon_that_is_stopped_goes_on_where_it_was() -> Result<()> {
    let [_, stops, _] = how_often();
    let told = befall(stops, |daemon| {
        signal("STOP", daemon)?;
        signal("CONT", daemon)
    })?;
    println!("stopped    {told}: nothing lost, every client answered");
    Ok(())
}

/// A small file system in memory, which only root may mount.
struct Disk(PathBuf);

impl Disk {
    fn mount(path: &Path) -> Result<Option<Self>> {
        fs::create_dir(path)?;
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"])
            .arg(path);
        let mounted = mount.output().is_ok_and(|mounted| mounted.status.success());
        Ok(mounted.then(|| Self(path.to_owned())))
    }

    /// Writes until nothing more fits.
    fn fill(&self) -> Result<PathBuf> {
        let path = self.0.join("filler");
        let mut file = File::create(&path)?;
        let mut chunk: &[u8] = &[b'x'; 4096];
        loop {
            match file.write(chunk) {
                Ok(1..) => {}
                _ if chunk.len() > 1 => chunk = &chunk[..1],
                _ => return Ok(path),
            }
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_takes_nothing_that_was_kept() -> Result<()> {
    let [_, _, full] = how_often();
    let folder = tempfile::tempdir()?;
    let project = folder.path().join("project");
    fs::create_dir(&project)?;
    let line = |i| format!("let aurora_{i} = borealis({i});\n");
    fs::write(
        project.join("a.rs"),
        (0..2_000).map(line).collect::<String>(),
    )?;
    let Some(disk) = Disk::mount(&folder.path().join("disk"))? else {
        println!("full disk  not tried: only root may mount a small one");
        return Ok(());
    };
    let home = Home(disk.0.clone());
    let mut counted = 0;
    for time in 0..full {
        // Full before it starts, or while it works.
        let mut filler = if time % 2 == 0 {
            Some(disk.fill()?)
        } else {
            None
        };
        let mut editors = Vec::new();
        for _ in 0..2 {
            let arguments = ["--stdio"];
            let variables = home.variables();
            let mut client = LanguageClient::start_with_in(&server()?, &arguments, &variables)?;
            let root = json!(format!("file://{}", project.display()));
            client.initialize_in(root, json!({"deadlineMs": 10_000, "eagerness": 1}))?;
            editors.push(Editor::open(client)?);
        }
        if filler.is_none() {
            filler = Some(disk.fill()?);
        }
        for editor in &mut editors {
            for _ in 0..3 {
                editor.edit()?;
                ensure!(editor.suggested()?.is_string(), "nothing is suggested");
            }
        }
        for editor in editors {
            ensure!(editor.leave()? == 0, "it ended with an error");
        }
        ensure!(home.counted()? >= counted, "what was counted is gone");
        filler.map(fs::remove_file).transpose()?;
        // With room again it counts on.
        let before = home.counted()?;
        let mut editor = Editor::open(home.start(&["--stdio"])?)?;
        editor.suggested()?;
        ensure!(editor.leave()? == 0, "it ended with an error");
        counted = home.counted()?;
        ensure!(counted > before, "nothing is counted with room again");
        let left = fs::read_dir(disk.0.join("lstm-ls"))?.flatten();
        let partial = left.filter(|left| left.path().extension().is_some_and(|e| e == "partial"));
        ensure!(partial.count() == 0, "a part of a file is left");
    }
    println!("full disk  {full:5} times: nothing lost, every client answered");
    Ok(())
}
