//! What an editor has told a daemon, so that another daemon can be told.
//!
//! Owns: open documents with their text, requests without an answer, and the
//! ids under which the daemon's own requests reach the editor. Must not know
//! how messages travel.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use assistant::documents::{Document, MOST_BYTES};
use serde::Deserialize;
use serde_json::{Value, json};
use tower_lsp::lsp_types::{
    DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams, PositionEncodingKind, Url,
};

use crate::lsp::peer;
use crate::lsp::position::{self, Encoding};
use crate::lsp::protocol;
use crate::lsp::texts::{ChangeParams, OpenParams, Params, SaveParams};
use crate::lsp::transport::message::{self, Envelope, MOST_STRUCTURE};
use crate::lsp::transport::{structure, tolerance};
use crate::lsp::uri;

/// The id of requests that are said again; the editor never sees their answers.
const REPLAYED: &str = "lstm-ls/replayed";

/// The error that says: ask again, if you still want to know.
const CONTENT_MODIFIED: i64 = -32801;

/// Where a message goes.
#[derive(Debug, PartialEq)]
pub(super) enum To {
    Editor(Vec<u8>),
    Daemon(Vec<u8>),
    Nowhere,
}

/// What an editor has told its daemon.
#[derive(Debug, Default)]
pub(super) struct Session {
    /// The editor's `initialize`, with folders as they are now.
    initialize: Option<Value>,
    initialized: bool,
    encoding: Encoding,
    /// The last `workspace/didChangeConfiguration`.
    configuration: Option<Value>,
    /// By their names, in order, so that a replay is always the same.
    documents: BTreeMap<String, (Url, Document)>,
    /// The editor's requests without an answer, by id as JSON: id and method.
    unanswered: HashMap<String, (Value, String)>,
    /// The daemon's requests without an answer, by the id the editor knows.
    asked: HashMap<u64, Value>,
    last_asked: u64,
    /// Ids of registrations that the editor knows of.
    registered: HashSet<String>,
    /// Tokens of the progress that the editor shows.
    progress: Vec<Value>,
    wants_status: bool,
    shut_down: bool,
    exited: bool,
}

impl Session {
    /// Notes what the editor says.
    pub(super) fn editor_said(&mut self, body: Vec<u8>) -> To {
        // As the daemon reads it, so that both have the same text.
        let readable = message::readable(Cow::from(&body));
        let method = Envelope::read(&readable).and_then(|envelope| envelope.text_method());
        if let Some(method) = method {
            self.note_text(method, &readable);
            return To::Daemon(body);
        }
        // One that the daemon will refuse is not taken apart here either.
        if structure::bytes(&readable) > MOST_STRUCTURE {
            return To::Daemon(body);
        }
        let Some(message) = tolerance::read(&readable) else {
            return To::Daemon(body);
        };
        let Some(method) = message["method"].as_str().map(str::to_owned) else {
            return self.answer_of_editor(message);
        };
        if let Some(id) = message.get("id") {
            let request = (id.clone(), method.clone());
            self.unanswered.insert(id.to_string(), request);
        }
        self.note(&method, message);
        To::Daemon(body)
    }

    /// Notes what the daemon says.
    pub(super) fn daemon_said(&mut self, body: Vec<u8>) -> To {
        let Ok(message) = serde_json::from_slice::<Value>(&body) else {
            return To::Nowhere;
        };
        match (message["method"].as_str(), message.get("id")) {
            (Some("client/registerCapability"), Some(id)) if !self.is_news(&message) => {
                // Said before, by a daemon that is gone.
                let answer = json!({"jsonrpc": "2.0", "id": id, "result": null});
                To::Daemon(answer.to_string().into_bytes())
            }
            (Some(_), Some(_)) => self.question_of_daemon(message),
            (Some(method), None) => {
                if method == "$/progress" {
                    self.note_progress(&message["params"]);
                }
                To::Editor(body)
            }
            (None, Some(id)) if id == REPLAYED => To::Nowhere,
            (None, _) => {
                self.answered(&message);
                To::Editor(body)
            }
        }
    }

    fn note_progress(&mut self, params: &Value) {
        let token = &params["token"];
        match params["value"]["kind"].as_str() {
            Some("begin") => self.progress.push(token.clone()),
            Some("end") => self.progress.retain(|shown| shown != token),
            _ => {}
        }
    }

    /// Answers to what is under way and ends of what is shown, when the daemon is gone.
    pub(super) fn abandon(&mut self) -> Vec<Value> {
        // The daemon that the answers were for is gone.
        self.asked.clear();
        let message = "the server was replaced meanwhile";
        let ends = self.progress.drain(..).map(|token| {
            let params = json!({"token": token, "value": {"kind": "end", "message": message}});
            json!({"jsonrpc": "2.0", "method": "$/progress", "params": params})
        });
        let mut answers: Vec<Value> = ends.collect();
        self.unanswered.retain(|_, (id, method)| {
            let answer = match method.as_str() {
                // Said again, and answered then.
                "initialize" => return true,
                "shutdown" => json!({"jsonrpc": "2.0", "id": id, "result": null}),
                _ => {
                    let error = json!({"code": CONTENT_MODIFIED, "message": message});
                    json!({"jsonrpc": "2.0", "id": id, "error": error})
                }
            };
            answers.push(answer);
            false
        });
        answers
    }

    /// What a new daemon is told first, and whether its answer is kept from the editor.
    pub(super) fn replayed_initialize(&self) -> Option<(Value, bool)> {
        let mut message = self.initialize.clone()?;
        let is_answered = !self.unanswered.contains_key(&message["id"].to_string());
        if is_answered {
            message["id"] = json!(REPLAYED);
        }
        Some((message, is_answered))
    }

    /// What a new daemon is told when it has answered that.
    pub(super) fn replayed_state(&self) -> Vec<Value> {
        let mut messages = Vec::new();
        let mut say = |method: &str, params: Value| {
            messages.push(json!({"jsonrpc": "2.0", "method": method, "params": params}));
        };
        if self.initialized {
            say("initialized", json!({}));
        }
        if let Some(params) = &self.configuration {
            say("workspace/didChangeConfiguration", params.clone());
        }
        // One that is too large has no text here; the daemon would not keep it either.
        for (uri, document) in self.documents.values().filter(|(_, d)| !d.too_large) {
            let text = document.is_whole().then(|| document.text.to_string());
            // Without a text it is out of step there too.
            let document = json!({
                "uri": uri, "languageId": document.language, "version": document.version,
                "text": text,
            });
            say("textDocument/didOpen", json!({"textDocument": document}));
        }
        if self.wants_status {
            messages.push(json!({"jsonrpc": "2.0", "id": REPLAYED, "method": protocol::STATUS}));
        }
        messages
    }

    /// Whether the editor has said hello and was not answered.
    pub(super) fn awaits_hello(&self) -> bool {
        let hello = self
            .initialize
            .as_ref()
            .map(|hello| hello["id"].to_string());
        hello.is_some_and(|id| self.unanswered.contains_key(&id))
    }

    /// The editor's process, if it said so.
    pub(super) fn process_id(&self) -> Option<u32> {
        let id = self.initialize.as_ref()?["params"]["processId"].as_u64();
        id.and_then(|id| id.try_into().ok())
    }

    /// Whether the editor has said `exit`.
    pub(super) fn has_exited(&self) -> bool {
        self.exited
    }

    /// Whether the editor has said `shutdown` before it left.
    pub(super) fn left_in_order(&self) -> bool {
        self.shut_down
    }

    /// Notes what the editor says of a text.
    fn note_text(&mut self, method: &str, message: &[u8]) {
        let encoding = self.encoding;
        let changed = match method {
            protocol::OPENED => OpenParams::of_message(message).map(|opened| {
                let (uri, document) = opened.text_document.into_document(str::to_owned);
                let key = uri::key(&uri);
                self.documents.insert(key.clone(), (uri, document));
                key
            }),
            protocol::CHANGED => ChangeParams::of_message(message).map(|changed| {
                let key = uri::key(&changed.text_document.uri);
                if let Some((_, document)) = self.documents.get_mut(&key) {
                    let version = changed.text_document.version;
                    let read = |text: &_, change| position::to_change(text, change?, encoding);
                    document.change(version, changed.changes, read);
                }
                key
            }),
            // The only other one.
            _ => SaveParams::of_message(message).map(|saved| {
                let key = uri::key(&saved.uri);
                if let Some((_, document)) = self.documents.get_mut(&key)
                    && let Some(text) = saved.text
                {
                    document.take_over(&text);
                }
                key
            }),
        };
        // As much as the daemon keeps.
        let all = self.documents.values().map(|(_, d)| d.text.len_bytes());
        if all.sum::<usize>() > MOST_BYTES
            && let Some((_, document)) = changed.and_then(|key| self.documents.get_mut(&key))
        {
            document.leave_out();
        }
    }

    fn note(&mut self, method: &str, mut message: Value) {
        let params = message["params"].clone();
        match method {
            "initialize" => self.initialize = Some(message.take()),
            "initialized" => self.initialized = true,
            "shutdown" => self.shut_down = true,
            "exit" => self.exited = true,
            protocol::STATUS => self.wants_status = true,
            "workspace/didChangeConfiguration" => self.configuration = Some(params),
            "workspace/didChangeWorkspaceFolders" => self.change_folders(params),
            "textDocument/didClose" => {
                if let Ok(closed) = DidCloseTextDocumentParams::deserialize(params) {
                    self.documents.remove(&uri::key(&closed.text_document.uri));
                }
            }
            _ => {}
        }
    }

    fn change_folders(&mut self, params: Value) {
        let Ok(change) = DidChangeWorkspaceFoldersParams::deserialize(params) else {
            return;
        };
        let Some(initialize) = &mut self.initialize else {
            return;
        };
        let change = change.event;
        let params = &mut initialize["params"];
        let folder = |url: Url| json!({"uri": url, "name": url.path()});
        let mut folders = match params["workspaceFolders"].as_array() {
            Some(folders) if !folders.is_empty() => folders.clone(),
            _ => peer::folders(params).into_iter().map(folder).collect(),
        };
        let removed: HashSet<String> = change.removed.iter().map(|f| uri::key(&f.uri)).collect();
        folders.retain(|folder| {
            let uri = Url::deserialize(&folder["uri"]);
            !uri.is_ok_and(|uri| removed.contains(&uri::key(&uri)))
        });
        folders.extend(change.added.into_iter().map(|folder| json!(folder)));
        params["workspaceFolders"] = Value::Array(folders);
        // Else the root would be open again once the last folder is gone.
        params["rootUri"] = Value::Null;
        params["rootPath"] = Value::Null;
    }

    /// The editor's answer, under the id that the daemon used.
    fn answer_of_editor(&mut self, mut message: Value) -> To {
        let id = message["id"].as_u64().and_then(|id| self.asked.remove(&id));
        match id {
            // To a daemon that is gone, or to nothing at all.
            None => To::Nowhere,
            Some(id) => {
                message["id"] = id;
                To::Daemon(message.to_string().into_bytes())
            }
        }
    }

    /// The daemon's question, under an id that no other daemon has used.
    fn question_of_daemon(&mut self, mut message: Value) -> To {
        self.last_asked += 1;
        self.asked.insert(self.last_asked, message["id"].take());
        message["id"] = json!(self.last_asked);
        To::Editor(message.to_string().into_bytes())
    }

    /// Whether a registration is one that the editor has not seen.
    fn is_news(&mut self, message: &Value) -> bool {
        let registrations = message["params"]["registrations"].as_array();
        let ids = registrations
            .into_iter()
            .flatten()
            .map(|r| r["id"].to_string());
        let new: Vec<bool> = ids.map(|id| self.registered.insert(id)).collect();
        new.contains(&true)
    }

    fn answered(&mut self, message: &Value) {
        let request = self.unanswered.remove(&message["id"].to_string());
        if request.is_some_and(|(_, method)| method == "initialize") {
            let encoding = message["result"]["capabilities"]["positionEncoding"].as_str();
            let encoding = encoding.map(|name| PositionEncodingKind::from(name.to_owned()));
            self.encoding = Encoding::negotiate(encoding.as_slice());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn editor_said(session: &mut Session, mut message: Value) -> To {
        message["jsonrpc"] = json!("2.0");
        session.editor_said(message.to_string().into_bytes())
    }

    fn daemon_said(session: &mut Session, message: Value) -> To {
        session.daemon_said(message.to_string().into_bytes())
    }

    fn read(to: To) -> Value {
        match to {
            To::Editor(body) | To::Daemon(body) => {
                serde_json::from_slice(&body).expect("a message")
            }
            To::Nowhere => Value::Null,
        }
    }

    /// A session that has said hello, in UTF-8.
    fn session() -> Session {
        let mut session = Session::default();
        let folders = json!([{"uri": "file:///a", "name": "a"}]);
        let params = json!({"processId": 7, "workspaceFolders": folders});
        let hello = json!({"id": 1, "method": "initialize", "params": params});
        editor_said(&mut session, hello);
        let capabilities = json!({"positionEncoding": "utf-8"});
        daemon_said(
            &mut session,
            json!({"id": 1, "result": {"capabilities": capabilities}}),
        );
        editor_said(&mut session, json!({"method": "initialized", "params": {}}));
        session
    }

    #[test]
    fn a_new_daemon_is_told_the_text_as_it_is_now() {
        let mut session = session();
        let mut open = |name: &str| {
            let document = json!({
                "uri": format!("file:///{name}"), "languageId": "rust", "version": 1, "text": "é\n",
            });
            let params = json!({"textDocument": document});
            editor_said(
                &mut session,
                json!({"method": "textDocument/didOpen", "params": params}),
            );
        };
        open("a.rs");
        open("b.rs");
        let at = json!({"line": 0, "character": 2});
        let params = json!({
            "textDocument": {"uri": "file:///a.rs", "version": 5},
            "contentChanges": [{"range": {"start": at, "end": at}, "text": "x"}],
        });
        editor_said(
            &mut session,
            json!({"method": "textDocument/didChange", "params": params}),
        );
        let params = json!({"textDocument": {"uri": "file:///b.rs"}});
        editor_said(
            &mut session,
            json!({"method": "textDocument/didClose", "params": params}),
        );

        let (hello, is_kept_back) = session.replayed_initialize().expect("it was said");
        assert_eq!((&hello["id"], is_kept_back), (&json!(REPLAYED), true));
        assert_eq!(hello["params"]["processId"], 7);
        let state = session.replayed_state();
        let methods: Vec<_> = state.iter().map(|m| m["method"].clone()).collect();
        assert_eq!(methods, ["initialized", "textDocument/didOpen"]);
        let document = json!({
            "uri": "file:///a.rs", "languageId": "rust", "version": 5, "text": "éx\n",
        });
        assert_eq!(state[1]["params"]["textDocument"], document);
        let answer = json!({"id": REPLAYED, "result": {}});
        assert_eq!(daemon_said(&mut session, answer), To::Nowhere);
    }

    #[test]
    fn a_text_that_is_not_known_is_not_told_as_if_it_were() {
        let mut session = session();
        let uri = "file:///a.rs";
        let mut say = |method: &str, document: Value, rest: (&str, Value)| {
            let mut params = json!({"textDocument": document});
            params[rest.0] = rest.1;
            let method = format!("textDocument/{method}");
            editor_said(&mut session, json!({"method": method, "params": params}));
            session.replayed_state()[1]["params"]["textDocument"]["text"].clone()
        };
        let opened = json!({"uri": uri, "text": "a\n"});
        assert_eq!(say("didOpen", opened.clone(), ("", json!(null))), "a\n");
        let document = json!({"uri": uri});
        let outside = json!([{"range": {
            "start": {"line": 2.0, "character": 0}, "end": {"line": 2, "character": 0},
        }, "text": "x"}]);
        let changed = ("contentChanges", outside.clone());
        assert_eq!(say("didChange", document.clone(), changed), Value::Null);
        let whole = ("contentChanges", json!([{"text": "b\n"}]));
        assert_eq!(say("didChange", document.clone(), whole), "b\n");
        let changed = ("contentChanges", outside);
        assert_eq!(say("didChange", document.clone(), changed), Value::Null);
        assert_eq!(say("didSave", document, ("text", json!("c\n"))), "c\n");
        assert_eq!(
            say("didOpen", json!({"uri": uri}), ("", json!(null))),
            Value::Null
        );
        assert_eq!(say("didOpen", opened, ("", json!(null))), "a\n");
    }

    #[test]
    fn folders_and_settings_are_told_as_they_are_now() {
        let mut session = session();
        let event = json!({
            "added": [{"uri": "file:///b", "name": "b"}],
            "removed": [{"uri": "file:///a", "name": "a"}],
        });
        let method = "workspace/didChangeWorkspaceFolders";
        editor_said(
            &mut session,
            json!({"method": method, "params": {"event": event}}),
        );
        let method = "workspace/didChangeConfiguration";
        for candidates in [1, 2] {
            let params = json!({"settings": {"candidates": candidates}});
            editor_said(&mut session, json!({"method": method, "params": params}));
        }
        editor_said(&mut session, json!({"id": 2, "method": "lstm-ls/status"}));
        let (hello, _) = session.replayed_initialize().expect("it was said");
        let folders = json!([{"uri": "file:///b", "name": "b"}]);
        assert_eq!(hello["params"]["workspaceFolders"], folders);
        let state = session.replayed_state();
        assert_eq!(state[1]["params"]["settings"]["candidates"], 2);
        assert_eq!(state[2]["method"], "lstm-ls/status");
    }

    // On Windows a folder has a drive.
    #[cfg(unix)]
    #[test]
    fn a_root_is_one_folder_among_others_from_the_first_change_on() {
        for params in [
            json!({"rootUri": "file:///a"}),
            json!({"rootPath": "/a", "workspaceFolders": []}),
            json!({"rootPath": "/x", "workspaceFolders": [{"uri": "file:///a", "name": "/a"}]}),
        ] {
            let mut session = Session::default();
            let hello = json!({"id": 1, "method": "initialize", "params": params});
            editor_said(&mut session, hello);
            let mut folders = |added: Value, removed: Value| -> Vec<String> {
                let params = json!({"event": {"added": added, "removed": removed}});
                let method = "workspace/didChangeWorkspaceFolders";
                editor_said(&mut session, json!({"method": method, "params": params}));
                let (hello, _) = session.replayed_initialize().expect("it was said");
                let folders = peer::folders(&hello["params"]).into_iter();
                folders.map(|folder| folder.to_string()).collect()
            };
            let folder = |name: &str| json!([{"uri": format!("file:///{name}"), "name": name}]);
            assert_eq!(folders(folder("b"), json!([])), ["file:///a", "file:///b"]);
            assert_eq!(folders(json!([]), folder("b")), ["file:///a"]);
            assert_eq!(folders(json!([]), folder("a")), [] as [&str; 0]);
        }
    }

    #[test]
    fn what_is_under_way_is_answered_when_the_daemon_is_gone() {
        let mut session = session();
        editor_said(
            &mut session,
            json!({"id": "a", "method": "textDocument/completion"}),
        );
        editor_said(
            &mut session,
            json!({"id": 2, "method": "textDocument/completion"}),
        );
        daemon_said(&mut session, json!({"id": 2, "result": null}));
        editor_said(&mut session, json!({"id": 3, "method": "shutdown"}));
        let mut answers = session.abandon();
        answers.sort_by_key(|answer| answer["id"].to_string());
        assert_eq!(answers.len(), 2);
        assert_eq!(
            (&answers[0]["id"], &answers[0]["error"]["code"]),
            (&json!("a"), &json!(-32801))
        );
        assert_eq!(
            (&answers[1]["id"], &answers[1]["result"]),
            (&json!(3), &Value::Null)
        );
        assert_eq!(session.abandon(), [] as [Value; 0]);
    }

    #[test]
    fn what_the_editor_shows_ends_with_the_daemon() {
        let mut session = session();
        for (token, kind) in [
            ("a", "begin"),
            ("b", "begin"),
            ("a", "report"),
            ("b", "end"),
        ] {
            let params = json!({"token": token, "value": {"kind": kind}});
            daemon_said(
                &mut session,
                json!({"method": "$/progress", "params": params}),
            );
        }
        let ends = session.abandon();
        assert_eq!(ends.len(), 1);
        assert_eq!(ends[0]["params"]["token"], "a");
        assert_eq!(ends[0]["params"]["value"]["kind"], "end");
        assert_eq!(session.abandon(), [] as [Value; 0]);
    }

    #[test]
    fn an_unanswered_initialize_is_said_again_as_it_was() {
        let mut session = Session::default();
        editor_said(
            &mut session,
            json!({"id": 1, "method": "initialize", "params": {}}),
        );
        assert_eq!(session.abandon(), [] as [Value; 0]);
        let (hello, is_kept_back) = session.replayed_initialize().expect("it was said");
        assert_eq!((&hello["id"], is_kept_back), (&json!(1), false));
    }

    #[test]
    fn a_late_answer_does_not_reach_another_daemon() {
        let mut session = session();
        let ask = |id| json!({"id": id, "method": "workspace/configuration"});
        let first = read(daemon_said(&mut session, ask(0)));
        session.abandon();
        let second = read(daemon_said(&mut session, ask(0)));
        assert_ne!(first["id"], second["id"]);
        let answer = |id: &Value| json!({"id": id, "result": []});
        assert_eq!(editor_said(&mut session, answer(&first["id"])), To::Nowhere);
        let passed = read(editor_said(&mut session, answer(&second["id"])));
        assert_eq!(passed, json!({"jsonrpc": "2.0", "id": 0, "result": []}));
    }

    #[test]
    fn a_registration_reaches_the_editor_once() {
        let mut session = session();
        let registrations = json!([{"id": "r", "method": "m"}]);
        let register = json!({
            "id": 0, "method": "client/registerCapability",
            "params": {"registrations": registrations},
        });
        assert!(matches!(
            daemon_said(&mut session, register.clone()),
            To::Editor(_)
        ));
        session.abandon();
        let answered = daemon_said(&mut session, register);
        assert!(matches!(answered, To::Daemon(_)), "{answered:?}");
        assert_eq!(read(answered)["result"], Value::Null);
    }
}
