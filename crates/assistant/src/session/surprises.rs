//! From a snapshot to the tokens that are unlikely where they stand.
//!
//! Owns: whether they are looked for, and where they stand in the client's text. Must
//! not know what makes a token unlikely, nor how it is shown.

use std::ops::Range;
use std::sync::Arc;

use code_index::newline;
use completer::surprise;
use completer::{CancelToken, Cancelled, Completer};
use language::secrets::{Pieces, secrets};

use super::{Reason, Session, Snapshot};
use crate::scheduler::Purpose;

/// Larger documents are not looked at.
const MOST_BYTES: usize = 200_000;

/// A token that is unlikely where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    /// Its bytes in the document.
    pub range: Range<usize>,
    /// The token.
    pub token: String,
    /// What was expected instead.
    pub expected: String,
}

impl Session {
    /// Who looks for surprises; `None` where the user or the document wants none.
    pub async fn looker(&self, snapshot: &Snapshot) -> Option<Arc<Completer>> {
        let (settings, document) = (&snapshot.settings, &snapshot.document);
        let path = Some(snapshot.place.path.as_path());
        let wanted = settings.surprise
            && settings.silence(path, Some(&document.language)).is_none()
            && document.is_whole()
            && document.text.len_bytes() <= MOST_BYTES;
        if !wanted {
            return None;
        }
        let models = &self.shared.models;
        let model = models.get(&document.language, settings.model.as_deref());
        Some(self.guest.completers().of(&model.await.ok()?))
    }

    /// Looks through the whole document, once `begin` is over.
    ///
    /// # Errors
    /// [`Reason::Superseded`], [`Reason::Cancelled`] or [`Reason::Failed`]: there is no
    /// answer to this snapshot any more.
    pub async fn surprises(
        &self,
        snapshot: &Snapshot,
        completer: Arc<Completer>,
        begin: impl Future<Output = ()>,
    ) -> Result<Vec<Marked>, Reason> {
        let job = {
            let snapshot = snapshot.clone();
            move |token: &_| marked(&completer, &snapshot, token)
        };
        self.run(snapshot, Purpose::Diagnosis, begin, job).await
    }
}

/// On a worker thread.
fn marked(
    completer: &Completer,
    snapshot: &Snapshot,
    token: &CancelToken,
) -> Result<Vec<Marked>, Cancelled> {
    let memory = snapshot.memory();
    let original = snapshot.document.text.to_string();
    let text = newline::to_lf(&original);
    let document = surprise::Document {
        path: &snapshot.place.path.to_string_lossy(),
        text: &text,
        language: &snapshot.document.language,
        memory: &memory,
    };
    let surprises = completer.surprises(&document, token)?;
    // Offsets of the line feeds that had a `\r`, as they are without those.
    let returns: Vec<usize> = (original.match_indices("\r\n").enumerate())
        .map(|(before, (at, _))| at - before)
        .collect();
    let at = |offset: usize| offset + returns.partition_point(|&feed| feed < offset);
    let pieces = Pieces::of(text.as_bytes());
    let secrets = secrets(text.as_bytes());
    let marked = surprises.into_iter().filter(|surprise| {
        let token = &surprise.token.range;
        let is_secret = || {
            pieces.are_in(surprise.expected.as_bytes(), 0)
                || (secrets.iter())
                    .any(|secret| secret.start < token.end && token.start < secret.end)
        };
        surprise.is_marked() && !is_secret()
    });
    Ok(marked
        .map(|surprise| {
            let range = surprise.token.range.clone();
            Marked {
                token: text[range.clone()].to_owned(),
                range: at(range.start)..at(range.end),
                expected: surprise.expected,
            }
        })
        .collect())
}
