//! Weights on the way from one model to another.

use anyhow::ensure;
use lstm_format::{ModelFile, Precision};

/// The weights `way` of the way from `start` (0) to `end` (1), with the provenance
/// and the fits of `end`.
///
/// # Errors
/// If the two have different shapes.
pub(super) fn between(start: &ModelFile, end: &ModelFile, way: f32) -> anyhow::Result<ModelFile> {
    ensure!(
        start.config == end.config,
        "what was trained has another shape than what training started from"
    );
    let specs = end.config.tensor_specs().into_iter();
    let tensors = specs.map(|spec| {
        let [start, end] = [start, end].map(|model| model.tensor(&spec.name).to_f32());
        let pairs = start.iter().zip(&end);
        let values = pairs.map(|(start, end)| start + way * (end - start));
        (spec.name, values.collect())
    });
    let tensors = tensors.collect();
    let provenance = end.provenance.clone();
    let mut blended = ModelFile::from_f32(end.config.clone(), provenance, Precision::F32, tensors)?;
    blended.fits = end.fits.clone();
    Ok(blended)
}

#[cfg(test)]
mod tests {
    use lstm_format::{ModelConfig, Provenance};

    use super::*;

    #[test]
    fn half_way_is_in_the_middle() {
        let config = ModelConfig::small("rust");
        let filled = |value: f32| {
            let provenance = Provenance::default();
            ModelFile::from_fn(config.clone(), provenance, Precision::F32, |_, _| value).unwrap()
        };
        for (way, expected) in [(0.0, 1.0), (0.5, 2.0), (1.0, 3.0)] {
            let model = between(&filled(1.0), &filled(3.0), way).unwrap();
            assert_eq!(model.tensor("head.bias").to_f32(), vec![expected; 256]);
        }
    }
}
