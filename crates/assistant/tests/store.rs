//! The user's own models: what there is, what is in use, and what was.

// `allow-unwrap-in-tests` does not reach helpers outside test functions.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use assistant::store::{About, Name, Quality, Store};
use lstm_format::{ModelConfig, ModelFile, Precision, Provenance};

fn model(language: &str) -> ModelFile {
    let config = ModelConfig::small(language);
    let provenance = Provenance::default();
    ModelFile::from_fn(config, provenance, Precision::Int8, |_, _| 0.01).unwrap()
}

fn about() -> About {
    let quality = Quality {
        lstm: 1.0,
        mixed: 0.5,
        saved: 0.25,
    };
    About {
        made: "2026-01-01T00:00:00Z".to_owned(),
        workspace: PathBuf::from("/project"),
        started_from: "rust@0".to_owned(),
        bytes_trained: 1_000,
        before: quality,
        after: quality,
    }
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

/// A store with two versions of rust and one of go.
fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path().join("lstm-ls"));
    for (language, added) in [("rust", "rust@1"), ("rust", "rust@2"), ("go", "go@1")] {
        let model = model(language);
        assert_eq!(store.add(&model, &model, &about()).unwrap(), name(added));
    }
    (folder, store)
}

fn served(folder: &tempfile::TempDir, language: &str) -> bool {
    let models = folder.path().join("lstm-ls/models");
    models
        .join(format!("{language}.retrained.safetensors"))
        .is_file()
}

#[test]
fn a_version_is_in_use_when_it_is_put_there() {
    let (folder, store) = store();
    assert_eq!(store.in_use("rust").unwrap(), 0);
    assert!(!served(&folder, "rust"));
    let place = store.models().join("rust.retrained.safetensors");
    assert_eq!(store.version_at(&place, "rust").unwrap(), None);

    store.use_version(&name("rust@2")).unwrap();
    assert!(served(&folder, "rust") && !served(&folder, "go"));
    let list = store.list().unwrap();
    let listed: Vec<_> = list
        .iter()
        .map(|v| (v.name.to_string(), v.in_use))
        .collect();
    let expected = [("go@1", false), ("rust@1", false), ("rust@2", true)];
    assert_eq!(
        listed,
        expected.map(|(name, in_use)| (name.to_owned(), in_use))
    );
    assert_eq!(list[0].about, about());
    let in_place = store.version_at(&place, "rust").unwrap();
    assert_eq!(in_place, Some(name("rust@2")));
    let beside = store.models().join("mine.safetensors");
    assert_eq!(store.version_at(&beside, "rust").unwrap(), None);
}

#[test]
fn going_back_leads_through_what_was_in_use_to_the_shipped_model() {
    let (folder, store) = store();
    for version in ["rust@1", "rust@2", "rust@2"] {
        store.use_version(&name(version)).unwrap();
    }
    assert_eq!(store.roll_back("rust").unwrap(), name("rust@1"));
    assert!(served(&folder, "rust"));
    assert_eq!(store.roll_back("rust").unwrap(), name("rust@0"));
    assert!(!served(&folder, "rust"));
    assert!(store.roll_back("rust").is_err());
}

#[test]
fn the_shipped_model_can_be_chosen_and_left_again() {
    let (folder, store) = store();
    for version in ["rust@1", "rust@0"] {
        store.use_version(&name(version)).unwrap();
    }
    assert!(!served(&folder, "rust"));
    assert_eq!(store.roll_back("rust").unwrap(), name("rust@1"));
    assert!(served(&folder, "rust"));
}

#[test]
fn what_is_in_use_is_not_removed_and_no_number_is_given_twice() {
    let (_folder, store) = store();
    store.use_version(&name("rust@2")).unwrap();
    let error = store.remove(&name("rust@2")).unwrap_err().to_string();
    assert!(error.contains("in use"), "{error}");
    store.use_version(&name("rust@1")).unwrap();
    store.remove(&name("rust@2")).unwrap();
    assert_eq!(store.list().unwrap().len(), 2);
    let model = model("rust");
    assert_eq!(store.add(&model, &model, &about()).unwrap(), name("rust@3"));
    // Going back passes over what is gone.
    assert_eq!(store.roll_back("rust").unwrap(), name("rust@0"));
}

#[test]
fn a_list_of_uses_that_is_behind_or_lost_does_not_stand_in_the_way() {
    let (folder, store) = store();
    let versions = folder.path().join("lstm-ls/versions/rust");
    let model = model("rust");
    // A crash after a version came into its place, and before that was written down.
    std::fs::create_dir(versions.join("3")).unwrap();
    assert_eq!(store.add(&model, &model, &about()).unwrap(), name("rust@4"));
    std::fs::write(versions.join("uses.json"), "half a li").unwrap();
    let error = store.add(&model, &model, &about()).unwrap_err().to_string();
    assert!(error.contains("is damaged: remove it"), "{error}");
    std::fs::remove_file(versions.join("uses.json")).unwrap();
    assert_eq!(store.add(&model, &model, &about()).unwrap(), name("rust@5"));
    store.use_version(&name("rust@4")).unwrap();
    assert_eq!(store.roll_back("rust").unwrap(), name("rust@0"));
}

#[test]
fn what_is_not_there_or_damaged_does_not_come_into_use() {
    let (folder, store) = store();
    let error = store.use_version(&name("rust@7")).unwrap_err().to_string();
    assert!(error.contains("there is no rust@7"), "{error}");
    std::fs::write(store.model(&name("go@1")), "half a model").unwrap();
    assert!(store.use_version(&name("go@1")).is_err());
    assert!(!served(&folder, "go"));
    assert_eq!(store.in_use("go").unwrap(), 0);
}

#[test]
fn a_language_that_is_a_way_out_of_the_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path().join("lstm-ls"));
    let model = model("../../x");
    assert!(store.add(&model, &model, &about()).is_err());
    assert!(store.roll_back("..").is_err());
}

#[test]
fn an_empty_store_is_no_error() {
    let store = Store::new(PathBuf::from("/nonexistent/lstm-ls"));
    assert_eq!(store.list().unwrap(), []);
    assert_eq!(store.in_use("rust").unwrap(), 0);
}
