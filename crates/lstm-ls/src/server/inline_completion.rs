//! `textDocument/inlineCompletion`: ghost text.

use completer::{Options, Strategy};
use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types::Range;

use super::Backend;
use super::protocol::{
    InlineCompletionItem, InlineCompletionList, InlineCompletionParams, TriggerKind,
};
use super::reason::Reason;
use super::scheduler::Purpose;
use super::suggest::{options, several_lines_fit};

impl Backend {
    /// Answers with the likeliest text; asked by hand, with alternatives after it.
    pub(super) async fn inline_completion(
        &self,
        params: InlineCompletionParams,
    ) -> Result<InlineCompletionList> {
        let cursor = Range::new(params.at.position, params.at.position);
        let selected = params.context.selected_completion_info;
        let range = selected.as_ref().map_or(cursor, |selected| selected.range);
        if range.start.line != range.end.line {
            self.journal.answered(0, Some(Reason::SeveralLines));
            return Ok(InlineCompletionList::default());
        }
        let snapshot = self.snapshot(&params.at.text_document, range)?;
        let settings = self.settings();
        let options = Options {
            multi_line: settings.multi_line && several_lines_fit(&snapshot.document, &snapshot.at),
            // The range of a selected entry holds the half-typed word already.
            heal_word: selected.is_none(),
            must_start_with: selected.map(|selected| selected.text),
            ..options(&settings)
        };
        let options = match params.context.trigger_kind {
            TriggerKind::Automatic => Options {
                strategy: Strategy::Greedy,
                candidates: 1,
                ..options
            },
            TriggerKind::Invoked => options,
        };
        let mut suggested = self.suggest(snapshot, options, Purpose::Ghost).await?;
        // First what typing would bring too, then the others by rank.
        suggested.texts.sort_by_key(|text| !text.likeliest);
        let range = suggested.range;
        let items = suggested
            .texts
            .into_iter()
            .map(|text| InlineCompletionItem {
                filter_text: text.text.clone(),
                insert_text: text.text,
                range,
            });
        Ok(InlineCompletionList {
            items: items.collect(),
        })
    }
}
