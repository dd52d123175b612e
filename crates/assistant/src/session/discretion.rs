//! What is not said: secrets that stand in the document itself.
//!
//! Other texts are remembered without their secrets. The text around the cursor goes to the
//! model as it is, and both the model and the memory repeat what they have just read, so
//! suggestions are looked through for pieces of it.

use completer::Completion;
use language::secrets::{Pieces, secrets};

use super::Snapshot;

/// Bytes before those that are read which may tell that a secret reaches into them.
const MARGIN: usize = 8 << 10;

/// Bytes before the cursor that may tell that a suggestion is the rest of a secret.
const NEAR: usize = 2 << 10;

/// Takes away the suggestions that would repeat a secret, or end one, of the last `before`
/// bytes and the next `after` bytes around the cursor.
pub(super) fn keep_secrets(
    completion: &mut Completion,
    snapshot: &Snapshot,
    before: usize,
    after: usize,
) {
    if completion.suggestions.is_empty() {
        return;
    }
    let mut text = snapshot
        .tail(before.saturating_add(MARGIN))
        .text
        .into_bytes();
    let cursor = text.len();
    let near = text[cursor.saturating_sub(NEAR)..].to_vec();
    // What follows the cursor may end a secret otherwise, but not one that began long before.
    let half = Pieces::of(&text[cursor.saturating_sub(MARGIN)..]);
    text.extend(snapshot.document.head(snapshot.at.end, after).into_bytes());
    let whole = Pieces::of(&text);
    let replaced = completion.replaces.min(near.len());
    completion.suggestions.retain(|suggestion| {
        let mut text = near[..near.len() - replaced].to_vec();
        text.extend(suggestion.text.as_bytes());
        let from = text.len().saturating_sub(suggestion.bytes);
        let ends_one = || secrets(&text).iter().any(|secret| secret.end > from);
        !half.are_in(&text, from) && !whole.are_in(&text, from) && !ends_one()
    });
}
