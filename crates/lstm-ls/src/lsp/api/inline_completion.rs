//! `textDocument/inlineCompletion`: ghost text.

use assistant::session::{Ask, Reason};
use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types::Range;

use super::acceptance;
use crate::lsp::backend::{Backend, error};
use crate::lsp::protocol::{
    InlineCompletionItem, InlineCompletionList, InlineCompletionParams, TriggerKind,
};

impl Backend {
    /// Answers with the likeliest text; asked by hand, with alternatives after it.
    pub(in crate::lsp) async fn inline_completion(
        &self,
        params: InlineCompletionParams,
    ) -> Result<InlineCompletionList> {
        let cursor = Range::new(params.at.position, params.at.position);
        let selected = params.context.selected_completion_info;
        let range = selected.as_ref().map_or(cursor, |selected| selected.range);
        if range.start.line != range.end.line {
            self.session.declined(Reason::SeveralLines);
            return Ok(InlineCompletionList::default());
        }
        let snapshot = self.snapshot(&params.at.text_document, range)?;
        let ask = Ask::Ghost {
            by_hand: params.context.trigger_kind == TriggerKind::Invoked,
            selected: selected.map(|selected| selected.text),
        };
        let suggested = self.session.suggest(snapshot.clone(), ask).await;
        let suggested = suggested.map_err(|reason| error(&reason))?;
        let runs_commands = self.peer.get().is_some_and(|peer| peer.commands);
        let counts = snapshot.settings.statistics && runs_commands;
        let model = suggested.model.filter(|_| counts);
        let range = self.to_range(&snapshot, &suggested.range);
        let texts = suggested.texts.into_iter();
        let items = texts.map(|text| InlineCompletionItem {
            command: model.as_ref().map(|model| {
                let number = self.session.offered(model, &snapshot.revision.id, &text);
                acceptance::command(number)
            }),
            filter_text: text.text.clone(),
            insert_text: text.text,
            range,
        });
        Ok(InlineCompletionList {
            items: items.collect(),
        })
    }
}
