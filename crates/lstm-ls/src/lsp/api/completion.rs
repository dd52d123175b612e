//! `textDocument/completion`: a list of sampled candidates.

use assistant::session::{Ask, Text};
use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types::{
    CompletionItem, CompletionItemKind, CompletionItemLabelDetails, CompletionList,
    CompletionParams, CompletionResponse, CompletionTextEdit, Range, TextEdit,
};

use crate::lsp::backend::{Backend, error};

/// Answers with candidates of one line each; the editor asks again while typing.
pub(in crate::lsp) async fn completion(
    backend: &Backend,
    params: CompletionParams,
) -> Result<CompletionResponse> {
    let at = params.text_document_position;
    let cursor = Range::new(at.position, at.position);
    let snapshot = backend.snapshot(&at.text_document, cursor)?;
    let suggested = backend.session.suggest(snapshot.clone(), Ask::List).await;
    let suggested = suggested.map_err(|reason| error(&reason))?;
    let range = backend.to_range(&snapshot, &suggested.range);
    let items = suggested.texts.into_iter().enumerate();
    let items = items.map(|(rank, text)| item(rank, text, range)).collect();
    Ok(CompletionResponse::List(CompletionList {
        is_incomplete: true,
        items,
    }))
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
        // Best first is an order that no editor can find by itself.
        sort_text: Some(format!("{rank:03}")),
        filter_text: Some(text.text.clone()),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit::new(range, text.text))),
        ..CompletionItem::default()
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
    fn a_chance_is_told_in_whole_percent() {
        let told = [0.0001, 0.009, 0.01, 0.316, 1.0].map(chance);
        assert_eq!(told, ["<1 %", "<1 %", "1 %", "32 %", "100 %"]);
    }
}
