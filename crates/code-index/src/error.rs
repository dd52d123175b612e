//! What can be wrong with an index read from a file.

/// Why bytes are not an index.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SegmentError {
    /// The first bytes are not those of an index.
    #[error("not an index of this version")]
    NotAnIndex,
    /// The header promises another length.
    #[error("the index should have {expected} bytes and has {found}")]
    Length {
        /// Bytes by the header.
        expected: usize,
        /// Bytes there are.
        found: usize,
    },
}
