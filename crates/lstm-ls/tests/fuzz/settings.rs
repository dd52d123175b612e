//! What a client sends as settings.

use assistant::settings::Settings;
use assistant::settings::table::TABLE;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde_json::{Map, Value};

use crate::Target;
use crate::mutation::{mutate, pick};

pub(crate) const TARGET: Target = Target {
    name: "settings",
    generate,
    take,
};

const VALUES: [&str; 20] = [
    "null",
    "true",
    "false",
    "0",
    "1",
    "-1",
    "5",
    "16",
    "17",
    "4097",
    "0.5",
    "1e400",
    "-0.0",
    "18446744073709551616",
    "\"\"",
    "\"auto\"",
    "\"off\"",
    "\"\\u0000\"",
    "[]",
    "[\"rust\",1]",
];

const TOKENS: [&[u8]; 8] = [
    b"null",
    b"{",
    b"}",
    b"[",
    b",",
    b"\"model\":",
    b"1e-400",
    b"\\ud800",
];

fn generate(random: &mut ChaCha8Rng) -> Vec<u8> {
    let entries = (0..random.random_range(0..8)).map(|_| {
        let key = match random.random_range(0..8) {
            0 => pick(&["modell", "", "ENABLED", "token"], random),
            _ => TABLE[random.random_range(0..TABLE.len())].key,
        };
        format!("\"{key}\":{}", pick(&VALUES, random))
    });
    let entries: Vec<String> = entries.collect();
    let mut text = format!("{{{}}}", entries.join(",")).into_bytes();
    if random.random_bool(0.5) {
        mutate(&mut text, &TOKENS, random);
    }
    text
}

fn take(input: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(input) else {
        return;
    };
    let (settings, complaints) = Settings::parse([&value]);
    assert!(complaints.len() <= value.as_object().map_or(1, Map::len));
    // What is in force can be said, and is then in force again.
    let said = TABLE.iter().map(|s| (s.key.to_owned(), (s.get)(&settings)));
    let said = Value::Object(said.collect());
    assert_eq!(Settings::parse([&said]), (settings, vec![]));
}
