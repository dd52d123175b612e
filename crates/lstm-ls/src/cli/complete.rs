//! `lstm-ls complete`: suggestions at a place in a file, for eyes or programs.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use clap::Args;
use code_index::Layer;
use completer::{
    Before, CancelToken, Completer, Completion, Micros, MultiLine, Options, Request, Strategy,
};
use serde_json::json;
use workspace::Workspace;

use super::location::Location;
use super::print::{Format, grouped, percent};
use assistant::models::Loader;
use assistant::models::{self, Source};

/// What `complete` takes.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Where: line and column count from 1, in characters; without them the end
    /// of the file or of the line. `-` reads standard input.
    #[arg(value_name = "FILE[:LINE[:COL]]", allow_hyphen_values = true)]
    place: String,
    /// Language of the text, if its file name does not tell; rust for `-`.
    #[arg(long)]
    language: Option<String>,
    /// How many candidates [default: 5, with --greedy 1].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=64))]
    candidates: Option<u8>,
    /// How far samples stray from the likeliest text; 0 is greedy.
    #[arg(long, value_name = "T", default_value_t = Options::default().temperature, value_parser = temperature)]
    temperature: f32,
    /// Share of probability to sample from.
    #[arg(long, value_name = "P", default_value_t = Options::default().top_p, value_parser = share)]
    top_p: f32,
    /// How many of the likeliest bytes to sample from; 0 is all.
    #[arg(long, value_name = "K", default_value_t = 0)]
    top_k: usize,
    /// Seed of the samples; the same seed gives the same candidates.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Longest candidate, in bytes.
    #[arg(long, value_name = "N", default_value_t = Options::default().max_bytes, value_parser = length)]
    max_chars: usize,
    /// The likeliest text instead of samples; several candidates by beam search.
    #[arg(long)]
    greedy: bool,
    /// Remember the files of this folder, as the server does with a workspace.
    #[arg(long, value_name = "DIR")]
    workspace: Option<PathBuf>,
    /// Let candidates span several lines.
    #[arg(long)]
    multi_line: bool,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Arguments {
    fn options(&self) -> Options {
        let candidates = match self.candidates {
            Some(candidates) => candidates.into(),
            None if self.greedy => 1,
            None => Options::default().candidates,
        };
        Options {
            candidates,
            strategy: match self.greedy {
                false => Strategy::Sample,
                true if candidates == 1 => Strategy::Greedy,
                true => Strategy::Beam,
            },
            temperature: self.temperature,
            top_p: self.top_p,
            top_k: self.top_k,
            seed: self.seed,
            max_bytes: self.max_chars,
            multi_line: match self.multi_line {
                true => MultiLine::Always,
                false => MultiLine::Off,
            },
            ..Options::default()
        }
    }
}

/// Prints candidates for the place that `arguments` name.
///
/// # Errors
/// If the text or the model cannot be read, or the place is not in the text.
pub(super) fn run(
    arguments: &Arguments,
    source: &Source,
    loader: Loader,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let location = Location::parse(&arguments.place);
    let place = location.read()?;
    let language = match (&arguments.language, location.file()) {
        (Some(language), _) => Some(language.clone()),
        (None, Some(path)) => language::of_path(path),
        (None, None) => Some("rust".to_owned()),
    };
    let language = language.unwrap_or_else(|| "plaintext".to_owned());
    let source = source.for_language(&language);
    let file = source.read()?;
    let (completer, title) = if language::serves(&file.config.language, &language) {
        let engine = source.engine(&file, loader)?;
        let title = format!("{}, {}", models::title(&file.config), engine.describe());
        (Completer::new(engine), title)
    } else {
        let title = format!("memory alone, for want of a model for {language}");
        (Completer::of_memory(), title)
    };
    let memory = match &arguments.workspace {
        Some(folder) => remembered(folder, location.file(), &language)?,
        None => Layer::new(),
    };
    let path = location
        .file()
        .map_or("main.rs".into(), |path| path.to_string_lossy());
    let (before, after) = place.text.split_at(place.offset);
    let started = Instant::now();
    let request = Request {
        path: &path,
        before: Before::whole(before.as_bytes()),
        after,
        language: &language,
        memory: Some(&memory),
        options: &arguments.options(),
        clock: &|| started.elapsed(),
    };
    let completion = completer
        .complete(&request, &CancelToken::default())
        .expect("the token is set by no other thread");
    match arguments.format {
        Format::Json => print_json(&completion.suggestions, completion.micros, out),
        Format::Text => print_text(&completion, &title, out),
    }
}

/// What the files of `folder` say, but the one that is completed.
fn remembered(folder: &Path, file: Option<&Path>, language: &str) -> anyhow::Result<Layer> {
    let found = folder.canonicalize();
    let found = found.with_context(|| format!("reading {}", folder.display()))?;
    let file = file.and_then(|file| file.canonicalize().ok());
    let group = match &file {
        Some(file) => language::group_of(file, language),
        None => language.to_owned(),
    };
    let without: Vec<PathBuf> = file.into_iter().collect();
    Ok(Workspace::of_folder(&found).layer(&group, &without))
}

fn print_json(
    suggestions: &[completer::Suggestion],
    micros: Micros,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let candidates: Vec<_> = suggestions
        .iter()
        .map(|s| json!({"text": s.text, "log_prob": s.log_prob, "bytes": s.bytes}))
        .collect();
    let micros = json!({"prefix": micros.prefix, "decode": micros.decode});
    writeln!(
        out,
        "{}",
        json!({"candidates": candidates, "micros": micros})
    )?;
    Ok(())
}

/// One candidate a paragraph: rank, how likely the model holds it, how likely
/// it holds each byte of it on (geometric) average, text.
fn print_text(completion: &Completion, title: &str, out: &mut dyn Write) -> anyhow::Result<()> {
    if completion.suggestions.is_empty() {
        writeln!(out, "nothing to suggest")?;
    } else {
        writeln!(out, " #   whole  a byte")?;
    }
    for (rank, suggestion) in completion.suggestions.iter().enumerate() {
        let whole = percent(suggestion.log_prob);
        let byte = percent(suggestion.log_prob / suggestion.bytes.max(1) as f64);
        let text = suggestion.text.replace('\n', "\n                    ");
        writeln!(out, "{:2} {whole:>5} % {byte:>5} %  {text}", rank + 1)?;
    }
    let Micros { prefix, decode } = completion.micros;
    writeln!(
        out,
        "\n{title}: {} µs to read, {} µs to write",
        grouped(prefix),
        grouped(decode),
    )?;
    Ok(())
}

fn temperature(text: &str) -> Result<f32, String> {
    number(text, |n| (0.0..=10.0).contains(&n), "a number from 0 to 10")
}

fn length(text: &str) -> Result<usize, String> {
    let length = text.parse().ok().filter(|n| (1..=65_535).contains(n));
    length.ok_or_else(|| "expected a whole number from 1 to 65535".to_owned())
}

fn share(text: &str) -> Result<f32, String> {
    number(
        text,
        |n| n > 0.0 && n <= 1.0,
        "a number above 0 and up to 1",
    )
}

fn number(text: &str, fits: fn(f32) -> bool, expected: &str) -> Result<f32, String> {
    let number = text.parse().ok().filter(|&n| fits(n));
    number.ok_or_else(|| format!("expected {expected}"))
}
