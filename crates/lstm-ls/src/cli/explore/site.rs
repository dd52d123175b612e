//! `lstm-ls explore --site`: the page as a folder of files. The browsers of its visitors
//! compute, with the engine for browsers that this program carries, if it was built with it.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hasher};
use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail};
use explorer::page;
use explorer::samples::example;
use serde_json::json;

use super::shown::{Models, Texts};
use assistant::models;

/// The engine for browsers.
struct Engine {
    script: &'static str,
    module: &'static [u8],
}

/// `cargo xtask site` and `cargo xtask dist` name the folder.
#[cfg(feature = "site")]
static ENGINE: Option<Engine> = Some(Engine {
    script: include_str!(concat!(env!("LSTM_LS_ENGINE"), "/web.js")),
    module: include_bytes!(concat!(env!("LSTM_LS_ENGINE"), "/web_bg.wasm")),
});

#[cfg(not(feature = "site"))]
static ENGINE: Option<Engine> = None;

/// A file that only a site has; a folder with it may be written to again.
const MARK: &str = "offline.js";

/// Models up to this size come with the page; others when they are looked at.
const SMALL: usize = 100 << 10;

/// Writes the page to `folder`, with `models` on `texts`.
///
/// # Errors
/// If this program has no engine for browsers, the folder holds something else, or a file
/// cannot be read or written.
pub(super) fn write(
    folder: &Path,
    models: &Models,
    texts: &Texts,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let Some(engine) = &ENGINE else {
        bail!(
            "this program carries no engine for browsers; one from a release does, and \
             `cargo xtask site {}`, in the sources, builds one",
            folder.display()
        );
    };
    let is_site = disk::is_file(&folder.join(MARK));
    if !is_site && std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        bail!(
            "{} holds something else; name an empty folder",
            folder.display()
        );
    }
    let mut site = Site::default();
    for file in page::alone() {
        site.add(file.path, file.content.as_bytes().to_vec());
    }
    site.add("index.html", page::index().into_bytes());
    site.add("engine/web.js", engine.script.as_bytes().to_vec());
    site.add("engine/web_bg.wasm", engine.module.to_vec());
    let page_bytes = site.bytes();
    let mut list = Vec::new();
    for (model, is_named) in models.all() {
        let file = model.read()?;
        let texts = if is_named { texts } else { &Texts::default() };
        let texts = json!({
            "title": models::title(&file.config),
            "documents": texts.of(&file)?,
            "example": example(&file.config.language),
        });
        let texts = site.add_model(&model.name, "json", texts.to_string().into_bytes());
        let bytes = file.to_bytes(None).context("the model cannot be written")?;
        let length = bytes.len();
        let file = site.add_model(&model.name, "safetensors", bytes);
        list.push(json!({
            "name": model.name, "title": model.title, "bytes": length, "file": file, "texts": texts,
        }));
    }
    site.add("models.json", json!(list).to_string().into_bytes());
    let offline = site.offline();
    site.add(MARK, offline.into_bytes());
    site.write(folder)?;
    writeln!(
        out,
        "{}: {} models, {} KB and {} KB for the page; any web server can hand it out",
        folder.display(),
        list.len(),
        (site.bytes() - page_bytes) >> 10,
        page_bytes >> 10,
    )?;
    Ok(())
}

/// The files of a site, by their paths.
#[derive(Default)]
struct Site(Vec<(String, Vec<u8>)>);

/// Where models lie.
const MODELS: &str = "models";

impl Site {
    /// Adds a file, in the place of one at the same path.
    fn add(&mut self, path: &str, content: Vec<u8>) {
        self.0.retain(|(known, _)| known != path);
        self.0.push((path.to_owned(), content));
    }

    /// Adds a file of a model; its path, which is another where the content is.
    fn add_model(&mut self, name: &str, extension: &str, content: Vec<u8>) -> String {
        let sum = sum([&content[..]]);
        let path = format!("{MODELS}/{name}-{sum:016x}.{extension}");
        self.add(&path, content);
        path
    }

    /// How much it all is.
    fn bytes(&self) -> usize {
        self.0.iter().map(|(_, content)| content.len()).sum()
    }

    /// The service worker, which knows what comes with the page.
    fn offline(&self) -> String {
        let with_page = self
            .0
            .iter()
            .filter(|(path, content)| !path.ends_with(".safetensors") || content.len() <= SMALL);
        let mut files: Vec<_> = with_page.clone().map(|(path, _)| &**path).collect();
        // What a visitor asks for who names no file.
        files.push("./");
        let sum = sum(with_page.map(|(_, content)| &content[..]));
        format!(
            "const VERSION = \"{sum:016x}\";\nconst FILES = {};\n\n{}",
            json!(files),
            page::OFFLINE
        )
    }

    /// Writes all of it below `folder`, and removes models that an earlier site had there.
    fn write(&self, folder: &Path) -> anyhow::Result<()> {
        for (path, content) in &self.0 {
            let path = folder.join(path);
            let parent = path.parent().unwrap_or(folder);
            std::fs::create_dir_all(parent).with_context(|| parent.display().to_string())?;
            disk::write(&path, content)?;
        }
        let kept: HashSet<_> = self.0.iter().map(|(path, _)| folder.join(path)).collect();
        for entry in std::fs::read_dir(folder.join(MODELS))? {
            let path = entry?.path();
            let is_model = path
                .extension()
                .is_some_and(|end| end == "safetensors" || end == "json");
            if is_model && !kept.contains(&path) {
                std::fs::remove_file(&path).with_context(|| path.display().to_string())?;
            }
        }
        Ok(())
    }
}

/// A number that is another where the contents are.
fn sum<'a>(contents: impl IntoIterator<Item = &'a [u8]>) -> u64 {
    let mut hasher = DefaultHasher::new();
    for content in contents {
        hasher.write(content);
    }
    hasher.finish()
}
