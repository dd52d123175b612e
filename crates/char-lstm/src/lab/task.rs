//! The four tasks: what a sequence looks like, and what there is to know at
//! each of its bytes.
//!
//! A sequence is a line. Up to a marker its bytes are drawn by chance; from
//! there on each follows from the bytes before it. That is its determined part.

use std::fmt;
use std::str::FromStr;

use anyhow::{Error, bail};
use lstm_format::{CellKind, HeadInput, ModelConfig, WindowRule};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// A task to learn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// `aaaXbbb`: as many b as there were a.
    Counter,
    /// `aXXaYbb`: as many b as there were a among any number of X.
    SelectiveCounter,
    /// `AxxxYa`: which of two letters came first, a while ago.
    State,
    /// `cabXcab`: the same letters again.
    Copy,
}

/// One line of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sequence {
    /// The bytes, with the line end.
    pub text: Vec<u8>,
    /// Where the determined part begins.
    pub determined: usize,
}

/// What is to be known at a byte, once it has been read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Truth {
    /// How many b are still owed.
    Count(usize),
    /// Which letter is to be kept in mind, as an index into the task's letters.
    Letter(usize),
}

impl Task {
    /// Every task.
    pub const ALL: [Self; 4] = [
        Self::Counter,
        Self::SelectiveCounter,
        Self::State,
        Self::Copy,
    ];

    /// The name on the command line, such as `selective-counter`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::SelectiveCounter => "selective-counter",
            Self::State => "state",
            Self::Copy => "copy",
        }
    }

    /// The task in a sentence.
    pub fn description(self) -> &'static str {
        match self {
            Self::Counter => "N times a, an X, N times b",
            Self::SelectiveCounter => "N times a with up to ten X among them, a Y, N times b",
            Self::State => "A or B, N times x, a Y, then a if it was A and b if it was B",
            Self::Copy => "N letters of a, b and c, an X, the same letters again",
        }
    }

    /// The network of the post: one layer of ten units, two to copy.
    pub fn config(self, cell: CellKind) -> ModelConfig {
        ModelConfig {
            language: self.name().to_owned(),
            cell,
            num_layers: if self == Self::Copy { 2 } else { 1 },
            hidden_size: 10,
            embedding_size: 8,
            head: HeadInput::LastLayer,
            window: WindowRule::MIN_WINDOW,
        }
    }

    /// Every byte that occurs.
    pub(super) fn alphabet(self) -> &'static [u8] {
        match self {
            Self::Counter => b"\naXb",
            Self::SelectiveCounter => b"\naXYb",
            Self::State => b"\nABxYab",
            Self::Copy => b"\nabcX",
        }
    }

    /// What may have to be kept in mind.
    pub(super) fn letters(self) -> &'static [u8] {
        match self {
            Self::Counter | Self::SelectiveCounter => b"",
            Self::State => b"AB",
            Self::Copy => b"abc",
        }
    }

    /// Sizes `N` to train on.
    pub fn trained_sizes(self) -> std::ops::RangeInclusive<usize> {
        match self {
            Self::Copy => 3..=3,
            _ => 1..=10,
        }
    }

    /// Sizes `N` to measure, ascending, inside and beyond those trained on.
    pub fn measured_sizes(self) -> Vec<usize> {
        match self {
            Self::Counter | Self::SelectiveCounter => (1..=20).collect(),
            Self::State => (1..=10).chain([11, 12, 15, 20, 30, 50, 100]).collect(),
            Self::Copy => (1..=6).collect(),
        }
    }

    /// Sizes of the lines that a picture shows.
    pub(super) fn example_sizes(self) -> &'static [usize] {
        match self {
            Self::Counter => &[4, 10],
            Self::SelectiveCounter => &[3, 7],
            Self::State => &[3, 8, 5],
            Self::Copy => &[3, 3, 3, 3],
        }
    }

    /// A sequence of size `size`.
    pub fn sequence(self, size: usize, random: &mut ChaCha8Rng) -> Sequence {
        let mut text = Vec::new();
        let mut answer = Vec::new();
        match self {
            Self::Counter => {
                text.resize(size, b'a');
                text.push(b'X');
                answer.resize(size, b'b');
            }
            Self::SelectiveCounter => {
                text.resize(size, b'a');
                for _ in 0..random.random_range(0..=10) {
                    text.insert(random.random_range(0..=text.len()), b'X');
                }
                text.push(b'Y');
                answer.resize(size, b'b');
            }
            Self::State => {
                let letter = b"AB"[random.random_range(0..2)];
                text.push(letter);
                text.resize(size + 1, b'x');
                text.push(b'Y');
                answer.push(letter.to_ascii_lowercase());
            }
            Self::Copy => {
                answer.resize_with(size, || b"abc"[random.random_range(0..3)]);
                text.extend_from_slice(&answer);
                text.push(b'X');
            }
        }
        let determined = text.len();
        text.append(&mut answer);
        text.push(b'\n');
        Sequence { text, determined }
    }

    /// The questions that a unit may answer.
    pub(super) fn questions(self, size: usize) -> Vec<Question> {
        match self {
            Self::Counter | Self::SelectiveCounter => vec![Question::Count],
            Self::State => vec![Question::Letter { place: 0 }],
            Self::Copy => (0..size).map(|place| Question::Letter { place }).collect(),
        }
    }

    /// What `question` has as its answer once `text[..=at]` of `sequence` has
    /// been read; `None` where the task does not need it.
    pub(super) fn truth(self, question: Question, sequence: &Sequence, at: usize) -> Option<Truth> {
        let read = &sequence.text[..=at];
        match question {
            Question::Count => {
                let count = |byte: u8| read.iter().filter(|&&b| b == byte).count();
                Some(Truth::Count(count(b'a') - count(b'b')))
            }
            Question::Letter { place } => {
                // From the letter's reading until it is asked for.
                let needed = place..sequence.determined + place;
                let letter = sequence.text[place];
                let index = self.letters().iter().position(|&l| l == letter)?;
                needed.contains(&at).then_some(Truth::Letter(index))
            }
        }
    }
}

/// Something that a network must know to solve its task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// How many b are still owed.
    Count,
    /// Which letter stood at that place of the sequence.
    Letter {
        /// Index of the byte.
        place: usize,
    },
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Task {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|task| task.name() == name);
        let Some(task) = found else {
            let names = Self::ALL.map(Self::name).join(", ");
            bail!("no task is called {name}; there are {names}");
        };
        Ok(task)
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn random() -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64(3)
    }

    #[test]
    fn what_is_determined_follows_from_what_was_read() {
        let mut random = random();
        for size in 1..15 {
            for task in Task::ALL {
                let sequence = task.sequence(size, &mut random);
                let (given, answer) = sequence.text.split_at(sequence.determined);
                let count = |byte: u8| given.iter().filter(|&&b| b == byte).count();
                let expected = match task {
                    Task::Counter | Task::SelectiveCounter => vec![b'b'; count(b'a')],
                    Task::State => vec![given[0].to_ascii_lowercase()],
                    Task::Copy => given[..given.len() - 1].to_vec(),
                };
                assert_eq!(answer, [expected, b"\n".to_vec()].concat(), "{task}");
                let known = |byte: &u8| task.alphabet().contains(byte);
                assert!(sequence.text.iter().all(known), "{task}");
            }
        }
    }

    #[test]
    fn a_count_rises_and_falls_to_nothing() {
        let sequence = Task::Counter.sequence(3, &mut random());
        let truths =
            (0..sequence.text.len()).map(|at| Task::Counter.truth(Question::Count, &sequence, at));
        let expected = [1, 2, 3, 3, 2, 1, 0, 0].map(|count| Some(Truth::Count(count)));
        assert!(truths.eq(expected));
    }

    #[test]
    fn a_letter_is_needed_until_it_is_asked_for() {
        let sequence = Sequence {
            text: b"cabXcab\n".to_vec(),
            determined: 4,
        };
        let second = Question::Letter { place: 1 };
        let truths = (0..8).map(|at| Task::Copy.truth(second, &sequence, at));
        let a = Some(Truth::Letter(0));
        assert!(truths.eq([None, a, a, a, a, None, None, None]));
    }

    #[test]
    fn every_network_is_one_that_a_file_can_hold() {
        for task in Task::ALL {
            assert!(task.config(CellKind::Gru).validate().is_ok());
            assert_eq!(task.name().parse::<Task>().unwrap(), task);
        }
        let error = "counting".parse::<Task>().unwrap_err().to_string();
        assert!(error.contains("selective-counter"), "{error}");
    }
}
