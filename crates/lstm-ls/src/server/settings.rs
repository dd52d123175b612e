//! What a user can set, through `initializationOptions`; all of it is here.
//!
//! | key | values | default | meaning |
//! |---|---|---|---|
//! | `model` | path | embedded model | model file to complete with |
//! | `candidates` | 1–16 | 5 | suggestions in a list, and inline when asked for by hand |
//! | `temperature` | 0–2 | 0.8 | how far samples stray from the likeliest text |
//! | `topP` | above 0, up to 1 | 0.95 | share of probability that samples are drawn from |
//! | `maxBytes` | 1–4096 | 120 | longest suggestion |
//! | `multiLine` | `auto`, `off` | `auto` | more than one line at the start of a block or on a blank line |
//! | `deadlineMs` | 1–60000 | 250 | longest time for one answer; what is there by then is shown |
//!
//! The defaults of what [`Options`] has as well are those of [`Options`].

use std::path::PathBuf;
use std::time::Duration;

use completer::Options;
use serde_json::Value;

/// The settings in force.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Model file; `None` is the embedded model.
    pub model: Option<PathBuf>,
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
}

impl Default for Settings {
    fn default() -> Self {
        let options = Options::default();
        Self {
            model: None,
            candidates: options.candidates,
            temperature: options.temperature,
            top_p: options.top_p,
            max_bytes: options.max_bytes,
            multi_line: true,
            deadline: Duration::from_millis(250),
        }
    }
}

impl Settings {
    /// Reads `options`. What cannot be used keeps its default and is named in
    /// one complaint each; everything else applies.
    pub fn parse(options: Option<&Value>) -> (Self, Vec<String>) {
        let mut settings = Self::default();
        let mut complaints = Vec::new();
        match options {
            None | Some(Value::Null) => {}
            Some(Value::Object(entries)) => {
                for (key, value) in entries {
                    complaints.extend(settings.set(key, value).err());
                }
            }
            Some(other) => complaints.push(format!("settings must be an object, got {other}")),
        }
        (settings, complaints)
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), String> {
        let wrong = |expected: &str| {
            format!("setting `{key}` is {value}, expected {expected}; its default applies")
        };
        let whole = |low: u64, high: u64| {
            let number = value.as_u64().filter(|n| (low..=high).contains(n));
            number.ok_or_else(|| wrong(&format!("a whole number from {low} to {high}")))
        };
        let size = |low, high| whole(low, high).map(|n| usize::try_from(n).unwrap_or(usize::MAX));
        let number = |fits: fn(f64) -> bool, expected: &str| {
            let number = value.as_f64().filter(|&n| fits(n));
            number.map(|n| n as f32).ok_or_else(|| wrong(expected))
        };
        match key {
            "model" if value.is_null() => self.model = None,
            "model" => {
                let path = value.as_str().filter(|path| !path.is_empty());
                self.model = Some(
                    path.ok_or_else(|| wrong("the path of a model file"))?
                        .into(),
                );
            }
            "candidates" => self.candidates = size(1, 16)?,
            "temperature" => {
                self.temperature = number(|n| (0.0..=2.0).contains(&n), "a number from 0 to 2")?;
            }
            "topP" => {
                self.top_p = number(|n| n > 0.0 && n <= 1.0, "a number above 0 and up to 1")?;
            }
            "maxBytes" => self.max_bytes = size(1, 4096)?,
            "multiLine" => {
                self.multi_line = match value.as_str() {
                    Some("auto") => true,
                    Some("off") => false,
                    _ => return Err(wrong("\"auto\" or \"off\"")),
                };
            }
            "deadlineMs" => self.deadline = Duration::from_millis(whole(1, 60_000)?),
            _ => return Err(format!("unknown setting `{key}` is ignored")),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nothing_set_is_the_defaults() {
        assert_eq!(Settings::parse(None), (Settings::default(), vec![]));
        assert_eq!(
            Settings::parse(Some(&json!(null))),
            (Settings::default(), vec![])
        );
    }

    #[test]
    fn the_documented_defaults_are_the_defaults() {
        let documented = include_str!("settings.rs").lines();
        let row = |line: &'static str| {
            let cells: Vec<_> = line.strip_prefix("//! | `")?.split('|').collect();
            Some((cells[0].trim_end_matches("` "), cells[2].trim()))
        };
        let documented: Vec<_> = documented.filter_map(row).collect();
        let defaults = Settings::default();
        let expected = [
            ("model", "embedded model".to_owned()),
            ("candidates", defaults.candidates.to_string()),
            ("temperature", defaults.temperature.to_string()),
            ("topP", defaults.top_p.to_string()),
            ("maxBytes", defaults.max_bytes.to_string()),
            ("multiLine", "`auto`".to_owned()),
            ("deadlineMs", defaults.deadline.as_millis().to_string()),
        ];
        assert!(
            documented
                .into_iter()
                .eq(expected.iter().map(|(k, v)| (*k, v.as_str())))
        );
    }

    #[test]
    fn every_key_applies() {
        let options = json!({
            "model": "m.safetensors", "candidates": 3, "temperature": 0.5, "topP": 0.25,
            "maxBytes": 64, "multiLine": "off", "deadlineMs": 40,
        });
        let expected = Settings {
            model: Some("m.safetensors".into()),
            candidates: 3,
            temperature: 0.5,
            top_p: 0.25,
            max_bytes: 64,
            multi_line: false,
            deadline: Duration::from_millis(40),
        };
        assert_eq!(Settings::parse(Some(&options)), (expected, vec![]));
    }

    #[test]
    fn what_is_wrong_is_named_and_the_rest_applies() {
        let options = json!({"candidate": 3, "candidates": 0, "topP": "high", "maxBytes": 64});
        let (settings, complaints) = Settings::parse(Some(&options));
        assert_eq!(
            settings,
            Settings {
                max_bytes: 64,
                ..Settings::default()
            }
        );
        assert_eq!(
            complaints,
            [
                "unknown setting `candidate` is ignored",
                "setting `candidates` is 0, expected a whole number from 1 to 16; its default applies",
                "setting `topP` is \"high\", expected a number above 0 and up to 1; its default applies",
            ]
        );
    }
}
