//! The methods of the protocol, one a file: parameters in, what they ask of the
//! assistant, its answer in the protocol's words.

pub(super) mod acceptance;
pub(super) mod code_action;
pub(super) mod completion;
pub(super) mod configuration;
pub(super) mod cursor_moved;
pub(super) mod diagnostic;
pub(super) mod did_change;
pub(super) mod did_change_files;
pub(super) mod did_change_folders;
pub(super) mod did_close;
pub(super) mod did_open;
pub(super) mod did_save;
pub(super) mod document;
pub(super) mod explain;
pub(super) mod initialize;
pub(super) mod initialized;
pub(super) mod inline_completion;
pub(super) mod retrain;
pub(super) mod status;
