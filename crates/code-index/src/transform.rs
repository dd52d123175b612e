//! The Burrows–Wheeler transform of a text, by libsais, or where no C compiler makes
//! programs (in a browser) by the same in Rust, which takes several times as long.

/// The transform of `text`, without the row of the text's own end, and the number of the row
/// that begins with the whole text, counted with the row of the end first.
///
/// The text is shorter than 2³¹ bytes.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn transform(text: &[u8]) -> (Vec<u8>, u32) {
    use libsais::BwtConstruction;

    let built = BwtConstruction::for_text(text)
        .with_owned_temporary_array_buffer32()
        .single_threaded()
        .run()
        .expect("libsais transforms every text that fits in memory");
    let whole = u32::try_from(built.primary_index()).expect("the text is that short");
    (built.into_vec(), whole)
}

#[cfg(target_arch = "wasm32")]
pub(crate) use in_rust as transform;

/// The same by the text's suffixes in order.
#[cfg(any(target_arch = "wasm32", test))]
pub(crate) fn in_rust(text: &[u8]) -> (Vec<u8>, u32) {
    let mut transformed = Vec::with_capacity(text.len());
    // Before the end of the text stands its last byte.
    transformed.extend(text.last());
    let mut whole = 0;
    let suffixes = sa_is::make_suffix_array(text, usize::from(u8::MAX));
    for (row, start) in suffixes.into_iter().enumerate() {
        match start.checked_sub(1) {
            Some(before) => transformed.push(text[before]),
            None => whole = u32::try_from(row + 1).expect("the text is that short"),
        }
    }
    (transformed, whole)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn both_ways_give_the_same(text in "([ab]{0,4}|\\PC{0,3}|\u{0}){1,40}") {
            prop_assert_eq!(in_rust(text.as_bytes()), transform(text.as_bytes()));
        }
    }
}
