//! Feeding a long text on several threads.
//!
//! The text is cut into blocks, and each block passes through the stages of the
//! network: in the first layer one stage, in each layer above it one for the
//! input products and one for the recurrence. A stage takes the blocks in order,
//! one at a time; different stages work on different blocks at once. Whichever
//! thread is free takes a stage that can go on, so the stages need not be
//! equally long. What is computed is what one thread would compute, bit for bit.
//!
//! Threads live as long as one text. They sleep while there is nothing to do.

use lstm_format::State;
use parking_lot::{Condvar, Mutex};

use crate::block::{BLOCK, Block};
use crate::matrix::Matrix;
use crate::network::Network;

/// Blocks on their way through the network at once.
const IN_FLIGHT: usize = 6;

/// Feeds `parts` one after the other on `threads` threads, this one included,
/// from `state` on, unless `stop` says so, which is asked before every stage of
/// every block and in between. The states after the parts that were fed whole.
pub(crate) fn feed<M: Matrix>(
    network: &Network<M>,
    threads: usize,
    stop: &(dyn Fn() -> bool + Sync),
    state: &State,
    parts: &[&[u8]],
) -> Vec<State> {
    let config = network.config();
    let stages = 2 * config.num_layers - 1;
    let pieces: Vec<Piece<'_>> = parts.iter().flat_map(pieces).collect();
    let layer = |layer| Layer {
        h: state.h[network.units(layer)].to_vec(),
        c: state.c[network.units(layer)].to_vec(),
        after: Vec::with_capacity(parts.len()),
    };
    let pipeline = Pipeline {
        network,
        stop,
        layers: (0..config.num_layers).map(layer).map(Mutex::new).collect(),
        blocks: (0..IN_FLIGHT.min(pieces.len()))
            .map(|_| Mutex::new(Block::new(network)))
            .collect(),
        pieces,
        progress: Mutex::new(Progress {
            done: vec![0; stages],
            busy: vec![false; stages],
            stopped: false,
        }),
        changed: Condvar::new(),
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.min(stages) {
            scope.spawn(|| pipeline.work());
        }
        pipeline.work();
    });
    let layers = pipeline.layers.into_iter();
    let layers = layers.map(Mutex::into_inner);
    whole_states(&layers.collect::<Vec<_>>())
}

/// At most [`BLOCK`] bytes of a part.
struct Piece<'a> {
    bytes: &'a [u8],
    /// Whether the part ends with it.
    last: bool,
}

fn pieces<'a>(part: &&'a [u8]) -> impl Iterator<Item = Piece<'a>> {
    let last = part.len().div_ceil(BLOCK).saturating_sub(1);
    let blocks = part.chunks(BLOCK).enumerate();
    blocks.map(move |(index, bytes)| Piece {
        bytes,
        last: index == last,
    })
}

/// Hidden and cell state of one layer.
struct Layer {
    h: Vec<f32>,
    c: Vec<f32>,
    /// The same after each part.
    after: Vec<(Vec<f32>, Vec<f32>)>,
}

/// The states after the parts that all layers are done with.
fn whole_states(layers: &[Layer]) -> Vec<State> {
    let done = layers.iter().map(|layer| layer.after.len()).min();
    let state = |part: usize| {
        let after = layers.iter().map(|layer| &layer.after[part]);
        let (h, c): (Vec<_>, Vec<_>) = after.map(|(h, c)| (h.as_slice(), c.as_slice())).unzip();
        State {
            h: h.concat(),
            c: c.concat(),
        }
    };
    (0..done.unwrap_or(0)).map(state).collect()
}

struct Pipeline<'a, M: Matrix> {
    network: &'a Network<M>,
    pieces: Vec<Piece<'a>>,
    stop: &'a (dyn Fn() -> bool + Sync),
    layers: Vec<Mutex<Layer>>,
    /// Piece `n` of the text uses `blocks[n % blocks.len()]`.
    blocks: Vec<Mutex<Block<M>>>,
    progress: Mutex<Progress>,
    changed: Condvar,
}

/// How far the stages are.
struct Progress {
    /// Blocks that each stage has finished.
    done: Vec<usize>,
    /// Stages that a thread is at.
    busy: Vec<bool>,
    stopped: bool,
}

impl Progress {
    /// Whether `stage` can take its next block.
    fn is_ready(&self, stage: usize, blocks: usize, in_flight: usize) -> bool {
        let next = self.done[stage];
        let arrived = match stage.checked_sub(1) {
            Some(before) => self.done[before],
            // As many as there are buffers beside what the last stage holds.
            None => blocks.min(self.done[self.done.len() - 1] + in_flight),
        };
        !self.busy[stage] && next < arrived
    }
}

impl<M: Matrix> Pipeline<'_, M> {
    /// Does what there is to do until all is done.
    fn work(&self) {
        let blocks = self.pieces.len();
        let mut progress = self.progress.lock();
        let mut last = 0;
        loop {
            let stages = progress.done.len();
            if progress.stopped || progress.done[stages - 1] == blocks {
                return;
            }
            // Its own stage's weights are in the core's cache; otherwise what is
            // nearest to the end makes room for more.
            let mut choices = std::iter::once(last).chain((0..stages).rev());
            let ready = |&stage: &usize| progress.is_ready(stage, blocks, self.blocks.len());
            let Some(stage) = choices.find(ready) else {
                self.changed.wait(&mut progress);
                continue;
            };
            progress.busy[stage] = true;
            let block = progress.done[stage];
            drop(progress);
            last = stage;
            let ended = Ended(self);
            let stopped = (self.stop)() || !self.run(stage, block);
            std::mem::forget(ended);
            progress = self.progress.lock();
            progress.busy[stage] = false;
            progress.done[stage] += 1;
            progress.stopped |= stopped;
            self.changed.notify_all();
        }
    }

    /// False if it was stopped on the way.
    fn run(&self, stage: usize, index: usize) -> bool {
        let layer = stage.div_ceil(2);
        let Piece { bytes, last } = self.pieces[index];
        let mut block = self.blocks[index % self.blocks.len()].lock();
        // One stage for the first layer, two for each of the others.
        let recurrent = stage.is_multiple_of(2);
        if stage == 0 || !recurrent {
            block.set_inputs(self.network, layer, bytes);
        }
        if recurrent {
            let Layer { h, c, after } = &mut *self.layers[layer].lock();
            if !block.run(self.network, self.stop, layer, bytes.len(), (h, c)) {
                return false;
            }
            if last {
                after.push((h.clone(), c.clone()));
            }
        }
        true
    }
}

/// Lets the other threads go when this one panics.
struct Ended<'a, 'b, M: Matrix>(&'a Pipeline<'b, M>);

impl<M: Matrix> Drop for Ended<'_, '_, M> {
    fn drop(&mut self) {
        self.0.progress.lock().stopped = true;
        self.0.changed.notify_all();
    }
}
