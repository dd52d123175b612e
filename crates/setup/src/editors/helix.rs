//! Helix: a block in the user's `languages.toml`, and our server among those of languages
//! that the user has set up there.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::Editor;
use crate::block::Block;
use crate::piece::{Edit, Piece, Unclear};
use crate::text::{edited, inserted, insertion, line_end, next_line};
use crate::{Obstacle, Places};

pub(super) const EDITOR: Editor = Editor {
    name: "helix",
    title: "Helix",
    programs: &["hx", "helix"],
    folder: |places| places.config.join("helix"),
    pieces,
    notes: |_| Vec::new(),
};

/// What is written where the user has set up no language, for a program on the PATH.
const LANGUAGES: &str = include_str!("../../../../editors/helix/languages.toml");
/// The command in it.
const COMMAND: &str = "command = \"lstm-ls\"";
/// What our server is called.
const SERVER: &str = "lstm-ls";
/// What begins a language's table.
const TABLE: &str = "[[language]]\n";
/// What ends a line of ours in a table of the user's.
const MARK: &str = " # lstm-ls setup";

fn pieces(places: &Places) -> Result<Vec<Piece>, Obstacle> {
    let command = serde_json::Value::from(places.command()?);
    let text = LANGUAGES.replace(COMMAND, &format!("command = {command}"));
    let path = places.config.join("helix/languages.toml");
    Ok(vec![Piece::among_others(path, Languages { text })])
}

/// Our server and the languages that it is for.
struct Languages {
    text: String,
}

impl Languages {
    /// The block without the languages that `is_elsewhere`.
    fn block(&self, is_elsewhere: impl Fn(&str) -> bool) -> Result<Block, Unclear> {
        let mut tables = self.text.split(TABLE);
        let mut text = tables.next().unwrap_or_default().to_owned();
        for table in tables {
            let names = languages(&format!("{TABLE}{table}"))?;
            if !names.iter().any(|language| is_elsewhere(&language.name)) {
                text.push_str(TABLE);
                text.push_str(table);
            }
        }
        Ok(Block {
            comment: "#",
            editor: EDITOR.name,
            // What was last may have been left out.
            text: text.trim_end().to_owned() + "\n",
        })
    }

    /// What puts our server among those of the user's `own` languages in `text`.
    fn edits(&self, text: &str, own: &[Language]) -> Result<Vec<Edited>, Unclear> {
        let mut edits = Vec::new();
        for ours in languages(&self.text)? {
            let Some(language) = own.iter().find(|own| own.name == ours.name) else {
                continue;
            };
            let (at, new) = match &language.servers {
                None => {
                    let at = next_line(text, language.name_at.end);
                    let line = format!("{}\n", self.line(&ours));
                    (at, insertion(text, at, &line))
                }
                Some(servers) if servers.ours().is_some() => continue,
                Some(servers) => match servers.each.last() {
                    Some(last) => (last.at.end, format!(", \"{SERVER}\"")),
                    None => (servers.at.start + 1, format!("\"{SERVER}\"")),
                },
            };
            edits.push((at..at, new));
        }
        Ok(edits)
    }

    /// What is written where the user's table of `ours`, a language of our text, lists no
    /// servers.
    fn line(&self, ours: &Language) -> String {
        let start = next_line(&self.text, ours.name_at.end);
        let line = &self.text[start..line_end(&self.text, start)];
        format!("{line}{MARK}")
    }

    /// What takes our server from `language` of `text` again.
    fn removal(&self, text: &str, language: &Language) -> Result<Option<Edited>, Unclear> {
        let Some(servers) = &language.servers else {
            return Ok(None);
        };
        let Some(ours) = servers.ours() else {
            return Ok(None);
        };
        let start = text[..servers.at.start].rfind('\n').map_or(0, |at| at + 1);
        let end = line_end(text, start);
        let known = languages(&self.text)?;
        let known = known.iter().find(|known| known.name == language.name);
        let range = match known.map(|known| self.line(known)) {
            Some(line) if text[start..end] == line => inserted(text, start..end),
            _ => servers.removal(text, ours),
        };
        Ok(Some((range, String::new())))
    }
}

type Edited = (Range<usize>, String);

impl Edit for Languages {
    fn text(&self) -> &str {
        &self.text
    }

    fn put(&self, before: Option<&str>) -> Result<Option<String>, Unclear> {
        let all = self.block(|_| false)?;
        let Some(before) = before else {
            return all.put(None);
        };
        let found = all.find(before)?;
        if found.is_none() && has_server(before)? {
            return Err(Unclear(format!("it has a server called {SERVER} already")));
        }
        let mut own = languages(before)?;
        own.retain(|language| {
            let block = found.as_ref().map(|found| &found.range);
            !block.is_some_and(|block| block.contains(&language.name_at.start))
        });
        let text = edited(before, self.edits(before, &own)?);
        let block = self.block(|name| own.iter().any(|own| own.name == name))?;
        let after = block.put_at(&text, block.find(&text)?);
        // Tables can be written in ways that no further table can be added to.
        languages(&after)?;
        Ok(Some(after))
    }

    fn take(&self, before: &str) -> Result<Option<String>, Unclear> {
        let Some(found) = self.block(|_| false)?.find(before)? else {
            return Ok(Some(before.to_owned()));
        };
        let Some(text) = Block::take_from(before, found) else {
            return Ok(None);
        };
        let mut edits = Vec::new();
        for language in languages(&text)? {
            edits.extend(self.removal(&text, &language)?);
        }
        let after = edited(&text, edits);
        languages(&after)?;
        Ok(Some(after))
    }
}

/// A language of a `languages.toml`.
struct Language {
    name: String,
    /// Where the name stands.
    name_at: Range<usize>,
    servers: Option<Servers>,
}

/// The servers of a language.
struct Servers {
    /// Where they stand, brackets included.
    at: Range<usize>,
    each: Vec<Server>,
}

struct Server {
    at: Range<usize>,
    is_ours: bool,
}

impl Servers {
    fn ours(&self) -> Option<usize> {
        self.each.iter().position(|server| server.is_ours)
    }

    /// What goes with the server at `index`: the comma before it, or else the one behind it.
    fn removal(&self, text: &str, index: usize) -> Range<usize> {
        let own = self.each[index].at.clone();
        let is_comma = |range: &Range<usize>| text[range.clone()].trim() == ",";
        let before = index.checked_sub(1).map(|at| self.each[at].at.end);
        let before = before.map(|end| end..own.start);
        let after = self.each.get(index + 1).map(|next| own.end..next.at.start);
        match (before.filter(is_comma), after.filter(is_comma)) {
            (Some(before), _) => before.start..own.end,
            (None, Some(after)) => own.start..after.end,
            (None, None) => own,
        }
    }
}

fn parsed(text: &str) -> Result<toml::Spanned<DeTable<'_>>, Unclear> {
    DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let line = text[..at].matches('\n').count() + 1;
        Unclear(format!("line {line}: {}", error.message()))
    })
}

fn member<'a, 'b>(table: &'a DeTable<'b>, name: &str) -> Option<&'a toml::Spanned<DeValue<'b>>> {
    let mut members = table.iter();
    let found = members.find(|(key, _)| key.get_ref() == name);
    found.map(|(_, value)| value)
}

/// Whether there is a server by the name of ours.
fn has_server(text: &str) -> Result<bool, Unclear> {
    let root = parsed(text)?;
    let servers = member(root.get_ref(), "language-server");
    let servers = servers.and_then(|servers| servers.get_ref().as_table());
    Ok(servers.is_some_and(|servers| member(servers, SERVER).is_some()))
}

/// The languages with a name.
fn languages(text: &str) -> Result<Vec<Language>, Unclear> {
    let root = parsed(text)?;
    let tables = member(root.get_ref(), "language");
    let tables = tables.and_then(|tables| tables.get_ref().as_array());
    let tables = tables.into_iter().flat_map(|tables| tables.iter());
    let languages = tables.filter_map(|table| {
        let table = table.get_ref().as_table()?;
        let name = member(table, "name")?;
        Some(Language {
            name: name.get_ref().as_str()?.to_owned(),
            name_at: name.span(),
            servers: member(table, "language-servers").and_then(servers),
        })
    });
    Ok(languages.collect())
}

fn servers(listed: &toml::Spanned<DeValue<'_>>) -> Option<Servers> {
    let each = listed.get_ref().as_array()?.iter().map(|server| {
        let server_ref = server.get_ref();
        let name = match server_ref.as_table() {
            Some(table) => member(table, "name").and_then(|name| name.get_ref().as_str()),
            None => server_ref.as_str(),
        };
        Server {
            at: server.span(),
            is_ours: name == Some(SERVER),
        }
    });
    Some(Servers {
        at: listed.span(),
        each: each.collect(),
    })
}
