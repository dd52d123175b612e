//! What stands before a place, told in several ways at once.
//!
//! A suffix of the text is but one way to say where one is. That the last word was
//! `let`, that this is the second argument of `push_str`, that the line above begins
//! with `use`: each is a context too, and what followed it elsewhere tells of what
//! follows here. [`KINDS`] of them are kept up to date byte by byte, none looks back
//! into the text.

/// Kinds of context.
pub(crate) const KINDS: usize = 14;

/// Bytes of a word up to which contexts are kept for every place in it.
const LETTERS: u32 = 4;

/// Those of them that go by tokens come first.
const BY_TOKENS: u32 = 12;

/// Words of a line that are remembered for the next.
const WORDS: usize = 8;

/// Brackets that are remembered; those farther out are forgotten.
const DEPTH: usize = 8;

/// A hash of what stands before a place, by kind of context.
pub(crate) type Keys = [u32; KINDS];

/// An open bracket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Open {
    /// The word before it, and which bracket it is.
    word: u32,
    /// Commas since.
    commas: u32,
}

/// Reads text byte by byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scanner {
    /// The last eight bytes, the latest lowest.
    last: u64,
    /// Hash of the word that the text ends in; 0 outside words.
    word: u32,
    /// Its length in bytes.
    length: u32,
    /// Hash of what stands between the last whole word and the word or the end.
    between: u32,
    /// Hashes of the whole words before, latest first.
    words: [u32; 2],
    /// The first word of the line, once it is whole.
    first: u32,
    /// The first word of the last line that had one.
    above: u32,
    /// The whole words of the line, of as many as there are.
    line: [u32; WORDS],
    line_words: usize,
    /// Those of the last line that had some.
    line_above: [u32; WORDS],
    /// Blanks at the start of the line.
    indentation: u32,
    /// Whether the line has nothing but blanks so far.
    blank: bool,
    open: [Open; DEPTH],
    depth: usize,
}

impl Default for Scanner {
    /// At the start of a document.
    fn default() -> Self {
        Self {
            last: 0,
            word: 0,
            length: 0,
            between: 0,
            words: [0; 2],
            first: 0,
            above: 0,
            line: [0; WORDS],
            line_words: 0,
            line_above: [0; WORDS],
            indentation: 0,
            blank: true,
            open: [Open::default(); DEPTH],
            depth: 0,
        }
    }
}

impl Scanner {
    /// Appends a byte.
    pub(crate) fn push(&mut self, byte: u8) {
        let previous = self.last as u8;
        self.last = self.last << 8 | u64::from(byte);
        if is_word_byte(byte) {
            self.word = step(self.word, byte);
            self.length += 1;
            self.blank = false;
            return;
        }
        if self.length > 0 {
            self.end_word();
        }
        match byte {
            b'\n' => {
                if self.first != 0 {
                    self.above = self.first;
                    self.line_above = self.line;
                    self.line = [0; WORDS];
                    self.line_words = 0;
                }
                (self.first, self.indentation, self.blank) = (0, 0, true);
            }
            b' ' | b'\t' if self.blank => self.indentation += 1,
            b' ' | b'\t' => {}
            _ => self.blank = false,
        }
        match byte {
            b'(' | b'[' | b'{' => self.open(byte, previous),
            b')' | b']' | b'}' => self.depth = self.depth.saturating_sub(1),
            b',' | b';' => {
                if let Some(top) = self.depth.checked_sub(1) {
                    let open = &mut self.open[top % DEPTH];
                    open.commas = if byte == b',' { open.commas + 1 } else { 0 };
                }
            }
            _ => {}
        }
        // How far a line is indented is a kind of its own.
        if !(self.blank && matches!(byte, b' ' | b'\t')) {
            self.between = step(self.between, byte);
        }
    }

    fn end_word(&mut self) {
        if self.first == 0 {
            self.first = self.word;
        }
        if let Some(slot) = self.line.get_mut(self.line_words) {
            *slot = self.word;
        }
        self.line_words += 1;
        self.words = [self.word, self.words[0]];
        (self.word, self.length, self.between) = (0, 0, 0);
    }

    fn open(&mut self, byte: u8, previous: u8) {
        // A block is named by how its line begins, a call by what is called.
        let word = match byte {
            b'{' => self.first,
            _ if is_word_byte(previous) || matches!(previous, b'!' | b'<' | b'>') => self.words[0],
            _ => u32::from(previous),
        };
        self.open[self.depth % DEPTH] = Open {
            word: step(word, byte),
            commas: 0,
        };
        self.depth += 1;
    }

    /// Whether contexts are kept for the places after this one: where a token may
    /// begin, and after the first letters of words.
    pub(crate) fn is_anchor(&self) -> bool {
        match self.length {
            0 => {
                let [before, last] = [(self.last >> 8) as u8, self.last as u8];
                let blank = |byte| matches!(byte, b' ' | b'\t');
                !(blank(last) && (blank(before) || before == b'\n'))
            }
            length => length <= LETTERS,
        }
    }

    /// The word of the line above that has as many before it as this place, or some more.
    fn over(&self, more: usize) -> u32 {
        let word = self.line_above.get(self.line_words + more);
        word.copied().unwrap_or(1)
    }

    /// The innermost open bracket for 1, the one around it for 2.
    fn bracket(&self, out: usize) -> Open {
        let place = self.depth.checked_sub(out);
        place.map_or_else(Open::default, |place| self.open[place % DEPTH])
    }

    /// The contexts of this place.
    pub(crate) fn keys(&self) -> Keys {
        // What there is of the token, and what stands before it.
        let (token, between) = match self.length {
            0 => (step(self.between, 1), 0),
            _ => (self.word, self.between),
        };
        let [one, two] = self.words;
        let bytes = |count: u32| fold(self.last & (u64::MAX >> (64 - 8 * count)), 0);
        let [inner, outer] = [self.bracket(1), self.bracket(2)];
        let contexts: [[u32; 3]; KINDS] = [
            [one, between, 0],
            [one, two, between],
            [between, 0, 0],
            [two, 0, 0],
            [self.first, between, 0],
            [self.indentation, self.above, 0],
            [inner.word, inner.commas, 0],
            [inner.word, between, 0],
            [self.indentation, 0, 0],
            [0, 0, 0],
            // What stands over it: columns, and lines that are written alike.
            [self.over(0), self.over(1), 0],
            [inner.word, outer.word, 0],
            // The last bytes themselves: these alone do not go by tokens.
            [bytes(3), 0, 0],
            [bytes(5), 0, 0],
        ];
        let mut kind = 0_u32;
        contexts.map(|[a, b, c]| {
            kind += 1;
            let token = if kind > BY_TOKENS { 0 } else { token };
            let first = fold(u64::from(a) << 32 | u64::from(b), u64::from(kind));
            fold(u64::from(c) << 32 | u64::from(token), u64::from(first))
        })
    }
}

/// What words are made of in any language: the same bytes as `language::is_word_byte`, which
/// this crate does not reach.
fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// A hash one byte on.
fn step(hash: u32, byte: u8) -> u32 {
    (hash ^ u32::from(byte).wrapping_add(0x9e37))
        .wrapping_mul(0x0100_0193)
        .rotate_left(5)
}

fn fold(a: u64, b: u64) -> u32 {
    let product = u128::from(a ^ 0x9e37_79b9_7f4a_7c15) * u128::from(b ^ 0xd6e8_feb8_6659_fd93);
    let mixed = (product as u64) ^ ((product >> 64) as u64);
    (mixed ^ (mixed >> 32)) as u32
}
