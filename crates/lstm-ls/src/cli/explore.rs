//! `lstm-ls explore`: looks inside a model, on a page in the browser, or as a
//! table or picture of one question.

use std::io::{ErrorKind, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use explorer::reading::Document;
use explorer::samples::samples;
use explorer::subject::Subject;
use explorer::{Complete, Explorer, Token};
use lstm_format::ModelFile;

use assistant::models::Loader;
use assistant::models::{self, Source};

mod answer;
mod ghost;
mod texts;

/// Where the page is, unless something else is there already.
const PORT: u16 = 7332;

/// What `explore` takes.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A model (`.safetensors`), if not the embedded one, then texts to look at:
    /// files, or folders of files in the model's language.
    #[arg(value_name = "MODEL] [FILE")]
    inputs: Vec<PathBuf>,
    /// Port of the page on 127.0.0.1 [default: 7332, or a free one].
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    #[command(flatten)]
    answer: answer::Question,
}

/// Serves the page, or answers the one question that `arguments` ask.
///
/// # Errors
/// If a model or text cannot be read, or the port is taken.
pub(super) fn run(
    mut arguments: Arguments,
    source: Source,
    loader: Loader,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let source = match arguments.inputs.first() {
        Some(path) if is_model(path) => Source::File(arguments.inputs.remove(0)),
        _ => source,
    };
    if let Some(second) = arguments.inputs.iter().find(|path| is_model(path)) {
        bail!(
            "{}: one model at a time, and before the texts",
            second.display()
        );
    }
    let file = source.read()?;
    let subject = Subject::load(&file, models::title(&file.config))?;
    let documents = documents(&arguments.inputs, &file)?;
    if arguments.answer.is_asked() {
        return answer::run(&arguments.answer, &subject, &documents, out);
    }
    let explorer = Explorer {
        subject,
        documents,
        example: match file.config.language.as_str() {
            "rust" => super::playground::EXAMPLE.to_owned(),
            _ => String::new(),
        },
        complete: completing(&file, loader),
    };
    let listener = listen(arguments.port)?;
    let token = Token::random();
    writeln!(out, "http://{}/?token={token}", listener.local_addr()?)?;
    out.flush()?;
    explorer::serve(explorer, listener, token).context("cannot serve the page")
}

fn is_model(path: &Path) -> bool {
    path.extension() == Some("safetensors".as_ref())
}

fn documents(inputs: &[PathBuf], file: &ModelFile) -> anyhow::Result<Vec<Document>> {
    let language = &file.config.language;
    if inputs.is_empty() {
        return Ok(samples(language));
    }
    texts::read(inputs, language)
}

/// Ghost text by the model, if it can complete.
fn completing(file: &ModelFile, loader: Loader) -> Option<Complete> {
    let engine = loader(file).ok()?;
    Some(ghost::ghost(engine))
}

fn listen(port: Option<u16>) -> anyhow::Result<TcpListener> {
    let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    let listener = match port {
        Some(port) => bind(port),
        None => match bind(PORT) {
            Err(error) if error.kind() == ErrorKind::AddrInUse => bind(0),
            other => other,
        },
    };
    let port = port.unwrap_or(PORT);
    listener.with_context(|| format!("cannot listen on 127.0.0.1:{port}; choose another --port"))
}
