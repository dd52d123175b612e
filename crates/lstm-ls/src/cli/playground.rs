//! `lstm-ls try`: a full-screen playground. Type, and see ghost text, the
//! candidates with their probabilities, and what each keystroke cost.
//!
//! Nothing is written to any file, and no editor or server is involved.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use completer::Completer;
use explorer::samples::example;
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::texts;
use assistant::models::Loader;
use assistant::models::{self, Source};

mod buffer;
mod suggestions;
mod view;

use buffer::Buffer;
use suggestions::Suggestions;

/// What `try` takes.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// File to start with; it is read and never written.
    file: Option<PathBuf>,
}

/// Everything that is on the screen.
struct Playground {
    completer: Completer,
    /// The model, in words.
    title: String,
    /// The file's name, which the model is told.
    path: String,
    buffer: Buffer,
    suggestions: Suggestions,
}

/// Whether to go on after a key.
#[derive(PartialEq, Eq)]
enum Next {
    /// The text or the cursor has changed.
    Suggest,
    /// Only what is looked at has.
    Draw,
    Leave,
}

/// Runs until Ctrl-C.
///
/// # Errors
/// If there is no terminal, or the file or the model cannot be read.
pub(super) fn run(arguments: Arguments, source: &Source, loader: Loader) -> anyhow::Result<()> {
    if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
        bail!("`lstm-ls try` needs a terminal; `lstm-ls complete` does without");
    }
    let spoken = arguments.file.as_deref().and_then(language::of_path);
    let source = &match &spoken {
        Some(language) => source.for_language(language),
        None => source.clone(),
    };
    let file = source.read()?;
    let language = &file.config.language;
    let (path, text) = match arguments.file {
        Some(path) => {
            let text = String::from_utf8(texts::read(&path)?)
                .with_context(|| format!("cannot read {}", path.display()))?;
            let is_served = spoken.is_some_and(|spoken| language::serves(language, &spoken));
            if !is_served {
                bail!("{}: the model completes {language} only", path.display());
            }
            (path.to_string_lossy().into_owned(), text)
        }
        None => ("main.rs".to_owned(), example("rust").to_owned()),
    };
    let engine = source.engine(&file, loader)?;
    let title = format!("{}, {}", models::title(&file.config), engine.describe());
    let mut playground = Playground {
        completer: Completer::new(engine),
        title,
        path,
        buffer: Buffer::new(&code_index::newline::to_lf(&text)),
        suggestions: Suggestions::default(),
    };
    // Puts the terminal back even after a panic.
    let mut terminal = ratatui::try_init().context("cannot use this terminal")?;
    let outcome = playground.run(&mut terminal);
    ratatui::restore();
    outcome
}

impl Playground {
    fn run(&mut self, terminal: &mut DefaultTerminal) -> anyhow::Result<()> {
        self.suggest(terminal)?;
        loop {
            self.list_if_idle(terminal)?;
            let next = match event::read()? {
                Event::Key(key) if key.kind != KeyEventKind::Release => self.press(key),
                Event::Paste(text) => {
                    self.buffer.insert(&code_index::newline::to_lf(&text));
                    Next::Suggest
                }
                _ => Next::Draw,
            };
            match next {
                Next::Leave => return Ok(()),
                Next::Suggest => self.suggest(terminal)?,
                Next::Draw => self.draw(terminal)?,
            }
        }
    }

    /// Shows ghost text.
    fn suggest(&mut self, terminal: &mut DefaultTerminal) -> anyhow::Result<()> {
        self.suggestions = Suggestions::ghost(&self.completer, &self.path, &self.buffer);
        self.draw(terminal)
    }

    /// Shows the candidates, where they are lacking and no key is waiting.
    fn list_if_idle(&mut self, terminal: &mut DefaultTerminal) -> anyhow::Result<()> {
        if !self.suggestions.are_listed && !event::poll(Duration::ZERO)? {
            self.suggestions
                .add_candidates(&self.completer, &self.path, &self.buffer);
            self.draw(terminal)?;
        }
        Ok(())
    }

    fn draw(&self, terminal: &mut DefaultTerminal) -> anyhow::Result<()> {
        terminal.draw(|frame| view::draw(self, frame))?;
        Ok(())
    }

    fn press(&mut self, key: KeyEvent) -> Next {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('c' | 'q') if control => return Next::Leave,
            KeyCode::Down => {
                self.suggestions.choose_next();
                return Next::Draw;
            }
            KeyCode::Up => {
                self.suggestions.choose_previous();
                return Next::Draw;
            }
            KeyCode::Tab => match self.suggestions.chosen() {
                Some(text) => self.buffer.insert(text),
                None => self.buffer.insert("    "),
            },
            KeyCode::Enter => self.buffer.new_line(),
            KeyCode::Backspace => self.buffer.delete_before(),
            KeyCode::Delete => self.buffer.delete_behind(),
            KeyCode::Left => self.buffer.left(),
            KeyCode::Right => self.buffer.right(),
            KeyCode::Home => self.buffer.line_start(),
            KeyCode::End => self.buffer.line_end(),
            KeyCode::PageUp => self.buffer.line_up(),
            KeyCode::PageDown => self.buffer.line_down(),
            KeyCode::Char(char) if !control => self.buffer.insert(char.encode_utf8(&mut [0; 4])),
            _ => return Next::Draw,
        }
        Next::Suggest
    }
}
