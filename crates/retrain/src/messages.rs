//! What a retraining says to a program that runs it: one JSON object a line, from
//! `lstm-ls retrain --format json` to the server that shows it in an editor.

use assistant::store::Quality;
use serde::{Deserialize, Serialize};

use super::{Outcome, Progress};

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Message {
    /// How far it is.
    Progress {
        /// What is being done, in a few words.
        stage: String,
        /// How much of the time is gone, 0–1.
        share: f64,
        /// Seconds to the end.
        seconds_left: f64,
    },
    /// A line worth keeping.
    Note {
        /// The line.
        note: String,
    },
    /// The end: a version was made and is in use.
    Promoted {
        /// Its name.
        promoted: String,
        /// What was in use before is worth.
        before: Quality,
        /// What it is worth.
        after: Quality,
    },
    /// The end: nothing changes.
    Refused {
        /// Why.
        refused: String,
        /// What is in use is worth, if that was measured.
        before: Option<Quality>,
        /// What was made is worth, if that was measured.
        after: Option<Quality>,
    },
}

impl Message {
    /// Reads a line; `None` if it is none of these.
    pub fn parse(line: &str) -> Option<Self> {
        serde_json::from_str(line).ok()
    }
}

impl From<&Progress> for Message {
    fn from(progress: &Progress) -> Self {
        Self::Progress {
            stage: progress.stage.clone(),
            share: progress.share,
            seconds_left: progress.left.as_secs_f64(),
        }
    }
}

impl From<&Outcome> for Message {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Promoted(name, about) => Self::Promoted {
                promoted: name.to_string(),
                before: about.before,
                after: about.after,
            },
            Outcome::Refused(reason, measured) => Self::Refused {
                refused: reason.clone(),
                before: measured.map(|(before, _)| before),
                after: measured.map(|(_, after)| after),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_reads_back_and_other_lines_are_none() {
        let quality = |lstm| Quality {
            lstm,
            mixed: 0.7,
            saved: 0.4,
        };
        for message in [
            Message::Progress {
                stage: "training".to_owned(),
                share: 0.5,
                seconds_left: 60.0,
            },
            Message::Note {
                note: "beginning anew".to_owned(),
            },
            Message::Promoted {
                promoted: "rust@2".to_owned(),
                before: quality(1.4),
                after: quality(1.2),
            },
            Message::Refused {
                refused: "it is not better".to_owned(),
                before: None,
                after: Some(quality(1.5)),
            },
        ] {
            let line = serde_json::to_string(&message).expect("it is plain data");
            assert_eq!(Message::parse(&line), Some(message), "{line}");
        }
        assert_eq!(Message::parse(r#"{"promoted": "rust@2"}"#), None);
    }
}
