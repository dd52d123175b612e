//! The Burrows–Wheeler transform of a text, by libsais, or in a browser, for which there is
//! no C here, by sorting its suffixes in Rust, which takes many times as long.

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
    for (row, start) in suffixes(text).into_iter().enumerate() {
        match start.checked_sub(1) {
            Some(before) => transformed.push(text[before]),
            None => whole = u32::try_from(row + 1).expect("the text is that short"),
        }
    }
    (transformed, whole)
}

/// Where the suffixes of `text` begin, in their order: by their first byte, then by their first
/// two, four and so on, until all are told apart (Manber & Myers, 1993).
#[cfg(any(target_arch = "wasm32", test))]
fn suffixes(text: &[u8]) -> Vec<usize> {
    let mut starts: Vec<usize> = (0..text.len()).collect();
    // From a start to the place among those whose first `known` bytes differ.
    let mut ranks: Vec<usize> = text.iter().map(|&byte| usize::from(byte)).collect();
    let mut known = 1;
    loop {
        // What is over sorts first.
        let key = |start: usize| (ranks[start], ranks.get(start + known).map_or(0, |r| r + 1));
        starts.sort_unstable_by_key(|&start| key(start));
        let mut next = vec![0; text.len()];
        for pair in starts.windows(2) {
            let differs = key(pair[0]) != key(pair[1]);
            next[pair[1]] = next[pair[0]] + usize::from(differs);
        }
        let told_apart = starts
            .last()
            .is_none_or(|&last| next[last] + 1 == text.len());
        if told_apart {
            return starts;
        }
        ranks = next;
        known *= 2;
    }
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
