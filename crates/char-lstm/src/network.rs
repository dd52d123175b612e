//! The network on libtorch: embedding → stacked recurrent layers → 256 logits.

use std::collections::BTreeMap;

use lstm_format::{
    CellKind, FormatError, Gate, HeadInput, ModelConfig, ModelFile, Precision, Provenance,
};
use parking_lot::Mutex;
use tch::{Device, Kind, Tensor};

use crate::cell::{self, Weights};

/// Parameters as f32 leaves, by PyTorch's names, in file order.
pub struct Network {
    config: ModelConfig,
    parameters: Vec<(String, Tensor)>,
    device: Device,
}

/// Hidden and cell state of a batch.
pub struct BatchState {
    /// Hidden state, `[num_layers, B, hidden_size]`.
    pub h: Tensor,
    /// Cell state, the same, or `[num_layers, B, 0]` where the cell has none.
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
    /// A new network: uniform ±1/√H weights as PyTorch's, zero biases and
    /// peepholes, but the gates that keep a state begin open (Jozefowicz et al.,
    /// 2015): forget and update biases are 1, a coupled input bias −1.
    pub fn new(config: ModelConfig, device: Device, seed: i64) -> Self {
        // libtorch's generator is the process's: no other thread may draw in between.
        static GENERATOR: Mutex<()> = Mutex::new(());
        let _alone = GENERATOR.lock();
        tch::manual_seed(seed);
        let hidden = config.hidden_size as i64;
        let bound = 1.0 / (hidden as f64).sqrt();
        let blocks = config.cell.row_blocks();
        let parameters = config.tensor_specs().into_iter().map(|spec| {
            let shape: Vec<i64> = spec.shape.iter().map(|&n| n as i64).collect();
            let options = (Kind::Float, Device::Cpu);
            let tensor = if spec.name == "embedding.weight" {
                Tensor::randn(&shape, options) * 0.3
            } else if spec.name.contains("bias_ih") {
                let tensor = Tensor::zeros(&shape, options);
                for (block, &gate) in (0..).zip(blocks) {
                    let bias = first_bias(config.cell, gate);
                    let _ = tensor.narrow(0, block * hidden, hidden).fill_(bias);
                }
                tensor
            } else if spec.shape.len() == 1 {
                Tensor::zeros(&shape, options)
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

    /// The same weights, for a model of `language`.
    pub fn for_language(mut self, language: &str) -> Self {
        language.clone_into(&mut self.config.language);
        self
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
        let zeros = |width: usize| {
            let shape = [self.config.num_layers, lanes, width].map(|n| n as i64);
            Tensor::zeros(shape, (kind, self.device))
        };
        BatchState {
            h: zeros(self.config.hidden_size),
            c: zeros(self.config.cell_state_size()),
        }
    }

    /// The parameter of that name.
    pub(crate) fn parameter(&self, name: &str) -> &Tensor {
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
        let (head_input, state) = self.head_input(inputs, state, pass);
        (self.head(&head_input), state)
    }

    /// The same up to the output layer: what it would read, `[T, B, …]`.
    pub(crate) fn head_input(
        &self,
        inputs: &Tensor,
        state: &BatchState,
        pass: Pass,
    ) -> (Tensor, BatchState) {
        let weight = |name: &str| self.parameter(name).to_kind(pass.compute);
        let drop = |tensor: Tensor| match pass.dropout {
            p if p > 0.0 => tensor.dropout(p, pass.train),
            _ => tensor,
        };
        let kind = self.config.cell;
        let mut x = Tensor::embedding(&weight("embedding.weight"), inputs, -1, false, false);
        let mut outputs = Vec::new();
        let (mut hs, mut cs) = (Vec::new(), Vec::new());
        for layer in 0..self.config.num_layers {
            let initial = |state: &Tensor| state.narrow(0, layer as i64, 1);
            let tensor = |name: &str| weight(&self.config.recurrent_name(name, layer));
            let weights = Weights {
                input: tensor("weight_ih"),
                recurrent: tensor("weight_hh"),
                input_bias: tensor("bias_ih"),
                recurrent_bias: tensor("bias_hh"),
                peepholes: (!kind.peepholes().is_empty()).then(|| tensor("weight_ch")),
            };
            let (h, c) = (initial(&state.h), initial(&state.c));
            let (y, h, c) = cell::run(kind, &weights, &x, h, c, pass.train);
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
        (head_input, state)
    }
}

/// What the bias of `gate` is before training.
fn first_bias(kind: CellKind, gate: Gate) -> f64 {
    match gate {
        Gate::Forget | Gate::Update => 1.0,
        Gate::Input if kind == CellKind::Coupled => -1.0,
        _ => 0.0,
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
