//! Sums and maxima of a distribution's 256 numbers, in an order that a compiler
//! can turn into vector code, the same on every machine.

/// Numbers side by side.
const LANES: usize = 16;

/// The sum.
#[inline]
pub(super) fn sum(numbers: &[f32; 256]) -> f32 {
    fold(numbers, 0.0, |sum, number| sum + number)
}

/// The greatest.
#[inline]
pub(super) fn highest(numbers: &[f32; 256]) -> f32 {
    fold(numbers, f32::NEG_INFINITY, |highest, number| {
        if number > highest { number } else { highest }
    })
}

#[inline]
fn fold(numbers: &[f32; 256], start: f32, with: impl Fn(f32, f32) -> f32) -> f32 {
    let mut lanes = [start; LANES];
    for sixteen in numbers.as_chunks::<LANES>().0 {
        for (lane, &number) in lanes.iter_mut().zip(sixteen) {
            *lane = with(*lane, number);
        }
    }
    lanes.into_iter().fold(start, with)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_counts_once() {
        let numbers: [f32; 256] = std::array::from_fn(|i| ((i * 37) % 256) as f32);
        assert_eq!((sum(&numbers), highest(&numbers)), (32_640.0, 255.0));
    }
}
