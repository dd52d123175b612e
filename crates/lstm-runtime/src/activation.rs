//! exp, sigmoid and tanh in f32, written so that they vectorise.
//!
//! Only additions, multiplications, divisions and bit operations: a compiler
//! turns a loop over them into vector code of any width, and each width gives
//! the same bits. Absolute errors of sigmoid and tanh stay below 3e-7.

/// `e^x`, with `x` clamped to ±87 so that the result is always a normal number.
///
/// `x = n·ln 2 + r` with `|r| ≤ ln 2 / 2`; a polynomial gives `e^r` (the
/// coefficients of `expf` in the Cephes library, S. Moshier) and `n` goes
/// straight into the exponent bits. Relative error below 2e-7.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    // Adding 1.5·2²³ leaves an integer in the low bits of the sum, rounded.
    const ROUND: f32 = 12_582_912.0;
    // ln 2 in two parts; n times the first is exact.
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;

    let x = x.clamp(-87.0, 87.0);
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = x - n * LN_2_HIGH - n * LN_2_LOW;
    let mut p = 1.987_569_1e-4;
    p = p * r + 1.398_199_9e-3;
    p = p * r + 8.333_452e-3;
    p = p * r + 4.166_579_6e-2;
    p = p * r + 1.666_666_5e-1;
    p = p * r + 0.5;
    p = p * (r * r) + r + 1.0;
    let exponent = shifted.to_bits().wrapping_add(127) << 23;
    p * f32::from_bits(exponent)
}

/// `1 / (1 + e^−x)`.
#[inline(always)]
pub(crate) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// Hyperbolic tangent, as `1 − 2 / (1 + e^2x)`; never outside `[−1, 1]`.
#[inline(always)]
pub(crate) fn tanh(x: f32) -> f32 {
    1.0 - 2.0 / (1.0 + exp(2.0 * x))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worst(approximate: fn(f32) -> f32, exact: fn(f64) -> f64) -> f64 {
        let points = (-400_000..=400_000).map(|i| i as f32 * 1e-4);
        let error = |x: f32| (f64::from(approximate(x)) - exact(f64::from(x))).abs();
        points.map(error).fold(0.0, f64::max)
    }

    #[test]
    fn sigmoid_and_tanh_are_close_to_f64_everywhere() {
        let sigmoid_error = worst(sigmoid, |x| 1.0 / (1.0 + (-x).exp()));
        assert!(sigmoid_error < 3e-7, "{sigmoid_error:e}");
        let tanh_error = worst(tanh, f64::tanh);
        assert!(tanh_error < 3e-7, "{tanh_error:e}");
    }

    #[test]
    fn exp_is_close_relative_to_its_size() {
        for i in -8700..=8700 {
            let x = i as f32 * 0.01;
            let exact = f64::from(x).exp();
            let error = (f64::from(exp(x)) - exact).abs() / exact;
            assert!(error < 2e-7, "exp({x}) is off by {error:e}");
        }
    }

    #[test]
    fn huge_inputs_saturate() {
        for x in [1e3, 1e30, f32::INFINITY] {
            assert_eq!((sigmoid(x), tanh(x), tanh(-x)), (1.0, 1.0, -1.0));
            assert!(sigmoid(-x) < 1e-30);
        }
    }
}
