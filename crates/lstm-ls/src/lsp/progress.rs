//! Work-done progress: telling a client that something takes long, if it shows
//! such things.

use tower_lsp::Client;
use tower_lsp::lsp_types::notification::Progress;
use tower_lsp::lsp_types::request::WorkDoneProgressCreate;
use tower_lsp::lsp_types::{
    ProgressParams, ProgressParamsValue, ProgressToken, WorkDoneProgress, WorkDoneProgressBegin,
    WorkDoneProgressCreateParams, WorkDoneProgressEnd, WorkDoneProgressReport,
};

use super::backend::Backend;

/// Something that takes long. What it is told goes nowhere if the client shows
/// no progress.
pub(super) struct WorkDone {
    client: Client,
    token: Option<ProgressToken>,
}

/// The token of what is called `name`.
pub(super) fn token(name: &str) -> ProgressToken {
    ProgressToken::String(format!("lstm-ls/{name}"))
}

impl WorkDone {
    /// Begins it under the token of `name`. `shown` is whether the client shows
    /// progress.
    pub(super) async fn begin(
        client: Client,
        shown: bool,
        name: &str,
        title: &str,
        cancellable: bool,
    ) -> Self {
        let token = token(name);
        let create = WorkDoneProgressCreateParams {
            token: token.clone(),
        };
        let created =
            shown && (client.send_request::<WorkDoneProgressCreate>(create).await).is_ok();
        let progress = Self {
            client,
            token: created.then_some(token),
        };
        let begin = WorkDoneProgressBegin {
            title: format!("lstm-ls: {title}"),
            cancellable: cancellable.then_some(true),
            ..WorkDoneProgressBegin::default()
        };
        progress.is(WorkDoneProgress::Begin(begin)).await;
        progress
    }

    /// Tells how far it is.
    pub(super) async fn report(&self, percent: usize, message: String) {
        let report = WorkDoneProgressReport {
            percentage: u32::try_from(percent).ok(),
            message: Some(message),
            ..WorkDoneProgressReport::default()
        };
        self.is(WorkDoneProgress::Report(report)).await;
    }

    /// Ends it, with a last word if there is one.
    pub(super) async fn end(self, message: Option<String>) {
        let end = WorkDoneProgressEnd { message };
        self.is(WorkDoneProgress::End(end)).await;
    }

    async fn is(&self, progress: WorkDoneProgress) {
        if let Some(token) = self.token.clone() {
            let value = ProgressParamsValue::WorkDone(progress);
            let params = ProgressParams { token, value };
            self.client.send_notification::<Progress>(params).await;
        }
    }
}

impl Backend {
    /// Whether the client shows progress.
    pub(super) fn shows_progress(&self) -> bool {
        self.peer.get().is_some_and(|peer| peer.progress)
    }
}
