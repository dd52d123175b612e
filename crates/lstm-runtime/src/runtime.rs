//! The engine that ships: a model packed for the CPU at hand.

mod session;
mod tracer;

use lstm_format::{CellKind, Engine, Fits, ModelConfig, ModelFile, Precision, Session};

use crate::error::RuntimeError;
use crate::kernel::Kernel;
use crate::matrix::float::FloatMatrix;
use crate::matrix::int8::Int8Matrix;
use crate::network::Network;
use crate::record::{TraceSession, Tracer};
use crate::runtime::session::Run;
use crate::runtime::tracer::TraceRun;

/// A character LSTM ready to run.
///
/// An int8 file runs in int8: hidden states are rounded to steps of 1/127
/// wherever they are multiplied, everything else is f32. A bf16 or f32 file
/// runs in f32.
pub struct Runtime {
    numbers: Numbers,
    fits: Fits,
    threads: usize,
}

enum Numbers {
    Int8(Network<Int8Matrix>),
    Float(Network<FloatMatrix>),
}

impl Runtime {
    /// Packs the weights of `model` for `kernel`; `model` may be dropped after.
    ///
    /// # Errors
    /// [`RuntimeError::UnsupportedCell`] if `model` is not an LSTM; the
    /// [`Reference`](crate::Reference) runs every cell.
    pub fn load(model: &ModelFile, kernel: Kernel) -> Result<Self, RuntimeError> {
        if model.config.cell != CellKind::Lstm {
            return Err(RuntimeError::UnsupportedCell {
                got: model.config.cell,
            });
        }
        let numbers = match model.precision {
            Precision::Int8 => Numbers::Int8(Network::new(model, kernel)),
            Precision::Bf16 | Precision::F32 => Numbers::Float(Network::new(model, kernel)),
        };
        Ok(Self {
            numbers,
            fits: model.fits.clone(),
            threads: 1,
        })
    }

    /// Lets [`Session::feed_parts`] use up to `threads` threads for a long
    /// text, the caller's included. It changes no bit of the result.
    #[must_use]
    pub fn with_threads(self, threads: usize) -> Self {
        Self { threads, ..self }
    }
}

impl Engine for Runtime {
    fn config(&self) -> &ModelConfig {
        match &self.numbers {
            Numbers::Int8(network) => network.config(),
            Numbers::Float(network) => network.config(),
        }
    }

    fn describe(&self) -> String {
        match &self.numbers {
            Numbers::Int8(network) => network.describe(),
            Numbers::Float(network) => network.describe(),
        }
    }

    fn fits(&self) -> &Fits {
        &self.fits
    }

    fn session(&self) -> Box<dyn Session + '_> {
        match &self.numbers {
            Numbers::Int8(network) => Box::new(Run::new(network, self.threads)),
            Numbers::Float(network) => Box::new(Run::new(network, self.threads)),
        }
    }
}

impl Tracer for Runtime {
    fn trace_session(&self) -> Box<dyn TraceSession + '_> {
        match &self.numbers {
            Numbers::Int8(network) => Box::new(TraceRun::new(network)),
            Numbers::Float(network) => Box::new(TraceRun::new(network)),
        }
    }
}
