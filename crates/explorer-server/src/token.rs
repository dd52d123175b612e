//! The secret that the page sends with every question.
//!
//! Any program of the machine, of any user, can connect to loopback; only who was told the
//! address that the program printed knows this.

use std::fmt::{self, Display, Formatter, Write};
use std::sync::Arc;

/// Random bytes of a token.
const BYTES: usize = 16;

/// A token of one run of the program. It is written as it stands in the page's address.
#[derive(Clone)]
pub struct Token(Arc<str>);

impl Token {
    /// A new one.
    pub fn random() -> Self {
        let bytes: [u8; BYTES] = rand::random();
        let mut text = String::new();
        for byte in bytes {
            // Writing to a string does not fail.
            let _ = write!(text, "{byte:02x}");
        }
        Self(text.into())
    }

    /// Whether `said` is this, in a time that does not depend on where they differ.
    pub(crate) fn is(&self, said: &str) -> bool {
        let differences = self.0.bytes().zip(said.bytes()).map(|(a, b)| a ^ b);
        self.0.len() == said.len() && differences.fold(0, |all, one| all | one) == 0
    }
}

impl Display for Token {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// What is logged must not let anyone in.
impl fmt::Debug for Token {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_itself_alone() {
        let (one, other) = (Token::random(), Token::random());
        assert!(one.is(&one.to_string()));
        assert!(!one.is(&other.to_string()));
        assert!(!one.is(""));
        assert!(!one.is(&one.to_string()[1..]));
        assert_eq!(one.to_string().len(), 2 * BYTES);
        assert_eq!(format!("{one:?}"), "Token(…)");
    }
}
