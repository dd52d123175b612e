//! Everything that can be wrong with a model file.

use std::path::PathBuf;

/// Why a model could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// The file could not be opened, read or written.
    #[error("{path}: {error}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// A problem with a named file.
    #[error("{path}: {error}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: Box<FormatError>,
    },
    /// Not a safetensors container, or a damaged one.
    #[error("not a readable safetensors file ({0})")]
    Container(String),
    /// A safetensors file of some other program.
    #[error("not an lstm-ls model: its header has no \"lstm-ls\" entry")]
    Foreign,
    /// The `lstm-ls` header entry cannot be understood.
    #[error("damaged model header: {0}")]
    Header(String),
    /// A version this build does not read.
    #[error(
        "model format version {got}, this build reads versions up to {expected}: update lstm-ls"
    )]
    Version {
        /// The version in the file.
        got: u32,
        /// The newest version this build reads.
        expected: u32,
    },
    /// A hyper-parameter out of range.
    #[error("bad model configuration: {0}")]
    Config(String),
    /// A tensor the configuration asks for is absent.
    #[error("tensor {0} is missing")]
    MissingTensor(String),
    /// A tensor the configuration does not know.
    #[error("unexpected tensor {0}")]
    UnexpectedTensor(String),
    /// A tensor with the wrong shape.
    #[error("tensor {name} has shape {got:?}, expected {expected:?}")]
    Shape {
        /// The tensor.
        name: String,
        /// Shape in the file.
        got: Vec<usize>,
        /// Shape the configuration asks for.
        expected: Vec<usize>,
    },
    /// A tensor with the wrong element type.
    #[error("tensor {name} has type {got}, expected {expected}")]
    Dtype {
        /// The tensor.
        name: String,
        /// Type in the file.
        got: String,
        /// Type the precision asks for.
        expected: &'static str,
    },
    /// A NaN, an infinity or an absurd magnitude.
    #[error("tensor {name} holds {value} at element {index}, expected a finite number below 1e6")]
    Value {
        /// The tensor.
        name: String,
        /// Position in row-major order.
        index: usize,
        /// The number found.
        value: f32,
    },
    /// A quantisation scale that is not positive.
    #[error("tensor {name} holds {value} at element {index}, expected a positive scale")]
    Scale {
        /// The tensor of scales.
        name: String,
        /// The row.
        index: usize,
        /// The number found.
        value: f32,
    },
    /// A fitted number out of its range.
    #[error(
        "tensor {name} holds {value} at element {index}, expected more than {low} and less than {high}"
    )]
    Range {
        /// The tensor.
        name: String,
        /// Position in row-major order.
        index: usize,
        /// The number found.
        value: f32,
        /// What it must be above.
        low: f32,
        /// What it must be below.
        high: f32,
    },
    /// A file too large to be a model.
    #[error("larger than the {limit} bytes a model may have")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
}
