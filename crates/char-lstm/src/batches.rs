//! Whole documents cut into lanes: what each training step reads.
//!
//! Every lane reads one piece of a document after the other. A piece starts with
//! the document header, where a window of the server would start, and a lane's
//! state is reset between pieces. Position and order are a function of the seed
//! and the steps taken, and can be saved and restored.

use lstm_format::{DOCUMENT_SEPARATOR, WindowRule, document_header};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use tch::{Device, Tensor};

use crate::corpus::{Corpus, Document, Split};

/// Target that the loss skips (PyTorch's default `ignore_index`).
pub const IGNORED: i64 = -100;

/// Pieces are at least this many windows long, and at most one window more.
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
pub struct Position {
    epoch: u64,
    next: usize,
    lanes: Vec<LanePosition>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct LanePosition {
    /// Index into the training documents; `None` before the first.
    document: Option<usize>,
    piece: usize,
    offset: usize,
}

/// The stream of batches over the training split of a corpus.
pub struct Batches<'a> {
    corpus: &'a Corpus,
    documents: Vec<&'a Document>,
    window: WindowRule,
    steps: usize,
    seed: u64,
    order: Vec<u32>,
    position: Position,
    pieces: Vec<Piece>,
}

/// What a lane is reading: inputs are `bytes[..len - 1]`, targets `bytes[1..]`.
#[derive(Default)]
struct Piece {
    bytes: Vec<u8>,
    /// Length of the header, whose bytes are read but not predicted.
    header: usize,
    /// Offset in the document where the next piece starts; `None` at its end.
    next: Option<usize>,
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
            document: None,
            piece: 0,
            offset: 0,
        };
        let position = Position {
            epoch: 0,
            next: 0,
            lanes: vec![lane; lanes],
        };
        Self::resume(corpus, window, steps, seed, position)
    }

    /// Goes on from a saved position.
    pub fn resume(
        corpus: &'a Corpus,
        window: WindowRule,
        steps: usize,
        seed: u64,
        position: Position,
    ) -> Self {
        let documents: Vec<_> = corpus.split(Split::Train).collect();
        let order = order_of_epoch(documents.len(), seed, position.epoch);
        let mut batches = Self {
            corpus,
            documents,
            window,
            steps,
            seed,
            order,
            pieces: Vec::new(),
            position,
        };
        batches.pieces = (batches.position.lanes.iter())
            .map(|lane| match lane.document {
                Some(document) => batches.piece(document, lane.piece),
                None => Piece::default(),
            })
            .collect();
        batches
    }

    /// Where the stream stands, to be given to [`resume`](Self::resume).
    pub fn position(&self) -> &Position {
        &self.position
    }

    /// Times the whole training split was read.
    pub fn epoch(&self) -> u64 {
        self.position.epoch
    }

    /// The next batch, on `device`.
    pub fn next_batch(&mut self, device: Device) -> Batch {
        let lanes = self.position.lanes.len();
        let mut inputs = vec![i64::from(DOCUMENT_SEPARATOR); self.steps * lanes];
        let mut targets = vec![IGNORED; self.steps * lanes];
        let mut keep = vec![1.0_f32; lanes];
        let mut bytes = 0;
        for lane in 0..lanes {
            if self.position.lanes[lane].offset + 1 >= self.pieces[lane].bytes.len() {
                self.advance(lane);
                keep[lane] = 0.0;
            }
            let offset = self.position.lanes[lane].offset;
            let piece = &self.pieces[lane];
            let pairs = piece.bytes[offset..].windows(2).take(self.steps);
            for (t, pair) in pairs.enumerate() {
                inputs[t * lanes + lane] = i64::from(pair[0]);
                // Target index offset + t + 1; the header predicts nothing.
                if offset + t + 1 >= piece.header {
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

    /// Moves a lane to the next piece of its document or to the next document.
    fn advance(&mut self, lane: usize) {
        let at = self.position.lanes[lane];
        let (document, piece) = match (at.document, self.pieces[lane].next) {
            (Some(document), Some(next)) => (document, next),
            _ => (self.next_document(), 0),
        };
        self.pieces[lane] = self.piece(document, piece);
        self.position.lanes[lane] = LanePosition {
            document: Some(document),
            piece,
            offset: 0,
        };
    }

    fn next_document(&mut self) -> usize {
        if self.position.next == self.order.len() {
            self.position.epoch += 1;
            self.position.next = 0;
            self.order = order_of_epoch(self.documents.len(), self.seed, self.position.epoch);
        }
        self.position.next += 1;
        self.order[self.position.next - 1] as usize
    }

    fn piece(&self, document: usize, start: usize) -> Piece {
        let document = self.documents[document];
        let text = self.corpus.text(document);
        let mut bytes = document_header(&document.language, &document.path);
        let header = bytes.len();
        // Boundaries after `start` depend on nearby text only, so a look-ahead
        // of a few windows finds the same ones as the whole document would.
        let from = start + PIECE_WINDOWS * self.window.window();
        let look_back = from.saturating_sub(self.window.reach());
        let look_ahead = (from + 2 * self.window.reach()).min(text.len());
        let next = if from < text.len() {
            let tail = &text[look_back..look_ahead];
            let boundaries = self.window.boundaries(tail, look_back);
            let next = boundaries.into_iter().find(|&b| b >= from);
            next.or((look_ahead < text.len()).then_some(look_ahead))
        } else {
            None
        };
        bytes.extend_from_slice(&text[start..next.unwrap_or(text.len())]);
        // The last target: what follows the piece, or the end of the document.
        bytes.push(next.map_or(DOCUMENT_SEPARATOR, |next| text[next]));
        Piece {
            bytes,
            header,
            next,
        }
    }
}

fn order_of_epoch(documents: usize, seed: u64, epoch: u64) -> Vec<u32> {
    let mut order: Vec<u32> = (0..documents as u32).collect();
    order.shuffle(&mut ChaCha8Rng::seed_from_u64(
        seed.wrapping_add(epoch << 32),
    ));
    order
}
