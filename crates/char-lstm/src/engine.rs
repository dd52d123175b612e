//! The libtorch engine behind the same door as the runtime.

use lstm_format::{Engine, Fits, ModelConfig, ModelFile, Session, State, VOCABULARY_SIZE};
use tch::{Device, Tensor, no_grad};

use crate::network::{BatchState, Network, Pass, to_vec};

/// A model run by libtorch in f32 on the CPU: exact, and much slower a step
/// than the runtime.
pub struct TorchEngine {
    network: Network,
    fits: Fits,
}

// SAFETY: the network's tensors are never written after construction, and
// libtorch allows concurrent reads of a tensor.
unsafe impl Sync for TorchEngine {}

impl TorchEngine {
    /// Loads `model`, whatever its precision.
    pub fn new(model: &ModelFile) -> Self {
        Self {
            network: Network::from_model(model, Device::Cpu),
            fits: model.fits.clone(),
        }
    }
}

impl Engine for TorchEngine {
    fn config(&self) -> &ModelConfig {
        self.network.config()
    }

    fn describe(&self) -> String {
        "libtorch f32".to_owned()
    }

    fn fits(&self) -> &Fits {
        &self.fits
    }

    fn session(&self) -> Box<dyn Session + '_> {
        Box::new(TorchSession {
            network: &self.network,
        })
    }
}

struct TorchSession<'a> {
    network: &'a Network,
}

impl TorchSession<'_> {
    /// Runs `[T, B]` inputs, time-major, from and into `states`.
    fn run(&self, states: &mut [State], inputs: &[i64]) {
        if inputs.is_empty() {
            return;
        }
        let lanes = states.len();
        let steps = inputs.len() / lanes;
        no_grad(|| {
            let initial = BatchState {
                h: self.gathered(states.iter().map(|s| &s.h)),
                c: self.gathered(states.iter().map(|s| &s.c)),
            };
            let inputs = Tensor::from_slice(inputs).view([steps as i64, lanes as i64]);
            let (_, after) = self.network.forward(&inputs, &initial, Pass::EVALUATE);
            for (lane, state) in states.iter_mut().enumerate() {
                state.h = to_vec(&after.h.select(1, lane as i64));
                state.c = to_vec(&after.c.select(1, lane as i64));
            }
        });
    }

    /// Lane vectors `[L * H]` side by side: `[L, B, H]`. `H` is 0 for the cell
    /// state of a network that has none.
    fn gathered<'v>(&self, vectors: impl Iterator<Item = &'v Vec<f32>>) -> Tensor {
        let layers = self.network.config().num_layers;
        let lane = |v: &Vec<f32>| {
            let shape = [layers as i64, (v.len() / layers) as i64];
            Tensor::from_slice(v).view(shape)
        };
        let lanes: Vec<Tensor> = vectors.map(lane).collect();
        Tensor::stack(&lanes, 1)
    }
}

impl Session for TorchSession<'_> {
    fn step(&mut self, states: &mut [State], bytes: &[u8]) {
        assert_eq!(states.len(), bytes.len(), "one byte a lane");
        let inputs: Vec<i64> = bytes.iter().map(|&b| i64::from(b)).collect();
        self.run(states, &inputs);
    }

    fn feed(&mut self, state: &mut State, bytes: &[u8]) {
        let inputs: Vec<i64> = bytes.iter().map(|&b| i64::from(b)).collect();
        self.run(std::slice::from_mut(state), &inputs);
    }

    fn log_probs(&mut self, state: &State, out: &mut [f32; VOCABULARY_SIZE]) {
        let config = self.network.config();
        let last = (config.num_layers - 1) * config.hidden_size;
        let input = match config.head {
            lstm_format::HeadInput::LastLayer => &state.h[last..],
            lstm_format::HeadInput::AllLayers => &state.h[..],
        };
        no_grad(|| {
            let logits = self.network.head(&Tensor::from_slice(input));
            out.copy_from_slice(&to_vec(&logits.log_softmax(-1, tch::Kind::Float)));
        });
    }
}

#[cfg(test)]
mod tests {
    use lstm_format::{Precision, Provenance};

    use super::*;

    #[test]
    fn no_lanes_and_no_bytes_are_no_work() {
        let config = ModelConfig::small("rust");
        let network = Network::new(config.clone(), Device::Cpu, 1);
        let model = network.to_model(Provenance::default(), Precision::F32);
        let engine = TorchEngine::new(&model.unwrap());
        let mut session = engine.session();
        session.step(&mut [], &[]);
        let mut state = State::zeros(&config);
        session.feed(&mut state, b"");
        assert_eq!(state.h, State::zeros(&config).h);
    }
}
