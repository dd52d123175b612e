//! The network on libtorch: embedding → stacked LSTM → 256 logits.

use std::collections::BTreeMap;

use lstm_format::{FormatError, HeadInput, ModelConfig, ModelFile, Precision, Provenance};
use tch::{Device, Kind, Tensor};

/// Parameters as f32 leaves, by PyTorch's names, in file order.
pub struct Network {
    config: ModelConfig,
    parameters: Vec<(String, Tensor)>,
    device: Device,
}

/// Hidden and cell state of a batch, `[num_layers, B, hidden_size]` each.
pub struct BatchState {
    /// Hidden state.
    pub h: Tensor,
    /// Cell state.
    pub c: Tensor,
}

impl BatchState {
    /// Copies the state out of the graph and zeroes the lanes where `keep`
    /// (`[B]`, 1 or 0) is 0.
    pub fn carried(&self, keep: &Tensor) -> Self {
        let keep = keep.to_kind(self.h.kind()).view([1, -1, 1]);
        Self {
            h: self.h.detach() * &keep,
            c: self.c.detach() * &keep,
        }
    }
}

/// How a forward pass is run.
#[derive(Clone, Copy, Debug)]
pub struct Pass {
    /// Type of the matrix products; logits are f32 whatever it is.
    pub compute: Kind,
    /// Probability of dropping a unit between layers and before the head; 0 to evaluate.
    pub dropout: f64,
    /// Whether gradients will be asked for.
    pub train: bool,
}

impl Pass {
    /// Exact evaluation in f32.
    pub const EVALUATE: Self = Self {
        compute: Kind::Float,
        dropout: 0.0,
        train: false,
    };
}

impl Network {
    /// A new network: uniform ±1/√H weights as PyTorch's `nn.LSTM`, forget
    /// biases 1 (Jozefowicz et al., 2015), zero output biases.
    pub fn new(config: ModelConfig, device: Device, seed: i64) -> Self {
        tch::manual_seed(seed);
        let hidden = config.hidden_size as i64;
        let bound = 1.0 / (hidden as f64).sqrt();
        let parameters = config.tensor_specs().into_iter().map(|spec| {
            let shape: Vec<i64> = spec.shape.iter().map(|&n| n as i64).collect();
            let options = (Kind::Float, Device::Cpu);
            let tensor = if spec.name == "embedding.weight" {
                Tensor::randn(&shape, options) * 0.3
            } else if spec.name.ends_with(".bias") || spec.name.contains("bias_hh") {
                Tensor::zeros(&shape, options)
            } else if spec.name.contains("bias_ih") {
                let tensor = Tensor::zeros(&shape, options);
                // Gate order i, f, g, o.
                let _ = tensor.narrow(0, hidden, hidden).fill_(1.0);
                tensor
            } else {
                let mut tensor = Tensor::zeros(&shape, options);
                tensor.uniform_(-bound, bound)
            };
            (spec.name, tensor.to_device(device).set_requires_grad(true))
        });
        Self {
            parameters: parameters.collect(),
            config,
            device,
        }
    }

    /// The network stored in `model`.
    pub fn from_model(model: &ModelFile, device: Device) -> Self {
        let parameters = model.config.tensor_specs().into_iter().map(|spec| {
            let shape: Vec<i64> = spec.shape.iter().map(|&n| n as i64).collect();
            let tensor = Tensor::from_slice(&model.tensor(&spec.name).to_f32()).view(&shape[..]);
            (spec.name, tensor.to_device(device).set_requires_grad(true))
        });
        Self {
            parameters: parameters.collect(),
            config: model.config.clone(),
            device,
        }
    }

    /// The network as a model file.
    ///
    /// # Errors
    /// If a parameter is no longer finite.
    pub fn to_model(
        &self,
        provenance: Provenance,
        precision: Precision,
    ) -> Result<ModelFile, FormatError> {
        let tensors: BTreeMap<_, _> = self
            .parameters
            .iter()
            .map(|(name, tensor)| (name.clone(), to_vec(tensor)))
            .collect();
        ModelFile::from_f32(self.config.clone(), provenance, precision, tensors)
    }

    /// Shape and language.
    pub fn config(&self) -> &ModelConfig {
        &self.config
    }

    /// Where the parameters live.
    pub fn device(&self) -> Device {
        self.device
    }

    /// Names and parameters, in file order.
    pub fn parameters(&self) -> &[(String, Tensor)] {
        &self.parameters
    }

    /// The all-zero state of `lanes` lanes, of type `kind`.
    pub fn zero_state(&self, lanes: usize, kind: Kind) -> BatchState {
        let shape = [
            self.config.num_layers as i64,
            lanes as i64,
            self.config.hidden_size as i64,
        ];
        BatchState {
            h: Tensor::zeros(shape, (kind, self.device)),
            c: Tensor::zeros(shape, (kind, self.device)),
        }
    }

    fn parameter(&self, name: &str) -> &Tensor {
        let found = self.parameters.iter().find(|(n, _)| n == name);
        &found.expect("the configuration lists every tensor used").1
    }

    /// Logits `[…, 256]` in f32 of a head input `[…, H]` or `[…, num_layers * H]`.
    pub fn head(&self, input: &Tensor) -> Tensor {
        let weight = |name: &str| self.parameter(name).to_kind(input.kind());
        let logits = input.linear(&weight("head.weight"), Some(&weight("head.bias")));
        logits.to_kind(Kind::Float)
    }

    /// Runs `inputs` (`[T, B]`, bytes as int64) from `state`; gives logits
    /// `[T, B, 256]` in f32 and the state after the last step.
    pub fn forward(&self, inputs: &Tensor, state: &BatchState, pass: Pass) -> (Tensor, BatchState) {
        let weight = |name: &str| self.parameter(name).to_kind(pass.compute);
        let drop = |tensor: Tensor| match pass.dropout {
            p if p > 0.0 => tensor.dropout(p, pass.train),
            _ => tensor,
        };
        let mut x = Tensor::embedding(&weight("embedding.weight"), inputs, -1, false, false);
        let mut outputs = Vec::new();
        let (mut hs, mut cs) = (Vec::new(), Vec::new());
        for layer in 0..self.config.num_layers {
            let initial = [
                state.h.narrow(0, layer as i64, 1),
                state.c.narrow(0, layer as i64, 1),
            ];
            let names = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"];
            let weights = names.map(|name| weight(&format!("lstm.{name}_l{layer}")));
            let (y, h, c) = x.lstm(&initial, &weights, true, 1, 0.0, pass.train, false, false);
            hs.push(h);
            cs.push(c);
            x = drop(y);
            outputs.push(x.shallow_clone());
        }
        let head_input = match self.config.head {
            HeadInput::LastLayer => x,
            HeadInput::AllLayers => Tensor::cat(&outputs, -1),
        };
        let state = BatchState {
            h: Tensor::cat(&hs, 0),
            c: Tensor::cat(&cs, 0),
        };
        (self.head(&head_input), state)
    }
}

/// A tensor's values in row-major order, as f32.
pub fn to_vec(tensor: &Tensor) -> Vec<f32> {
    let flat = tensor
        .detach()
        .to_device(Device::Cpu)
        .to_kind(Kind::Float)
        .contiguous()
        .view(-1);
    Vec::try_from(flat).expect("a flat f32 tensor on the CPU")
}
