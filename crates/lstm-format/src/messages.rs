//! What `lstm-train` says to a program that runs it: one JSON object a line.
//!
//! Both sides read and write these types, so that neither can forget what the other
//! calls something.

use serde::{Deserialize, Deserializer, Serialize};

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Message {
    /// `lstm-train train`, after each step.
    Standing(Standing),
    /// `lstm-train corpus`, at its end.
    Packed(Packed),
    /// `lstm-train corpus`, where there is nothing to train on.
    NothingLeft {
        /// What was left out and why.
        nothing_left: String,
    },
    /// A line worth keeping on the screen.
    Note {
        /// The line.
        note: String,
    },
}

/// How far a training is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Steps done.
    pub step: u64,
    /// Bytes read.
    pub bytes: u64,
    /// How much of the run is done, 0–1.
    pub share: f64,
    /// Smoothed training loss.
    pub bits_per_byte: f64,
    /// Bytes a second since this start.
    pub bytes_per_second: f64,
    /// Seconds to the end; infinite, and null in JSON, where that can't be told.
    #[serde(deserialize_with = "infinite_where_null")]
    pub seconds_left: f64,
}

/// What was packed, in bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Packed {
    /// To train on.
    pub train: usize,
    /// To measure on.
    pub validation: usize,
    /// Checksum of the text.
    pub sha256: String,
}

impl Message {
    /// Reads a line; `None` if it is none of these.
    pub fn parse(line: &str) -> Option<Self> {
        serde_json::from_str(line).ok()
    }
}

/// JSON has no infinity: serde_json writes null, and this reads it back.
fn infinite_where_null<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or(f64::INFINITY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_reads_back_and_other_lines_are_none() {
        let standing = Standing {
            step: 3,
            bytes: 512,
            share: 0.5,
            bits_per_byte: 1.5,
            bytes_per_second: 100.0,
            seconds_left: f64::INFINITY,
        };
        let packed = Packed {
            train: 10,
            validation: 2,
            sha256: "00ff".to_owned(),
        };
        for message in [
            Message::Standing(standing),
            Message::Packed(packed),
            Message::NothingLeft {
                nothing_left: "no file is left".to_owned(),
            },
            Message::Note {
                note: "saved".to_owned(),
            },
        ] {
            let line = serde_json::to_string(&message).expect("it is plain data");
            assert_eq!(Message::parse(&line), Some(message), "{line}");
        }
        for other in ["", "{}", "[1]", r#"{"train": 1}"#, "step 3"] {
            assert_eq!(Message::parse(other), None, "{other}");
        }
    }
}
