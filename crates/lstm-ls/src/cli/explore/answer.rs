//! One question without a page: which units track a property, or a picture of
//! one unit over a text.

use std::io::Write;
use std::ops::{ControlFlow, Range};
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use explorer::now;
use explorer::picture::{picture, title};
use explorer::property::Property;
use explorer::reading::Document;
use explorer::samples;
use explorer::search::{Findings, Found, Score, search};
use explorer::subject::{Subject, Unit};

use crate::cli::print::Format;

/// Bytes that a search reads.
const MOST_SEARCHED: usize = 1 << 20;

/// What a question can say.
#[derive(Debug, Args)]
pub(super) struct Question {
    /// Print which units track this, and leave: `all` that such texts have, or one of
    /// indentation, brackets, string, comment, identifier, column, newline, upper, digit,
    /// url, hashtag, mention, capitals, name, to-be, quotation.
    #[arg(long, value_name = "PROPERTY", value_parser = searched)]
    search: Option<String>,
    /// How to print what was found.
    #[arg(long, value_enum, default_value_t, requires = "search")]
    format: Format,
    /// Write a picture (SVG) of the first text, coloured by --unit or by the best
    /// unit for --search, and leave.
    #[arg(long, value_name = "PATH")]
    export: Option<PathBuf>,
    /// The unit of the picture, such as 1:317, or 1:317:c for its cell state.
    #[arg(long, value_name = "LAYER:UNIT[:SIGNAL]", requires = "export")]
    unit: Option<String>,
    /// The lines of the picture, such as 10-40.
    #[arg(long, value_name = "FROM-TO", requires = "export", value_parser = lines)]
    lines: Option<(usize, usize)>,
}

impl Question {
    /// Whether there is a question at all.
    pub(super) fn is_asked(&self) -> bool {
        self.search.is_some() || self.export.is_some()
    }
}

/// Answers on `out`.
///
/// # Errors
/// If there is no text, no such unit, or the picture cannot be written.
pub(super) fn run(
    arguments: &Question,
    subject: &Subject,
    documents: &[Document],
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let Some(first) = documents.first() else {
        let language = &subject.config().language;
        bail!("name a text to look at: there is none in {language} inside the program");
    };
    let mut unit = match &arguments.unit {
        Some(name) => Some(named(name, subject)?),
        None => None,
    };
    let mut title_of_search = None;
    if let Some(name) = &arguments.search {
        let findings = found(name, subject, documents);
        match arguments.format {
            Format::Json => writeln!(out, "{}", serde_json::to_string(&findings)?)?,
            Format::Text => print(&findings, out)?,
        }
        if let (None, Some((found, best))) = (unit, best(&findings)) {
            unit = Some(subject.unit(best.layer, best.unit, best.signal)?);
            title_of_search = Some(caption(found, best));
        }
    }
    if let Some(path) = &arguments.export {
        let Some(unit) = unit else {
            bail!("say which unit the picture is of, with --unit or --search");
        };
        let mut title = title(subject, unit);
        if let Some(caption) = title_of_search {
            title = format!("{title} — {caption}");
        }
        let range = range(&first.text, arguments.lines)?;
        let svg = now(picture(subject, first, range, unit, &title));
        std::fs::write(path, svg).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

fn found(name: &str, subject: &Subject, documents: &[Document]) -> Findings {
    let properties: Vec<_> = match Property::named(name) {
        Some(property) => vec![(name.to_owned(), property)],
        None => Property::of(samples::kind(&subject.config().language))
            .map(|(name, property)| (name.to_owned(), property))
            .collect(),
    };
    let mut room = MOST_SEARCHED;
    let fits = |document: &&Document| {
        room = room.saturating_sub(document.text.len());
        room > 0
    };
    let documents: Vec<_> = documents.iter().take_while(fits).cloned().collect();
    let findings = now(search(subject, &documents, &properties, |_| {
        ControlFlow::Continue(())
    }));
    match findings {
        ControlFlow::Continue(findings) => findings,
        ControlFlow::Break(()) => unreachable!("nothing breaks the search off"),
    }
}

/// The unit that held up best among those picked first.
fn best(findings: &Findings) -> Option<(&Found, Score)> {
    let found = findings.found.first()?;
    Some((found, *found.units.first()?))
}

fn caption(found: &Found, best: Score) -> String {
    let measure = found.measure;
    let score = score(best.held_out);
    format!("{}, {measure} {score} held out", found.title)
}

fn print(findings: &Findings, out: &mut dyn Write) -> anyhow::Result<()> {
    writeln!(
        out,
        "picked on {} bytes, held out {}",
        findings.picked_on, findings.checked_on
    )?;
    for found in &findings.found {
        let Found { title, measure, .. } = found;
        writeln!(out, "\n{title} ({measure})\n  unit       picked  held out")?;
        for unit in &found.units {
            let name = format!("{}:{}:{}", unit.layer, unit.unit, unit.signal);
            let picked = score(Some(unit.picked));
            let held_out = score(unit.held_out);
            writeln!(out, "  {name:<9} {picked:>7} {held_out:>9}")?;
        }
        writeln!(out, "  all, linear {:>15}", score(found.probe))?;
    }
    Ok(())
}

fn score(score: Option<f64>) -> String {
    score.map_or("–".to_owned(), |score| format!("{score:.3}"))
}

fn named(name: &str, subject: &Subject) -> anyhow::Result<Unit> {
    let mut parts = name.splitn(3, ':');
    let mut number = || parts.next()?.parse::<usize>().ok();
    let (Some(layer), Some(unit)) = (number(), number()) else {
        bail!("--unit is {name:?}, expected LAYER:UNIT such as 1:317");
    };
    let signal = parts.next().unwrap_or("h");
    Ok(subject.unit(layer, unit, signal)?)
}

fn range(text: &str, lines: Option<(usize, usize)>) -> anyhow::Result<Range<usize>> {
    let Some((from, to)) = lines else {
        return Ok(0..text.len().min(2_000));
    };
    let mut starts = vec![0];
    starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
    let count = starts.len();
    if from > count {
        bail!("the text has no line {from}: it ends at line {count}");
    }
    let end = starts.get(to).map_or(text.len(), |start| start - 1);
    Ok(starts[from - 1]..end)
}

fn searched(name: &str) -> Result<String, String> {
    let known = Property::BUILT_IN.map(|(name, _)| name);
    if name == "all" || known.contains(&name) {
        return Ok(name.to_owned());
    }
    Err(format!("expected all, {}", known.join(", ")))
}

fn lines(text: &str) -> Result<(usize, usize), String> {
    let numbers = text.split_once('-');
    let numbers = numbers.and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)));
    let fits = numbers.filter(|&(from, to): &(usize, usize)| from >= 1 && to >= from);
    fits.ok_or_else(|| "expected two line numbers such as 10-40".to_owned())
}
