//! A text fed in parts, on any number of threads: the state after each of them.

use lstm_format::{CellKind, Engine, HeadInput, ModelConfig, ModelFile, Precision, State};
use lstm_runtime::{Kernel, Runtime};
use proptest::prelude::*;

fn model(num_layers: usize, hidden_size: usize) -> ModelFile {
    let config = ModelConfig {
        language: "rust".to_owned(),
        cell: CellKind::Lstm,
        num_layers,
        hidden_size,
        embedding_size: 3,
        head: HeadInput::LastLayer,
        window: 1024,
    };
    ModelFile::random(config, Precision::Int8, 2.0, 1).expect("a shape within range")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_state_after_each_part_is_that_of_the_text_up_to_there(
        hidden in 1_usize..80,
        num_layers in 1_usize..5,
        threads in 1_usize..5,
        text in proptest::collection::vec(any::<u8>(), 0..400),
        length in 1_usize..200,
    ) {
        let model = model(num_layers, hidden);
        let runtime = Runtime::load(&model, Kernel::detect()).unwrap().with_threads(threads);
        let mut session = runtime.session();
        let mut alone = State::zeros(runtime.config());
        let parts: Vec<&[u8]> = text.chunks(length).collect();
        let together = session.feed_parts(&|| false, &alone, &parts);
        prop_assert_eq!(together.len(), parts.len());
        for (part, together) in parts.iter().zip(&together) {
            session.feed(&mut alone, part);
            prop_assert_eq!(&alone, together);
        }
    }
}
