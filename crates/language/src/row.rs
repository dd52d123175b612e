//! What a row says, and what follows from one row alone.

use crate::lexer::{Lexer, Mode};
use crate::lexis::Lexis;
use crate::word::is_word_byte;

/// All that is known of one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Language {
    /// LSP identifier, as a model states it.
    pub id: &'static str,
    /// What else editors call it.
    pub aliases: &'static [&'static str],
    /// Extensions of its files, in lower case, without the dot.
    pub extensions: &'static [&'static str],
    /// Whether it is written by people, and whether to make programs.
    pub kind: Kind,
    /// The language whose words its files share; its own where there is none.
    pub shares_words_with: Option<&'static str>,
    /// The language whose model completes it where it has none of its own.
    pub served_by: Option<&'static str>,
    /// Comments, strings and brackets.
    pub lexis: Lexis,
    /// What its blocks are told by.
    pub blocks: Blocks,
    /// Words with a meaning of their own.
    pub words: &'static Words,
    /// Files that make the folder they are in a package. `*` at the start stands
    /// for any name.
    pub manifests: &'static [&'static str],
}

/// What files of a language are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Programs.
    Code,
    /// Programs that often are little more than settings.
    Script,
    /// Text for people, and settings: written by hand.
    Text,
    /// Data, or written by programs.
    Data,
}

/// What opens a block at the end of a line, besides an opening bracket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blocks {
    /// Nothing.
    Brackets,
    /// A colon; the block is indented.
    Colon,
    /// Words.
    Keywords(&'static KeywordBlocks),
}

/// Blocks from a word to a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeywordBlocks {
    /// A line that begins with one opens a block.
    pub first: &'static [&'static str],
    /// A line that holds one anywhere opens a block.
    pub anywhere: &'static [&'static str],
    /// A line that ends with one opens a block.
    pub last: &'static [&'static str],
    /// A line that holds one of these opens none.
    pub closers: &'static [&'static str],
}

/// Words with a meaning of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// Those that are no names.
    pub keywords: &'static [&'static str],
    /// What starts a function.
    pub functions: &'static [&'static str],
    /// What a declared name follows.
    pub declaring: &'static [&'static str],
    /// What a line that only brings names in starts with.
    pub bringing_in: &'static [&'static str],
    /// No and yes, as often as they are written in another way.
    pub truths: &'static [(&'static str, &'static str)],
}

impl Language {
    /// The name of the group of languages whose files are remembered together.
    pub fn group(&self) -> &'static str {
        self.shares_words_with.unwrap_or(self.id)
    }

    /// Whether people write programs in it.
    pub fn is_code(&self) -> bool {
        matches!(self.kind, Kind::Code | Kind::Script)
    }

    /// Whether a file called `name` makes its folder a package of this language.
    pub fn is_manifest(&self, name: &str) -> bool {
        let fits = |manifest: &str| match manifest.strip_prefix('*') {
            Some(end) => name.len() > end.len() && name.ends_with(end),
            None => name == manifest,
        };
        self.manifests.iter().any(|manifest| fits(manifest))
    }

    /// Whether a block opens at the end of `line`, trailing blanks aside.
    pub fn opens_block(&'static self, line: &[u8]) -> bool {
        match (line.trim_ascii_end(), self.blocks) {
            ([.., b'{' | b'(' | b'['], _) => true,
            ([.., b':', b':'], _) => false,
            ([.., b':'], Blocks::Colon) => true,
            (line, Blocks::Keywords(words)) => self.opens_by_keyword(line, words),
            _ => false,
        }
    }

    fn opens_by_keyword(&'static self, line: &[u8], words: &KeywordBlocks) -> bool {
        let mut lexer = Lexer::new(&self.lexis);
        let (mut at, mut opens, mut is_first) = (0, false, true);
        while at < line.len() {
            let length = lexer.advance(&line[at..]);
            let piece = &line[at..at + length];
            at += length;
            if lexer.mode() != Mode::Code || !piece.first().is_some_and(|&b| is_word_byte(b)) {
                continue;
            }
            let is = |words: &[&str]| words.iter().any(|word| word.as_bytes() == piece);
            if is(words.closers) {
                return false;
            }
            opens |= is(words.anywhere)
                || (is_first && is(words.first))
                || (at == line.len() && is(words.last));
            is_first = false;
        }
        opens
    }
}

/// What a word is that is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordKind {
    /// Part of the language.
    Keyword,
    /// A truth value.
    Truth,
}

impl Words {
    /// What the bytes of `word` are, if they are no name.
    pub fn kind(&self, word: &[u8]) -> Option<WordKind> {
        let is = |other: &&str| other.as_bytes() == word;
        if self.keywords.iter().any(is) {
            return Some(WordKind::Keyword);
        }
        let mut truths = self.truths.iter().flat_map(|&(no, yes)| [no, yes]);
        truths.any(|truth| is(&truth)).then_some(WordKind::Truth)
    }

    /// No and yes, as they are written where one of them is `word`.
    pub fn truths_of(&self, word: &str) -> Option<(&'static str, &'static str)> {
        let mut truths = self.truths.iter().copied();
        truths.find(|&(no, yes)| word == no || word == yes)
    }
}

#[cfg(test)]
mod tests {
    use crate::row;

    #[track_caller]
    fn opens(id: &str, line: &str, expected: bool) {
        assert_eq!(row(id).opens_block(line.as_bytes()), expected, "{line}");
    }

    #[test]
    fn brackets_open_blocks_everywhere() {
        for id in ["rust", "python", "lua", "kotlin", "no such language"] {
            opens(id, "  f( ", true);
            opens(id, "x = {", true);
            opens(id, "x = 1", false);
            opens(id, "a::", false);
        }
    }

    #[test]
    fn a_colon_opens_blocks_where_they_are_indented() {
        opens("python", "else: ", true);
        opens("rust", "let x:", false);
    }

    #[test]
    fn words_open_blocks_in_lua() {
        opens("lua", "for i = 1, 2 do", true);
        opens("lua", "local function f(a, b)", true);
        opens("lua", "local f = function()", true);
        opens("lua", "local f = function() return 1 end", false);
        opens("lua", "f() -- a function", false);
        opens("lua", "redo", false);
        opens("lua", "local done = 'then'", false);
    }

    #[test]
    fn words_open_blocks_in_ruby_only_where_they_are_first() {
        opens("ruby", "  def area(a)", true);
        opens("ruby", "if a", true);
        opens("ruby", "return if a", false);
    }

    #[test]
    fn manifests_are_told_by_their_names() {
        assert!(row("rust").is_manifest("Cargo.toml"));
        assert!(!row("rust").is_manifest("package.json"));
        assert!(row("lua").is_manifest("a-1.0-1.rockspec"));
        assert!(!row("lua").is_manifest(".rockspec"));
        assert!(row("kotlin").is_manifest("build.gradle.kts"));
    }
}
