//! Secrets of twelve kinds, planted in three languages: in files of the workspace, in an
//! unsaved document and in the document itself. None is offered, and none is in a cache.

// `allow-unwrap-in-tests` does not reach helpers outside test functions.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use assistant::documents::{Document, DocumentId, Place};
use assistant::models::{ModelSource, int8_engine};
use assistant::session::{Ask, Kept, Session, Shared};
use assistant::settings::Settings;
use fixture::secrets::{ORDINARY, PLANTED, holds_a_piece, planted, secret_of};
use futures_executor::block_on;
use lstm_format::{ModelConfig, ModelFile, Precision, Provenance};

const LANGUAGES: [(&str, &str); 3] = [("python", "py"), ("go", "go"), ("typescript", "ts")];

fn session(caches: &Path, folder: Option<&Path>) -> Session {
    let engines = |_: &_| {
        let config = ModelConfig::small("rust");
        let provenance = Provenance::default();
        let model = ModelFile::from_fn(config, provenance, Precision::Int8, |_, _| 0.01)?;
        int8_engine(&model)
    };
    let source = ModelSource {
        // For another language than those here, which are left to the memory.
        engines: Arc::new(engines),
        default_path: None,
        embedded: Vec::new(),
        folder: None,
    };
    let kept = Kept {
        statistics: None,
        caches: Some(caches.to_owned()),
    };
    let session = Session::new(Shared::new(source, kept));
    session.set(Settings {
        deadline: Duration::from_secs(600),
        eagerness: 1.0,
        ..Settings::default()
    });
    session.open_folders(folder.map(Path::to_owned).into_iter().collect());
    session.remember();
    while session.reading().is_some_and(|progress| !progress.done) {
        block_on(session.reading_news().next());
    }
    session
}

/// All that is offered at the end of `before` in a document of its own.
fn offered(
    session: &Session,
    folder: &Path,
    language: &str,
    ending: &str,
    before: &str,
) -> Vec<String> {
    let id = DocumentId::new("asked");
    let place = Place::file(folder.join(format!("asked.{ending}")));
    session.open(
        id.clone(),
        place,
        Document::new(before, 1, language.to_owned()),
    );
    let mut texts = Vec::new();
    for ask in [
        Ask::List { by_hand: true },
        Ask::Ghost {
            by_hand: true,
            selected: None,
        },
    ] {
        let end = |text: &ropey::Rope| text.len_bytes()..text.len_bytes();
        let snapshot = session.snapshot(&id, end).unwrap();
        let suggested = block_on(session.suggest(snapshot, ask)).unwrap();
        texts.extend(suggested.texts.into_iter().map(|text| text.text));
    }
    session.close(&id);
    texts
}

/// Asks where each secret goes on, at its beginning and a few bytes later.
#[track_caller]
fn check(session: &Session, folder: &Path, language: &str, ending: &str, own: &str) {
    let ask = |before: &str| offered(session, folder, language, ending, &format!("{own}{before}"));
    let ordinary = ask(ORDINARY.0);
    assert!(
        ordinary.iter().any(|text| text.contains(ORDINARY.1)),
        "{language}: nothing is remembered: {ordinary:?} {:?} {:?}",
        session.standing(None).reason,
        session.reading()
    );
    for (before, start, rest) in PLANTED {
        for typed in [0, 7] {
            let before = format!("{before}{start}{}", &rest[..typed]);
            for text in ask(&before) {
                assert!(
                    !holds_a_piece(text.as_bytes(), secret_of(rest)),
                    "{language} {before}: {text}"
                );
                assert!(
                    !rest[typed..].starts_with(&text) || text.len() < 3,
                    "{language} {before}: {text}"
                );
            }
        }
    }
}

#[test]
fn no_secret_of_the_workspace_is_offered_or_kept() {
    for (language, ending) in LANGUAGES {
        let (folder, caches) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for name in ["one", "two"] {
            let path = folder.path().join(format!("{name}.{ending}"));
            fs::write(path, planted()).unwrap();
        }
        // Read, and then from the cache.
        for _ in 0..2 {
            let session = session(caches.path(), Some(folder.path()));
            check(&session, folder.path(), language, ending, "");
        }
        let files: Vec<_> = fs::read_dir(caches.path())
            .unwrap()
            .map(|f| f.unwrap().path())
            .collect();
        assert!(!files.is_empty());
        for file in files {
            let bytes = fs::read(&file).unwrap();
            assert!(holds_a_piece(&bytes, ORDINARY.1));
            for (before, _, rest) in PLANTED {
                assert!(
                    !holds_a_piece(&bytes, secret_of(rest)),
                    "{} {before}",
                    file.display()
                );
            }
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                let mode = fs::metadata(&file).unwrap().permissions().mode();
                assert_eq!(mode & 0o077, 0);
            }
        }
    }
}

#[test]
fn no_secret_of_an_unsaved_document_or_of_the_document_itself_is_offered() {
    for (language, ending) in LANGUAGES {
        let (folder, caches) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let session = session(caches.path(), None);
        let text = planted();
        check(&session, folder.path(), language, ending, &text);
        let id = DocumentId::new("unsaved");
        let place = Place::new_document("unsaved".into());
        session.open(id, place, Document::new(&text, 1, language.to_owned()));
        check(&session, folder.path(), language, ending, "");
    }
}
