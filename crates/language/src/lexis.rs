//! How a language writes comments, strings and brackets, and the families of
//! languages that write them alike.

/// Comments, strings and brackets of a language, as far as a look at single
/// characters tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lexis {
    /// What begins a comment that ends with its line.
    pub line_comments: &'static [&'static str],
    /// Comments that end where a mark says so.
    pub block_comments: &'static [BlockComment],
    /// Comments whose end repeats a count of their beginning.
    pub fenced_comments: &'static [Fence],
    /// Strings whose end repeats a count of their beginning; tried before `quotes`.
    pub fenced_strings: &'static [Fence],
    /// Strings and character literals. Of two that begin alike the longer is first.
    pub quotes: &'static [Quote],
    /// Openers and closers.
    pub brackets: &'static [(u8, u8)],
    /// What a word can hold besides letters, digits and `_`.
    pub in_words: &'static [u8],
}

/// A comment between two marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockComment {
    /// Begins it.
    pub open: &'static str,
    /// Ends it.
    pub close: &'static str,
    /// Whether another can stand inside.
    pub nests: bool,
}

/// A string or character literal between two equal marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Begins and ends it.
    pub mark: &'static str,
    /// Whether it can go on in the next line; if not, it ends with its line at the
    /// latest.
    pub spans_lines: bool,
    /// Whether `\` takes the next byte's meaning away.
    pub escapes: bool,
    /// Whether the mark begins a literal only where one character, or an escape,
    /// stands before the next: elsewhere it is a lifetime or part of a name.
    pub one_character: bool,
}

/// `open`, `fill` n times, `then`; up to `close`, `fill` n times, `end`.
///
/// Rust's `r##"…"##` and Lua's `[==[…]==]`. Nothing is escaped inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fence {
    /// Stands first.
    pub open: &'static str,
    /// Is counted.
    pub fill: u8,
    /// Ends the beginning.
    pub then: &'static str,
    /// Begins the end.
    pub close: &'static str,
    /// Stands last.
    pub end: &'static str,
}

impl Lexis {
    /// Whether `byte` is an opening bracket.
    pub fn opens(&self, byte: u8) -> bool {
        self.brackets.iter().any(|&(open, _)| open == byte)
    }

    /// Whether `byte` is a closing bracket.
    pub fn closes(&self, byte: u8) -> bool {
        self.brackets.iter().any(|&(_, close)| close == byte)
    }

    /// Whether `'` may be something else than the begin of a string: a lifetime,
    /// part of a name or of a number.
    pub fn apostrophes_are_told_by_what_follows(&self) -> bool {
        let quotes = |quote: &Quote| quote.mark == "'" && !quote.one_character;
        !self.quotes.iter().any(quotes) || self.line_comments.contains(&"//")
    }
}

const BRACKETS: &[(u8, u8)] = &[(b'(', b')'), (b'[', b']'), (b'{', b'}')];

/// A quote that ends with its line.
const fn short(mark: &'static str) -> Quote {
    Quote {
        mark,
        spans_lines: false,
        escapes: true,
        one_character: false,
    }
}

/// A quote that may go on in the next line.
const fn long(mark: &'static str) -> Quote {
    Quote {
        spans_lines: true,
        ..short(mark)
    }
}

/// The same, in which nothing is escaped.
const fn verbatim(mark: &'static str) -> Quote {
    Quote {
        escapes: false,
        ..long(mark)
    }
}

/// One character, or else no quote.
const fn character(mark: &'static str) -> Quote {
    Quote {
        one_character: true,
        ..short(mark)
    }
}

const fn block(open: &'static str, close: &'static str) -> BlockComment {
    BlockComment {
        open,
        close,
        nests: false,
    }
}

const fn nesting(open: &'static str, close: &'static str) -> BlockComment {
    BlockComment {
        nests: true,
        ..block(open, close)
    }
}

/// Rust's raw strings, by what stands before the first `#`.
const fn hashes(open: &'static str) -> Fence {
    Fence {
        open,
        fill: b'#',
        then: "\"",
        close: "\"",
        end: "",
    }
}

/// No comments, and quotes that end with their line: text for people. An
/// apostrophe is no quote.
pub(crate) const PROSE: Lexis = Lexis {
    line_comments: &[],
    block_comments: &[],
    fenced_comments: &[],
    fenced_strings: &[],
    quotes: &[short("\"")],
    brackets: BRACKETS,
    in_words: b"",
};

/// `//` and `/* */`, and what most languages with these have. Also what is assumed
/// of a language without a row.
pub(crate) const C_LIKE: Lexis = Lexis {
    line_comments: &["//"],
    block_comments: &[block("/*", "*/")],
    quotes: &[long("\"\"\""), long("`"), short("\""), short("'")],
    ..PROSE
};

pub(crate) const C: Lexis = Lexis {
    quotes: &[short("\""), short("'")],
    ..C_LIKE
};

/// Apostrophes part the digits of a number.
pub(crate) const CPP: Lexis = Lexis {
    quotes: &[short("\""), character("'")],
    ..C_LIKE
};

pub(crate) const JAVASCRIPT: Lexis = Lexis {
    quotes: &[long("`"), short("\""), short("'")],
    in_words: b"$",
    ..C_LIKE
};

pub(crate) const JAVA: Lexis = Lexis {
    quotes: &[long("\"\"\""), short("\""), short("'")],
    ..C_LIKE
};

pub(crate) const KOTLIN: Lexis = Lexis {
    block_comments: &[nesting("/*", "*/")],
    quotes: &[verbatim("\"\"\""), long("`"), short("\""), character("'")],
    ..C_LIKE
};

pub(crate) const GO: Lexis = Lexis {
    quotes: &[verbatim("`"), short("\""), short("'")],
    ..C_LIKE
};

/// Lifetimes begin with an apostrophe, and every string may span lines.
pub(crate) const RUST: Lexis = Lexis {
    block_comments: &[nesting("/*", "*/")],
    fenced_strings: &[hashes("r"), hashes("br"), hashes("cr")],
    quotes: &[long("\""), character("'")],
    ..C_LIKE
};

pub(crate) const SWIFT: Lexis = Lexis {
    block_comments: &[nesting("/*", "*/")],
    fenced_strings: &[Fence {
        close: "\"#",
        ..hashes("#")
    }],
    quotes: &[long("\"\"\""), short("\"")],
    ..C_LIKE
};

pub(crate) const PHP: Lexis = Lexis {
    line_comments: &["//", "#"],
    quotes: &[long("\""), long("'")],
    in_words: b"$",
    ..C_LIKE
};

pub(crate) const CSS: Lexis = Lexis {
    line_comments: &[],
    quotes: &[short("\""), short("'")],
    in_words: b"-",
    ..C_LIKE
};

pub(crate) const SCSS: Lexis = Lexis {
    line_comments: &["//"],
    ..CSS
};

/// `#`, and quotes of one and of three marks.
pub(crate) const HASHED: Lexis = Lexis {
    line_comments: &["#"],
    quotes: &[long("\"\"\""), long("'''"), short("\""), short("'")],
    ..PROSE
};

pub(crate) const POWERSHELL: Lexis = Lexis {
    block_comments: &[block("<#", "#>")],
    quotes: &[short("\""), short("'")],
    ..HASHED
};

pub(crate) const JULIA: Lexis = Lexis {
    block_comments: &[nesting("#=", "=#")],
    quotes: &[long("\"\"\""), short("\""), character("'")],
    ..HASHED
};

/// Long brackets quote and comment, and their levels tell them apart.
pub(crate) const LUA: Lexis = Lexis {
    line_comments: &["--"],
    fenced_comments: &[long_bracket("--[")],
    fenced_strings: &[long_bracket("[")],
    quotes: &[short("\""), short("'")],
    ..PROSE
};

const fn long_bracket(open: &'static str) -> Fence {
    Fence {
        open,
        fill: b'=',
        then: "[",
        close: "]",
        end: "]",
    }
}

pub(crate) const SQL: Lexis = Lexis {
    line_comments: &["--"],
    block_comments: &[block("/*", "*/")],
    quotes: &[verbatim("'"), verbatim("\"")],
    ..PROSE
};

/// Apostrophes end names.
pub(crate) const HASKELL: Lexis = Lexis {
    line_comments: &["--"],
    block_comments: &[nesting("{-", "-}")],
    quotes: &[short("\""), character("'")],
    in_words: b"'",
    ..PROSE
};

pub(crate) const OCAML: Lexis = Lexis {
    line_comments: &[],
    block_comments: &[nesting("(*", "*)")],
    quotes: &[long("\""), character("'")],
    ..HASKELL
};

pub(crate) const FSHARP: Lexis = Lexis {
    line_comments: &["//"],
    quotes: &[verbatim("\"\"\""), long("\""), character("'")],
    ..OCAML
};

pub(crate) const LISP: Lexis = Lexis {
    line_comments: &[";"],
    quotes: &[long("\"")],
    in_words: b"-",
    ..PROSE
};

pub(crate) const PERCENT: Lexis = Lexis {
    line_comments: &["%"],
    ..PROSE
};

pub(crate) const MARKUP: Lexis = Lexis {
    block_comments: &[block("<!--", "-->")],
    ..PROSE
};

pub(crate) const INI: Lexis = Lexis {
    line_comments: &[";", "#"],
    ..PROSE
};

pub(crate) const BATCH: Lexis = Lexis {
    line_comments: &["::", "REM ", "rem "],
    ..PROSE
};

pub(crate) const VIM: Lexis = Lexis {
    line_comments: &["\" "],
    quotes: &[short("'"), short("\"")],
    ..PROSE
};
