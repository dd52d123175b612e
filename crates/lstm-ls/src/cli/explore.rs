//! `lstm-ls explore`: looks inside models, on a page in the browser, or as a
//! table or picture of one question.

use std::io::{ErrorKind, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use explorer::question::Explorer;
use explorer::samples;
use explorer::subject::Subject;
use explorer_server::{Exhibit, Token};

use assistant::models::{self, Source};

mod answer;
mod shown;
mod site;
mod texts;

use shown::{Shown, Texts};

/// Where the page is, unless something else is there already.
const PORT: u16 = 7332;

/// What `explore` takes.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Models (`.safetensors`), if not the embedded ones, then texts to look at: files, or
    /// folders of files in the model's language.
    #[arg(value_name = "MODEL] [FILE")]
    inputs: Vec<PathBuf>,
    /// A further model, to be chosen on the page; as often as you like.
    #[arg(long, value_name = "MODEL", conflicts_with_all = ["search", "export"])]
    also: Vec<PathBuf>,
    /// Port of the page on 127.0.0.1 [default: 7332, or a free one].
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// Write the page, the models and what runs them in a browser to this folder, for any
    /// web server to hand out, and leave.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["port", "search", "export"])]
    site: Option<PathBuf>,
    #[command(flatten)]
    answer: answer::Question,
}

/// Serves the page, or answers the one question that `arguments` ask.
///
/// # Errors
/// If a model or text cannot be read, the port is taken, or the site cannot be written.
pub(super) fn run(
    mut arguments: Arguments,
    source: Source,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let is_text = |path: &PathBuf| path.extension() != Some("safetensors".as_ref());
    let count = arguments.inputs.iter().position(is_text);
    let texts = arguments
        .inputs
        .split_off(count.unwrap_or(arguments.inputs.len()));
    if let Some(late) = texts.iter().find(|path| !is_text(path)) {
        bail!("{}: models come before the texts", late.display());
    }
    let shown = shown::models(arguments.inputs, source, arguments.also);
    let texts = Texts(texts);
    if arguments.answer.is_asked() {
        let [model] = &shown.named[..] else {
            bail!("one question is about one model");
        };
        let file = model.read()?;
        let subject = Subject::load(&file, models::title(&file.config))?;
        return answer::run(&arguments.answer, &subject, &texts.of(&file)?, out);
    }
    if let Some(folder) = arguments.site {
        return site::write(&folder, &shown, &texts, out);
    }
    let mut exhibits = Vec::new();
    for model in shown.named {
        let opened = open(&model, &texts)?;
        exhibits.push(Exhibit::opened(model.name, model.title, opened));
    }
    for model in shown.besides {
        let (name, title) = (model.name.clone(), model.title.clone());
        let open = move || open(&model, &Texts::default()).map_err(|error| format!("{error:#}"));
        exhibits.push(Exhibit::new(name, title, open));
    }
    let listener = listen(arguments.port)?;
    let token = Token::random();
    writeln!(out, "http://{}/?token={token}", listener.local_addr()?)?;
    out.flush()?;
    explorer_server::serve(exhibits, listener, token).context("cannot serve the page")
}

/// `model`, ready to be asked.
fn open(model: &Shown, texts: &Texts) -> anyhow::Result<Explorer> {
    let file = model.read()?;
    let title = models::title(&file.config);
    let example = samples::example(&file.config.language).to_owned();
    Ok(Explorer::load(&file, title, texts.of(&file)?, example)?)
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
