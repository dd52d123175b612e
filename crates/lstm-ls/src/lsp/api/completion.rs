//! `textDocument/completion`: a list of sampled candidates.

use assistant::session::{Ask, Snapshot, Text};
use language::is_word_char;
use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types::{
    CompletionContext, CompletionItem, CompletionItemKind, CompletionItemLabelDetails,
    CompletionList, CompletionParams, CompletionResponse, CompletionTextEdit,
    CompletionTriggerKind, Range, TextEdit,
};

use crate::lsp::backend::{Backend, error};

/// Bytes of a character at most.
const LONGEST_CHARACTER: usize = 4;

/// Answers with candidates of one line each; the editor asks again while typing.
pub(in crate::lsp) async fn completion(
    backend: &Backend,
    params: CompletionParams,
) -> Result<CompletionResponse> {
    let at = params.text_document_position;
    let cursor = Range::new(at.position, at.position);
    let snapshot = backend.snapshot(&at.text_document, cursor)?;
    let by_hand = is_by_hand(params.context.as_ref(), || stands_in_word(&snapshot));
    let ask = Ask::List { by_hand };
    let suggested = backend.session.suggest(snapshot.clone(), ask).await;
    let suggested = suggested.map_err(|reason| error(&reason))?;
    let range = backend.to_range(&snapshot, &suggested.range);
    let items = suggested.texts.into_iter().enumerate();
    let items = items.map(|(rank, text)| item(rank, text, range)).collect();
    Ok(CompletionResponse::List(CompletionList {
        is_incomplete: true,
        items,
    }))
}

/// Whether the user opened the list. Clients say `Invoked` of a list that they open
/// themselves where a word begins, too, so within a word that says nothing.
fn is_by_hand(context: Option<&CompletionContext>, in_word: impl FnOnce() -> bool) -> bool {
    match context.map(|context| context.trigger_kind) {
        None => true,
        Some(CompletionTriggerKind::INVOKED) => !in_word(),
        Some(_) => false,
    }
}

/// Whether a letter, digit or `_` stands before the cursor.
fn stands_in_word(snapshot: &Snapshot) -> bool {
    let tail = snapshot.document.tail(snapshot.at.start, LONGEST_CHARACTER);
    tail.text.ends_with(is_word_char)
}

fn item(rank: usize, text: Text, range: Range) -> CompletionItem {
    CompletionItem {
        label: text.text.trim().to_owned(),
        label_details: Some(CompletionItemLabelDetails {
            detail: None,
            description: Some(chance(text.probability)),
        }),
        kind: Some(CompletionItemKind::TEXT),
        detail: Some(env!("CARGO_PKG_NAME").to_owned()),
        sort_text: Some(sort_text(rank, text.probability)),
        filter_text: Some(text.text.clone()),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit::new(range, text.text))),
        ..CompletionItem::default()
    }
}

/// Best first is an order that no editor can find by itself. What language servers
/// know for certain comes before what is more likely wrong than right: their own texts
/// to sort by are letters and digits, and `~` comes after these.
fn sort_text(rank: usize, probability: f64) -> String {
    match probability > 0.5 {
        true => format!("{rank:03}"),
        false => format!("~{rank:03}"),
    }
}

/// `probability` in whole percent; what is possible does not read `0 %`.
fn chance(probability: f64) -> String {
    match probability * 100.0 {
        tiny if tiny < 1.0 => "<1 %".to_owned(),
        percent => format!("{percent:.0} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_asked_for_by_hand_where_it_cannot_have_opened_by_itself() {
        let context = |kind| CompletionContext {
            trigger_kind: kind,
            trigger_character: None,
        };
        let cases = [
            (None, true, true),
            (Some(CompletionTriggerKind::INVOKED), false, true),
            (Some(CompletionTriggerKind::INVOKED), true, false),
            (Some(CompletionTriggerKind::TRIGGER_CHARACTER), false, false),
            (
                Some(CompletionTriggerKind::TRIGGER_FOR_INCOMPLETE_COMPLETIONS),
                false,
                false,
            ),
        ];
        for (kind, in_word, expect) in cases {
            let context = kind.map(context);
            assert_eq!(is_by_hand(context.as_ref(), || in_word), expect, "{kind:?}");
        }
    }

    #[test]
    fn only_what_is_likelier_than_not_comes_before_what_servers_know() {
        // As rust-analyzer, gopls, tsserver, clangd and pyright sort theirs.
        let theirs = [
            "7fffffff",
            "00000",
            "11",
            "z15",
            "40a00000foo",
            "09.9999.foo",
        ];
        for (rank, probability) in [(0, 0.5), (1, 0.3), (12, 0.001)] {
            let ours = sort_text(rank, probability);
            assert!(theirs.iter().all(|theirs| **theirs < *ours), "{ours}");
        }
        let ours = sort_text(0, 0.51);
        assert!(theirs.iter().all(|theirs| *ours < **theirs), "{ours}");
        assert!(sort_text(0, 0.6) < sort_text(1, 0.4) && sort_text(1, 0.4) < sort_text(2, 0.4));
    }

    #[test]
    fn a_chance_is_told_in_whole_percent() {
        let told = [0.0001, 0.009, 0.01, 0.316, 1.0].map(chance);
        assert_eq!(told, ["<1 %", "<1 %", "1 %", "32 %", "100 %"]);
    }
}
