//! Steps already made, found again by the exact state they started from.
//!
//! A shown suggestion was decoded byte by byte. A typist who types into it needs the
//! same steps from the same states again, and so does one who accepts it after the
//! next one was decoded ahead: they are answered from here. Only a cache: an
//! entry is used after a comparison of every number of the state, so what comes
//! out is what the engine would have computed.
//!
//! Steps of several lanes are candidates that will mostly not be typed; they
//! pass through.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use lstm_format::{Session, State, VOCABULARY_SIZE};
use parking_lot::{Mutex, MutexGuard};

type LogProbs = [f32; VOCABULARY_SIZE];

/// What is known of the states seen last, within a byte budget.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    limit: usize,
    used: usize,
    /// By the hash of the state.
    nodes: HashMap<u64, Node>,
    /// Hashes in the order they came in, oldest first.
    order: VecDeque<u64>,
}

#[derive(Debug)]
struct Node {
    state: Arc<State>,
    log_probs: Option<Box<LogProbs>>,
    /// The states after one byte more.
    next: Vec<(u8, Arc<State>)>,
}

impl Memo {
    /// A memo of at most `limit` bytes; 0 keeps nothing.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }

    /// Keeps at most `limit` bytes from now on.
    pub(crate) fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
        self.forget();
    }

    fn node(&mut self, hash: u64, state: &State) -> Option<&mut Node> {
        let node = self.nodes.get_mut(&hash)?;
        same(&node.state, state).then_some(node)
    }

    fn insert(&mut self, hash: u64, state: Arc<State>) {
        let size = size_of_node(&state);
        let node = Node {
            state,
            log_probs: None,
            next: Vec::new(),
        };
        // Of two states with one hash the newer is kept.
        if self.nodes.insert(hash, node).is_none() {
            self.order.push_back(hash);
            self.used += size;
        }
        self.forget();
    }

    /// Drops the oldest until the rest is within the limit.
    fn forget(&mut self) {
        while self.used > self.limit {
            let Some(oldest) = self.order.pop_front() else {
                break;
            };
            if let Some(node) = self.nodes.remove(&oldest) {
                self.used -= size_of_node(&node.state);
            }
        }
    }
}

/// Bytes that a state of this size and what is known of it take.
fn size_of_node(state: &State) -> usize {
    let floats = state.h.len() + state.c.len();
    floats * size_of::<f32>() + size_of::<LogProbs>() + 2 * size_of::<Node>()
}

/// A session that remembers.
pub(crate) struct MemoSession<'a> {
    session: Box<dyn Session + 'a>,
    memo: &'a Mutex<Memo>,
}

impl<'a> MemoSession<'a> {
    pub(crate) fn new(session: Box<dyn Session + 'a>, memo: &'a Mutex<Memo>) -> Self {
        Self { session, memo }
    }

    /// Locks the memo, never for as long as a step takes.
    fn lock(&self) -> MutexGuard<'a, Memo> {
        // A panic while it was locked can have lost an entry, not falsified one.
        self.memo.lock()
    }

    /// Feeds one byte to one state: from the memo, or by `run`.
    fn one(&mut self, state: &mut State, byte: u8, run: impl FnOnce(&mut dyn Session, &mut State)) {
        let hash = hash(state);
        let known = self.lock().node(hash, state).and_then(|node| {
            let mut next = node.next.iter();
            next.find(|next| next.0 == byte)
                .map(|next| Arc::clone(&next.1))
        });
        if let Some(known) = known {
            state.clone_from(&known);
            return;
        }
        let before = state.clone();
        run(&mut *self.session, state);
        let (after, after_hash) = (Arc::new(state.clone()), self::hash(state));
        let mut memo = self.lock();
        if memo.node(hash, &before).is_none() {
            memo.insert(hash, Arc::new(before));
        }
        if let Some(node) = memo.nodes.get_mut(&hash) {
            node.next.push((byte, Arc::clone(&after)));
        }
        if memo.node(after_hash, &after).is_none() {
            memo.insert(after_hash, after);
        }
    }
}

impl Session for MemoSession<'_> {
    fn step(&mut self, states: &mut [State], bytes: &[u8]) {
        match (&mut *states, bytes) {
            ([state], [byte]) => self.one(state, *byte, |session, state| {
                session.step(std::slice::from_mut(state), bytes);
            }),
            _ => self.session.step(states, bytes),
        }
    }

    fn feed(&mut self, state: &mut State, bytes: &[u8]) {
        match bytes {
            [byte] => self.one(state, *byte, |session, state| session.feed(state, bytes)),
            _ => self.session.feed(state, bytes),
        }
    }

    fn feed_parts(
        &mut self,
        stop: &(dyn Fn() -> bool + Sync),
        state: &State,
        parts: &[&[u8]],
    ) -> Vec<State> {
        match parts {
            [[byte]] if !stop() => {
                let mut state = state.clone();
                self.feed(&mut state, &[*byte]);
                vec![state]
            }
            [[_]] => Vec::new(),
            _ => self.session.feed_parts(stop, state, parts),
        }
    }

    fn log_probs(&mut self, state: &State, out: &mut LogProbs) {
        let hash = hash(state);
        if let Some(node) = self.lock().node(hash, state)
            && let Some(known) = &node.log_probs
        {
            out.copy_from_slice(&**known);
            return;
        }
        self.session.log_probs(state, out);
        if let Some(node) = self.lock().node(hash, state) {
            node.log_probs = Some(Box::new(*out));
        }
    }
}

/// Whether every number is the same to the bit.
fn same(a: &State, b: &State) -> bool {
    let equal = |a: &[f32], b: &[f32]| {
        let numbers = a.iter().zip(b);
        let differing = numbers.fold(0, |bits, (a, b)| bits | (a.to_bits() ^ b.to_bits()));
        a.len() == b.len() && differing == 0
    };
    equal(&a.h, &b.h) && equal(&a.c, &b.c)
}

/// A hash of every number, in four chains so that it takes half a microsecond.
fn hash(state: &State) -> u64 {
    const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |sum: u64, word: u64| {
        let mixed = (sum ^ word).wrapping_mul(MULTIPLIER);
        mixed ^ (mixed >> 29)
    };
    let word = |high: f32, low: f32| u64::from(high.to_bits()) << 32 | u64::from(low.to_bits());
    let mut sums = [0_u64; 4];
    for numbers in [&state.h, &state.c] {
        let (eights, rest) = numbers.as_chunks::<8>();
        for eight in eights {
            for (n, sum) in sums.iter_mut().enumerate() {
                *sum = mix(*sum, word(eight[2 * n], eight[2 * n + 1]));
            }
        }
        for &number in rest {
            sums[0] = mix(sums[0], word(0.0, number));
        }
    }
    sums.iter().fold(MULTIPLIER, |hash, &sum| mix(hash, sum))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts its steps. A step adds the byte to every number.
    #[derive(Default)]
    struct Counter {
        steps: usize,
        outputs: usize,
    }

    impl Session for &mut Counter {
        fn step(&mut self, states: &mut [State], bytes: &[u8]) {
            self.steps += states.len();
            for (state, &byte) in states.iter_mut().zip(bytes) {
                let all = state.h.iter_mut().chain(&mut state.c);
                all.for_each(|number| *number += f32::from(byte));
            }
        }

        fn log_probs(&mut self, state: &State, out: &mut LogProbs) {
            self.outputs += 1;
            out.fill(-state.h[0]);
        }
    }

    fn state(h: f32, c: f32) -> State {
        State {
            h: vec![h; 3],
            c: vec![c; 3],
        }
    }

    fn decode(counter: &mut Counter, memo: &Mutex<Memo>, text: &[u8]) -> (State, f32) {
        let mut session = MemoSession::new(Box::new(counter), memo);
        let (mut state, mut log_probs) = (state(0.0, 1.0), [0.0; VOCABULARY_SIZE]);
        for &byte in text {
            session.step(std::slice::from_mut(&mut state), &[byte]);
            session.log_probs(&state, &mut log_probs);
        }
        (state, log_probs[0])
    }

    #[test]
    fn what_was_decoded_is_not_decoded_again() {
        let (mut counter, memo) = (Counter::default(), Mutex::new(Memo::new(1 << 20)));
        let first = decode(&mut counter, &memo, b"\x01\x02\x03");
        let again = decode(&mut counter, &memo, b"\x01\x02\x03");
        assert_eq!(first, again);
        assert_eq!((counter.steps, counter.outputs), (3, 3));
        // Another way on from a known state.
        assert_eq!(
            decode(&mut counter, &memo, b"\x01\x05"),
            (state(6.0, 7.0), -6.0)
        );
        assert_eq!(
            (counter.steps, counter.outputs),
            (4, 3),
            "known by another way"
        );
    }

    #[test]
    fn without_room_everything_is_computed() {
        let (mut counter, memo) = (Counter::default(), Mutex::new(Memo::new(0)));
        let first = decode(&mut counter, &memo, b"\x01\x02");
        assert_eq!(first, decode(&mut counter, &memo, b"\x01\x02"));
        assert_eq!((counter.steps, counter.outputs), (4, 4));
    }

    #[test]
    fn memory_stays_within_the_limit_and_the_oldest_go_first() {
        let limit = 10 * size_of_node(&state(0.0, 0.0));
        let (mut counter, memo) = (Counter::default(), Mutex::new(Memo::new(limit)));
        let text: Vec<u8> = (1..=100).collect();
        decode(&mut counter, &memo, &text);
        let mut memo = memo.lock();
        let last = state(5050.0, 5051.0);
        for nodes in [10, 5] {
            memo.set_limit(limit * nodes / 10);
            assert_eq!((memo.nodes.len(), memo.order.len()), (nodes, nodes));
            assert!(memo.used <= memo.limit && memo.nodes.contains_key(&hash(&last)));
        }
    }

    #[test]
    fn two_states_with_one_hash_are_told_apart() {
        let memo = Mutex::new(Memo::new(1 << 20));
        let (one, other) = (state(1.0, 2.0), state(2.0, 1.0));
        let hash = hash(&one);
        memo.lock().insert(hash, Arc::new(one.clone()));
        assert!(memo.lock().node(hash, &one).is_some());
        assert!(memo.lock().node(hash, &other).is_none());
    }
}
