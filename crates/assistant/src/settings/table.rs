//! The settings, once: what each is called, may be, is by default, and means.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Patterns, Settings};

/// One setting.
pub struct Setting {
    /// Its key in the client's settings.
    pub key: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// What it does, for people: part of a sentence.
    pub meaning: &'static str,
    /// Applies a value that [`Kind::allows`].
    pub(super) set: fn(&mut Settings, &Value),
    /// The value in force.
    pub get: fn(&Settings) -> Value,
}

/// What a setting may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// True or false.
    Flag,
    /// A path or null, with what null stands for.
    Path(&'static str),
    /// A whole number from the first to the second.
    Whole(u64, u64),
    /// A number from the first to the second, both included.
    Number(f64, f64),
    /// A number above 0, up to this.
    Positive(f64),
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A list of words.
    Words,
    /// A list of patterns for files.
    Patterns,
}

/// Every setting, in the order of the documentation.
pub const TABLE: &[Setting] = &[
    Setting {
        key: "enabled",
        kind: Kind::Flag,
        meaning: "whether anything is suggested",
        set: |settings, value| settings.enabled = value == true,
        get: |settings| json!(settings.enabled),
    },
    Setting {
        key: "disabledLanguages",
        kind: Kind::Words,
        meaning: "languages in which nothing is suggested, by their LSP identifiers",
        set: |settings, value| settings.disabled_languages = words(value),
        get: |settings| json!(settings.disabled_languages),
    },
    Setting {
        key: "disabledFiles",
        kind: Kind::Patterns,
        meaning: "files in which nothing is suggested, as in a `.gitignore`: `*.lock`, `generated/`, `/home/me/diary`",
        set: |settings, value| {
            settings.disabled_files = Patterns::new(words(value)).unwrap_or_default();
        },
        get: |settings| json!(settings.disabled_files.lines()),
    },
    Setting {
        key: "secretFiles",
        kind: Kind::Flag,
        meaning: "whether anything is suggested in files that may hold passwords or keys, such as `.env`",
        set: |settings, value| settings.secret_files = value == true,
        get: |settings| json!(settings.secret_files),
    },
    Setting {
        key: "model",
        kind: Kind::Path("the installed model"),
        meaning: "model file to complete with, for the language it was made for",
        set: |settings, value| settings.model = value.as_str().map(Into::into),
        get: |settings| json!(settings.model),
    },
    Setting {
        key: "eagerness",
        kind: Kind::Number(0.0, 1.0),
        meaning: "how readily ghost text is shown: 0 only where it is all but certain, 1 wherever it may help",
        set: |settings, value| settings.eagerness = number(value),
        get: |settings| shortest(settings.eagerness),
    },
    Setting {
        key: "workspaceMegabytes",
        kind: Kind::Whole(0, 1024),
        meaning: "text of the open folders to remember, so that suggestions know its names; 0 is none",
        set: |settings, value| settings.workspace_megabytes = size(value),
        get: |settings| json!(settings.workspace_megabytes),
    },
    Setting {
        key: "candidates",
        kind: Kind::Whole(1, 16),
        meaning: "suggestions in a list, and inline when asked for by hand",
        set: |settings, value| settings.candidates = size(value),
        get: |settings| json!(settings.candidates),
    },
    Setting {
        key: "temperature",
        kind: Kind::Number(0.0, 2.0),
        meaning: "how far samples stray from the likeliest text",
        set: |settings, value| settings.temperature = number(value),
        get: |settings| shortest(settings.temperature),
    },
    Setting {
        key: "topP",
        kind: Kind::Positive(1.0),
        meaning: "share of probability that samples are drawn from",
        set: |settings, value| settings.top_p = number(value),
        get: |settings| shortest(settings.top_p),
    },
    Setting {
        key: "maxBytes",
        kind: Kind::Whole(1, 4096),
        meaning: "longest suggestion",
        set: |settings, value| settings.max_bytes = size(value),
        get: |settings| json!(settings.max_bytes),
    },
    Setting {
        key: "multiLine",
        kind: Kind::Choice(&["auto", "off"]),
        meaning: "more than one line at the start of a block or on a blank line",
        set: |settings, value| settings.multi_line = value == "auto",
        get: |settings| json!(if settings.multi_line { "auto" } else { "off" }),
    },
    Setting {
        key: "deadlineMs",
        kind: Kind::Whole(1, 60_000),
        meaning: "longest time for one answer; what is there by then is shown",
        set: |settings, value| settings.deadline = Duration::from_millis(size(value) as u64),
        get: |settings| json!(settings.deadline.as_millis() as u64),
    },
    Setting {
        key: "surprise",
        kind: Kind::Flag,
        meaning: "whether tokens that are unlikely where they stand are marked, with what was expected instead",
        set: |settings, value| settings.surprise = value == true,
        get: |settings| json!(settings.surprise),
    },
    Setting {
        key: "readAhead",
        kind: Kind::Flag,
        meaning: "whether the text around a resting cursor is read before anything is typed there; never on a battery below 30 %",
        set: |settings, value| settings.read_ahead = value == true,
        get: |settings| json!(settings.read_ahead),
    },
    Setting {
        key: "statistics",
        kind: Kind::Flag,
        meaning: "whether what is offered and accepted is counted, on this machine only (`lstm-ls stats`)",
        set: |settings, value| settings.statistics = value == true,
        get: |settings| json!(settings.statistics),
    },
];

impl Kind {
    /// Whether `value` is one.
    pub(super) fn allows(self, value: &Value) -> bool {
        let number = value.as_f64();
        match self {
            Self::Flag => value.is_boolean(),
            Self::Path(_) => value.is_null() || value.as_str().is_some_and(|path| !path.is_empty()),
            Self::Whole(low, high) => value.as_u64().is_some_and(|n| (low..=high).contains(&n)),
            Self::Number(low, high) => number.is_some_and(|n| (low..=high).contains(&n)),
            Self::Positive(high) => number.is_some_and(|n| n > 0.0 && n <= high),
            Self::Choice(choices) => value.as_str().is_some_and(|v| choices.contains(&v)),
            Self::Words => {
                let words = value.as_array();
                words.is_some_and(|words| words.iter().all(Value::is_string))
            }
            Self::Patterns => Self::Words.allows(value) && Patterns::new(words(value)).is_some(),
        }
    }

    /// What was expected, for the user.
    pub(super) fn expected(self) -> String {
        match self {
            Self::Flag => "true or false".to_owned(),
            Self::Path(_) => "a path or null".to_owned(),
            Self::Whole(low, high) => format!("a whole number from {low} to {high}"),
            Self::Number(low, high) => format!("a number from {low} to {high}"),
            Self::Positive(high) => format!("a number above 0 and up to {high}"),
            Self::Choice(choices) => {
                let quoted: Vec<_> = choices.iter().map(|c| format!("{c:?}")).collect();
                quoted.join(" or ")
            }
            Self::Words => "a list of words".to_owned(),
            Self::Patterns => "a list of patterns as in a .gitignore".to_owned(),
        }
    }

    /// Its values, for a table.
    fn values(self) -> String {
        match self {
            Self::Flag => "`true`, `false`".to_owned(),
            Self::Path(_) => "path".to_owned(),
            Self::Whole(low, high) => format!("{low}–{high}"),
            Self::Number(low, high) => format!("{low}–{high}"),
            Self::Positive(high) => format!("above 0, up to {high}"),
            Self::Choice(choices) => {
                let quoted: Vec<_> = choices.iter().map(|c| format!("`{c}`")).collect();
                quoted.join(", ")
            }
            Self::Words | Self::Patterns => "list".to_owned(),
        }
    }

    /// The same as JSON schema (draft 2020-12 and every earlier one).
    fn schema(self) -> Value {
        match self {
            Self::Flag => json!({"type": "boolean"}),
            Self::Path(_) => json!({"type": ["string", "null"], "minLength": 1}),
            Self::Whole(low, high) => json!({"type": "integer", "minimum": low, "maximum": high}),
            Self::Number(low, high) => json!({"type": "number", "minimum": low, "maximum": high}),
            Self::Positive(high) => {
                json!({"type": "number", "exclusiveMinimum": 0, "maximum": high})
            }
            Self::Choice(choices) => json!({"type": "string", "enum": choices}),
            Self::Words | Self::Patterns => json!({"type": "array", "items": {"type": "string"}}),
        }
    }
}

/// The settings as a JSON schema, for editors that check and complete them.
pub fn schema() -> Value {
    let defaults = Settings::default();
    let property = |setting: &Setting| {
        let mut schema = setting.kind.schema();
        schema["default"] = (setting.get)(&defaults);
        schema["description"] = json!(setting.meaning);
        (setting.key.to_owned(), schema)
    };
    let properties: Map<String, Value> = TABLE.iter().map(property).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Settings of lstm-ls",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    })
}

/// The settings as a table in Markdown.
pub fn markdown() -> String {
    let defaults = Settings::default();
    let mut table = "| key | values | default | meaning |\n|---|---|---|---|\n".to_owned();
    for setting in TABLE {
        let default = match ((setting.get)(&defaults), setting.kind) {
            (_, Kind::Path(unset)) => unset.to_owned(),
            (Value::String(word), _) => format!("`{word}`"),
            (Value::Bool(flag), _) => format!("`{flag}`"),
            (Value::Array(words), _) if words.is_empty() => "none".to_owned(),
            (value, _) => value.to_string(),
        };
        let values = setting.kind.values();
        table += &format!(
            "| `{}` | {values} | {default} | {} |\n",
            setting.key, setting.meaning
        );
    }
    table
}

fn size(value: &Value) -> usize {
    let number = value.as_u64().unwrap_or_default();
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn number(value: &Value) -> f32 {
    value.as_f64().unwrap_or_default() as f32
}

/// 0.8, not the 0.800000011920929 that an f32 is.
fn shortest(number: f32) -> Value {
    let shortest: f64 = number
        .to_string()
        .parse()
        .expect("an f32 prints as a number");
    json!(shortest)
}

fn words(value: &Value) -> Vec<String> {
    let words = value.as_array().into_iter().flatten();
    words.filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_force_can_be_set_again() {
        let settings = Settings::default();
        for setting in TABLE {
            let value = (setting.get)(&settings);
            assert!(setting.kind.allows(&value), "{}: {value}", setting.key);
            let mut again = settings.clone();
            (setting.set)(&mut again, &value);
            assert_eq!(again, settings, "{}", setting.key);
        }
    }

    #[test]
    fn the_schema_that_is_committed_is_this_table() {
        let mut schema = serde_json::to_string_pretty(&schema()).expect("plain data");
        schema.push('\n');
        expect_test::expect_file!["../../settings.schema.json"].assert_eq(&schema);
    }

    #[test]
    fn the_manual_has_this_table() {
        let manual = include_str!("../../../../docs/settings.md");
        let table = markdown();
        assert!(manual.contains(&table), "docs/settings.md:\n{table}");
    }
}
