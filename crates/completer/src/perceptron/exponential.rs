//! `exp` and `ln` that a compiler turns into vector code, the same on every machine.
//!
//! `lstm-runtime` has an `exp` of its own: it is closer to the exact one, never gives 0
//! and differs in the last bits, so that either in the other's place would change
//! what is suggested at near ties.

/// e^x for x ≤ 0, relative error below 4·10⁻⁶; 0 below −87.
#[inline]
pub(crate) fn exp(x: f32) -> f32 {
    let scaled = (x * std::f32::consts::LOG2_E).max(-126.0);
    // Round to nearest by adding 1.5·2²³, where floats are whole numbers.
    let whole = (scaled + 12_582_912.0) - 12_582_912.0;
    let f = (scaled - whole) * std::f32::consts::LN_2;
    // Taylor, |f| ≤ ln 2 / 2.
    let high = 1.0 / 24.0 + f * (1.0 / 120.0 + f * (1.0 / 720.0));
    let p = 1.0 + f * (1.0 + f * (0.5 + f * (1.0 / 6.0 + f * high)));
    let power = f32::from_bits(((whole as i32 + 127) << 23) as u32);
    let value = p * power;
    if x < -87.0 { 0.0 } else { value }
}

/// ln x for normal x > 0, absolute error below 3·10⁻⁶.
#[inline]
pub(crate) fn ln(x: f32) -> f32 {
    let bits = x.to_bits() as i32;
    // The exponent for which the mantissa lies in [√½, √2).
    let exponent = (bits - 0x3f35_04f3) >> 23;
    let mantissa = f32::from_bits((bits - (exponent << 23)) as u32);
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let s2 = s * s;
    // 2·atanh(s), |s| ≤ 0.172.
    let p = 2.0 * s * (1.0 + s2 * (1.0 / 3.0 + s2 * (0.2 + s2 * (1.0 / 7.0 + s2 * (1.0 / 9.0)))));
    exponent as f32 * std::f32::consts::LN_2 + p
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_close_to_the_exact_ones() {
        for i in 0..87_000 {
            let x = -(i as f32) / 1000.0;
            let exact = f64::from(x).exp();
            assert!((f64::from(exp(x)) - exact).abs() <= 4e-6 * exact, "{x}");
        }
        for i in 1..100_000 {
            let x = (i as f32 * 2e-3).exp() * 1e-37_f32.max(f32::MIN_POSITIVE);
            if x.is_finite() && x < 4.0 {
                assert!((f64::from(ln(x)) - f64::from(x).ln()).abs() < 8e-6, "{x}");
            }
        }
        assert_eq!((exp(0.0), exp(-1000.0), ln(1.0)), (1.0, 0.0, 0.0));
    }
}
