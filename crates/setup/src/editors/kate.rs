//! Kate: members of `servers` in the user's settings of its LSP client, which are JSON
//! without comments. A member is ours by the program that it starts.

use jsonc_parser::ast::{Object, ObjectProp, Value};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::Editor;
use crate::piece::{Edit, Piece, Unclear};
use crate::text::{edited, newline};
use crate::{Obstacle, Places};

pub(super) const EDITOR: Editor = Editor {
    name: "kate",
    title: "Kate",
    programs: &["kate"],
    folder: |places| places.kate.clone(),
    pieces,
    notes: |_| {
        let note = "Kate runs one server a language: lstm-ls takes the place of the one it had, \
                    where you have not set one yourself.";
        vec![note.to_owned()]
    },
};

/// The file as it is without settings of the user's, for a program on the PATH.
const SETTINGS: &str = include_str!("../../../../editors/kate/settings.json");
/// The command in it.
const COMMAND: &str = "[\"lstm-ls\"]";

fn pieces(places: &Places) -> Result<Vec<Piece>, Obstacle> {
    let command = serde_json::Value::from(places.command()?);
    let text = SETTINGS.replace(COMMAND, &format!("[{command}]"));
    let path = places.kate.join("lspclient/settings.json");
    Ok(vec![Piece::among_others(path, Servers { text })])
}

/// Our servers, as a file of their own.
struct Servers {
    text: String,
}

impl Edit for Servers {
    fn text(&self) -> &str {
        &self.text
    }

    fn put(&self, before: Option<&str>) -> Result<Option<String>, Unclear> {
        let mut text = match before {
            None => return Ok(Some(self.text.clone())),
            // Without a newline, which tells that there was a file.
            Some("") => return Ok(Some(self.text.trim_end().to_owned())),
            Some(before) => before.to_owned(),
        };
        let ours = root(&self.text)?;
        for member in servers(&ours)?.map_or(&[][..], |all| &all.properties) {
            text = with_server(&text, member, &self.text)?;
        }
        let found = root(&text)?;
        let has_ours = servers(&found)?.is_some_and(|all| all.properties.iter().any(is_ours));
        match has_ours {
            true => Ok(Some(text)),
            false => Err(Unclear(
                "it has servers of yours for each language".to_owned(),
            )),
        }
    }

    fn take(&self, before: &str) -> Result<Option<String>, Unclear> {
        let mut text = before.to_owned();
        loop {
            let root = root(&text)?;
            let Some(all) = servers(&root)? else { break };
            let ours = all.properties.iter().filter_map(command).next();
            if let Some(program) = ours.filter(|program| is_this(program)) {
                let command = serde_json::Value::from(program);
                let made = SETTINGS.replace(COMMAND, &format!("[{command}]"));
                if text == made {
                    return Ok(None);
                } else if text == made.trim_end() {
                    return Ok(Some(String::new()));
                }
            }
            let is_all = !all.properties.is_empty() && all.properties.iter().all(is_ours);
            text = if is_all && is_made(&text, all) {
                let place = place(&root, "servers");
                place.map_or(text.clone(), |at| without(&text, &root, at))
            } else if let Some(at) = all.properties.iter().rposition(is_ours) {
                without(&text, all, at)
            } else {
                break;
            };
        }
        Ok(Some(text))
    }
}

/// The object that a file is.
fn root(text: &str) -> Result<Object<'_>, Unclear> {
    // What Qt reads, and no more than that.
    let strict = ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        ..ParseOptions::default()
    };
    let parsed = parse_to_ast(text, &CollectOptions::default(), &strict);
    match parsed.map_err(|error| Unclear(error.to_string()))?.value {
        Some(Value::Object(root)) => Ok(root),
        _ => Err(Unclear("it is no JSON object".to_owned())),
    }
}

fn place(object: &Object<'_>, name: &str) -> Option<usize> {
    let mut members = object.properties.iter();
    members.position(|member| member.name.as_str() == name)
}

fn servers<'a, 'b>(root: &'a Object<'b>) -> Result<Option<&'a Object<'b>>, Unclear> {
    match place(root, "servers").map(|at| &root.properties[at].value) {
        None => Ok(None),
        Some(Value::Object(servers)) => Ok(Some(servers)),
        Some(_) => Err(Unclear("its `servers` are no object".to_owned())),
    }
}

/// The program that a server is started by.
fn command<'a>(member: &'a ObjectProp<'_>) -> Option<&'a str> {
    let Value::Object(server) = &member.value else {
        return None;
    };
    let command = &server.properties[place(server, "command")?].value;
    match command {
        Value::Array(words) => match words.elements.first()? {
            Value::StringLit(word) => Some(&word.value),
            _ => None,
        },
        _ => None,
    }
}

/// Whether `program` is this one, wherever it lies.
fn is_this(program: &str) -> bool {
    let name = program.rsplit(['/', '\\']).next().unwrap_or(program);
    name.starts_with("lstm-ls")
}

fn is_ours(member: &ObjectProp<'_>) -> bool {
    command(member).is_some_and(is_this)
}

/// Whether all of `object` is ours. Into an object that was there before, the first of our
/// members comes on the line of its brace.
fn is_made(text: &str, object: &Object<'_>) -> bool {
    text[object.range.start + 1..].starts_with(['\r', '\n'])
}

/// `text` with a server in it, `ours` of `settings`, unless it has one by that name that is
/// the user's.
fn with_server(text: &str, ours: &ObjectProp<'_>, settings: &str) -> Result<String, Unclear> {
    let root = root(text)?;
    let name = ours.name.as_str();
    let said = |range: jsonc_parser::common::Range| &settings[range.start..range.end];
    let member = said(ours.range);
    let Some(all) = servers(&root)? else {
        let (newline, indent) = (newline(text), indentation(text, &root));
        let made = format!("\"servers\": {{{newline}{indent}  {member}{newline}{indent}}}");
        return Ok(with(text, &root, &made));
    };
    let Some(at) = place(all, name) else {
        return Ok(with(text, all, member));
    };
    let found = &all.properties[at];
    Ok(match is_ours(found) {
        true => edited(
            text,
            vec![(found.range.start..found.range.end, member.to_owned())],
        ),
        false => text.to_owned(),
    })
}

/// What stands between the last member of `object` and what comes before it.
fn separation<'a>(text: &'a str, object: &Object<'_>) -> &'a str {
    let (last, before) = match &object.properties[..] {
        [] => return " ",
        [one] => (one, object.range.start),
        [.., before, last] => (last, before.range.end),
    };
    let between = &text[before..last.range.start];
    // Behind the brace or the comma.
    between.find(['{', ',']).map_or("", |at| &between[at + 1..])
}

fn indentation<'a>(text: &'a str, object: &Object<'_>) -> &'a str {
    let separation = separation(text, object);
    let start = separation.rfind('\n').map(|at| at + 1);
    start.map_or("", |start| &separation[start..])
}

/// `text` with a member at the end of `object`.
fn with(text: &str, object: &Object<'_>, member: &str) -> String {
    let separation = separation(text, object);
    let (at, new) = match object.properties.last() {
        Some(last) => (last.range.end, format!(",{separation}{member}")),
        None => (object.range.start + 1, format!("{separation}{member}")),
    };
    edited(text, vec![(at..at, new)])
}

/// `text` without the member of `object` at `at`, and what separated it from another.
fn without(text: &str, object: &Object<'_>, at: usize) -> String {
    let members = &object.properties;
    let range = match (at.checked_sub(1), members.get(at + 1)) {
        (Some(before), _) => members[before].range.end..members[at].range.end,
        (None, Some(after)) => members[at].range.start..after.range.start,
        (None, None) => object.range.start + 1..members[at].range.end,
    };
    edited(text, vec![(range, String::new())])
}
