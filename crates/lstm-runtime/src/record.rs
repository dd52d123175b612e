//! What every unit did, step by step: the record that looking inside a model
//! rests on. Knows no arithmetic; the engine that computes a step fills it in.

use lstm_format::{CellKind, Engine, Gate, State, VOCABULARY_SIZE};

/// Something a unit has at every step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Signal {
    /// `h`, what the rest of the network sees of the unit, in (−1, 1).
    Hidden,
    /// `c`, what the unit remembers; no bounds.
    Cell,
    /// What a gate lets through.
    Gate(Gate),
}

impl Signal {
    /// What a unit of such a cell has: its states, then its gates in the order
    /// of [`CellKind::gates`].
    pub fn of(cell: CellKind) -> &'static [Self] {
        use Signal::{Cell, Gate as Of, Hidden};
        match cell {
            CellKind::Lstm | CellKind::Peephole | CellKind::Coupled => &[
                Hidden,
                Cell,
                Of(Gate::Input),
                Of(Gate::Forget),
                Of(Gate::Candidate),
                Of(Gate::Output),
            ],
            CellKind::Gru => &[Hidden, Of(Gate::Reset), Of(Gate::Update), Of(Gate::New)],
            CellKind::Rnn => &[Hidden],
        }
    }

    /// The letter it has in equations.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Hidden => "h",
            Self::Cell => "c",
            Self::Gate(Gate::Input) => "i",
            Self::Gate(Gate::Forget) => "f",
            Self::Gate(Gate::Candidate) => "g",
            Self::Gate(Gate::Output) => "o",
            Self::Gate(Gate::Reset) => "r",
            Self::Gate(Gate::Update) => "z",
            Self::Gate(Gate::New) => "n",
        }
    }

    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hidden => "hidden state",
            Self::Cell => "cell state",
            Self::Gate(Gate::Input) => "input gate",
            Self::Gate(Gate::Forget) => "forget gate",
            Self::Gate(Gate::Candidate) => "candidate",
            Self::Gate(Gate::Output) => "output gate",
            Self::Gate(Gate::Reset) => "reset gate",
            Self::Gate(Gate::Update) => "update gate",
            Self::Gate(Gate::New) => "new state",
        }
    }

    /// Whether it opens and shuts, in (0, 1).
    pub fn is_gate(self) -> bool {
        matches!(self, Self::Gate(gate) if gate.opens())
    }
}

/// What all units of all layers did in a few steps that follow one another:
/// `[steps][layers][signals][H]`.
#[derive(Clone, Debug)]
pub struct Record {
    layers: usize,
    signals: &'static [Signal],
    hidden_size: usize,
    values: Vec<f32>,
}

impl Record {
    /// No steps yet, of a model with this many layers and units a layer.
    pub fn new(layers: usize, signals: &'static [Signal], hidden_size: usize) -> Self {
        Self {
            layers,
            signals,
            hidden_size,
            values: Vec::new(),
        }
    }

    /// How many steps it holds.
    pub fn steps(&self) -> usize {
        self.values.len() / self.step_size()
    }

    /// The signals it holds.
    pub fn signals(&self) -> &'static [Signal] {
        self.signals
    }

    /// One signal of all units of one layer after step `step`, `[H]`; `None`
    /// where the cell has no such signal.
    ///
    /// # Panics
    /// If there is no such step or layer.
    pub fn units(&self, step: usize, layer: usize, signal: Signal) -> Option<&[f32]> {
        let place = self.signals.iter().position(|&s| s == signal)?;
        let start = self.row(step, layer, place);
        Some(&self.values[start..][..self.hidden_size])
    }

    /// One signal of one unit after step `step`.
    ///
    /// # Panics
    /// If there is no such step, layer or unit.
    pub fn unit(&self, step: usize, layer: usize, signal: Signal, unit: usize) -> Option<f32> {
        self.units(step, layer, signal).map(|units| units[unit])
    }

    /// The hidden state of all layers after step `step`, `[layers * H]`, into `h`.
    ///
    /// # Panics
    /// If there is no such step, or `h` is shorter.
    pub fn hidden(&self, step: usize, h: &mut [f32]) {
        let layers = h.chunks_exact_mut(self.hidden_size).take(self.layers);
        for (layer, h) in layers.enumerate() {
            let units = self.units(step, layer, Signal::Hidden);
            h.copy_from_slice(units.expect("every cell has a hidden state"));
        }
    }

    /// Makes room for `steps` steps of zeros and forgets those it held.
    pub(crate) fn reset(&mut self, steps: usize) {
        self.values.clear();
        self.values.resize(steps * self.step_size(), 0.0);
    }

    /// The units from `first` on of the signal at `place`, to be written.
    pub(crate) fn units_mut(
        &mut self,
        step: usize,
        layer: usize,
        place: usize,
        first: usize,
    ) -> &mut [f32] {
        let start = self.row(step, layer, place);
        &mut self.values[start + first..start + self.hidden_size]
    }

    fn row(&self, step: usize, layer: usize, place: usize) -> usize {
        assert!(layer < self.layers, "layer {layer} of {}", self.layers);
        ((step * self.layers + layer) * self.signals.len() + place) * self.hidden_size
    }

    fn step_size(&self) -> usize {
        self.layers * self.signals.len() * self.hidden_size
    }
}

/// Holds a unit to a value while a text is fed, or pushes it at every step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// The unit's layer, from 0.
    pub layer: usize,
    /// The unit, from 0.
    pub unit: usize,
    /// What of it is changed.
    pub target: Target,
    /// How.
    pub amount: Amount,
}

/// What of a unit can be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The hidden state: what the rest of the network sees. Kept in [−1, 1].
    Hidden,
    /// The cell state; the hidden state follows through the output gate.
    Cell,
}

/// How a value is changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// It is this.
    Set(f32),
    /// It is this much more than the step made it.
    Add(f32),
}

impl Amount {
    /// What becomes of `value`.
    pub(crate) fn apply(self, value: f32) -> f32 {
        match self {
            Self::Set(amount) => amount,
            Self::Add(amount) => value + amount,
        }
    }
}

/// An engine that can be looked into.
pub trait Tracer: Engine {
    /// What its units have, in the order of a [`Record`].
    fn signals(&self) -> &'static [Signal] {
        Signal::of(self.config().cell)
    }

    /// Opens a session with buffers of its own.
    fn trace_session(&self) -> Box<dyn TraceSession + '_>;

    /// An empty [`Record`] of this model's shape.
    fn new_record(&self) -> Record {
        let config = self.config();
        Record::new(config.num_layers, self.signals(), config.hidden_size)
    }
}

/// One thread's look into a [`Tracer`].
pub trait TraceSession {
    /// Feeds `bytes` to `state` without a record, as fast as can be.
    ///
    /// # Panics
    /// If `state` is not of this model's shape, here and below.
    fn feed(&mut self, state: &mut State, bytes: &[u8]);

    /// Feeds `bytes` to `state` and writes into `record` what every unit did,
    /// in place of what it held. `changes` are made at every step, in their
    /// order, before the layer above sees the unit.
    fn trace(&mut self, state: &mut State, bytes: &[u8], changes: &[Change], record: &mut Record);

    /// Natural-log probabilities of the next byte in `state`, `[256]`, in nats.
    fn log_probs(&mut self, state: &State, out: &mut [f32; VOCABULARY_SIZE]);
}
