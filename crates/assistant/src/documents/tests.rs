use completer::show::Ignored;

use super::*;

fn opened() -> (Documents, DocumentId) {
    let id = DocumentId::new("a");
    let documents = Documents::default();
    open(&documents, &id);
    (documents, id)
}

fn open(documents: &Documents, id: &DocumentId) {
    assert!(open_with(documents, id, "fn"));
}

fn open_with(documents: &Documents, id: &DocumentId, text: &str) -> bool {
    let document = Document::new(text, 1, "rust".to_owned());
    let place = Place::new_document(id.as_str().into());
    documents.open(id.clone(), place, document)
}

#[test]
fn all_documents_together_have_so_much_room() {
    let documents = Documents::default();
    let large = "x".repeat(MOST_BYTES / 8 - 2 * BESIDE);
    let ids: Vec<_> = (0..9).map(|n| DocumentId::new(&n.to_string())).collect();
    let has_text = |id| documents.look(id, |document| document.is_whole()) == Some(true);
    for id in &ids[..8] {
        assert!(open_with(&documents, id, &large));
        assert!(has_text(id));
    }
    assert!(open_with(&documents, &ids[8], &large));
    assert!(!has_text(&ids[8]));
    // One that grows beyond the room that is left loses its text, and makes room.
    typed(&documents, &ids[0], 0, &"y".repeat(9 * 2 * BESIDE));
    assert!(!has_text(&ids[0]));
    assert!(open_with(&documents, &ids[8], &large));
    assert!(has_text(&ids[8]));
    // No room is left behind.
    for id in &ids {
        documents.close(id);
    }
    assert_eq!(documents.inner.lock().bytes, 0);
    assert!(open_with(&documents, &ids[0], &large));
    let name = DocumentId::new(&"n".repeat(MOST_BYTES));
    assert!(!open_with(&documents, &name, ""));
    assert_eq!(documents.look(&name, |_| ()), None);
}

fn revision(documents: &Documents, id: &DocumentId) -> Revision {
    let now = documents.now(id, |_| 0..0);
    now.map(|(_, _, revision, _)| revision).expect("it is open")
}

fn typed(documents: &Documents, id: &DocumentId, at: usize, text: &str) {
    let change = |_: &Rope, text: &str| {
        Ok::<_, String>(Change {
            range: Some(at..at),
            text: text.to_owned(),
        })
    };
    assert_eq!(documents.change(id, Some(2), [text], change), Ok(()));
}

fn shown(documents: &Documents, id: &DocumentId, at: usize, text: &str) {
    documents.shown(&revision(documents, id), at, text);
}

#[test]
fn an_edit_cancels_what_runs_on_the_old_text() {
    let (documents, id) = opened();
    let old = revision(&documents, &id);
    let running = documents.start(&old);
    assert!(!running.token().is_cancelled());
    typed(&documents, &id, 2, "");
    assert!(running.token().is_cancelled());
    assert!(!documents.is_current(&old));
    assert!(documents.is_current(&revision(&documents, &id)));
}

#[test]
fn reopening_with_the_same_version_is_still_a_change() {
    let (documents, id) = opened();
    let old = revision(&documents, &id);
    assert!(documents.close(&id));
    assert!(!documents.close(&id));
    open(&documents, &id);
    assert!(!documents.is_current(&old));
    assert!(documents.start(&old).token().is_cancelled());
}

#[test]
fn what_is_typed_into_is_ignored_and_what_is_accepted_is_known() {
    let (documents, id) = opened();
    shown(&documents, &id, 2, " main()");
    typed(&documents, &id, 2, " ");
    let after = documents.ghost(&id, 3);
    let mut expected = Ignored::default();
    expected.shown(" main()");
    expected.typed(" ", &mut Attention::default());
    assert_eq!((after.ignored, after.accepted), (expected, false));

    shown(&documents, &id, 3, "main()");
    typed(&documents, &id, 3, "main()");
    let after = documents.ghost(&id, 9);
    assert_eq!((after.ignored, after.accepted), (Ignored::default(), true));
    // Another place knows nothing of it.
    assert!(!documents.ghost(&id, 0).accepted);
}

#[test]
fn what_is_left_of_a_suggestion_accepted_in_part_is_not_doubted() {
    let (documents, id) = opened();
    shown(&documents, &id, 2, " main() {");
    typed(&documents, &id, 2, " main");
    let after = documents.ghost(&id, 7);
    assert_eq!((after.ignored, after.accepted), (Ignored::default(), false));
}

#[test]
fn who_types_what_is_shown_by_hand_pays_little_attention() {
    let (documents, id) = opened();
    let attention = || documents.inner.lock().attention.probability();
    let mut at = 2;
    let mut type_or_accept = |by_hand: bool| {
        shown(&documents, &id, at, "abc");
        match by_hand {
            true => "abc".chars().for_each(|c| {
                typed(&documents, &id, at, &c.to_string());
                at += 1;
            }),
            false => {
                typed(&documents, &id, at, "abc");
                at += 3;
            }
        }
    };
    let first = attention();
    type_or_accept(true);
    let less = attention();
    assert!(less < first);
    type_or_accept(false);
    assert!(attention() > less);
}

#[test]
fn an_edit_elsewhere_forgets_the_ghost() {
    let (documents, id) = opened();
    shown(&documents, &id, 2, " main()");
    typed(&documents, &id, 0, "pub ");
    assert_eq!(documents.ghost(&id, 6).ignored, Ignored::default());
    assert!(!documents.ghost(&id, 4).accepted);
}

#[test]
fn finished_work_is_forgotten() {
    let (documents, id) = opened();
    let revision = revision(&documents, &id);
    for _ in 0..3 {
        drop(documents.start(&revision));
    }
    let _running = documents.start(&revision);
    let inner = documents.inner.lock();
    assert_eq!(inner.open[&id].running.len(), 1);
}

/// Changes at the start of the text, or of all of it; what begins with `!` is none.
fn changed(documents: &Documents, id: &DocumentId, changes: &[&str]) -> Result<(), ChangeError> {
    let read = |_: &Rope, text: &str| match text.strip_prefix('!') {
        Some(why) => Err(why.to_owned()),
        None => Ok(Change {
            range: (!text.starts_with('=')).then_some(0..0),
            text: text.to_owned(),
        }),
    };
    documents.change(id, None, changes.iter().copied(), read)
}

/// How many other documents are known where `id` is completed.
fn known_to(documents: &Documents, id: &DocumentId) -> usize {
    let (before, rest) = documents.others(id);
    before.len() + rest.len()
}

#[test]
fn what_can_not_be_applied_is_said_once_until_the_text_is_whole_again() {
    let (documents, id) = opened();
    let lost = |why: &str| Err(ChangeError::OutOfStep(why.to_owned()));
    let text = || documents.look(&id, |document| document.text.to_string());
    let why = || documents.look(&id, |document| document.out_of_step().map(str::to_owned));
    let other = DocumentId::new("other");
    open(&documents, &other);
    assert_eq!(known_to(&documents, &other), 1);
    let old = revision(&documents, &id);
    let running = documents.start(&old);

    assert_eq!(
        changed(&documents, &id, &["a", "!one", "!two"]),
        lost("one")
    );
    assert!(running.token().is_cancelled());
    assert_eq!(
        (text(), why()),
        (Some(String::new()), Some(Some("one".to_owned())))
    );
    assert_eq!(changed(&documents, &id, &["b"]), Ok(()));
    assert_eq!(changed(&documents, &id, &["!three"]), Ok(()));
    assert_eq!(text().as_deref(), Some(""));
    assert_eq!(known_to(&documents, &other), 0);
    assert!(
        documents
            .history()
            .changes()
            .all(|change| change.edit.text.is_empty())
    );

    assert_eq!(changed(&documents, &id, &["=c", "d"]), Ok(()));
    assert_eq!((text().as_deref(), why()), (Some("d=c"), Some(None)));
    assert_eq!(changed(&documents, &id, &["!four", "=e"]), Ok(()));
    assert_eq!(text().as_deref(), Some("=e"));
    assert_eq!(changed(&documents, &id, &["!five"]), lost("five"));

    assert!(!documents.saved(&id, None));
    assert_eq!(text().as_deref(), Some(""));
    assert!(documents.saved(&id, Some("f")));
    assert!(!documents.saved(&id, Some("f")));
    assert_eq!((text().as_deref(), why()), (Some("f"), Some(None)));
    assert_eq!(
        changed(&documents, &DocumentId::new("b"), &[]),
        Err(ChangeError::NotOpen)
    );
}

#[test]
fn without_a_version_it_counts_on() {
    let (documents, id) = opened();
    let version = || documents.look(&id, |document| document.version);
    assert_eq!(changed(&documents, &id, &["a"]), Ok(()));
    assert_eq!(version(), Some(2));
    let none: [Result<Change, String>; 0] = [];
    let read = |_: &Rope, change| change;
    assert_eq!(
        documents.change(&id, Some(i32::MAX), none.clone(), read),
        Ok(())
    );
    assert_eq!(documents.change(&id, None, none, read), Ok(()));
    assert_eq!(version(), Some(i32::MAX));
}

#[test]
fn edits_are_remembered_until_their_document_is_closed() {
    let (documents, id) = opened();
    typed(&documents, &id, 2, " ");
    typed(&documents, &id, 3, "main");
    let texts = |history: History| -> Vec<String> {
        history.changes().map(|c| c.edit.text.clone()).collect()
    };
    assert_eq!(texts(documents.history()), [" main"]);
    documents.close(&id);
    assert!(texts(documents.history()).is_empty());
}
