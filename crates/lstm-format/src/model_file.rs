//! A whole model, from the bytes of its file (safetensors) and back to them.
//!
//! The bytes are treated as hostile input: every length, shape, type and value is
//! checked against the configuration before a tensor is built.

use std::collections::{BTreeMap, HashMap};

use half::bf16;
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, Metadata, TensorView};
use serde::{Deserialize, Serialize};

use crate::config::{ModelConfig, TensorSpec};
use crate::error::FormatError;
use crate::fits::{self, Fit, Fits};
use crate::provenance::Provenance;
use crate::tensor::Tensor;

/// The format this build writes. It reads the one before too, of files that hold
/// no [`Fits`].
pub const FORMAT_VERSION: u32 = 2;

/// The oldest format this build reads.
const OLDEST_VERSION: u32 = 1;

/// No model is larger than this; a larger file is refused before it is read.
pub const MAX_FILE_BYTES: u64 = 1 << 30;

/// Tensors whose names start so belong to a training run and are ignored here.
pub const TRAINING_PREFIX: &str = "training.";

/// The header entry that holds everything of ours. One entry, so that the same
/// model always gives the same bytes.
const HEADER_KEY: &str = "lstm-ls";

/// How the weights are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// All tensors f32: a training checkpoint.
    F32,
    /// All tensors bf16: a master, from which training can go on.
    Bf16,
    /// Large matrices int8 with a scale a row, biases f32, embeddings bf16: what is shipped.
    Int8,
}

/// A model: configuration, where it came from, and its tensors.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelFile {
    /// Shapes and language.
    pub config: ModelConfig,
    /// Where the weights came from.
    pub provenance: Provenance,
    /// How the tensors are stored.
    pub precision: Precision,
    /// What was fitted to it beside its weights.
    pub fits: Fits,
    tensors: BTreeMap<String, Tensor>,
}

#[derive(Serialize, Deserialize)]
struct Header {
    version: u32,
    precision: Precision,
    config: ModelConfig,
    provenance: Provenance,
    /// Where a training run stands; only in checkpoints.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    training: Option<serde_json::Value>,
}

/// What a checkpoint holds beside the model, to go on training exactly.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainingState {
    /// Progress and settings of the run.
    pub progress: serde_json::Value,
    /// Optimiser and lane states, by names that start with [`TRAINING_PREFIX`].
    pub tensors: BTreeMap<String, Vec<f32>>,
}

impl ModelFile {
    /// Builds a model from f32 tensors, storing them at `precision`; nothing is
    /// fitted to it yet.
    ///
    /// # Errors
    /// If the configuration is out of range, or a tensor is missing, unknown,
    /// of the wrong length, or holds a value that is not finite.
    pub fn from_f32(
        config: ModelConfig,
        provenance: Provenance,
        precision: Precision,
        mut tensors: BTreeMap<String, Vec<f32>>,
    ) -> Result<Self, FormatError> {
        config.validate()?;
        let mut stored = BTreeMap::new();
        for spec in config.tensor_specs() {
            let values = tensors
                .remove(&spec.name)
                .ok_or_else(|| FormatError::MissingTensor(spec.name.clone()))?;
            if values.len() != spec.shape.iter().product::<usize>() {
                return Err(FormatError::Shape {
                    name: spec.name,
                    got: vec![values.len()],
                    expected: spec.shape,
                });
            }
            check_values(&spec.name, values.iter().copied())?;
            let tensor = match stored_as(&spec, precision) {
                Dtype::I8 => Tensor::quantise(&values, spec.shape[1]),
                Dtype::BF16 => Tensor::Bf16(values.iter().map(|&v| bf16::from_f32(v)).collect()),
                _ => Tensor::F32(values),
            };
            stored.insert(spec.name, tensor);
        }
        if let Some(name) = tensors.into_keys().next() {
            return Err(FormatError::UnexpectedTensor(name));
        }
        Ok(Self {
            config,
            provenance,
            precision,
            fits: Fits::default(),
            tensors: stored,
        })
    }

    /// Builds a model whose weight number `index` of each tensor is
    /// `value(spec, index)`, asked for in the order of
    /// [`ModelConfig::tensor_specs`].
    ///
    /// # Errors
    /// If the configuration is out of range, or a value is not finite.
    pub fn from_fn(
        config: ModelConfig,
        provenance: Provenance,
        precision: Precision,
        mut value: impl FnMut(&TensorSpec, usize) -> f32,
    ) -> Result<Self, FormatError> {
        config.validate()?;
        let specs = config.tensor_specs().into_iter();
        let tensors = specs.map(|spec| {
            let length = spec.shape.iter().product();
            let values = (0..length).map(|index| value(&spec, index)).collect();
            (spec.name, values)
        });
        let tensors = tensors.collect();
        Self::from_f32(config, provenance, precision, tensors)
    }

    /// Builds a model that knows nothing, to measure and test with: weights
    /// uniform in ±`gain`/√columns, always the same for a `seed` (xorshift64).
    ///
    /// # Errors
    /// If the configuration is out of range.
    pub fn random(
        config: ModelConfig,
        precision: Precision,
        gain: f32,
        seed: u64,
    ) -> Result<Self, FormatError> {
        let mut bits = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        Self::from_fn(config, Provenance::default(), precision, |spec, _| {
            bits ^= bits << 13;
            bits ^= bits >> 7;
            bits ^= bits << 17;
            let uniform = (bits >> 40) as f32 / (1 << 23) as f32 - 1.0;
            let columns = spec.shape[spec.shape.len() - 1];
            gain / (columns as f32).sqrt() * uniform
        })
    }

    /// The same model stored at another precision, with the same fits.
    ///
    /// # Errors
    /// As [`from_f32`](Self::from_f32), where dequantised values are out of range.
    pub fn to_precision(&self, precision: Precision) -> Result<Self, FormatError> {
        let tensors = self.tensors.iter();
        let tensors = tensors.map(|(name, tensor)| (name.clone(), tensor.to_f32()));
        let converted = Self::from_f32(
            self.config.clone(),
            self.provenance.clone(),
            precision,
            tensors.collect(),
        )?;
        Ok(Self {
            fits: self.fits.clone(),
            ..converted
        })
    }

    /// A tensor named by [`ModelConfig::tensor_specs`].
    ///
    /// # Panics
    /// If the configuration has no tensor of that name.
    pub fn tensor(&self, name: &str) -> &Tensor {
        self.tensors.get(name).unwrap_or_else(|| {
            panic!(
                "a {}-layer model has no tensor {name}",
                self.config.num_layers
            )
        })
    }

    /// Reads a model from memory. Allocates no more than a small multiple of `bytes`.
    ///
    /// # Errors
    /// Any of [`FormatError`] but `Io` and `File`.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FormatError> {
        let container = |e: safetensors::SafeTensorError| FormatError::Container(e.to_string());
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(container)?;
        let header = read_header(&metadata)?;

        let file = SafeTensors::deserialize(bytes).map_err(container)?;
        let mut tensors = BTreeMap::new();
        let mut known = Vec::new();
        for spec in header.config.tensor_specs() {
            let stored = stored_as(&spec, header.precision);
            let view = checked_view(&file, &spec.name, &spec.shape, stored)?;
            let tensor = match stored {
                Dtype::I8 => {
                    let name = scale_name(&spec.name);
                    let view_scales = checked_view(&file, &name, &spec.shape[..1], Dtype::F32)?;
                    let scales = read_f32(view_scales.data());
                    check_values(&name, scales.iter().copied())?;
                    if let Some(index) = scales.iter().position(|&s| s <= 0.0) {
                        return Err(FormatError::Scale {
                            name,
                            index,
                            value: scales[index],
                        });
                    }
                    known.push(name);
                    let values = view.data().iter().map(|&b| b.cast_signed()).collect();
                    Tensor::Int8 { values, scales }
                }
                Dtype::BF16 => {
                    let pairs = view.data().chunks_exact(2);
                    let values: Vec<bf16> =
                        pairs.map(|b| bf16::from_le_bytes([b[0], b[1]])).collect();
                    check_values(&spec.name, values.iter().map(|v| v.to_f32()))?;
                    Tensor::Bf16(values)
                }
                _ => {
                    let values = read_f32(view.data());
                    check_values(&spec.name, values.iter().copied())?;
                    Tensor::F32(values)
                }
            };
            known.push(spec.name.clone());
            tensors.insert(spec.name, tensor);
        }
        let mut fits = Fits::default();
        for fit in Fit::ALL {
            let name = fit.name();
            if header.version >= fits::SINCE_VERSION && file.names().contains(&name) {
                let view = checked_view(&file, name, &[fit.length()], Dtype::F32)?;
                fits.set(fit, read_f32(view.data()))?;
                known.push(name.to_owned());
            }
        }
        let stray = |name: &&str| {
            !name.starts_with(TRAINING_PREFIX) && !known.iter().any(|k| k.as_str() == *name)
        };
        if let Some(name) = file.names().into_iter().find(stray) {
            return Err(FormatError::UnexpectedTensor(name.to_owned()));
        }
        Ok(Self {
            config: header.config,
            provenance: header.provenance,
            precision: header.precision,
            fits,
            tensors,
        })
    }

    /// The model as the bytes of a file; the same model gives the same bytes.
    ///
    /// `training` makes it a checkpoint; a reader of the model ignores that.
    ///
    /// # Errors
    /// [`FormatError::Header`] if the container refuses the tensors.
    pub fn to_bytes(&self, training: Option<&TrainingState>) -> Result<Vec<u8>, FormatError> {
        let header = Header {
            version: FORMAT_VERSION,
            precision: self.precision,
            config: self.config.clone(),
            provenance: self.provenance.clone(),
            training: training.map(|t| t.progress.clone()),
        };
        let header = serde_json::to_string(&header).expect("a header is plain data");
        let mut parts: Vec<(String, Dtype, Vec<usize>, Vec<u8>)> = Vec::new();
        for spec in self.config.tensor_specs() {
            match self.tensor(&spec.name) {
                Tensor::F32(v) => parts.push((spec.name, Dtype::F32, spec.shape, f32_bytes(v))),
                Tensor::Bf16(v) => {
                    let bytes = v.iter().flat_map(|v| v.to_le_bytes()).collect();
                    parts.push((spec.name, Dtype::BF16, spec.shape, bytes));
                }
                Tensor::Int8 { values, scales } => {
                    let rows = vec![spec.shape[0]];
                    let name = scale_name(&spec.name);
                    parts.push((name, Dtype::F32, rows, f32_bytes(scales)));
                    let bytes = values.iter().map(|v| v.cast_unsigned()).collect();
                    parts.push((spec.name, Dtype::I8, spec.shape, bytes));
                }
            }
        }
        for (fit, numbers) in self.fits.each() {
            let shape = vec![numbers.len()];
            parts.push((fit.name().to_owned(), Dtype::F32, shape, f32_bytes(numbers)));
        }
        for (name, values) in training.iter().flat_map(|t| &t.tensors) {
            assert!(
                name.starts_with(TRAINING_PREFIX),
                "{name} is a training tensor"
            );
            parts.push((
                name.clone(),
                Dtype::F32,
                vec![values.len()],
                f32_bytes(values),
            ));
        }
        let refused = |e: safetensors::SafeTensorError| FormatError::Header(e.to_string());
        let mut views = Vec::with_capacity(parts.len());
        for (name, dtype, shape, bytes) in &parts {
            let view = TensorView::new(*dtype, shape.clone(), bytes).map_err(refused)?;
            views.push((name.as_str(), view));
        }
        let metadata = HashMap::from([(HEADER_KEY.to_owned(), header)]);
        safetensors::serialize(views, Some(metadata.into_iter().collect())).map_err(refused)
    }
}

/// The training state in the checkpoint `bytes`; `None` in a plain model.
///
/// # Errors
/// As [`ModelFile::from_bytes`]; a training tensor must be f32.
pub fn training_state(bytes: &[u8]) -> Result<Option<TrainingState>, FormatError> {
    let container = |e: safetensors::SafeTensorError| FormatError::Container(e.to_string());
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(container)?;
    let Some(progress) = read_header(&metadata)?.training else {
        return Ok(None);
    };
    let file = SafeTensors::deserialize(bytes).map_err(container)?;
    let names = file.names();
    let names = names.into_iter().filter(|n| n.starts_with(TRAINING_PREFIX));
    let tensors = names.map(|name| {
        let view = file.tensor(name).map_err(container)?;
        check_dtype(name, view.dtype(), Dtype::F32)?;
        Ok((name.to_owned(), read_f32(view.data())))
    });
    Ok(Some(TrainingState {
        progress,
        tensors: tensors.collect::<Result<_, FormatError>>()?,
    }))
}

fn read_header(metadata: &Metadata) -> Result<Header, FormatError> {
    let entries = metadata.metadata().as_ref();
    let text = entries
        .and_then(|m| m.get(HEADER_KEY))
        .ok_or(FormatError::Foreign)?;
    let header = parse_header(text)?;
    header.config.validate()?;
    Ok(header)
}

fn parse_header(text: &str) -> Result<Header, FormatError> {
    #[derive(Deserialize)]
    struct Version {
        version: u32,
    }
    let damaged = |e: serde_json::Error| FormatError::Header(e.to_string());
    // The version first: a later header may have fields this build can't read.
    let Version { version } = serde_json::from_str(text).map_err(damaged)?;
    if !(OLDEST_VERSION..=FORMAT_VERSION).contains(&version) {
        return Err(FormatError::Version {
            got: version,
            expected: FORMAT_VERSION,
        });
    }
    serde_json::from_str(text).map_err(damaged)
}

fn stored_as(spec: &TensorSpec, precision: Precision) -> Dtype {
    match precision {
        Precision::F32 => Dtype::F32,
        Precision::Bf16 => Dtype::BF16,
        Precision::Int8 if spec.quantised => Dtype::I8,
        Precision::Int8 if spec.shape.len() == 2 => Dtype::BF16,
        Precision::Int8 => Dtype::F32,
    }
}

fn scale_name(name: &str) -> String {
    format!("{name}.scale")
}

fn checked_view<'a>(
    file: &SafeTensors<'a>,
    name: &str,
    shape: &[usize],
    dtype: Dtype,
) -> Result<TensorView<'a>, FormatError> {
    let missing = |_| FormatError::MissingTensor(name.to_owned());
    let view = file.tensor(name).map_err(missing)?;
    if view.shape() != shape {
        return Err(FormatError::Shape {
            name: name.to_owned(),
            got: view.shape().to_vec(),
            expected: shape.to_vec(),
        });
    }
    check_dtype(name, view.dtype(), dtype)?;
    Ok(view)
}

fn check_dtype(name: &str, got: Dtype, expected: Dtype) -> Result<(), FormatError> {
    if got == expected {
        return Ok(());
    }
    Err(FormatError::Dtype {
        name: name.to_owned(),
        got: format!("{got:?}"),
        expected: match expected {
            Dtype::I8 => "I8",
            Dtype::BF16 => "BF16",
            _ => "F32",
        },
    })
}

fn check_values(name: &str, values: impl Iterator<Item = f32>) -> Result<(), FormatError> {
    for (index, value) in values.enumerate() {
        if !value.is_finite() || value.abs() >= 1e6 {
            return Err(FormatError::Value {
                name: name.to_owned(),
                index,
                value,
            });
        }
    }
    Ok(())
}

fn read_f32(bytes: &[u8]) -> Vec<f32> {
    let quads = bytes.chunks_exact(4);
    quads
        .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
        .collect()
}

fn f32_bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}
