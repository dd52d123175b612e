//! What a client says of itself in `initialize`, as far as anything depends on it.
//!
//! Read by hand, not through lsp-types: a capability of another protocol
//! version, or one of the wrong type, costs only itself.

use serde::Deserialize;
use serde_json::{Value, json};
use tower_lsp::lsp_types::{PositionEncodingKind, Url};

use super::position::Encoding;

/// The client's side of the session.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Peer {
    /// What positions count, as agreed on.
    pub(super) encoding: Encoding,
    /// `initializationOptions`.
    pub(super) options: Option<Value>,
    /// The editor's process, if it is on this machine.
    pub(super) process_id: Option<u32>,
    /// Open folders, in the client's order.
    pub(super) folders: Vec<Url>,
    /// Whether it answers `workspace/configuration`.
    pub(super) configuration: bool,
    /// Whether it wants to be asked to send `workspace/didChangeConfiguration`.
    pub(super) registers_configuration: bool,
    /// Whether it wants to be asked to send `workspace/didChangeWatchedFiles`.
    pub(super) registers_files: bool,
    /// Whether it shows progress.
    pub(super) progress: bool,
    /// Whether it sends `workspace/executeCommand`.
    pub(super) commands: bool,
    /// Whether it asks for diagnostics.
    pub(super) diagnostics: bool,
    /// Whether it can be told to ask for them again.
    pub(super) diagnostics_refresh: bool,
    /// Whether it takes code actions that are no commands.
    pub(super) code_actions: bool,
}

impl Peer {
    /// Reads the parameters of `initialize`.
    pub(super) fn read(params: &Value) -> Self {
        let capability = |path: &str| params.pointer(&format!("/capabilities/{path}"));
        let is_set = |path: &str| capability(path) == Some(&Value::Bool(true));
        let offers = capability("general/positionEncodings").and_then(Value::as_array);
        let offers = offers.into_iter().flatten().filter_map(Value::as_str);
        let offers: Vec<PositionEncodingKind> = offers.map(|name| name.to_owned().into()).collect();
        let process_id = params["processId"].as_u64();
        Self {
            encoding: Encoding::negotiate(&offers),
            options: params.get("initializationOptions").cloned(),
            process_id: process_id.and_then(|id| id.try_into().ok()),
            folders: folders(params),
            configuration: is_set("workspace/configuration"),
            registers_configuration: is_set("workspace/didChangeConfiguration/dynamicRegistration"),
            registers_files: is_set("workspace/didChangeWatchedFiles/dynamicRegistration"),
            progress: is_set("window/workDoneProgress"),
            diagnostics: capability("textDocument/diagnostic").is_some_and(Value::is_object),
            diagnostics_refresh: is_set("workspace/diagnostics/refreshSupport"),
            code_actions: capability("textDocument/codeAction/codeActionLiteralSupport")
                .is_some_and(Value::is_object),
            commands: capability("workspace/executeCommand").is_some_and(Value::is_object),
        }
    }
}

/// Parameters of `initialize` that lsp-types 0.94 can read, whatever a client
/// has put into its own: [`Peer`] has read those.
pub(super) fn readable_initialize() -> Value {
    json!({"capabilities": {}})
}

/// The folders of `workspaceFolders`, else `rootUri`, else `rootPath`, the names of three
/// ages of the protocol: the first of them that names a folder of a file system. Clients
/// of today send all three, and leave the newest empty where they have but one root.
pub(crate) fn folders(params: &Value) -> Vec<Url> {
    let named = params["workspaceFolders"].as_array();
    let named = named
        .into_iter()
        .flatten()
        .filter_map(|f| folder(&f["uri"]));
    let named: Vec<Url> = named.collect();
    if !named.is_empty() {
        return named;
    }
    let root = folder(&params["rootUri"]).or_else(|| {
        let path = params["rootPath"].as_str()?;
        // A URI is not what belongs there, but can't be mistaken.
        let url = Url::from_file_path(path).ok();
        url.or_else(|| folder(&params["rootPath"]))
    });
    root.into_iter().collect()
}

/// The URI in `value`, if it names a place in a file system.
fn folder(value: &Value) -> Option<Url> {
    let url = Url::deserialize(value).ok()?;
    (url.scheme() == "file" && url.to_file_path().is_ok()).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    // On Windows a folder has a drive.
    #[cfg(unix)]
    #[test]
    fn what_a_client_says_is_read() {
        let peer = Peer::read(&json!({
            "processId": 7, "rootUri": "file:///old",
            "workspaceFolders": [{"uri": "file:///a", "name": "a"}, {"uri": 5}],
            "initializationOptions": {"candidates": 1},
            "capabilities": {
                "general": {"positionEncodings": ["utf-7", 5, "utf-8"]},
                "window": {"workDoneProgress": true},
                "workspace": {
                    "configuration": true, "executeCommand": {},
                    "didChangeConfiguration": {"dynamicRegistration": true},
                    "didChangeWatchedFiles": {"dynamicRegistration": true},
                    "diagnostics": {"refreshSupport": true},
                },
                "textDocument": {
                    "diagnostic": {}, "codeAction": {"codeActionLiteralSupport": {}},
                },
            },
        }));
        let expected = Peer {
            encoding: Encoding::Utf8,
            options: Some(json!({"candidates": 1})),
            process_id: Some(7),
            folders: vec!["file:///a".parse().expect("a valid uri")],
            configuration: true,
            registers_configuration: true,
            registers_files: true,
            progress: true,
            commands: true,
            diagnostics: true,
            diagnostics_refresh: true,
            code_actions: true,
        };
        assert_eq!(peer, expected);
    }

    #[test]
    fn what_is_of_the_wrong_type_counts_as_not_said() {
        let nothing = Peer::default();
        assert_eq!(Peer::read(&json!({})), nothing);
        assert_eq!(Peer::read(&json!(7)), nothing);
        let odd = json!({
            "processId": "x", "rootUri": "", "workspaceFolders": 9,
            "capabilities": {"workspace": 4, "window": {"workDoneProgress": "yes"}},
        });
        assert_eq!(Peer::read(&odd), nothing);
    }

    #[cfg(windows)]
    #[test]
    fn folders_are_named_with_their_drives() {
        let folders = |params: Value| -> Vec<String> {
            let folders = Peer::read(&params).folders.into_iter();
            folders.map(|folder| folder.to_string()).collect()
        };
        let path = json!({"rootUri": "file:///w", "rootPath": r"C:\a b"});
        assert_eq!(folders(path), ["file:///C:/a%20b"]);
        let uri = json!({"rootUri": "file:///c%3A/w", "rootPath": r"C:\x"});
        assert_eq!(folders(uri), ["file:///c%3A/w"]);
    }

    // Paths of Unix.
    #[cfg(unix)]
    #[test]
    fn the_first_usable_of_three_ways_to_name_folders_is_taken() {
        let nothing: [&str; 0] = [];
        let folders = |params: Value| -> Vec<String> {
            let folders = Peer::read(&params).folders.into_iter();
            folders.map(|folder| folder.to_string()).collect()
        };
        for empty in [
            json!(null),
            json!([]),
            json!({}),
            json!("/w"),
            json!([{"uri": "untitled:w"}]),
            json!([{"uri": "vfs:///w", "name": "w"}, {"name": "no uri"}, null]),
        ] {
            let rooted = json!({
                "workspaceFolders": empty, "rootUri": "file:///u", "rootPath": "/p",
            });
            assert_eq!(folders(rooted), ["file:///u"], "{empty}");
            for unusable in [
                json!(null),
                json!(""),
                json!("/u"),
                json!("git:u"),
                json!(1),
            ] {
                let old = json!({
                    "workspaceFolders": empty, "rootUri": unusable, "rootPath": "/a b",
                });
                assert_eq!(folders(old), ["file:///a%20b"], "{empty} {unusable}");
            }
            let none = json!({"workspaceFolders": empty, "rootPath": "relative"});
            assert_eq!(folders(none), nothing);
        }
        let all = json!({
            "workspaceFolders": [{"uri": "file:///a"}, {"uri": "untitled:x"}, {"uri": "file:///b"}],
            "rootUri": "file:///u", "rootPath": "/p",
        });
        assert_eq!(folders(all), ["file:///a", "file:///b"]);
        assert_eq!(folders(json!({"rootPath": "file:///p"})), ["file:///p"]);
    }
}
