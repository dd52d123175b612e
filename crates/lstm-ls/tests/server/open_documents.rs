//! Documents that belong to the user are known from the moment they are open, wherever
//! they lie.

use serde_json::{Value, json};

use crate::client::Client;
use crate::workspace::{begun, functions, ghost, open, uri};

/// A client without a folder.
async fn without_folder() -> Client {
    let mut client = Client::connect("");
    let options = json!({"deadlineMs": 60000});
    let params = json!({"capabilities": {}, "initializationOptions": options});
    client.initialize(params).await;
    client
}

/// Whether `shown` is what the line would go on with, up to its end or to where that is not
/// sure any more.
fn is_start(shown: &Value, line: &str) -> bool {
    let shown = shown.as_str().unwrap_or_default();
    shown.len() > 4 && line.starts_with(shown)
}

async fn open_as(client: &mut Client, uri: &str, language: &str, text: &str) {
    let document = json!({"uri": uri, "languageId": language, "version": 1, "text": text});
    let params = json!({"textDocument": document});
    client.notify("textDocument/didOpen", params).await;
}

async fn close(client: &mut Client, uri: &str) {
    let params = json!({"textDocument": {"uri": uri}});
    client.notify("textDocument/didClose", params).await;
}

/// Functions that end alike, in four languages, and the start of one more up to where the
/// end is to be typed.
const LANGUAGES: [(&str, &str, &str, &str); 4] = [
    (
        "go",
        "func f#() error {\n\tr.lock.Lock()\n\treturn ",
        "r.closed\n}\n",
        "go",
    ),
    (
        "rust",
        "fn f#(&self) {\n    self.lock();\n    self.registry.",
        "close();\n}\n",
        "rs",
    ),
    (
        "python",
        "def f#(self):\n    self.lock()\n    return ",
        "self.closed\n",
        "py",
    ),
    (
        "typescript",
        "function f#() {\n  lock.enter(owner, 0);\n  return ",
        "registry.closed;\n}\n",
        "ts",
    ),
];

fn texts((_, body, end, _): (&str, &str, &str, &str)) -> (String, String) {
    let all = |i: usize| format!("{}{end}", body.replace('#', &i.to_string()));
    ((0..40).map(all).collect(), body.replace('#', "More"))
}

/// What is shown at the end of the three lines that were begun in the document.
async fn shown(client: &mut Client, uri: &str, begun: &str) -> Value {
    let line = begun.lines().last().unwrap_or_default();
    let params = json!({
        "textDocument": {"uri": uri},
        "position": {"line": 2, "character": line.len()},
        "context": {"triggerKind": 2},
    });
    let list = client.call("textDocument/inlineCompletion", params).await;
    let text = list.unwrap().pointer("/items/0/insertText").cloned();
    text.unwrap_or_default()
}

#[tokio::test]
async fn other_tabs_are_known_without_a_folder_and_forgotten_when_closed() {
    for language in LANGUAGES {
        let (id, _, end, extension) = language;
        let (text, begun) = texts(language);
        let line = end.lines().next().unwrap_or_default();
        for other in [
            format!("file:///no/such/folder/other.{extension}"),
            "untitled:Untitled-1".to_owned(),
            "vscode-notebook-cell:/no/such/n.ipynb#W0".to_owned(),
        ] {
            let mut client = without_folder().await;
            let this = format!("file:///elsewhere/this.{extension}");
            open_as(&mut client, &other, id, &text).await;
            open_as(&mut client, &this, id, &begun).await;
            let known = shown(&mut client, &this, &begun).await;
            assert!(is_start(&known, line), "{other}: {known}");
            // What is new has no file, but knows as much.
            open_as(&mut client, "untitled:Untitled-2", id, &begun).await;
            let new = shown(&mut client, "untitled:Untitled-2", &begun).await;
            assert!(is_start(&new, line), "{other}: {new}");
            close(&mut client, &other).await;
            assert_eq!(
                shown(&mut client, &this, &begun).await,
                Value::Null,
                "{other}"
            );
            client.finish().await;
        }
    }
}

#[tokio::test]
async fn looks_at_older_versions_and_logs_are_not_known() {
    for other in ["git:/src/b.go?HEAD", "output:extension", "review:/src/b.go"] {
        let mut client = without_folder().await;
        let this = json!("file:///src/a.go");
        open(&mut client, &json!(other), &functions("r.closed")).await;
        open(&mut client, &this, &begun()).await;
        assert_eq!(ghost(&mut client, &this).await, Value::Null, "{other}");
        client.finish().await;
    }
}

#[tokio::test]
async fn what_git_ignores_is_not_known_elsewhere_though_it_is_open() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join(".git")).unwrap();
    std::fs::create_dir_all(folder.path().join("build")).unwrap();
    std::fs::write(folder.path().join(".gitignore"), "ignored.go\nbuild/\n").unwrap();
    for has_folder in [true, false] {
        for (name, is_known) in [
            ("ignored.go", false),
            ("build/made.go", false),
            ("other.go", true),
        ] {
            let mut client = Client::connect("");
            let named = json!([{"uri": uri(folder.path(), ""), "name": "it"}]);
            let folders = if has_folder { named } else { Value::Null };
            let options = json!({"deadlineMs": 60000});
            let params = json!({
                "capabilities": {}, "workspaceFolders": folders, "initializationOptions": options,
            });
            client.initialize(params).await;
            let (other, this) = (uri(folder.path(), name), uri(folder.path(), "this.go"));
            open(&mut client, &other, &functions("r.closed")).await;
            open(&mut client, &this, &begun()).await;
            let shown = ghost(&mut client, &this).await;
            assert_eq!(
                shown != Value::Null,
                is_known,
                "{name}, {has_folder}: {shown}"
            );
            client.finish_amid_news().await;
        }
    }
}

#[tokio::test]
async fn the_cells_of_a_notebook_are_one_text_up_to_the_cursor() {
    for language in LANGUAGES {
        let (id, ..) = language;
        let (text, begun) = texts(language);
        let line = language.2.lines().next().unwrap_or_default();
        let cell = |i: usize| format!("vscode-notebook-cell:/no/such/n.ipynb#W{i}sZmlsZQ%3D%3D");
        let mut client = without_folder().await;
        // The functions are parted between cells; another kind of cell stands between them.
        let middle = text.len() / 2;
        let middle = text[..middle].rfind("\n\n").unwrap_or_else(|| {
            let start = text[..middle].rfind(&language.1[..4]).unwrap();
            start - 1
        });
        open_as(&mut client, &cell(0), id, &text[..middle]).await;
        open_as(&mut client, &cell(1), "markdown", "# A title\n").await;
        open_as(&mut client, &cell(2), id, &text[middle + 1..]).await;
        open_as(&mut client, &cell(3), id, &begun).await;
        // Named as other clients spell it.
        let this = cell(3).replace("%3D", "=");
        let known = shown(&mut client, &this, &begun).await;
        assert!(is_start(&known, line), "{id}: {known}");
        // The same cells further down are known too, but a cell knows no end of its own.
        open_as(&mut client, &cell(4), id, &begun).await;
        for other in [0, 2] {
            close(&mut client, &cell(other)).await;
        }
        assert_eq!(shown(&mut client, &this, &begun).await, Value::Null, "{id}");
        open_as(&mut client, &cell(5), id, &text).await;
        let known = shown(&mut client, &this, &begun).await;
        assert!(is_start(&known, line), "{id}: {known}");
        client.finish().await;
    }
}

#[tokio::test]
async fn a_document_has_one_name_however_its_client_spells_it() {
    for (opened, asked) in [
        ("file:///no/b%5B1%5D.go", "file:///no/b[1].go"),
        ("file:///c%3A/src/a.go", "file:///C:/src/a.go"),
        ("file:///no/%28group%29/a.go", "file:///no/(group)/a.go"),
        ("untitled:Untitled%2D1", "untitled:Untitled-1"),
    ] {
        let mut client = without_folder().await;
        let text = format!("{}{}", begun(), functions("r.closed"));
        open(&mut client, &json!(opened), &text).await;
        let changed = json!({
            "textDocument": {"uri": asked, "version": 2},
            "contentChanges": [{"text": begun()}],
        });
        client.notify("textDocument/didChange", changed).await;
        let params = json!({"textDocument": {"uri": opened}});
        let now = client.call("lstm-ls/document", params).await.unwrap();
        assert_eq!(now["text"], begun(), "{opened}");
        close(&mut client, asked).await;
        let params = json!({"textDocument": {"uri": opened}});
        assert!(client.call("lstm-ls/document", params).await.is_err());
        client.finish().await;
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_document_does_not_know_its_own_end_through_a_link_either() {
    let folder = tempfile::tempdir().unwrap();
    let real = folder.path().join("real");
    std::fs::create_dir(&real).unwrap();
    for link in ["link", "second"] {
        std::os::unix::fs::symlink(&real, folder.path().join(link)).unwrap();
    }
    let text = format!("{}\n}}\n{}", begun(), functions("r.closed"));
    std::fs::write(real.join("a.go"), &text).unwrap();
    for (opened, named) in [("real", "link"), ("link", "real"), ("link", "second")] {
        let mut client = Client::connect("");
        let folders = json!([{"uri": uri(folder.path(), opened), "name": "it"}]);
        let options = json!({"deadlineMs": 60000});
        let params = json!({
            "capabilities": {}, "workspaceFolders": folders, "initializationOptions": options,
        });
        client.initialize(params).await;
        while crate::workspace::status(&mut client).await["workspace"]["reading"] == true {}
        let document = uri(&folder.path().join(named), "a.go");
        open(&mut client, &document, &text).await;
        assert_eq!(
            ghost(&mut client, &document).await,
            Value::Null,
            "{opened} {named}"
        );
        client.finish_amid_news().await;
    }
}
