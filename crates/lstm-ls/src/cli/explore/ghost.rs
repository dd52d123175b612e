//! Ghost text for the page's box to try it: what an editor would show.

use std::sync::Arc;

use code_index::Layer;
use completer::{
    Before, CancelToken, Completer, MultiLine, NO_CLOCK, Options, Request, Strategy, show,
};
use explorer::Complete;
use lstm_format::Engine;

/// Completes with `engine` and the text before the cursor.
pub(super) fn ghost(engine: Arc<dyn Engine>) -> Complete {
    let language = engine.config().language.clone();
    let completer = Completer::new(engine);
    Box::new(move |path, before, after| {
        let options = Options {
            strategy: Strategy::Greedy,
            candidates: 1,
            glance_cost: Some(show::glance_cost(show::DEFAULT_EAGERNESS)),
            multi_line: MultiLine::Auto,
            ..Options::default()
        };
        let request = Request {
            path,
            before: Before::whole(before.as_bytes()),
            after,
            language: &language,
            memory: Some(&Layer::new()),
            options: &options,
            clock: NO_CLOCK,
        };
        let completion = completer.complete(&request, &CancelToken::default()).ok()?;
        let first = completion.suggestions.into_iter().next();
        first.map(|suggestion| suggestion.text)
    })
}
