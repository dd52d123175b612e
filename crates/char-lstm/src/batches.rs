//! Documents cut into pieces and lanes: what each training step reads.
//!
//! A piece starts with the document header, where a window of the server would
//! start. Every lane reads one piece after the other, its state reset between
//! them, in an order that is shuffled over all pieces: with whole documents
//! side by side for hundreds of steps, training would adapt to those documents.
//! Order and position are a function of the seed and the steps taken, and the
//! position can be saved and restored.

use std::ops::Range;

use anyhow::{Result, bail, ensure};
use lstm_format::{DOCUMENT_SEPARATOR, WindowRule, document_header};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use tch::{Device, Tensor};

use corpus::{Corpus, Document, Split};

/// Target that the loss skips (PyTorch's default `ignore_index`).
pub const IGNORED: i64 = -100;

/// Pieces are at least this many windows long, and seldom more than one more.
const PIECE_WINDOWS: usize = 4;

/// One training step's input.
pub struct Batch {
    /// `[T, B]` bytes as int64.
    pub inputs: Tensor,
    /// `[T, B]` next bytes as int64, or [`IGNORED`].
    pub targets: Tensor,
    /// `[B]` f32: 0 where the lane starts a new piece, else 1.
    pub keep: Tensor,
    /// Targets that count.
    pub bytes: usize,
}

/// Where every lane stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    epoch: u64,
    next: usize,
    lanes: Vec<LanePosition>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LanePosition {
    /// Index of the piece being read; `None` before the first.
    piece: Option<usize>,
    offset: usize,
}

impl Position {
    /// Number of lanes.
    pub fn lanes(&self) -> usize {
        self.lanes.len()
    }
}

/// The stream of batches over the training split of a corpus.
pub struct Batches<'a> {
    corpus: &'a Corpus,
    pieces: Vec<Piece<'a>>,
    steps: usize,
    seed: u64,
    order: Vec<u32>,
    position: Position,
    reading: Vec<Reading>,
}

/// A part of a document, `text[range]`.
struct Piece<'a> {
    document: &'a Document,
    range: Range<usize>,
}

/// What a lane is reading: inputs are `bytes[..len - 1]`, targets `bytes[1..]`.
#[derive(Default)]
struct Reading {
    bytes: Vec<u8>,
    /// Length of the header, whose bytes are read but not predicted.
    header: usize,
}

impl<'a> Batches<'a> {
    /// Batches of `lanes` lanes of `steps` bytes from the beginning.
    pub fn new(
        corpus: &'a Corpus,
        window: WindowRule,
        lanes: usize,
        steps: usize,
        seed: u64,
    ) -> Self {
        let lane = LanePosition {
            piece: None,
            offset: 0,
        };
        let position = Position {
            epoch: 0,
            next: 0,
            lanes: vec![lane; lanes],
        };
        Self::unread(corpus, window, steps, seed, position)
    }

    /// Goes on from a saved position.
    ///
    /// # Errors
    /// If the position is not one of a run on this corpus.
    pub fn resume(
        corpus: &'a Corpus,
        window: WindowRule,
        steps: usize,
        seed: u64,
        position: Position,
    ) -> Result<Self> {
        let mut batches = Self::unread(corpus, window, steps, seed, position);
        let (position, pieces) = (&batches.position, batches.pieces.len());
        ensure!(
            position.next <= pieces,
            "the position saved is piece {} of {pieces}",
            position.next
        );
        let mut reading = Vec::with_capacity(position.lanes.len());
        for lane in &position.lanes {
            let read = match lane.piece {
                Some(piece) if piece < pieces => batches.read(piece),
                Some(piece) => bail!("a lane reads piece {piece}, expected less than {pieces}"),
                None => Reading::default(),
            };
            reading.push(read);
        }
        batches.reading = reading;
        Ok(batches)
    }

    /// Batches at `position`, of whose pieces nothing is read yet.
    fn unread(
        corpus: &'a Corpus,
        window: WindowRule,
        steps: usize,
        seed: u64,
        position: Position,
    ) -> Self {
        let documents: Vec<_> = corpus.split(Split::Train).collect();
        let cut = |document: &&'a Document| -> Vec<Piece<'a>> {
            let ranges = pieces(corpus.text(document), window);
            let piece = |range| Piece { document, range };
            ranges.into_iter().map(piece).collect()
        };
        let pieces: Vec<Piece<'a>> = documents.par_iter().map(cut).flatten_iter().collect();
        Self {
            order: order_of_epoch(pieces.len(), seed, position.epoch),
            reading: position.lanes.iter().map(|_| Reading::default()).collect(),
            corpus,
            pieces,
            steps,
            seed,
            position,
        }
    }

    /// Where the stream stands, to be given to [`resume`](Self::resume).
    pub fn position(&self) -> &Position {
        &self.position
    }

    /// The next batch, on `device`.
    pub fn next_batch(&mut self, device: Device) -> Batch {
        let lanes = self.position.lanes.len();
        let mut inputs = vec![i64::from(DOCUMENT_SEPARATOR); self.steps * lanes];
        let mut targets = vec![IGNORED; self.steps * lanes];
        let mut keep = vec![1.0_f32; lanes];
        let mut bytes = 0;
        for lane in 0..lanes {
            // A piece's last step may reach beyond its end.
            if self.position.lanes[lane].offset.saturating_add(1) >= self.reading[lane].bytes.len()
            {
                self.advance(lane);
                keep[lane] = 0.0;
            }
            let offset = self.position.lanes[lane].offset;
            let reading = &self.reading[lane];
            let pairs = reading.bytes[offset..].windows(2).take(self.steps);
            for (t, pair) in pairs.enumerate() {
                inputs[t * lanes + lane] = i64::from(pair[0]);
                // Target index offset + t + 1; the header predicts nothing.
                if offset + t + 1 >= reading.header {
                    targets[t * lanes + lane] = i64::from(pair[1]);
                    bytes += 1;
                }
            }
            self.position.lanes[lane].offset += self.steps;
        }
        let shape = [self.steps as i64, lanes as i64];
        Batch {
            inputs: Tensor::from_slice(&inputs).view(shape).to_device(device),
            targets: Tensor::from_slice(&targets).view(shape).to_device(device),
            keep: Tensor::from_slice(&keep).to_device(device),
            bytes,
        }
    }

    /// Gives a lane the next piece.
    fn advance(&mut self, lane: usize) {
        if self.position.next == self.order.len() {
            self.position.epoch += 1;
            self.position.next = 0;
            self.order = order_of_epoch(self.pieces.len(), self.seed, self.position.epoch);
        }
        let piece = self.order[self.position.next] as usize;
        self.position.next += 1;
        self.reading[lane] = self.read(piece);
        self.position.lanes[lane] = LanePosition {
            piece: Some(piece),
            offset: 0,
        };
    }

    fn read(&self, piece: usize) -> Reading {
        let Piece { document, range } = &self.pieces[piece];
        let text = self.corpus.text(document);
        let mut bytes = document_header(&document.language, &document.path);
        let header = bytes.len();
        bytes.extend_from_slice(&text[range.clone()]);
        // The last target: what follows the piece, or the end of the document.
        bytes.push(text.get(range.end).copied().unwrap_or(DOCUMENT_SEPARATOR));
        Reading { bytes, header }
    }
}

/// Cuts `text` at boundaries into pieces of at least [`PIECE_WINDOWS`] windows,
/// the last one aside.
fn pieces(text: &[u8], window: WindowRule) -> Vec<Range<usize>> {
    let least = PIECE_WINDOWS * window.window();
    let mut ranges = Vec::new();
    let mut start = 0;
    for boundary in window.boundaries(text, 0) {
        if boundary >= start + least {
            ranges.push(start..boundary);
            start = boundary;
        }
    }
    ranges.push(start..text.len());
    ranges
}

fn order_of_epoch(pieces: usize, seed: u64, epoch: u64) -> Vec<u32> {
    let mut order: Vec<u32> = (0..pieces as u32).collect();
    order.shuffle(&mut ChaCha8Rng::seed_from_u64(
        seed.wrapping_add(epoch << 32),
    ));
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use corpus::Traits;

    #[test]
    fn pieces_cover_a_text_and_start_at_boundaries() {
        let window = WindowRule::new(256);
        let line = |i: usize| format!("let value_{} = compute({});\n", i * 7 % 31, i);
        let text: String = (0..400).map(line).collect();
        let ranges = pieces(text.as_bytes(), window);
        assert!(ranges.len() > 3);
        let boundaries = window.boundaries(text.as_bytes(), 0);
        let mut expected = 0;
        for range in &ranges {
            assert_eq!(range.start, expected);
            assert!(range.start == 0 || boundaries.contains(&range.start));
            expected = range.end;
        }
        assert_eq!(expected, text.len());
        let whole = pieces(b"fn f() {}", window);
        assert_eq!((whole.len(), whole[0].clone()), (1, 0..9));
    }

    #[test]
    fn a_position_outside_the_corpus_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("corpus.pack");
        let document = Document {
            path: "package/lib.rs".into(),
            repository: "owner/package".into(),
            language: "rust".into(),
            split: Split::Train,
            offset: 0,
            length: 0,
        };
        let text = "fn f() {}\n".to_owned();
        let traits = Traits {
            languages: vec!["rust".into()],
            permissive_only: true,
            files_held_out: false,
        };
        Corpus::write(&path, traits, vec![(document, text)]).unwrap();
        let corpus = Corpus::open(&path).unwrap();
        let resumed = |position: &str| {
            let position: Position = serde_json::from_str(position)?;
            Batches::resume(&corpus, WindowRule::new(256), 4, 1, position)
        };
        let good = r#"{"epoch":0,"next":1,"lanes":[{"piece":0,"offset":4}]}"#;
        resumed(good).unwrap();
        // The last step of a piece reaches beyond its end.
        resumed(&good.replace("4", "4000"))
            .unwrap()
            .next_batch(Device::Cpu);
        for (part, wrong) in [
            (r#""next":1"#, r#""next":2"#),
            (r#""piece":0"#, r#""piece":1"#),
            (r#""piece":0"#, r#""document":0"#),
        ] {
            assert!(resumed(&good.replace(part, wrong)).is_err(), "{wrong}");
        }
    }
}
