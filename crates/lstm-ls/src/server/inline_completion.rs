//! `textDocument/inlineCompletion`: ghost text.

use completer::{Options, Strategy, show};
use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types::{Command, Range, Url};

use super::models::Model;
use super::protocol::{
    InlineCompletionItem, InlineCompletionList, InlineCompletionParams, TriggerKind,
};
use super::reason::Reason;
use super::scheduler::Purpose;
use super::suggest::{Text, options, several_lines_fit};
use super::{Backend, acceptance};
use crate::statistics::Offer;

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
            let reason = Some(Reason::SeveralLines);
            self.journal.answered(Purpose::Ghost, 0, reason);
            return Ok(InlineCompletionList::default());
        }
        let snapshot = self.snapshot(&params.at.text_document, range)?;
        let settings = self.settings();
        let ghost = self.documents.ghost(&snapshot);
        let fits = several_lines_fit(&snapshot.document, &snapshot.at, ghost.accepted);
        let options = Options {
            multi_line: settings.multi_line && fits,
            ignored: ghost.ignored,
            // The range of a selected entry holds the half-typed word already.
            heal_word: selected.is_none(),
            must_start_with: selected.map(|selected| selected.text),
            ..options(&settings)
        };
        let options = match params.context.trigger_kind {
            TriggerKind::Automatic => Options {
                strategy: Strategy::Greedy,
                candidates: 1,
                glance_cost: Some(show::glance_cost(settings.eagerness)),
                ..options
            },
            TriggerKind::Invoked => options,
        };
        let mut suggested = self.suggest(snapshot, options, Purpose::Ghost).await?;
        // First what typing would bring too, then the others by rank.
        suggested.texts.sort_by_key(|text| !text.likeliest);
        let counts = settings.statistics && self.peer.get().is_some_and(|peer| peer.commands);
        let model = suggested.model.filter(|_| counts);
        let uri = params.at.text_document.uri;
        let texts = suggested.texts.into_iter();
        let items = texts.map(|text| InlineCompletionItem {
            command: model.as_ref().map(|model| self.offer(model, &uri, &text)),
            filter_text: text.text.clone(),
            insert_text: text.text,
            range: suggested.range,
        });
        Ok(InlineCompletionList {
            items: items.collect(),
        })
    }
    /// Counts a suggestion that is sent; what its acceptance will be told by.
    fn offer(&self, model: &Model, uri: &Url, text: &Text) -> Command {
        let old = text.text.len().saturating_sub(text.added);
        let number = self.shared.counter.offered(Offer {
            language: model.language().to_owned(),
            model: model.name().to_owned(),
            added: text.text.get(old..).unwrap_or(&text.text).to_owned(),
            document: uri.to_string(),
        });
        acceptance::command(number)
    }
}
