//! How things stand: what serves a document, why the last request brought nothing,
//! and when any of that changes.

use std::path::Path;
use std::pin::pin;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::select_all;
use workspace::Progress;

use super::{Reason, Session};
use crate::documents::{Document, DocumentId};
use crate::models::{Absent, Model};
use crate::settings::Settings;
use crate::watched::Watcher;
use crate::workspaces::News;

/// What serves a document, and how well.
pub struct Standing {
    /// The document's language, or the one last worked in.
    pub language: Option<String>,
    /// The model, or why there is none.
    pub model: Result<Arc<Model>, Absent>,
    /// Whether the settings let anything be suggested.
    pub enabled: bool,
    /// What keeps it from being served, or why the last request brought nothing.
    pub reason: Option<Reason>,
    /// Time from the last request to its answer, in µs.
    pub micros: Option<u64>,
}

/// Hears of everything that a [`Standing`] may change with.
pub struct Changes {
    models: Watcher<u64>,
    settings: Watcher<Arc<Settings>>,
    turns: Watcher<()>,
    folders: News,
}

impl Changes {
    /// Waits for the next change.
    pub async fn next(&mut self) {
        let models = pin!(self.models.changed().boxed());
        let waits = [
            self.settings.changed().boxed(),
            self.turns.changed().boxed(),
            self.folders.next().boxed(),
        ];
        let others = select_all(waits);
        futures_util::future::select(models, others).await;
    }
}

impl Session {
    /// How things stand for the document `named`, which would lie at this path, or for
    /// the language last worked in.
    pub fn standing(&self, named: Option<(&DocumentId, &Path)>) -> Standing {
        let settings = self.settings();
        let last = self.journal.last();
        let of = |document: &Document| (document.language.clone(), Reason::without_text(document));
        let open = named.and_then(|(id, _)| self.documents.look(id, of));
        let (open, textless) = open.unzip();
        let language = open.or(last.language);
        let models = &self.shared.models;
        let model = match &language {
            Some(language) => models.peek(language, settings.model.as_deref()),
            None => models.peek_any(settings.model.as_deref()),
        };
        let silence = settings.silence(named.map(|(_, path)| path), language.as_deref());
        let enabled = silence.is_none();
        // What keeps a request from being served is worth saying before it is made.
        let absent = || Reason::absent(model.as_ref().err()?.clone());
        let reason = silence.map(Reason::from).or(textless.flatten());
        let reason = reason.or_else(absent).or(last.reason);
        Standing {
            language,
            model,
            enabled,
            reason,
            micros: last.micros,
        }
    }

    /// Hears of what changes that from now on.
    pub fn changes(&self) -> Changes {
        Changes {
            models: self.shared.models.changes(),
            settings: self.settings.watch(),
            turns: self.journal.turns(),
            folders: self.folders.news(),
        }
    }

    /// The client has asked how things stand, and so is told of changes from now on.
    pub fn asks_of_standing(&self) {
        self.journal.ask();
    }

    /// Whether the client is to be told of changes.
    pub fn is_told_of_changes(&self) -> bool {
        self.journal.is_asked()
    }
}

/// How much of the folders has been read, in percent.
pub fn percent(progress: &Progress) -> usize {
    match progress.done {
        true => 100,
        false => 100 * progress.seen / (progress.found + 1),
    }
}
