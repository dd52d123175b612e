//! Ghost text for the page's box to try it: what an editor would show.

use std::sync::Arc;

use code_index::Layer;
use completer::{Before, CancelToken, Completer, Options, Request, Strategy, show};
use explorer::Complete;
use lstm_format::Engine;

/// Completes with `engine` and the text before the cursor.
pub(super) fn ghost(engine: Arc<dyn Engine>) -> Complete {
    let language = engine.config().language.clone();
    let completer = Completer::new(engine);
    Box::new(move |path, before, after| {
        let line = before.rsplit('\n').next().unwrap_or_default();
        let rest = after.split('\n').next().unwrap_or_default();
        let options = Options {
            strategy: Strategy::Greedy,
            candidates: 1,
            glance_cost: Some(show::glance_cost(show::DEFAULT_EAGERNESS)),
            multi_line: completer::several_lines_fit(&language, line.as_bytes(), rest, false),
            ..Options::default()
        };
        let request = Request {
            path,
            before: Before::whole(before.as_bytes()),
            after,
            language: &language,
            memory: Some(&Layer::new()),
            options: &options,
        };
        let completion = completer.complete(&request, &CancelToken::default()).ok()?;
        let first = completion.suggestions.into_iter().next();
        first.map(|suggestion| suggestion.text)
    })
}
