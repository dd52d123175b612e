//! What an editor, an HTTP client or a page need of completion, and no protocol.
//!
//! Owns: open documents and what was edited in them, models and which of them serves a
//! language, folders and what is remembered of them, settings, whose work is next, and
//! why nothing was offered. Must not know how a client is spoken to, nor on what
//! runtime: its futures run on any.
//!
//! A face makes one [`Shared`](session::Shared) a process and one
//! [`Session`](session::Session) a client, and turns messages into calls of it:
//!
//! ```
//! use std::sync::Arc;
//!
//! use assistant::documents::{Document, DocumentId, Place};
//! use assistant::models::{Embedded, ModelSource, Source, int8_engine};
//! use assistant::session::{Ask, Kept, Session, Shared};
//!
//! let engines = |source: &Source| int8_engine(&source.read()?);
//! let source = ModelSource {
//!     engines: Arc::new(engines),
//!     default_path: None,
//!     embedded: Embedded::all().collect(),
//!     folder: None,
//! };
//! let session = Session::new(Shared::new(source, Kept::default()));
//! let id = DocumentId::new("example");
//! let text = "fn main() {\n    println!(\"Hello\");\n}\n\nfn other() {\n    print";
//! let document = Document::new(text, 1, "rust".to_owned());
//! session.open(id.clone(), Place::default(), document);
//!
//! let snapshot = session.snapshot(&id, |text| text.len_bytes()..text.len_bytes());
//! let snapshot = snapshot.expect("it is open");
//! let suggested = session.suggest(snapshot, Ask::List { by_hand: true });
//! let suggested = futures_executor::block_on(suggested)?;
//! assert!(suggested.texts.iter().any(|text| text.text.contains("println!")));
//! # Ok::<(), assistant::session::Reason>(())
//! ```

pub mod documents;
pub mod heap;
pub mod models;
mod scheduler;
pub mod session;
pub mod settings;
pub mod statistics;
pub mod store;
pub mod user;
pub mod watched;
mod workspaces;

pub use workspaces::News;
