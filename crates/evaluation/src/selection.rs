//! Which files of a package quality is measured on: the same in every language
//! and every program, so that measurements can be compared.

use std::ops::RangeInclusive;

use sha2::{Digest, Sha256};

/// Files of one package.
pub const FILES: usize = 2;

/// Bytes of such a file: shorter ones hold too little, longer ones would count for
/// too much.
pub const SIZE: RangeInclusive<usize> = 3_000..=40_000;

/// Of the files of one package, those of [`SIZE`] whose path's SHA-256 is lowest,
/// at most [`FILES`], in order of hash. `describe` gives a file's path, which begins
/// with the package's name, and its length in bytes.
pub fn of_package<T, P: AsRef<[u8]>>(
    files: impl IntoIterator<Item = T>,
    describe: impl Fn(&T) -> (P, usize),
) -> Vec<T> {
    let sized = files.into_iter().filter_map(|file| {
        let (path, bytes) = describe(&file);
        let hash = || <[u8; 32]>::from(Sha256::digest(path.as_ref()));
        SIZE.contains(&bytes).then(|| (hash(), file))
    });
    let mut sized: Vec<([u8; 32], T)> = sized.collect();
    sized.sort_by_key(|(hash, _)| *hash);
    let chosen = sized.into_iter().take(FILES).map(|(_, file)| file);
    chosen.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_hashes_of_fitting_size_are_chosen_in_any_order_given() {
        let mut files = [
            ("package/a.rs", 3_000),
            ("package/b.rs", 40_000),
            ("package/c.rs", 3_000),
            ("package/short.rs", 2_999),
            ("package/long.rs", 40_001),
        ];
        let hash = |path: &str| Sha256::digest(path.as_bytes());
        let mut expected = ["package/a.rs", "package/b.rs", "package/c.rs"];
        expected.sort_by_key(|path| hash(path));
        for _ in 0..files.len() {
            files.rotate_left(1);
            let chosen = of_package(files.iter().copied(), |&file| file);
            let chosen: Vec<&str> = chosen.into_iter().map(|(path, _)| path).collect();
            assert_eq!(chosen, expected[..2]);
        }
    }
}
