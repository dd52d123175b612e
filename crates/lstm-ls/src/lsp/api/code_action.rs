//! `textDocument/codeAction`: puts the expected token in the place of an unlikely
//! one.

use std::collections::HashMap;

use tower_lsp::lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, CodeActionResponse,
    Diagnostic, TextEdit, Url, WorkspaceEdit,
};

use super::diagnostic::SOURCE;

/// A quick fix for each of our diagnostics among those that are asked about.
pub(in crate::lsp) fn code_action(params: &CodeActionParams) -> CodeActionResponse {
    let kinds = params.context.only.as_deref();
    if kinds.is_some_and(|kinds| !kinds.iter().any(includes_quick_fixes)) {
        return Vec::new();
    }
    let diagnostics = params.context.diagnostics.iter();
    let ours = diagnostics.filter(|diagnostic| diagnostic.source.as_deref() == Some(SOURCE));
    ours.filter_map(|diagnostic| fix(diagnostic, &params.text_document.uri))
        .collect()
}

fn includes_quick_fixes(kind: &CodeActionKind) -> bool {
    kind == &CodeActionKind::QUICKFIX || kind == &CodeActionKind::EMPTY
}

/// `None` if the client has not kept what came with the diagnostic.
fn fix(diagnostic: &Diagnostic, uri: &Url) -> Option<CodeActionOrCommand> {
    let expected = diagnostic.data.as_ref()?.get("expected")?.as_str()?;
    let edit = TextEdit::new(diagnostic.range, expected.to_owned());
    let action = CodeAction {
        title: format!("Put `{expected}` here"),
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![diagnostic.clone()]),
        edit: Some(WorkspaceEdit::new(HashMap::from([(
            uri.clone(),
            vec![edit],
        )]))),
        ..CodeAction::default()
    };
    Some(action.into())
}
