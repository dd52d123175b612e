//! Zeroed memory that starts on a cache line.

use std::ops::{Deref, DerefMut};

/// Bytes of a cache line, and of the widest vector register.
pub(crate) const CACHE_LINE: usize = 64;

/// A fixed-length slice of `T` whose first element is 64-byte aligned.
///
/// It is a vector longer than asked for, of which an aligned part is shown. It is never
/// cloned or grown: a new allocation would start at another offset from a cache line.
pub(crate) struct Aligned<T> {
    storage: Vec<T>,
    start: usize,
    length: usize,
}

impl<T: Copy + Default> Aligned<T> {
    /// `length` elements of `T::default()`.
    pub(crate) fn zeroed(length: usize) -> Self {
        let storage = vec![T::default(); length + CACHE_LINE / size_of::<T>()];
        let start = storage.as_ptr().align_offset(CACHE_LINE);
        Self {
            storage,
            start,
            length,
        }
    }
}

impl<T> Deref for Aligned<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.storage[self.start..self.start + self.length]
    }
}

impl<T> DerefMut for Aligned<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.storage[self.start..self.start + self.length]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_on_a_cache_line_and_has_the_length_asked_for() {
        for length in [0, 1, 63, 64, 65, 1000] {
            let bytes = Aligned::<u8>::zeroed(length);
            let floats = Aligned::<f32>::zeroed(length);
            assert_eq!((bytes.len(), floats.len()), (length, length));
            assert_eq!(bytes.as_ptr().addr() % CACHE_LINE, 0);
            assert_eq!(floats.as_ptr().addr() % CACHE_LINE, 0);
        }
    }
}
