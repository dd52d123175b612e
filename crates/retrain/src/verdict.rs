//! Whether what was trained is better than what is in use.

use assistant::store::Quality;

/// Bits a byte from which files are nothing that a model of code can learn from;
/// random letters cost 6, code that a model has never seen the like of less than 3.
const NO_CODE: f64 = 4.0;

/// The least that the mixture has to gain, in bits a byte: less is an accident.
const LEAST_GAIN: f64 = 0.002;

/// Share of keystrokes that may be lost by accident, at most.
const LOSS_BY_ACCIDENT: f64 = 0.02;

/// Why there is no use in training on such files.
pub(super) fn hopeless(before: Quality) -> Option<String> {
    let bits = before.lstm;
    (!bits.is_finite() || bits > NO_CODE).then(|| {
        format!(
            "these files do not look like code: they cost {bits:.2} bits a byte, and random \
             letters cost 6"
        )
    })
}

/// Why `after` does not come into use in the place of `before`.
pub(super) fn not_better(before: Quality, after: Quality) -> Option<String> {
    let all = [after.lstm, after.mixed, after.saved];
    if all.iter().any(|number| !number.is_finite()) {
        return Some("the weights have come to nothing".to_owned());
    }
    if after.lstm >= before.lstm {
        return Some(format!(
            "the LSTM is not better on files it has not seen: {:.3} bits a byte, before {:.3}",
            after.lstm, before.lstm
        ));
    }
    if after.mixed > before.mixed - LEAST_GAIN {
        return Some(format!(
            "with your files remembered, it is not better on those it has not seen: {:.3} bits a \
             byte, before {:.3}",
            after.mixed, before.mixed
        ));
    }
    (after.saved < before.saved - LOSS_BY_ACCIDENT).then(|| {
        format!(
            "it would save fewer keystrokes: {:.1} %, before {:.1} %",
            after.saved * 100.0,
            before.saved * 100.0
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: Quality = Quality {
        lstm: 1.4,
        mixed: 0.8,
        saved: 0.4,
    };

    #[test]
    fn what_is_better_comes_into_use() {
        let after = Quality {
            lstm: 1.2,
            mixed: 0.75,
            saved: 0.39,
        };
        assert_eq!(not_better(BEFORE, after), None);
    }

    #[test]
    fn what_is_not_better_is_refused_with_the_reason() {
        let refused = |after: Quality, reason: &str| {
            let got = not_better(BEFORE, after).unwrap();
            assert!(got.contains(reason), "{got}");
        };
        let better = Quality {
            lstm: 1.2,
            mixed: 0.7,
            saved: 0.5,
        };
        let lstm = Quality {
            lstm: 1.4,
            ..better
        };
        refused(lstm, "1.400 bits a byte, before 1.400");
        let mixed = Quality {
            mixed: 0.799,
            ..better
        };
        refused(mixed, "with your files remembered");
        let saved = Quality {
            saved: 0.37,
            ..better
        };
        refused(saved, "37.0 %, before 40.0 %");
        let broken = Quality {
            lstm: f64::NAN,
            ..better
        };
        refused(broken, "come to nothing");
    }

    #[test]
    fn what_is_no_code_is_told_from_code() {
        assert_eq!(hopeless(BEFORE), None);
        let random = Quality {
            lstm: 8.3,
            ..BEFORE
        };
        assert!(hopeless(random).unwrap().contains("8.30 bits"));
    }
}
