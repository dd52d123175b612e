//! Which bytes may follow, so that what is decoded is always text.

/// Where a run of well-formed UTF-8 stands: between characters, or inside one.
///
/// Follows table 3-7 of the Unicode standard, so overlong forms, surrogates and
/// code points past U+10FFFF are unreachable; and so are control characters
/// other than tab and line feed, which a terminal may take for commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Utf8 {
    /// Continuation bytes still missing.
    missing: u8,
    /// Range of the next continuation byte.
    low: u8,
    high: u8,
}

impl Utf8 {
    /// Between two characters.
    pub(crate) const BETWEEN: Self = Self {
        missing: 0,
        low: 0x80,
        high: 0xBF,
    };

    /// Whether no character is left half-written.
    pub(crate) fn between(self) -> bool {
        self.missing == 0
    }

    /// Whether `byte` continues such text.
    pub(crate) fn allows(self, byte: u8) -> bool {
        if self.missing > 0 {
            return (self.low..=self.high).contains(&byte);
        }
        matches!(byte, b'\t' | b'\n' | 0x20..=0x7E | 0xC2..=0xF4)
    }

    /// The place after `byte`, which must be [allowed](Self::allows).
    pub(crate) fn after(self, byte: u8) -> Self {
        if self.missing > 0 {
            return Self {
                missing: self.missing - 1,
                ..Self::BETWEEN
            };
        }
        let (missing, low, high) = match byte {
            // U+0080 to U+009F are control characters too.
            0xC2 => (1, 0xA0, 0xBF),
            0xC3..=0xDF => (1, 0x80, 0xBF),
            0xE0 => (2, 0xA0, 0xBF),
            0xED => (2, 0x80, 0x9F),
            0xE1..=0xEF => (2, 0x80, 0xBF),
            0xF0 => (3, 0x90, 0xBF),
            0xF1..=0xF3 => (3, 0x80, 0xBF),
            0xF4 => (3, 0x80, 0x8F),
            _ => return Self::BETWEEN,
        };
        Self { missing, low, high }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every sequence of up to four allowed bytes that ends between characters.
    fn reachable(utf8: Utf8, text: &mut Vec<u8>, found: &mut Vec<char>) {
        for byte in 0..=255 {
            if !utf8.allows(byte) {
                continue;
            }
            text.push(byte);
            let next = utf8.after(byte);
            if next.between() {
                let character = std::str::from_utf8(text).expect("only well-formed text");
                found.extend(character.chars());
            } else {
                reachable(next, text, found);
            }
            text.pop();
        }
    }

    #[test]
    fn exactly_the_scalar_values_without_controls_are_reachable() {
        let mut found = Vec::new();
        reachable(Utf8::BETWEEN, &mut Vec::new(), &mut found);
        let wanted = ('\0'..=char::MAX).filter(|&c| matches!(c, '\t' | '\n') || !c.is_control());
        assert!(found.into_iter().eq(wanted));
    }
}
