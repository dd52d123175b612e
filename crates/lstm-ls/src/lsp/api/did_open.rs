//! `textDocument/didOpen`.

use language::Doubt;
use tracing::warn;

use crate::lsp::backend::Backend;
use crate::lsp::texts::{OpenParams, Raw};
use crate::lsp::uri::{id, place};

/// Names that are doubted aloud.
const MOST_DOUBTS: usize = 64;

impl Backend {
    /// Takes the document over from the disk.
    pub(in crate::lsp) async fn did_open(&self, Raw(params): Raw<OpenParams>) {
        let place = place(&params.text_document.uri);
        let language = |said: &str| {
            let told = language::of_document(said, &place.path);
            self.doubt(said, told.doubt);
            told.id
        };
        let (uri, document) = params.text_document.into_document(language);
        if let Some(why) = document.out_of_step() {
            warn!(%uri, "out of step with the editor: {why}");
        }
        if !self.session.open(id(&uri), place, document) {
            warn!(%uri, "there is no room for one more open document");
        }
    }

    /// Says once that the editor calls a language by a name that does not fit.
    fn doubt(&self, said: &str, doubt: Option<Doubt>) {
        let (what, id) = match doubt {
            None => return,
            Some(Doubt::Unknown(id)) => ("is no language that is known; by its name it is", id),
            Some(Doubt::Elsewhere(id)) => ("is taken at its word; the name would say", id),
        };
        let mut doubted = self.doubted.lock();
        // A client that makes up a name for every document is heard for a while.
        if doubted.len() < MOST_DOUBTS && doubted.insert((said.to_owned(), id)) {
            warn!("languageId {said:?} of a document {what} {id:?}");
        }
    }
}
