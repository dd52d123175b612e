//! Distributions.

use std::sync::Arc;

use code_index::{Layer, Segment};
use proptest::prelude::*;

use crate::predict;

fn layer(documents: &[String]) -> Layer {
    let texts = documents.iter().map(String::as_bytes);
    Layer::new().with(Arc::new(Segment::new(texts)))
}

fn documents() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec("([ab]{1,3}|x|\n|é){0,60}", 1..6)
}

proptest! {
    #[test]
    fn every_byte_is_possible_and_all_together_are_certain(
        before in "([ab]{1,3}|x|\n|é){0,60}", documents in documents(),
    ) {
        let prediction = predict(before.as_bytes(), &layer(&documents));
        let sum: f32 = prediction.probabilities.iter().sum();
        prop_assert!((sum - 1.0).abs() < 1e-5, "{sum}");
        prop_assert!(prediction.probabilities.iter().all(|p| *p > 0.0));
    }

    #[test]
    fn the_order_of_files_changes_nothing(
        before in "([ab]{1,3}|x){0,20}", documents in documents(), by: prop::sample::Index,
    ) {
        let expected = predict(before.as_bytes(), &layer(&documents));
        let mut turned = documents.clone();
        turned.rotate_left(by.index(documents.len()));
        let found = predict(before.as_bytes(), &layer(&turned));
        prop_assert_eq!(found.probabilities, expected.probabilities);
        prop_assert_eq!(found.evidence, expected.evidence);
    }

    #[test]
    fn a_file_taken_away_is_as_if_it_had_never_been(
        before in "([ab]{1,3}|x){0,20}", documents in documents(), which: prop::sample::Index,
    ) {
        let which = which.index(documents.len());
        let own = Arc::new(Segment::new([documents[which].as_bytes()]));
        let mut others = documents.clone();
        others.remove(which);
        let expected = predict(before.as_bytes(), &layer(&others));
        let found = predict(before.as_bytes(), &layer(&documents).without(own));
        prop_assert_eq!(found.probabilities, expected.probabilities);
        prop_assert_eq!(found.evidence, expected.evidence);
    }

    #[test]
    fn an_index_reads_back_as_it_was(documents in documents(), before in "[ab]{0,9}") {
        let segment = Segment::new(documents.iter().map(String::as_bytes));
        let again = Segment::from_bytes(segment.as_bytes().to_vec()).expect("it is an index");
        let [written, read] = [segment, again].map(|s| Layer::new().with(Arc::new(s)));
        let [written, read] = [written, read].map(|layer| predict(before.as_bytes(), &layer));
        prop_assert_eq!(written.probabilities, read.probabilities);
    }
}
