//! Model files: round trips, and everything that may be wrong with one.

use std::collections::BTreeMap;

use lstm_format::model_file::{TRAINING_PREFIX, training_state};
use lstm_format::{
    CellKind, Fit, FormatError, HeadInput, ModelConfig, ModelFile, Precision, Provenance, Tensor,
    TrainingState,
};
use proptest::prelude::*;

fn config() -> ModelConfig {
    ModelConfig {
        language: "rust".into(),
        cell: CellKind::Lstm,
        num_layers: 2,
        hidden_size: 5,
        embedding_size: 3,
        head: HeadInput::AllLayers,
        window: 512,
    }
}

fn tensors(config: &ModelConfig, seed: u64) -> BTreeMap<String, Vec<f32>> {
    let mut state = seed;
    let mut value = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 40) as f32 / (1 << 24) as f32 - 0.5
    };
    let specs = config.tensor_specs().into_iter();
    specs
        .map(|spec| {
            let length = spec.shape.iter().product();
            (
                spec.name,
                std::iter::repeat_with(&mut value).take(length).collect(),
            )
        })
        .collect()
}

fn model(precision: Precision) -> ModelFile {
    let provenance = Provenance {
        data: "tests".into(),
        ..Provenance::default()
    };
    ModelFile::from_f32(config(), provenance, precision, tensors(&config(), 1)).expect("valid")
}

/// The same with something fitted to it, no two numbers of a fit alike.
fn fitted(precision: Precision) -> ModelFile {
    let mut model = model(precision);
    for fit in Fit::ALL {
        let numbers = (1..=fit.length()).map(|i| i as f32 / 4096.0);
        model.fits.set(fit, numbers.collect()).expect("valid");
    }
    model
}

/// The file `bytes` with `from` replaced by `to` (of equal length) in its header.
fn edited(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let at = bytes
        .windows(from.len())
        .position(|w| w == from.as_bytes())
        .expect("it is there");
    let mut bytes = bytes.to_vec();
    bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    bytes
}

#[test]
fn a_written_model_is_read_back_equal() {
    let folder = tempfile::tempdir().unwrap();
    for precision in [Precision::F32, Precision::Bf16, Precision::Int8] {
        let path = folder.path().join("model.safetensors");
        for written in [model(precision), fitted(precision)] {
            written.write(&path).unwrap();
            assert_eq!(ModelFile::read(&path).unwrap(), written);
        }
    }
}

#[test]
fn fits_are_the_same_at_every_precision() {
    let fits = fitted(Precision::F32).fits;
    for precision in [Precision::F32, Precision::Bf16, Precision::Int8] {
        let stored = fitted(Precision::F32).to_precision(precision).unwrap();
        let bytes = stored.to_bytes(None).unwrap();
        assert_eq!(ModelFile::from_bytes(&bytes).unwrap().fits, fits);
    }
}

#[test]
fn each_fit_may_be_missing() {
    for fit in Fit::ALL {
        let mut one = model(Precision::Int8);
        let numbers = vec![0.5; fit.length()];
        one.fits.set(fit, numbers.clone()).unwrap();
        let read = ModelFile::from_bytes(&one.to_bytes(None).unwrap()).unwrap();
        assert_eq!(read.fits.each().collect::<Vec<_>>(), [(fit, &numbers[..])]);
    }
}

#[test]
fn a_file_of_the_first_version_is_a_model_without_fits() {
    let (new, old) = ("\\\"version\\\":2", "\\\"version\\\":1");
    let bytes = model(Precision::Int8).to_bytes(None).unwrap();
    let read = ModelFile::from_bytes(&edited(&bytes, new, old)).unwrap();
    assert_eq!(read, model(Precision::Int8));
    // Fits came with the second.
    let bytes = fitted(Precision::Int8).to_bytes(None).unwrap();
    let error = ModelFile::from_bytes(&edited(&bytes, new, old)).unwrap_err();
    assert!(matches!(error, FormatError::UnexpectedTensor(name) if name.starts_with("fit.")));
}

#[test]
fn every_defect_of_a_fit_has_its_error() {
    let bytes = fitted(Precision::Int8).to_bytes(None).unwrap();
    let error = |bytes: &[u8]| ModelFile::from_bytes(bytes).unwrap_err();
    let mut names = model(Precision::Int8);
    names.fits.set(Fit::Names, vec![0.625, -0.375]).unwrap();
    let names = names.to_bytes(None).unwrap();
    // The two numbers of names under the name of another fit.
    let other = edited(&names, "\"fit.names\"", "\"fit.stops\"");
    assert!(matches!(error(&other), FormatError::Shape { name, .. } if name == "fit.stops"));
    let unknown = edited(&names, "\"fit.names\"", "\"fit.namen\"");
    assert!(matches!(error(&unknown), FormatError::UnexpectedTensor(_)));
    let (float, whole) = (
        "\"fit.names\":{\"dtype\":\"F32\"",
        "\"fit.names\":{\"dtype\":\"I32\"",
    );
    let whole = edited(&names, float, whole);
    assert!(matches!(error(&whole), FormatError::Dtype { name, .. } if name == "fit.names"));
    let with = |from: f32, to: f32| {
        let mut bytes = names.clone();
        let at = bytes
            .windows(4)
            .position(|w| w == from.to_le_bytes())
            .unwrap();
        bytes[at..at + 4].copy_from_slice(&to.to_le_bytes());
        error(&bytes)
    };
    for value in [f32::NAN, f32::INFINITY, 20.0] {
        assert!(matches!(
            with(0.625, value),
            FormatError::Range { index: 0, .. }
        ));
        assert!(matches!(
            with(-0.375, value),
            FormatError::Range { index: 1, .. }
        ));
    }
    // The fifth number of each fit; only the stops are probabilities.
    let [from, to] = [5.0_f32 / 4096.0, 1.0].map(f32::to_le_bytes);
    let mut all = bytes;
    let places: Vec<usize> = (0..all.len() - 4)
        .filter(|&i| all[i..i + 4] == from)
        .collect();
    for place in places {
        all[place..place + 4].copy_from_slice(&to);
    }
    assert!(matches!(error(&all), FormatError::Range { index: 4, .. }));
    for refused in [vec![0.5; 3], vec![f32::NAN; 2]] {
        let mut model = model(Precision::Int8);
        assert!(model.fits.set(Fit::Names, refused).is_err());
        assert_eq!(model.fits.get(Fit::Names), None);
    }
}

#[test]
fn every_cell_has_its_tensors() {
    for cell in CellKind::ALL {
        let config = ModelConfig { cell, ..config() };
        let given = tensors(&config, 1);
        let written = |tensors| {
            let provenance = Provenance::default();
            ModelFile::from_f32(config.clone(), provenance, Precision::Int8, tensors)
        };
        let model = written(given.clone()).unwrap();
        let bytes = model.to_bytes(None).unwrap();
        assert_eq!(ModelFile::from_bytes(&bytes).unwrap(), model);
        let rows = cell.row_blocks().len() * 5;
        assert_eq!(given[&format!("{cell}.bias_ih_l1")].len(), rows);
        assert_eq!(
            given.contains_key(&format!("{cell}.weight_ch_l1")),
            cell == CellKind::Peephole
        );
        for name in given.keys() {
            let mut without = given.clone();
            without.remove(name);
            let refused = written(without);
            assert!(matches!(refused, Err(FormatError::MissingTensor(n)) if n == *name));
            let mut longer = given.clone();
            longer.get_mut(name).unwrap().push(0.0);
            assert!(matches!(written(longer), Err(FormatError::Shape { .. })));
        }
    }
}

#[test]
fn a_file_without_a_cell_is_an_lstm_and_an_unknown_cell_is_named() {
    let bytes = model(Precision::F32).to_bytes(None).unwrap();
    assert!(!String::from_utf8_lossy(&bytes).contains("\\\"cell\\\""));
    assert_eq!(
        ModelFile::from_bytes(&bytes).unwrap().config.cell,
        CellKind::Lstm
    );
    let gru = ModelConfig {
        cell: CellKind::Gru,
        ..config()
    };
    let given = tensors(&gru, 1);
    let model = ModelFile::from_f32(gru, Provenance::default(), Precision::F32, given);
    let bytes = model.unwrap().to_bytes(None).unwrap();
    // The tensors of a GRU under the name of another cell.
    let other = edited(
        &bytes,
        "\\\"cell\\\":\\\"gru\\\"",
        "\\\"cell\\\":\\\"rnn\\\"",
    );
    let error = ModelFile::from_bytes(&other).unwrap_err();
    assert!(matches!(error, FormatError::MissingTensor(n) if n.starts_with("rnn.")));
    let unknown = edited(
        &bytes,
        "\\\"cell\\\":\\\"gru\\\"",
        "\\\"cell\\\":\\\"xyz\\\"",
    );
    let error = ModelFile::from_bytes(&unknown).unwrap_err().to_string();
    assert!(error.contains("xyz") && error.contains("gru"), "{error}");
}

#[test]
fn the_same_model_gives_the_same_bytes() {
    let bytes = model(Precision::Int8).to_bytes(None).unwrap();
    assert_eq!(bytes, model(Precision::Int8).to_bytes(None).unwrap());
}

#[test]
fn int8_rows_are_within_half_a_step() {
    let exact = tensors(&config(), 1);
    let stored = model(Precision::Int8);
    let name = "lstm.weight_hh_l0";
    let Tensor::Int8 { scales, .. } = stored.tensor(name) else {
        panic!("{name} is quantised");
    };
    let columns = config().hidden_size;
    let restored = stored.tensor(name).to_f32();
    for (i, (a, b)) in exact[name].iter().zip(&restored).enumerate() {
        assert!((a - b).abs() <= scales[i / columns] * 0.5001);
    }
}

#[test]
fn a_checkpoint_is_a_model_and_keeps_its_training_state() {
    let training = TrainingState {
        progress: serde_json::json!({"step": 7}),
        tensors: BTreeMap::from([(format!("{TRAINING_PREFIX}h"), vec![1.0, 2.0])]),
    };
    let bytes = model(Precision::F32).to_bytes(Some(&training)).unwrap();
    assert_eq!(
        ModelFile::from_bytes(&bytes).unwrap(),
        model(Precision::F32)
    );
    assert_eq!(training_state(&bytes).unwrap(), Some(training));
    let plain = model(Precision::F32).to_bytes(None).unwrap();
    assert_eq!(training_state(&plain).unwrap(), None);
}

#[test]
fn every_defect_has_its_error() {
    let bytes = model(Precision::F32).to_bytes(None).unwrap();
    let error = |bytes: &[u8]| ModelFile::from_bytes(bytes).unwrap_err();
    assert!(matches!(error(b""), FormatError::Container(_)));
    assert!(matches!(
        error(b"hello, I am a text file"),
        FormatError::Container(_)
    ));
    assert!(matches!(
        error(&bytes[..bytes.len() - 1]),
        FormatError::Container(_)
    ));
    let foreign = edited(&bytes, "\"lstm-ls\":", "\"someone\":");
    assert!(matches!(error(&foreign), FormatError::Foreign));
    let newer = edited(&bytes, "\\\"version\\\":2", "\\\"version\\\":9");
    assert!(matches!(error(&newer), FormatError::Version { got: 9, .. }));
    let wider = edited(&bytes, "\\\"hidden_size\\\":5", "\\\"hidden_size\\\":6");
    assert!(matches!(error(&wider), FormatError::Shape { .. }));
    let none = edited(&bytes, "\\\"num_layers\\\":2", "\\\"num_layers\\\":0");
    assert!(matches!(error(&none), FormatError::Config(_)));
    let deeper = edited(&bytes, "\\\"num_layers\\\":2", "\\\"num_layers\\\":3");
    assert!(matches!(
        error(&deeper),
        FormatError::MissingTensor(_) | FormatError::Shape { .. }
    ));
    let shallower = edited(&bytes, "\\\"num_layers\\\":2", "\\\"num_layers\\\":1");
    assert!(matches!(
        error(&shallower),
        FormatError::UnexpectedTensor(_) | FormatError::Shape { .. }
    ));
    let other = edited(
        &bytes,
        "\\\"precision\\\":\\\"f32\\\" ".trim_end(),
        "\\\"precision\\\":\\\"f16\\\"",
    );
    assert!(matches!(error(&other), FormatError::Header(_)));

    let mut nan = tensors(&config(), 1);
    nan.get_mut("head.bias").unwrap()[3] = f32::NAN;
    let refused = ModelFile::from_f32(config(), Provenance::default(), Precision::F32, nan);
    assert!(matches!(refused, Err(FormatError::Value { index: 3, .. })));
    let mut quantised = model(Precision::Int8).to_bytes(None).unwrap();
    let scale = Tensor::quantise(&tensors(&config(), 1)["head.weight"], 10);
    let Tensor::Int8 { scales, .. } = scale else {
        panic!("quantised");
    };
    let first = scales[0].to_le_bytes();
    let at = quantised.windows(4).position(|w| w == first).unwrap();
    quantised[at + 3] |= 0x80;
    assert!(matches!(
        error(&quantised),
        FormatError::Scale { index: 0, .. }
    ));
    let mut poisoned = bytes.clone();
    let last = poisoned.len() - 4;
    poisoned[last..].copy_from_slice(&f32::INFINITY.to_le_bytes());
    assert!(matches!(error(&poisoned), FormatError::Value { .. }));
}

#[test]
fn errors_name_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    std::fs::write(&path, "not a model").unwrap();
    let message = ModelFile::read(&path).unwrap_err().to_string();
    assert!(
        message.contains("notes.txt") && message.contains("safetensors"),
        "{message}"
    );
    #[cfg(unix)]
    {
        let endless = ModelFile::read(std::path::Path::new("/dev/null")).unwrap_err();
        assert!(endless.to_string().contains("/dev/null"), "{endless}");
    }
    let absent = ModelFile::read(&folder.path().join("absent"))
        .unwrap_err()
        .to_string();
    assert!(absent.contains("absent"), "{absent}");
}

proptest! {
    #[test]
    fn damaged_files_give_errors_not_panics(
        cut in 0_usize..30_000,
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
    ) {
        let mut bytes = fitted(Precision::Int8).to_bytes(None).unwrap();
        bytes.truncate(bytes.len().saturating_sub(cut).max(1));
        for (at, mask) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= mask;
        }
        let _ = ModelFile::from_bytes(&bytes);
        let _ = training_state(&bytes);
    }

    #[test]
    fn quantisation_survives_any_rows(rows in prop::collection::vec(-3.0_f32..3.0, 12)) {
        let stored = Tensor::quantise(&rows, 4);
        for (row, restored) in rows.chunks(4).zip(stored.to_f32().chunks(4)) {
            let largest = row.iter().fold(0.0_f32, |m, v| m.max(v.abs()));
            for (a, b) in row.iter().zip(restored) {
                prop_assert!((a - b).abs() <= largest / 254.0 + 1e-6);
            }
        }
    }
}
