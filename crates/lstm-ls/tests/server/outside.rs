//! Files that other programs change while they are remembered.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use assistant::models::ModelSource;
use assistant::session::{Kept, Shared};
use serde_json::{Value, json};

use crate::client::Client;
use crate::parrot::{Gate, Parrot};
use crate::workspace::{begun, functions, ghost, open, status, uri};

/// A client of the server `shared` that has `folder` open, and the capabilities.
async fn client(shared: &Arc<Shared>, folder: &Path, watches: bool) -> Client {
    let mut client = Client::of(Arc::clone(shared));
    let folders = json!([{"uri": uri(folder, ""), "name": "it"}]);
    let watched = json!({"didChangeWatchedFiles": {"dynamicRegistration": watches}});
    let params = json!({
        "capabilities": {"workspace": watched}, "workspaceFolders": folders,
        "initializationOptions": {"deadlineMs": 60000},
    });
    client.initialize(params).await;
    if watches {
        let asked = client.server_request("client/registerCapability").await;
        let registration = &asked["params"]["registrations"][0];
        assert_eq!(registration["method"], "workspace/didChangeWatchedFiles");
        let watchers = &registration["registerOptions"]["watchers"];
        assert_eq!(*watchers, json!([{"globPattern": "**/*"}]));
        client.reply(&asked, Value::Null).await;
    }
    while status(&mut client).await["workspace"]["reading"] == true {}
    client
}

fn server() -> Arc<Shared> {
    let engine: Arc<dyn lstm_format::Engine> = Arc::new(Parrot::new("", Gate::default()));
    let source = ModelSource {
        engines: Arc::new(move |_| Ok(Arc::clone(&engine))),
        default_path: None,
        embedded: Vec::new(),
        folder: None,
    };
    Shared::new(source, Kept::default())
}

async fn told(client: &mut Client, changes: &[(Value, u8)]) {
    let changes = changes
        .iter()
        .map(|(uri, kind)| json!({"uri": uri, "type": kind}));
    let params = json!({"changes": changes.collect::<Vec<_>>()});
    client
        .notify("workspace/didChangeWatchedFiles", params)
        .await;
}

/// Created, changed, deleted: as the protocol counts them.
const CREATED: u8 = 1;
const CHANGED: u8 = 2;
const DELETED: u8 = 3;

#[tokio::test]
async fn a_client_that_watches_is_asked_to_tell_and_every_window_profits() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("pkg");
    fs::create_dir(&inside).unwrap();
    fs::write(inside.join("b.go"), functions("r.closed")).unwrap();
    let shared = server();
    let mut first = client(&shared, folder.path(), true).await;
    // The other window has the same folder open, and one more.
    let mut second = client(&shared, folder.path(), true).await;
    let document = uri(folder.path(), "a.go");
    for client in [&mut first, &mut second] {
        open(client, &document, &begun()).await;
        assert_eq!(ghost(client, &document).await, "r.closed");
    }
    // A checkout: the file changes, then the folder goes, then another one comes.
    fs::write(inside.join("b.go"), functions("ErrGone")).unwrap();
    told(&mut first, &[(uri(&inside, "b.go"), CHANGED)]).await;
    for client in [&mut first, &mut second] {
        while ghost(client, &document).await != "ErrGone" {}
    }
    fs::rename(&inside, folder.path().join("other")).unwrap();
    fs::write(folder.path().join("other/b.go"), functions("r.opened")).unwrap();
    let (old, new) = (uri(folder.path(), "pkg"), uri(folder.path(), "other"));
    told(&mut second, &[(old, DELETED), (new.clone(), CREATED)]).await;
    for client in [&mut first, &mut second] {
        while ghost(client, &document).await != "r.opened" {}
    }
    fs::remove_dir_all(folder.path().join("other")).unwrap();
    told(&mut first, &[(new, DELETED)]).await;
    for client in [&mut first, &mut second] {
        while ghost(client, &document).await != Value::Null {}
    }
    first.finish_amid_news().await;
    second.finish_amid_news().await;
}

#[tokio::test]
async fn the_server_watches_for_a_client_that_cannot() {
    changes_are_known_that_no_client_tells(false).await;
}

#[tokio::test]
async fn the_server_watches_for_a_client_that_tells_of_less_than_it_should() {
    changes_are_known_that_no_client_tells(true).await;
}

async fn changes_are_known_that_no_client_tells(registers: bool) {
    let folder = tempfile::tempdir().unwrap();
    let shared = server();
    let mut client = client(&shared, folder.path(), registers).await;
    let document = uri(folder.path(), "a.go");
    open(&mut client, &document, &begun()).await;
    assert_eq!(ghost(&mut client, &document).await, Value::Null);
    for (name, end) in [
        ("b.go", "r.closed"),
        ("b.go", "ErrGone"),
        ("new/c.go", "r.opened"),
        ("new/c.go", "r.lost"),
    ] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        if end == "r.opened" {
            fs::remove_file(folder.path().join("b.go")).unwrap();
        }
        // The last one is in a folder that was made later and is known by then.
        fs::write(path, functions(end)).unwrap();
        while ghost(&mut client, &document).await != end {}
    }
    client.finish_amid_news().await;
}

#[tokio::test]
async fn a_folder_is_closed_however_its_name_is_spelt() {
    for (name, closed) in [("it", "it/"), ("b[1]", "b%5B1%5D"), ("a b", "a%20b/")] {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join(name);
        fs::create_dir(&inside).unwrap();
        fs::write(inside.join("b.go"), functions("r.closed")).unwrap();
        let shared = server();
        let mut client = client(&shared, &inside, false).await;
        let document = json!("file:///elsewhere/a.go");
        open(&mut client, &document, &begun()).await;
        assert_eq!(ghost(&mut client, &document).await, "r.closed");
        let top = uri(folder.path(), "");
        let closed = format!("{}/{closed}", top.as_str().unwrap().trim_end_matches('/'));
        let removed = json!([{"uri": closed, "name": "it"}]);
        let params = json!({"event": {"added": [], "removed": removed}});
        client
            .notify("workspace/didChangeWorkspaceFolders", params)
            .await;
        assert_eq!(
            status(&mut client).await["workspace"],
            Value::Null,
            "{name}"
        );
        assert_eq!(ghost(&mut client, &document).await, Value::Null, "{name}");
        client.finish_amid_news().await;
    }
}
