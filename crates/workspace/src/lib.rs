//! The user's folders, remembered.
//!
//! Owns: which files are read and which never, the thread that reads them, how much
//! is remembered, and the cache on the disk. It is the one reader of files that are
//! not our own. Must not know: how an index is made (`code-index`), models, editors.
//!
//! ```
//! use std::path::Path;
//!
//! use workspace::{Setup, Workspace};
//!
//! let folder = tempfile::tempdir()?;
//! std::fs::write(folder.path().join("a.rs"), "let aurora = borealis;\n")?;
//! std::fs::write(folder.path().join("id_rsa"), "not for anyone's eyes\n")?;
//! let workspace = Workspace::open(
//!     Setup {
//!         folders: vec![folder.path().to_owned()],
//!         cache: None,
//!         most_text: 1 << 20,
//!         group_of: |_: &Path| Some("all".to_owned()),
//!     },
//!     || {},
//! );
//! workspace.settle();
//! assert_eq!(workspace.progress().files, 1);
//! # Ok::<(), std::io::Error>(())
//! ```

#![forbid(unsafe_code)]

mod caches;
pub mod files;
mod foreign;
mod identity;
mod keeper;
mod nearness;
mod pending;
mod reading;
mod rules;
mod store;
mod tree;
mod watching;
mod workspace;

pub use caches::EXTENSION as CACHE_EXTENSION;
pub use identity::identity;
pub use reading::{LeftOut, look_through};
pub use workspace::{Progress, Setup, Workspace};
