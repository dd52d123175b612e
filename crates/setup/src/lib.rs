//! What lstm-ls writes into the configuration of editors, and takes away again.
//!
//! Owns: which files and programs of which editor start lstm-ls, what is ours in a file of
//! the user's, and how all of it is shown before it is written. Must not know: what a
//! language server says, and whether there is a terminal; its texts are the caller's to
//! print, and nothing is written that the caller has not seen as a [`Plan`].
//!
//! ```
//! use setup::{Direction, Editor, Places, Plan};
//!
//! let home = tempfile::tempdir()?;
//! let mut places = Places::here()?;
//! places.config = home.path().to_owned();
//! let helix = Editor::by_name("helix").ok_or("no Helix")?;
//! let plan = Plan::new(helix, &places, Direction::SetUp)?;
//! plan.apply()?;
//! assert!(home.path().join("helix/languages.toml").is_file());
//! Plan::new(helix, &places, Direction::Undo)?.apply()?;
//! assert!(!home.path().join("helix/languages.toml").is_file());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

mod apply;
mod block;
mod editors;
mod obstacle;
mod piece;
mod places;
mod plan;
mod show;
mod text;

pub use editors::Editor;
pub use obstacle::Obstacle;
pub use places::Places;
pub use plan::{Direction, Plan};
pub use show::by_hand;
