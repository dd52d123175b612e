//! What a word is made of, in every language alike. There are two answers: bytes,
//! where text is looked at byte by byte and may be cut within a character, and
//! characters.

/// Whether a word can hold `byte`. Every byte of a character beyond ASCII counts.
pub fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Whether a word can hold `character`: a letter, a digit or `_`.
pub fn is_word_char(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_hold_letters_digits_and_underscores() {
        assert!("größe_1".chars().all(is_word_char));
        assert!("größe_1".bytes().all(is_word_byte));
        assert!(!"-. («".chars().any(is_word_char));
        // Bytes do not tell a letter from another character beyond ASCII.
        assert!("«".bytes().all(is_word_byte));
    }
}
