//! `initialized`: what the server has to say of itself, at the start and later.

use std::time::Duration;

use assistant::models::Absent;
use assistant::session::percent;
use assistant::settings::Settings;
use tower_lsp::lsp_types::MessageType;

use super::{configuration, did_change_files};
use crate::lsp::backend::Backend;
use crate::lsp::progress::WorkDone;
use crate::lsp::transport::{ending, process};

/// What takes longer is worth showing progress.
const NOTICEABLE: Duration = Duration::from_millis(200);

/// Lives as long as the session.
pub(in crate::lsp) async fn initialized(backend: &Backend) {
    let Some(peer) = backend.peer.get() else {
        return;
    };
    let (_, complaints) = Settings::parse(peer.options.as_ref());
    for complaint in complaints {
        let client = &backend.client;
        client.log_message(MessageType::WARNING, complaint).await;
    }
    let start = async {
        configuration::register(backend).await;
        configuration::pull(backend).await;
        backend.session.remember();
        // Not waited for: what is on the disk by now is read meanwhile.
        let watched = did_change_files::register(backend);
        tokio::join!(watched, report_model(backend), report_reading(backend));
    };
    let process = peer.process_id.filter(|_| backend.link.watches_process);
    let left = async {
        match process {
            Some(id) => process::gone(id).await,
            None => std::future::pending().await,
        }
        ending::exit(&backend.ending);
    };
    tokio::join!(start, backend.tell_of_changes(), left);
}

/// Loads the model, shows that it takes long if it does, and says once if it
/// cannot be done.
async fn report_model(backend: &Backend) {
    let settings = backend.session.settings();
    let loading = backend.session.models().get_any(settings.model.as_deref());
    let mut loading = std::pin::pin!(loading);
    let loaded = match tokio::time::timeout(NOTICEABLE, &mut loading).await {
        Ok(loaded) => loaded,
        Err(_) => {
            let progress = begin(backend, "loading", "loading the model").await;
            let loaded = loading.await;
            progress.end(None).await;
            loaded
        }
    };
    if let Err(Absent::Failed(reason)) = loaded {
        let message = format!("lstm-ls suggests nothing: {reason}");
        let client = &backend.client;
        client.show_message(MessageType::ERROR, message).await;
    }
}

/// Shows how far the folders have been read, if that takes long.
async fn report_reading(backend: &Backend) {
    let mut news = backend.session.reading_news();
    let reading = || backend.session.reading().filter(|read| !read.done);
    let read = async {
        while reading().is_some() {
            news.next().await;
        }
    };
    if tokio::time::timeout(NOTICEABLE, read).await.is_ok() {
        return;
    }
    let progress = begin(backend, "reading", "reading the workspace").await;
    let mut told = 0;
    while let Some(read) = reading() {
        let percent = percent(&read);
        if percent / 10 > told / 10 {
            let message = format!("{} files", read.found);
            progress.report(percent, message).await;
            told = percent;
        }
        news.next().await;
    }
    progress.end(None).await;
}

async fn begin(backend: &Backend, name: &str, title: &str) -> WorkDone {
    let (client, shown) = (backend.client.clone(), backend.shows_progress());
    WorkDone::begin(client, shown, name, title, false).await
}
