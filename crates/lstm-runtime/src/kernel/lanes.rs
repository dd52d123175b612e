//! Several lanes at once, their number known to the compiler.

/// Runs `$body` over all lanes of `$sums`, `$lanes` at a time: eight where `$eight` says
/// that the kernel can and there are as many, else at most four. `$first` is the number
/// of the first of them, `$block` their part of `$sums`.
macro_rules! for_lane_blocks {
    ($sums:expr, $eight:expr, |$first:ident, $block:ident, $lanes:ident| $body:expr) => {{
        let mut rest = $sums;
        let mut next = 0;
        while !rest.is_empty() {
            let lanes = match rest.len() {
                8.. if $eight => 8,
                left => left.min(4),
            };
            let ($block, others) = rest.split_at_mut(lanes);
            let $first = next;
            match lanes {
                1 => {
                    const $lanes: usize = 1;
                    $body
                }
                2 => {
                    const $lanes: usize = 2;
                    $body
                }
                3 => {
                    const $lanes: usize = 3;
                    $body
                }
                4 => {
                    const $lanes: usize = 4;
                    $body
                }
                _ => {
                    const $lanes: usize = 8;
                    $body
                }
            }
            rest = others;
            next += lanes;
        }
    }};
}
pub(super) use for_lane_blocks;
