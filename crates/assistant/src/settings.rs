//! What a user can set: `initializationOptions` and `workspace/configuration`.
//!
//! The keys, their values and what they mean are in [`table`]; the table in
//! `docs/settings.md` and the JSON schema are checked against it.

use std::path::PathBuf;
use std::time::Duration;

use completer::{Options, show};
use serde_json::Value;

mod patterns;
mod silence;
pub mod table;

pub use patterns::Patterns;
pub use silence::Silence;
use table::TABLE;

/// The section of an editor's settings that is ours.
pub const SECTION: &str = "lstm-ls";

/// The settings in force.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Whether anything is suggested at all.
    pub enabled: bool,
    /// LSP identifiers of languages in which nothing is.
    pub disabled_languages: Vec<String>,
    /// Files in which nothing is.
    pub disabled_files: Patterns,
    /// Whether anything is in files that may hold secrets, by their names.
    pub secret_files: bool,
    /// Model file for its own language; `None` leaves the choice to the server.
    pub model: Option<PathBuf>,
    /// How readily ghost text is shown, in [0, 1].
    pub eagerness: f32,
    /// Megabytes of the open folders' files to remember.
    pub workspace_megabytes: usize,
    /// Suggestions in a list.
    pub candidates: usize,
    /// Sampling temperature.
    pub temperature: f32,
    /// Nucleus of sampling, in (0, 1].
    pub top_p: f32,
    /// Longest suggestion in bytes.
    pub max_bytes: usize,
    /// Whether suggestions of several lines are offered where they fit.
    pub multi_line: bool,
    /// Longest time for one answer.
    pub deadline: Duration,
    /// Whether tokens that are unlikely where they stand are marked.
    pub surprise: bool,
    /// Whether the text around a resting cursor is read before anything is typed there.
    pub read_ahead: bool,
    /// Whether what is shown and accepted is counted, on this machine.
    pub statistics: bool,
}

impl Default for Settings {
    /// The defaults of what [`Options`] has as well are those of [`Options`].
    fn default() -> Self {
        let options = Options::default();
        Self {
            enabled: true,
            disabled_languages: Vec::new(),
            disabled_files: Patterns::default(),
            secret_files: false,
            model: None,
            eagerness: show::DEFAULT_EAGERNESS,
            workspace_megabytes: 64,
            candidates: options.candidates,
            temperature: options.temperature,
            top_p: options.top_p,
            max_bytes: options.max_bytes,
            multi_line: true,
            deadline: Duration::from_millis(250),
            surprise: false,
            read_ahead: true,
            statistics: true,
        }
    }
}

impl Settings {
    /// Reads `layers`, of which a later one takes precedence. What cannot be
    /// used leaves its setting as it was and is named in one complaint each;
    /// everything else applies.
    pub fn parse<'a>(layers: impl IntoIterator<Item = &'a Value>) -> (Self, Vec<String>) {
        let mut settings = Self::default();
        let mut complaints = Vec::new();
        for layer in layers {
            match layer {
                Value::Null => {}
                // What an empty table becomes where lists and objects are one, as in Lua.
                Value::Array(none) if none.is_empty() => {}
                Value::Object(entries) => {
                    for (key, value) in entries {
                        complaints.extend(settings.set(key, value).err());
                    }
                }
                other => complaints.push(format!("settings must be an object, got {other}")),
            }
        }
        (settings, complaints)
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), String> {
        let setting = TABLE.iter().find(|setting| setting.key == key);
        let setting = setting.ok_or_else(|| format!("unknown setting `{key}` is ignored"))?;
        if !setting.kind.allows(value) {
            let expected = setting.kind.expected();
            return Err(format!(
                "setting `{key}` is {value}, expected {expected}; it stays as it was"
            ));
        }
        (setting.set)(self, value);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nothing_set_is_the_defaults() {
        assert_eq!(Settings::parse([]), (Settings::default(), vec![]));
        let nothing = [&json!(null), &json!({}), &json!([])];
        assert_eq!(Settings::parse(nothing), (Settings::default(), vec![]));
    }

    #[test]
    fn every_key_applies() {
        let options = json!({
            "enabled": false, "disabledLanguages": ["go"], "disabledFiles": ["*.lock"],
            "secretFiles": true, "model": "m.safetensors",
            "candidates": 3, "temperature": 0.5, "topP": 0.25, "maxBytes": 64,
            "eagerness": 0.75, "workspaceMegabytes": 7, "multiLine": "off", "deadlineMs": 40,
            "surprise": true, "readAhead": false, "statistics": false,
        });
        let expected = Settings {
            enabled: false,
            disabled_languages: vec!["go".to_owned()],
            disabled_files: Patterns::new(vec!["*.lock".to_owned()]).expect("a pattern"),
            secret_files: true,
            model: Some("m.safetensors".into()),
            candidates: 3,
            temperature: 0.5,
            top_p: 0.25,
            max_bytes: 64,
            eagerness: 0.75,
            workspace_megabytes: 7,
            multi_line: false,
            deadline: Duration::from_millis(40),
            surprise: true,
            read_ahead: false,
            statistics: false,
        };
        assert_eq!(Settings::parse([&options]), (expected, vec![]));
        assert_eq!(options.as_object().map(|o| o.len()), Some(TABLE.len()));
    }

    #[test]
    fn what_is_wrong_is_named_and_the_rest_applies() {
        let options = json!({"candidate": 3, "candidates": 0, "topP": "high", "maxBytes": 64});
        let (settings, complaints) = Settings::parse([&options]);
        let expected = Settings {
            max_bytes: 64,
            ..Settings::default()
        };
        assert_eq!(settings, expected);
        assert_eq!(
            complaints,
            [
                "unknown setting `candidate` is ignored",
                "setting `candidates` is 0, expected a whole number from 1 to 16; it stays as it was",
                "setting `topP` is \"high\", expected a number above 0 and up to 1; it stays as it was",
            ]
        );
    }

    #[test]
    fn a_later_layer_takes_precedence_and_null_is_the_default() {
        let first = json!({"candidates": 3, "maxBytes": 64, "model": "m"});
        let second = json!({"candidates": 2, "model": null, "maxBytes": "x"});
        let (settings, complaints) = Settings::parse([&first, &second]);
        let expected = Settings {
            candidates: 2,
            max_bytes: 64,
            ..Settings::default()
        };
        assert_eq!((settings, complaints.len()), (expected, 1));
        let (settings, _) = Settings::parse([&json!([1])]);
        assert_eq!(settings, Settings::default());
    }
}
