//! What the page shows before anything is computed.

use serde_json::{Value, json};

use super::{Explorer, MOST_TEXT};
use crate::property::Property;
use crate::samples;

/// What there is to say of the model, and the texts to begin with.
pub fn about(explorer: &Explorer) -> Value {
    let subject = &explorer.subject;
    let config = subject.config();
    let signals = subject.tracer().signals().iter();
    let signals = signals.map(|signal| {
        json!({"letter": signal.letter(), "name": signal.name(), "gate": signal.is_gate()})
    });
    let documents = explorer.documents.iter();
    let documents = documents.map(|document| json!({"name": document.name, "text": document.text}));
    let properties = Property::of(samples::kind(&config.language));
    let properties =
        properties.map(|(name, property)| json!({"name": name, "title": property.title()}));
    let quiz = samples::quiz(&config.language).into_iter();
    let quiz = quiz.map(|one| json!({"text": one.text, "written": one.seed.is_some()}));
    json!({
        "model": subject.name(),
        "language": config.language,
        "layers": config.num_layers,
        "units": config.hidden_size,
        "parameters": subject.parameters(),
        "engine": subject.tracer().describe(),
        "window": config.window,
        "signals": signals.collect::<Vec<_>>(),
        "documents": documents.collect::<Vec<_>>(),
        "properties": properties.collect::<Vec<_>>(),
        "example": explorer.example,
        "starts": samples::starts(&config.language),
        "quiz": quiz.collect::<Vec<_>>(),
        "completes": explorer.trying.is_some(),
        "mostText": MOST_TEXT,
    })
}
