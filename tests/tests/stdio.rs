//! The server over pipes, as an editor starts it.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use end_to_end::{LanguageClient, server};
use serde_json::{Value, json};

const URI: &str = "file:///project/src/main.rs";
const TEXT: &str = "fn main() {\n    let mut names = Vec::n\n}\n";
/// The position behind `Vec::n`.
const LINE: usize = 1;

/// A server that has `TEXT` open. Its deadline is generous: a slow machine is
/// not what is tested.
fn with_document() -> Result<LanguageClient> {
    let mut client = LanguageClient::start(&server()?)?;
    client.initialize(json!({"deadlineMs": 10_000}))?;
    let document = json!({"uri": URI, "languageId": "rust", "version": 1, "text": TEXT});
    client.notify("textDocument/didOpen", json!({"textDocument": document}))?;
    Ok(client)
}

fn at_cursor(context: Value) -> Value {
    let end = TEXT.lines().nth(LINE).map_or(0, str::len);
    json!({
        "textDocument": {"uri": URI},
        "position": {"line": LINE, "character": end},
        "context": context,
    })
}

#[test]
fn capabilities_name_both_completions() -> Result<()> {
    let mut client = LanguageClient::start(&server()?)?;
    let capabilities = client.initialize(json!({}))?;
    assert!(
        capabilities["inlineCompletionProvider"] != Value::Null,
        "{capabilities}"
    );
    assert!(
        capabilities["completionProvider"].is_object(),
        "{capabilities}"
    );
    assert_eq!(capabilities["positionEncoding"], "utf-8");
    Ok(())
}

#[test]
fn inline_completion_goes_on_from_the_cursor() -> Result<()> {
    let mut client = with_document()?;
    let result = client.request(
        "textDocument/inlineCompletion",
        at_cursor(json!({"triggerKind": 1})),
    )?;
    let items = result["items"]
        .as_array()
        .or(result.as_array())
        .context("a list of items")?;
    assert!(!items.is_empty());
    let line = TEXT.lines().nth(LINE).context("the line is there")?;
    for item in items {
        let inserted = item["insertText"].as_str().context("plain text")?;
        let (start, end) = (&item["range"]["start"], &item["range"]["end"]);
        assert_eq!(
            (&start["line"], &end["line"]),
            (&json!(LINE), &json!(LINE)),
            "{item}"
        );
        let start = start["character"].as_u64().context("a range")? as usize;
        assert_eq!(end["character"], json!(line.len()), "{item}");
        let typed = line.get(start..).context("a range on the line")?;
        let new = inserted
            .strip_prefix(typed)
            .context("it extends what is typed")?;
        assert!(!new.is_empty(), "{item}");
    }
    Ok(())
}

#[test]
fn completion_lists_what_is_not_yet_there() -> Result<()> {
    let mut client = with_document()?;
    let result = client.request(
        "textDocument/completion",
        at_cursor(json!({"triggerKind": 1})),
    )?;
    let items = result["items"]
        .as_array()
        .or(result.as_array())
        .context("a list of items")?;
    assert!(!items.is_empty());
    for item in items {
        assert!(
            item["label"]
                .as_str()
                .is_some_and(|label| !label.is_empty()),
            "{item}"
        );
    }
    Ok(())
}

#[test]
fn an_edit_is_seen_by_the_request_behind_it() -> Result<()> {
    let mut client = with_document()?;
    // A line above the cursor's: where it was asked about is one line lower now.
    let start = json!({"line": 0, "character": 0});
    let changes = json!([{"range": {"start": start, "end": start}, "text": "use std::fmt;\n"}]);
    let document = json!({"uri": URI, "version": 2});
    client.notify(
        "textDocument/didChange",
        json!({"textDocument": document, "contentChanges": changes}),
    )?;
    let mut params = at_cursor(json!({"triggerKind": 1}));
    params["position"]["line"] = json!(LINE + 1);
    let cursor = params["position"].clone();
    let result = client.request("textDocument/inlineCompletion", params)?;
    let items = result["items"]
        .as_array()
        .or(result.as_array())
        .context("a list of items")?;
    assert!(!items.is_empty());
    for item in items {
        assert_eq!(item["range"]["end"], cursor, "{item}");
    }
    Ok(())
}

#[test]
fn shutdown_and_exit_end_it_with_code_0() -> Result<()> {
    let mut client = with_document()?;
    assert_eq!(client.request("shutdown", Value::Null)?, Value::Null);
    client.notify("exit", Value::Null)?;
    assert_eq!(client.wait()?, 0);
    Ok(())
}

#[test]
fn exit_without_shutdown_ends_it_with_code_1() -> Result<()> {
    let mut client = with_document()?;
    client.notify("exit", Value::Null)?;
    assert_eq!(client.wait()?, 1);
    Ok(())
}

#[test]
fn a_closed_connection_ends_it_with_code_1() -> Result<()> {
    let mut client = with_document()?;
    client.hang_up();
    assert_eq!(client.wait()?, 1);
    Ok(())
}

#[test]
fn it_ends_with_the_editor_s_process() -> Result<()> {
    let mut editor = Command::new("sleep").arg("1000").spawn()?;
    let mut client = LanguageClient::start(&server()?)?;
    let params = json!({"processId": editor.id(), "capabilities": {}});
    client.request("initialize", params)?;
    client.notify("initialized", json!({}))?;
    // The server watches the editor's process once it has answered a request.
    client.request("lstm-ls/status", json!({}))?;
    editor.kill()?;
    editor.wait()?;
    assert_eq!(client.wait()?, 1);
    Ok(())
}

/// A server whose counts lie in `folder`, after one suggestion and `exit`.
fn counted_in(folder: &Path) -> Result<i32> {
    let mut client = LanguageClient::start_in(&server()?, &[("XDG_STATE_HOME", folder)])?;
    client.initialize(json!({"deadlineMs": 10_000}))?;
    let document = json!({"uri": URI, "languageId": "rust", "version": 1, "text": TEXT});
    client.notify("textDocument/didOpen", json!({"textDocument": document}))?;
    client.request(
        "textDocument/inlineCompletion",
        at_cursor(json!({"triggerKind": 1})),
    )?;
    client.request("shutdown", Value::Null)?;
    client.notify("exit", Value::Null)?;
    client.wait()
}

#[test]
fn a_torn_file_of_statistics_is_put_aside_and_counting_goes_on() -> Result<()> {
    let state = tempfile::tempdir()?;
    let folder = state.path().join("lstm-ls");
    std::fs::create_dir(&folder)?;
    for torn in ["", "{\"rust\": {\"m\": {\"requ", "\0\0\0\0"] {
        let file = folder.join("statistics.json");
        std::fs::write(&file, torn)?;
        assert_eq!(counted_in(state.path())?, 0);
        let counts: Value = serde_json::from_slice(&std::fs::read(&file)?)?;
        let models = counts["rust"].as_object().context("counts of a language")?;
        assert!(
            models.values().any(|tally| tally["requests"] == 1),
            "{counts}"
        );
        let aside = std::fs::read_to_string(folder.join("statistics.torn.json"))?;
        assert_eq!(aside, torn);
    }
    Ok(())
}

#[test]
fn a_file_of_statistics_that_is_held_keeps_no_server_from_ending() -> Result<()> {
    let state = tempfile::tempdir()?;
    let folder = state.path().join("lstm-ls");
    std::fs::create_dir(&folder)?;
    let lock = std::fs::File::create(folder.join("statistics.lock"))?;
    lock.lock()?;
    assert_eq!(counted_in(state.path())?, 0);
    assert!(!folder.join("statistics.json").exists());
    lock.unlock()?;
    assert_eq!(counted_in(state.path())?, 0);
    assert!(folder.join("statistics.json").exists());
    Ok(())
}
