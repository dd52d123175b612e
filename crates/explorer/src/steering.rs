//! What changes when a unit is held, or pushed at every step, while the model
//! goes on writing? Two samples with the same random numbers, one as the model
//! is and one steered: they differ only because of the change.

use std::ops::ControlFlow;

use lstm_runtime::Change;
use serde::Serialize;

use crate::reading::Document;
use crate::subject::{Subject, Unit};
use crate::writing::{Drawing, Writer, Written};

/// How to write on.
#[derive(Clone, Debug, PartialEq)]
pub struct Steering {
    /// Where, in bytes.
    pub at: usize,
    /// How bytes are drawn, and how many.
    pub drawing: Drawing,
    /// What is changed at every step, from the byte before `at` on.
    pub changes: Vec<Change>,
    /// The signal that is written down beside the text.
    pub watched: Unit,
}

/// A sample, and what the watched signal was at each of its bytes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sample {
    /// Its bytes as text; what is not UTF-8 is replaced.
    pub text: String,
    /// The signal once each byte is read, `[bytes]`.
    pub values: Vec<f32>,
}

/// Both samples.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Steered {
    /// As the model is.
    pub plain: Sample,
    /// With the changes.
    pub changed: Sample,
    /// Bytes at the start that are the same.
    pub same: usize,
    /// Over these bytes of the plain sample, how many bits a byte costs more
    /// with the changes than without.
    pub extra_bits: f64,
}

/// Writes on from a place in `document`, with and without the changes.
pub async fn steer(subject: &Subject, document: &Document, steering: &Steering) -> Steered {
    let writer = Writer::new(subject, document, steering.at).await;
    let plain = write(&writer, steering, &[], None).await;
    let changed = write(&writer, steering, &steering.changes, None).await;
    let again = write(&writer, steering, &steering.changes, Some(&plain.bytes)).await;
    let pairs = plain.bytes.iter().zip(&changed.bytes);
    let same = pairs.take_while(|(a, b)| a == b).count();
    Steered {
        extra_bits: (again.bits - plain.bits) / steering.drawing.length.max(1) as f64,
        plain: plain.sample(),
        changed: changed.sample(),
        same,
    }
}

/// What was written or read, and what it cost.
#[derive(Default)]
struct Outcome {
    bytes: Vec<u8>,
    values: Vec<f32>,
    bits: f64,
}

impl Outcome {
    fn sample(self) -> Sample {
        Sample {
            text: String::from_utf8_lossy(&self.bytes).into_owned(),
            values: self.values,
        }
    }
}

/// Writes, or reads `given` instead, to the full length.
async fn write(
    writer: &Writer<'_>,
    steering: &Steering,
    changes: &[Change],
    given: Option<&[u8]>,
) -> Outcome {
    let mut outcome = Outcome::default();
    let each = |written: Written| {
        outcome.bytes.push(written.byte);
        outcome.values.push(written.value);
        outcome.bits += f64::from(written.surprise);
        ControlFlow::Continue(())
    };
    let Steering {
        drawing, watched, ..
    } = steering;
    writer.write(drawing, changes, given, *watched, each).await;
    outcome
}
