//! What becomes of suggestions that were sent, for the statistics.

use super::{Session, Text};
use crate::documents::DocumentId;
use crate::models::Model;
use crate::statistics::Offer;

/// Text that was accepted, and how often it stood in its document then.
#[derive(Clone, Debug)]
pub struct Accepted {
    offer: Offer,
    occurrences: usize,
}

impl Session {
    /// Counts a suggestion of `model` that is sent for `document`; the number by which
    /// its fate is told.
    pub fn offered(&self, model: &Model, document: &DocumentId, text: &Text) -> u64 {
        self.shared.counter.offered(Offer {
            language: model.language().to_owned(),
            model: model.name().to_owned(),
            added: text.new_part().to_owned(),
            document: document.clone(),
        })
    }

    /// Suggestion `number` was shown.
    pub fn shown(&self, number: u64) {
        self.shared.counter.shown(number);
    }

    /// All of suggestion `number` was accepted. What was, the first time that this is
    /// told of a document that is open: it is worth a look later whether it was kept.
    pub fn accepted(&self, number: u64) -> Option<Accepted> {
        let offer = self.shared.counter.accepted(number)?;
        Some(Accepted {
            occurrences: self.occurrences(&offer)?,
            offer,
        })
    }

    /// All of suggestion `number` but its last `rest` UTF-16 units was accepted.
    pub fn accepted_all_but(&self, number: u64, rest: usize) {
        self.shared.counter.accepted_all_but(number, rest);
    }

    /// The user sent `text` away by hand, which is suggestion `number` if it has one.
    pub fn dismissed(&self, text: &str, number: Option<u64>) {
        self.documents.dismissed(text);
        if let Some(number) = number {
            self.shared.counter.dismissed(number);
        }
    }

    /// Counts whether what was `accepted` still stands in its document, as often as then.
    pub fn look_for(&self, accepted: &Accepted) {
        // Of a closed document the server does not know.
        if let Some(now) = self.occurrences(&accepted.offer) {
            let kept = now >= accepted.occurrences;
            self.shared.counter.looked_for(&accepted.offer, kept);
        }
    }

    /// How often what `offer` added stands in its document, if that is open and
    /// its text known.
    fn occurrences(&self, offer: &Offer) -> Option<usize> {
        let (document, ..) = self.documents.now(&offer.document, |_| 0..0)?;
        let text = document.is_whole().then(|| document.text.to_string())?;
        Some(text.matches(&offer.added).count())
    }
}
