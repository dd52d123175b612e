//! What the server answers: to its page, to mistakes, to malice, to crowds.

use std::io::{Read, Write};

use lstm_format::CellKind;
use serde_json::{Value, json};

use crate::client::Server;
use crate::models::{HIDDEN, by_hand, random, text, trying};

fn unit(text: &str) -> Value {
    json!({"name": "a.rs", "text": text, "layer": 0, "unit": 3})
}

#[test]
fn the_page_is_served_and_loads_nothing_from_elsewhere() {
    let server = Server::start(&by_hand());
    let page = server.get("/");
    assert_eq!(page.status, 200);
    let head = page.head.to_ascii_lowercase();
    assert!(head.contains("content-type: text/html"), "{head}");
    assert!(
        head.contains("content-security-policy: default-src 'self'"),
        "{head}"
    );
    // Every file that the page names, and those that these name, each seen from where it is
    // named: a module from its own folder, all else from the page.
    let mut waiting = vec!["/".to_owned()];
    let mut seen = Vec::new();
    while let Some(path) = waiting.pop() {
        let file = server.get(&path);
        assert_eq!(file.status, 200, "{path}");
        seen.push(path.clone());
        if path.contains("vendor") {
            continue;
        }
        let foreign = file.body.replace("http://www.w3.org/", "");
        assert!(
            !foreign.contains("http://") && !foreign.contains("https://"),
            "{path}"
        );
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for quoted in file.body.split('"').skip(1).step_by(2) {
            let found = match quoted.strip_prefix("./") {
                Some(name) => format!("{folder}/{name}"),
                None => format!("/{}", quoted.trim_start_matches("../")),
            };
            let is_file = [".js", ".css", ".svg"]
                .iter()
                .any(|end| found.ends_with(end));
            if is_file && !seen.contains(&found) {
                waiting.push(found);
            }
        }
    }
    assert!(seen.len() > 15, "{seen:?}");
}

#[test]
fn what_is_known_before_anything_is_read() {
    let server = Server::start(&random(CellKind::Peephole));
    let about = server.get("/api/about").lines().remove(0);
    assert_eq!(about["layers"], 2);
    assert_eq!(about["units"], HIDDEN);
    assert_eq!(about["documents"][0]["text"], text());
    let letters: Vec<_> = about["signals"].as_array().unwrap().iter().collect();
    let letters: Vec<_> = letters
        .iter()
        .map(|s| s["letter"].as_str().unwrap())
        .collect();
    assert_eq!(letters, ["h", "c", "i", "f", "g", "o"]);
}

#[test]
fn a_unit_is_told_piece_by_piece() {
    let server = Server::start(&by_hand());
    let text = text();
    let lines = server.ask("unit", &unit(&text)).lines();
    let (done, pieces) = lines.split_last().unwrap();
    assert_eq!(done["done"], text.len());
    assert!(pieces.len() > 1);
    let mut at = 0;
    for piece in pieces {
        assert_eq!(piece["at"], at);
        let values = piece["h"].as_array().unwrap();
        assert_eq!(values.len(), piece["surprise"].as_array().unwrap().len());
        for (value, byte) in values.iter().zip(&text.as_bytes()[at..]) {
            let is_on = value.as_f64().unwrap() > 0.5;
            assert_eq!(is_on, byte.is_ascii_uppercase());
        }
        at += values.len();
    }
    assert_eq!(at, text.len());
}

#[test]
fn every_view_answers_for_every_cell() {
    for cell in CellKind::ALL {
        let server = Server::start(&random(cell));
        let text = json!({"name": "a.rs", "text": "let A = \"b\";\nlet C = 4;\n"});
        let with = |more: Value| {
            let mut question = text.clone();
            let question = question.as_object_mut().unwrap();
            question.extend(more.as_object().unwrap().clone());
            json!(question)
        };
        let unit = json!({"layer": 1, "unit": 2, "signal": "h"});
        let change = json!({"layer": 1, "unit": 2, "signal": "h", "how": "set", "amount": 0.5});
        for (view, question, key) in [
            ("unit", with(unit.clone()), "done"),
            (
                "layer",
                with(json!({"layer": 0, "signal": "h", "from": 2, "to": 9})),
                "done",
            ),
            ("gates", text.clone(), "gates"),
            ("next", with(json!({"at": 5})), "probabilities"),
            ("search", with(json!({"properties": ["upper"]})), "found"),
            (
                "search",
                with(json!({"pattern": "let \\w", "corpus": true})),
                "found",
            ),
            ("search", with(json!({"spans": [[2, 4], [8, 9]]})), "found"),
            (
                "matches",
                with(json!({"layer": 1, "unit": 2, "from": 1, "to": 3})),
                "found",
            ),
            (
                "steer",
                with(json!({"at": 5, "length": 9, "changes": [change]})),
                "changed",
            ),
            (
                "write",
                with(json!({"layer": 1, "unit": 2, "length": 9, "top_p": 0.9})),
                "written",
            ),
            (
                "picture",
                with(json!({"layer": 1, "unit": 2, "from": 0, "to": 9})),
                "svg",
            ),
        ] {
            let answer = server.ask(view, &question);
            assert_eq!(answer.status, 200, "{cell:?} {view}: {}", answer.body);
            let last = answer.lines().pop().unwrap();
            assert!(!last[key].is_null(), "{cell:?} {view}: {last}");
        }
    }
}

#[test]
fn probabilities_of_the_next_byte_are_all_there() {
    let server = Server::start(&by_hand());
    let answer = server.ask("next", &json!({"name": "a.rs", "text": "ab", "at": 2}));
    let answer = answer.lines().remove(0);
    let probabilities = answer["probabilities"].as_array().unwrap();
    assert_eq!(probabilities.len(), 256);
    assert_eq!(probabilities[usize::from(b'y')], 1.0);
}

#[test]
fn ghost_text_comes_first_and_then_the_ways_to_go_on() {
    let model = random(CellKind::Lstm);
    let server = Server::start(&model);
    let question = json!({"name": "a.rs", "before": "let a = ", "after": ";\n"});
    let lines = server.ask("ghost", &question).lines();
    let text = trying(&model).ghost("a.rs", "let a = ", ";\n");
    assert_eq!(lines[0], json!({"text": text}));
    assert_eq!(lines[1]["text"], json!(text));
    assert!(lines[1]["ways"].is_array());
}

#[test]
fn a_model_is_chosen_by_its_name() {
    let server = Server::start(&by_hand());
    let models = server.get("/api/models").lines().remove(0);
    assert_eq!(models[0], json!({"name": "first", "title": "the first"}));
    assert_eq!(models[1]["name"], "broken");
    assert_eq!(server.get("/api/about?model=first").status, 200);
    assert_eq!(server.ask("unit?model=first", &unit("ab")).status, 200);
    let broken = server.get("/api/about?model=broken");
    assert_eq!(
        (broken.status, broken.error()),
        (500, "it is broken".into())
    );
    let unknown = server.ask("unit?model=other", &unit("ab"));
    assert_eq!(unknown.status, 400);
    assert_eq!(
        unknown.error(),
        "there is no model \"other\"; there are first, broken"
    );
}

#[test]
fn a_wrong_question_is_answered_by_one_line_that_says_what_is_wrong() {
    let server = Server::start(&random(CellKind::Gru));
    let problem = |view: &str, body: &str, status: u16, says: &str| {
        let answer = server.post(view, body);
        assert_eq!(answer.status, status, "{view} {body}: {}", answer.body);
        let error = answer.error();
        assert!(error.contains(says), "{error}");
    };
    problem("unit", "{", 400, "not as expected");
    problem("unit", "\u{fffd}\u{1}", 400, "not as expected");
    problem("unit", r#"{"name": "a"}"#, 400, "missing field `text`");
    let unit = |layer: &str, unit: &str, signal: &str| {
        format!(r#"{{"name":"a","text":"b","layer":{layer},"unit":{unit},"signal":"{signal}"}}"#)
    };
    problem(
        "unit",
        &unit("2", "0", "h"),
        400,
        "no layer 2: layers are 0 to 1",
    );
    problem(
        "unit",
        &unit("0", "6", "h"),
        400,
        "no unit 6: a layer's units are 0 to 5",
    );
    problem(
        "unit",
        &unit("0", "0", "c"),
        400,
        "no signal \"c\": there are h, r, z, n",
    );
    problem("unit", &unit("-1", "0", "h"), 400, "invalid value");
    let rest = r#""name":"a","text":"é""#;
    problem("next", &format!(r#"{{{rest},"at":1}}"#), 400, "no place 1");
    problem(
        "next",
        &format!(r#"{{{rest},"at":99}}"#),
        400,
        "no place 99",
    );
    problem(
        "search",
        &format!(r#"{{{rest},"pattern":"("}}"#),
        400,
        "unclosed group",
    );
    problem(
        "search",
        &format!(r#"{{{rest},"pattern":"(a{{999}}){{999}}"}}"#),
        400,
        "size limit",
    );
    problem(
        "search",
        &format!(r#"{{{rest},"properties":["mood"]}}"#),
        400,
        "there are indentation",
    );
    problem("search", r#"{"name":"a","text":""}"#, 400, "no text");
    problem(
        "matches",
        &format!(r#"{{{rest},"layer":0,"unit":0,"from":2,"to":2}}"#),
        400,
        "select",
    );
    problem(
        "steer",
        &format!(r#"{{{rest},"at":0,"changes":[]}}"#),
        400,
        "name a unit",
    );
    problem(
        "steer",
        &format!(r#"{{{rest},"at":0,"length":99999,"changes":[]}}"#),
        400,
        "at most 2000",
    );
    problem(
        "write",
        &format!(r#"{{{rest},"layer":0,"unit":0,"length":99999}}"#),
        400,
        "at most 20000",
    );
    problem(
        "write",
        &format!(r#"{{{rest},"layer":0,"unit":0,"top_p":1.5}}"#),
        400,
        "from 0 to 1",
    );
    let change = r#"[{"layer":0,"unit":0,"signal":"z","how":"set","amount":1}]"#;
    problem(
        "steer",
        &format!(r#"{{{rest},"at":0,"changes":{change}}}"#),
        400,
        "h or c",
    );
    assert_eq!(server.get("/no/such").status, 404);
    assert_eq!(server.get("/api/unit").status, 405);
}

#[test]
fn too_much_text_is_turned_away_at_once() {
    let server = Server::start(&random(CellKind::Lstm));
    let large = server.ask("unit", &unit(&"x".repeat(300 << 10)));
    assert_eq!(large.status, 413);
    assert!(
        large.error().contains("a look takes in 256 KB"),
        "{}",
        large.error()
    );
    let huge = server.ask("unit", &unit(&"x".repeat(10 << 20)));
    assert_eq!(huge.status, 413);
    assert!(huge.error().contains("at most 256 KB"), "{}", huge.error());
    let wide =
        json!({"name": "a", "text": text(), "layer": 0, "signal": "h", "from": 0, "to": 1400});
    assert!(
        server
            .ask("layer", &wide)
            .error()
            .contains("at most 1024 bytes")
    );
    // And it still works.
    assert_eq!(server.ask("unit", &unit("ab")).status, 200);
}

#[test]
fn strangers_are_turned_away() {
    let server = Server::start(&by_hand());
    let rebound = "GET /api/about HTTP/1.0\r\nHost: evil.example\r\n\r\n";
    let answer = server.send(rebound);
    assert_eq!(answer.status, 403);
    assert!(answer.error().contains("for this machine alone"));
    let own = server.question("unit", &unit("ab").to_string());
    let crossing = own.replacen("\r\n", "\r\nOrigin: https://evil.example\r\n", 1);
    assert_eq!(server.send(&crossing).status, 403);
    let form = own.replace("application/json", "text/plain");
    assert_eq!(server.send(&form).status, 415);
    let without = own.replace("Authorization", "X-Nothing");
    let answer = server.send(&without);
    assert_eq!(answer.status, 401);
    assert!(answer.error().contains("the whole address"));
}

#[test]
fn heads_and_lists_are_bounded() {
    let server = Server::start(&by_hand());
    let own = server.question("unit", &unit("ab").to_string());
    let head = |more: &str| own.replacen("\r\n", &format!("\r\n{more}"), 1);
    let long = head(&format!("X: {}\r\n", "x".repeat(20 << 10)));
    assert_eq!(server.send(&long).status, 431);
    let many: String = (0..70).map(|n| format!("X{n}: y\r\n")).collect();
    assert_eq!(server.send(&head(&many)).status, 431);
    assert_eq!(server.send(&head("X: y\r\n")).status, 200);
    let spans = vec![(0, 1); 1001];
    let question = json!({"name": "a.rs", "text": "ab", "spans": spans});
    let answer = server.ask("search", &question);
    assert_eq!(answer.status, 400);
    assert!(answer.error().contains("`spans` has 1001 members"));
}

#[test]
fn a_client_that_says_nothing_is_hung_up_on() {
    let server = Server::start(&by_hand());
    let own = server.question("unit", &unit("ab").to_string());
    let (head, _) = own.split_once("\r\n\r\n").unwrap();
    // Nothing, half a head, and a head whose body never comes.
    let mut streams = ["", "GET / HT", &format!("{head}\r\n\r\n")].map(|said| {
        let mut stream = server.connect();
        stream.write_all(said.as_bytes()).unwrap();
        stream
    });
    for stream in &mut streams {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let late = answer.is_empty() || answer.starts_with("HTTP/1.0 408");
        assert!(late || answer.starts_with("HTTP/1.1 408"), "{answer}");
    }
}

#[test]
fn two_browsers_at_once_get_the_same_answers() {
    let server = Server::start(&random(CellKind::Lstm));
    let question = unit(&text());
    let alone = server.ask("unit", &question).body;
    std::thread::scope(|scope| {
        let asked: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| server.ask("unit", &question)))
            .collect();
        for answer in asked {
            assert_eq!(answer.join().unwrap().body, alone);
        }
    });
}

#[test]
fn a_client_that_goes_away_stops_its_work() {
    let server = Server::start(&random(CellKind::Lstm));
    let body = unit(&text().repeat(100)).to_string();
    // More than there are threads, and than requests may wait: each has its
    // first line and goes.
    for _ in 0..64 {
        let mut stream = server.connect();
        let request = server.question("unit", &body);
        stream.write_all(request.as_bytes()).unwrap();
        let mut start = [0; 512];
        stream.read_exact(&mut start).unwrap();
    }
    assert_eq!(server.ask("unit", &unit("ab")).status, 200);
}
