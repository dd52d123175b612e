//! What is known of each language, one row a language: how editors call it, how its
//! files are named, how it writes comments, strings and blocks, which words it
//! keeps for itself, what its packages are told by, whose words its files share; and what in
//! a text of any of them looks like a secret.
//!
//! Every other crate asks here and keeps no table of its own; `tests/one_table.rs`
//! looks for such tables. A language is added by a row in `table`. Pure data and
//! small functions: must not know files, models, or any protocol.
//!
//! ```
//! use std::path::Path;
//!
//! let lua = language::by_id("Lua").expect("there is a row");
//! assert!(lua.is_manifest("luasocket-3.1-1.rockspec"));
//! assert_eq!(language::of_path(Path::new("src/init.lua")).as_deref(), Some("lua"));
//! assert_eq!(language::row("kotlin").group(), "kotlin");
//! ```

#![forbid(unsafe_code)]

mod lexer;
mod lexis;
mod lookup;
mod row;
pub mod secrets;
mod table;
mod word;

pub use lexer::{Lexer, Mode, comment_length};
pub use lexis::{BlockComment, Fence, Lexis, Quote};
pub use lookup::{
    Doubt, Told, all, by_id, by_path, group_of, group_of_file, group_of_id, is_manifest, is_same,
    of_document, of_path, row, serves, told_to,
};
pub use row::{Blocks, KeywordBlocks, Kind, Language, WordKind, Words};
pub use word::{is_word_byte, is_word_char};
