//! What a message takes up as a tree of values, told from its bytes before the tree is
//! made.
//!
//! Text is copied as it is. What can grow is the structure around it: an object of seven
//! bytes becomes a node of a map with room for eleven members.

/// Bytes of a map's node, which an object with one member has already.
const OBJECT: usize = 640;

/// Bytes of the first values of a list.
const LIST: usize = 160;

/// Bytes of one more value in a list or a map, with the room that both grow by.
const VALUE: usize = 112;

/// Bytes of a string beside its text.
const STRING: usize = 32;

/// At least as many bytes as the tree of the JSON in `body` takes up beside its strings'
/// text. Nothing is asked of the JSON: what is none is counted all the same.
pub(crate) fn bytes(body: &[u8]) -> usize {
    let mut total = 0_usize;
    let mut rest = body.iter();
    while let Some(&byte) = rest.next() {
        total += match byte {
            b'{' => OBJECT,
            b'[' => LIST,
            b',' => VALUE,
            b'"' => {
                // To its end, past what is escaped.
                while let Some(&byte) = rest.next() {
                    match byte {
                        b'\\' => drop(rest.next()),
                        b'"' => break,
                        _ => {}
                    }
                }
                STRING
            }
            _ => 0,
        };
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structure_is_counted_and_text_is_not() {
        assert_eq!(bytes(b"7"), 0);
        assert_eq!(bytes(br#""{{{[[[,,,""#), STRING);
        assert_eq!(bytes(br#""\"{\\","#), STRING + VALUE);
        assert_eq!(
            bytes(br#"{"a":[1,2],"b":{}}"#),
            2 * OBJECT + LIST + 2 * VALUE + 2 * STRING
        );
        // Broken off.
        assert_eq!(bytes(br#"["a\"#), LIST + STRING);
    }
}
