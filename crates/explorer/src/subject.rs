//! The model that is looked into.

use std::sync::Arc;

use lstm_format::{CellKind, Engine, ModelConfig, ModelFile};
use lstm_runtime::{Kernel, Reference, Runtime, RuntimeError, Signal, Tracer};

/// A model that runs, and what there is to say about it.
pub struct Subject {
    tracer: Arc<dyn Tracer>,
    name: String,
    parameters: usize,
}

/// One signal of one unit: what a view is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Layer, from 0.
    pub layer: usize,
    /// Unit, from 0.
    pub unit: usize,
    /// What of it.
    pub signal: Signal,
}

impl Subject {
    /// Makes `model` ready; `name` is what people call it. An LSTM runs on the
    /// kernels that complete, any other cell on the scalar reference.
    ///
    /// # Errors
    /// If `LSTM_KERNEL` names a kernel that this CPU lacks.
    pub fn load(model: &ModelFile, name: String) -> Result<Self, RuntimeError> {
        let tracer: Arc<dyn Tracer> = match model.config.cell {
            CellKind::Lstm => Arc::new(Runtime::load(model, Kernel::from_env()?)?),
            _ => Arc::new(Reference::new(model)),
        };
        Ok(Self {
            tracer,
            name,
            parameters: model.config.parameter_count(),
        })
    }

    /// What runs it.
    pub fn tracer(&self) -> &dyn Tracer {
        &*self.tracer
    }

    /// What completes with it; none of a cell that completion does not run.
    pub fn engine(&self) -> Option<Arc<dyn Engine>> {
        let tracer = Arc::clone(&self.tracer);
        (self.config().cell == CellKind::Lstm).then_some(tracer as Arc<dyn Engine>)
    }

    /// Its shape.
    pub fn config(&self) -> &ModelConfig {
        self.tracer.config()
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Number of weights.
    pub fn parameters(&self) -> usize {
        self.parameters
    }

    /// The states of its units: hidden state, and cell state where it has one.
    pub fn states(&self) -> impl Iterator<Item = Signal> {
        let signals = self.tracer.signals().iter().copied();
        signals.filter(|signal| matches!(signal, Signal::Hidden | Signal::Cell))
    }

    /// The signal with that letter.
    ///
    /// # Errors
    /// One line that lists the letters there are.
    pub fn signal(&self, letter: &str) -> Result<Signal, Unknown> {
        let signals = self.tracer.signals();
        let found = signals.iter().find(|signal| signal.letter() == letter);
        found.copied().ok_or_else(|| {
            let letters: Vec<_> = signals.iter().map(|signal| signal.letter()).collect();
            Unknown::Signal {
                got: letter.to_owned(),
                letters: letters.join(", "),
            }
        })
    }

    /// The unit of these numbers.
    ///
    /// # Errors
    /// If the model has no such layer, unit or signal.
    pub fn unit(&self, layer: usize, unit: usize, letter: &str) -> Result<Unit, Unknown> {
        self.check_layer(layer)?;
        let hidden = self.config().hidden_size;
        if unit >= hidden {
            return Err(Unknown::Unit {
                got: unit,
                last: hidden - 1,
            });
        }
        let signal = self.signal(letter)?;
        Ok(Unit {
            layer,
            unit,
            signal,
        })
    }

    /// Checks that there is a layer `layer`.
    ///
    /// # Errors
    /// If there is none.
    pub fn check_layer(&self, layer: usize) -> Result<(), Unknown> {
        let layers = self.config().num_layers;
        if layer >= layers {
            return Err(Unknown::Layer {
                got: layer,
                last: layers - 1,
            });
        }
        Ok(())
    }
}

/// Something the model does not have.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unknown {
    /// A layer past the last.
    #[error("the model has no layer {got}: layers are 0 to {last}")]
    Layer {
        /// What was asked for.
        got: usize,
        /// The last one there is.
        last: usize,
    },
    /// A unit past the last.
    #[error("the model has no unit {got}: a layer's units are 0 to {last}")]
    Unit {
        /// What was asked for.
        got: usize,
        /// The last one there is.
        last: usize,
    },
    /// A letter that no signal has.
    #[error("the model's units have no signal {got:?}: there are {letters}")]
    Signal {
        /// What was asked for.
        got: String,
        /// Those there are.
        letters: String,
    },
}
