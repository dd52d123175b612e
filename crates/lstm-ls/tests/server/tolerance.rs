//! What clients write otherwise than the standard has it, a row a kind: it is read as it
//! was meant, or the server says that it does not know the text any more.

use serde_json::{Value, json};

use crate::client::{Client, at};

/// One input of a kind.
struct Case {
    /// What the client calls the language, its document, and the text of that.
    document: (&'static str, &'static str, &'static str),
    /// A message about that document, with `URI` for its name.
    message: String,
    /// The text after it, or the reason why there is none.
    expect: Result<&'static str, &'static str>,
}

const RUST: (&str, &str, &str) = ("rust", "file:///a.rs", "fn f() {\n    let é = 1;\n}\n");
const PYTHON: (&str, &str, &str) = ("python", "file:///a.py", "def f():\r\n    pass\r\n");
const TYPESCRIPT: (&str, &str, &str) = ("typescript", "file:///a.ts", "const a = \"😀\";\n");
const C: (&str, &str, &str) = ("c", "untitled:a.c", "int f(void);\n");

fn notification(method: &str, params: &str) -> String {
    let params = format!(r#"{{"jsonrpc":"2.0","method":"{method}","params":{{{params}}}}}"#);
    params.replace("URI", r#""uri":"NAME""#)
}

/// `changes` as the text of a JSON list, after what else is said of the document.
fn change(document: &str, changes: &str) -> String {
    let params = format!(r#""textDocument":{{URI{document}}},"contentChanges":{changes}"#);
    notification("textDocument/didChange", &params)
}

/// A change of a range, with numbers as they are written.
fn edit(start: (&str, &str), end: (&str, &str), text: &str) -> String {
    let at = |(line, character)| format!(r#"{{"line":{line},"character":{character}}}"#);
    let (start, end) = (at(start), at(end));
    change(
        r#","version":2"#,
        &format!(r#"[{{"range":{{"start":{start},"end":{end}}},"text":"{text}"}}]"#),
    )
}

fn open(rest: &str) -> String {
    notification(
        "textDocument/didOpen",
        &format!(r#""textDocument":{{URI{rest}}}"#),
    )
}

fn table() -> Vec<(&'static str, Vec<Case>)> {
    let case = |document, message: String, expect| Case {
        document,
        message,
        expect,
    };
    let whole = |document, said: &str, expect| {
        case(document, change(said, r#"[{"text":"x = 1\n"}]"#), expect)
    };
    let lost = Err("out-of-step");
    vec![
        (
            "the version of a change",
            vec![
                whole(RUST, "", Ok("x = 1\n")),
                whole(PYTHON, r#","version":null"#, Ok("x = 1\n")),
                whole(TYPESCRIPT, r#","version":1764450000000"#, Ok("x = 1\n")),
                whole(C, r#","version":2.0"#, Ok("x = 1\n")),
                whole(C, r#","version":"2""#, Ok("x = 1\n")),
                whole(RUST, r#","version":-1e300"#, Ok("x = 1\n")),
            ],
        ),
        (
            "numbers of a position",
            vec![
                case(
                    RUST,
                    edit(("1.0", "8"), ("1", "9.0"), "x"),
                    Ok("fn f() {\n    let x = 1;\n}\n"),
                ),
                case(
                    PYTHON,
                    edit(("1e0", "4.0"), ("10e-1", "0.8e1"), "return"),
                    Ok("def f():\r\n    return\r\n"),
                ),
                case(
                    TYPESCRIPT,
                    edit(("0", "0"), ("0", "9007199254740991"), "let b;"),
                    Ok("let b;\n"),
                ),
                case(
                    C,
                    edit(("0.0", "-0.0"), ("1.7976931348623157e308", "0"), ""),
                    Ok(""),
                ),
            ],
        ),
        (
            "ranges that are no ranges",
            vec![
                case(RUST, change("", r#"[{"range":null,"text":"a"}]"#), Ok("a")),
                case(
                    PYTHON,
                    change("", r#"[{"range":null,"rangeLength":null,"text":"b"}]"#),
                    Ok("b"),
                ),
                case(C, change("", "[]"), Ok(C.2)),
            ],
        ),
        (
            "half a surrogate pair",
            vec![
                case(
                    RUST,
                    edit(("1", "8"), ("1", "9"), r"\ud83d"),
                    Ok("fn f() {\n    let \u{fffd} = 1;\n}\n"),
                ),
                case(
                    PYTHON,
                    change("", r#"[{"text":"\ude00 \ud83d\ude00 \ud83d"}]"#),
                    Ok("\u{fffd} 😀 \u{fffd}"),
                ),
                case(
                    TYPESCRIPT,
                    open(r#","languageId":"typescript","version":1,"text":"\ud800\ud800;\t\"""#),
                    Ok("\u{fffd}\u{fffd};\t\""),
                ),
                case(C, change("", "[{\"text\":\"a\tb\u{1}\"}]"), Ok("a\tb\u{1}")),
            ],
        ),
        (
            "documents of which little is said",
            vec![
                case(RUST, open(r#","languageId":"rust","text":"a""#), Ok("a")),
                case(PYTHON, open(r#","version":1,"text":"b""#), Ok("b")),
                case(
                    TYPESCRIPT,
                    open(r#","languageId":null,"version":null,"text":"c""#),
                    Ok("c"),
                ),
                case(
                    C,
                    open(r#","languageId":7,"version":1.5,"text":"d""#),
                    Ok("d"),
                ),
                case(RUST, open(r#","languageId":"rust","version":1"#), lost),
                case(PYTHON, open(r#","text":null"#), lost),
            ],
        ),
        (
            "edits that can't be applied",
            vec![
                case(RUST, edit(("4", "0"), ("4", "0"), "x"), lost),
                case(RUST, edit(("1", "9"), ("1", "8"), "x"), lost),
                case(PYTHON, edit(("9", "9"), ("9", "9"), "x"), lost),
                case(PYTHON, edit(("1", "0"), ("0", "8"), "x"), lost),
                case(TYPESCRIPT, edit(("0", "12"), ("0", "13"), "x"), lost),
                case(TYPESCRIPT, edit(("0", "-1"), ("0", "1"), "x"), lost),
                case(TYPESCRIPT, edit(("0.5", "0"), ("1", "0"), "x"), lost),
                case(C, change("", "[{}]"), lost),
                case(C, change("", r#"[{"text":null}]"#), lost),
                case(C, change("", r#"[{"range":{},"text":"x"}]"#), lost),
                case(C, change("", "null"), lost),
                case(C, change("", r#"{"text":"x"}"#), lost),
                // What comes after it in the same message is no better.
                case(
                    RUST,
                    change(
                        "",
                        r#"[7,{"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}},"text":"x"}]"#,
                    ),
                    lost,
                ),
                case(RUST, change("", r#"[7,{"text":"x"}]"#), Ok("x")),
            ],
        ),
    ]
}

struct Session {
    client: Client,
    name: &'static str,
}

impl Session {
    /// A client that has a document open.
    async fn start((language, name, text): (&str, &'static str, &str)) -> Self {
        let mut client = Client::start("let answer = 42;\n").await;
        let document = json!({"uri": name, "languageId": language, "version": 1, "text": text});
        client
            .notify("textDocument/didOpen", json!({"textDocument": document}))
            .await;
        Self { client, name }
    }

    /// What `method` says of the document.
    async fn ask(&mut self, method: &str) -> Value {
        let about = json!({"textDocument": {"uri": self.name}});
        self.client.call(method, about).await.unwrap()
    }

    /// The text, or why there is none.
    async fn text(&mut self) -> Result<String, String> {
        let held = self.ask("lstm-ls/document").await;
        let reason = self.ask("lstm-ls/explain").await;
        let at = json!({"line": 0, "character": 0});
        let about = json!({"textDocument": {"uri": self.name}, "position": at});
        let list = self.client.call("textDocument/completion", about).await;
        let text = held["text"].as_str().unwrap().to_owned();
        if held["outOfStep"].is_null() {
            assert_ne!(reason["code"], "out-of-step");
            return Ok(text);
        }
        assert_eq!((text.as_str(), &list.unwrap()["items"]), ("", &json!([])));
        Err(reason["code"].as_str().unwrap().to_owned())
    }
}

#[tokio::test]
async fn what_clients_write_is_read_as_it_was_meant() {
    for (kind, cases) in table() {
        assert!(cases.len() >= 3, "{kind}");
        println!("{kind}: {} inputs", cases.len());
        for case in cases {
            let mut session = Session::start(case.document).await;
            let message = case.message.replace("NAME", session.name);
            session.client.send(&message).await;
            let expect = case.expect.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(session.text().await, expect, "{kind}: {message}");
            session.client.finish().await;
        }
    }
}

#[tokio::test]
async fn a_document_out_of_step_is_whole_again_once_its_text_is_told() {
    let save = notification("textDocument/didSave", r#""textDocument":{URI},"text":"b""#);
    let nothing = notification("textDocument/didSave", r#""textDocument":{URI}"#);
    let close = notification("textDocument/didClose", r#""textDocument":{URI}"#);
    let again = open(r#","languageId":"c","version":9,"text":"b""#);
    let edited = edit(("0", "0"), ("0", "0"), "b");
    let whole = change("", r#"[{"text":"b"}]"#);
    for (messages, expect) in [
        (vec![&save], Ok("b")),
        (vec![&whole], Ok("b")),
        (vec![&again], Ok("b")),
        (vec![&close, &again], Ok("b")),
        (vec![&edited, &save, &edited], Ok("bb")),
        (vec![&nothing], Err("out-of-step")),
        (vec![&edited, &edited], Err("out-of-step")),
    ] {
        for document in [RUST, PYTHON, TYPESCRIPT, C] {
            let mut session = Session::start(document).await;
            let lost = edit(("9", "0"), ("9", "0"), "x");
            for message in [&lost].into_iter().chain(messages.iter().copied()) {
                session
                    .client
                    .send(&message.replace("NAME", session.name))
                    .await;
            }
            let expect = expect.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(session.text().await, expect, "{messages:?}");
            session.client.finish().await;
        }
    }
}

#[tokio::test]
async fn why_a_document_is_out_of_step_is_explained_before_anything_is_asked() {
    let mut session = Session::start(RUST).await;
    let lost = edit(("9", "0"), ("9", "0"), "x");
    session
        .client
        .send(&lost.replace("NAME", session.name))
        .await;
    let reason = json!({
        "code": "out-of-step",
        "message": "The editor's text is not known: a change began behind the last line. \
                    Saving or opening it again helps.",
    });
    assert_eq!(session.ask("lstm-ls/explain").await, reason);
    assert_eq!(session.ask("lstm-ls/status").await["lastReason"], reason);
    session.client.finish_amid_news().await;
}

#[tokio::test]
async fn what_was_saved_is_the_text() {
    let mut session = Session::start(RUST).await;
    let params = json!({"textDocument": {"uri": session.name}, "text": "another\n"});
    session.client.notify("textDocument/didSave", params).await;
    assert_eq!(session.text().await.as_deref(), Ok("another\n"));
    session.client.finish().await;
}

#[tokio::test]
async fn ids_and_contexts_of_every_kind_are_answered() {
    let mut client = Client::start("let answer = 42;\n").await;
    let position = client.open_at_cursor("let a$0").await;
    for (id, answered) in [
        ("700.0", json!(700)),
        ("7.01e2", json!(701)),
        ("\"1.0\"", json!("1.0")),
    ] {
        let about = at(&position);
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":{id},"method":"textDocument/completion","params":{about}}}"#
        );
        client.send(&body).await;
        let answer = client.raw_answer(answered).await;
        assert_ne!(answer["result"]["items"], json!([]), "{id}");
    }
    let odd = [
        json!(null),
        json!([]),
        json!({}),
        json!({"triggerKind": null}),
    ];
    for context in odd.iter().chain(&[json!({"triggerKind": 2.0})]) {
        for method in ["textDocument/completion", "textDocument/inlineCompletion"] {
            let mut params = at(&position);
            params["context"] = context.clone();
            let answer = client.call(method, params).await.unwrap();
            assert_ne!(answer["items"], json!([]), "{method} {context}");
        }
        let start = json!({"line": 0, "character": 0});
        let mut params = at(&position);
        params["range"] = json!({"start": start, "end": start});
        params["context"] = context.clone();
        let answer = client.call("textDocument/codeAction", params).await;
        assert_eq!(answer, Ok(json!([])), "{context}");
    }
    client.finish().await;
}

#[tokio::test]
async fn what_is_unknown_in_dollars_is_refused_only_where_an_answer_is_awaited() {
    let mut client = Client::start("").await;
    for method in ["$/foo", "$/a/b", "$/", "$/lstm-ls/none", "other/foo"] {
        for params in [json!(null), json!({}), json!([1])] {
            let (code, _) = client.call(method, params.clone()).await.unwrap_err();
            assert_eq!(code, -32601, "{method}");
            client.notify(method, params).await;
        }
    }
    // Nothing is left over, which `finish` sees.
    client.finish().await;
}

#[tokio::test]
async fn a_language_is_known_by_every_name() {
    for (said, name, language, off) in [
        ("Rust", "a.rs", "rust", "rs"),
        ("rs", "a", "rust", "Rust"),
        ("", "a.RS", "rust", ".rs"),
        ("rust-lang", "a.rs", "rust", "RUST"),
        ("typescriptreact", "a.tsx", "typescriptreact", "tsx"),
        ("TypeScript.TSX", "a", "typescriptreact", "TypeScriptReact"),
        ("plaintext", "a.svelte", "svelte", "Svelte"),
        ("", "a.vue", "vue", "Vue"),
        ("C++", "a.h", "cpp", "cplusplus"),
        ("nonsense", "a.tpp", "cpp", "hxx"),
        ("", "a.ino", "cpp", "C++"),
        ("", "a.cu", "cuda-cpp", "CUDA"),
        ("", "a.mm", "objective-cpp", "Objective-C++"),
        ("Python3", "a", "python", "pyw"),
        ("", "a.pyw", "python", "Python"),
    ] {
        let mut client = Client::connect("let answer = 42;\n");
        let params = json!({"initializationOptions": {"disabledLanguages": [off]}});
        client.initialize(params).await;
        let uri = format!("file:///p/{name}");
        let document = json!({"uri": uri, "languageId": said, "version": 1, "text": "a"});
        let params = json!({"textDocument": document});
        client.notify("textDocument/didOpen", params).await;
        let about = json!({"textDocument": {"uri": uri}});
        let held = client.call("lstm-ls/document", about.clone()).await;
        assert_eq!(held.unwrap()["languageId"], language, "{said:?} {name}");
        let reason = client.call("lstm-ls/explain", about).await;
        assert_eq!(reason.unwrap()["code"], "language-off", "{off} {language}");
        client.finish().await;
    }
}

#[tokio::test]
async fn initialized_needs_no_parameters() {
    for params in [
        "",
        r#","params":null"#,
        r#","params":[]"#,
        r#","params":{"x":1}"#,
    ] {
        let mut client = Client::connect("");
        let capabilities = json!({"workspace": {"configuration": true}});
        client
            .call("initialize", json!({"capabilities": capabilities}))
            .await
            .unwrap();
        let body = format!(r#"{{"jsonrpc":"2.0","method":"initialized"{params}}}"#);
        client.send(&body).await;
        // What it begins with, so its handler has run.
        let asked = client.server_request("workspace/configuration").await;
        client.reply(&asked, json!([null])).await;
        client.finish().await;
    }
}
