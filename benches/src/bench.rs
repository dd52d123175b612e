//! The benchmarks, a file each.
//!
//! Each has a `run`, which is told how many rounds to take the median of and gives a
//! [`Report`](crate::report::Report). Must not know: the command line, nor each other.

pub(crate) mod cancel;
pub(crate) mod checkout;
pub(crate) mod clients;
pub(crate) mod decode;
pub(crate) mod index;
pub(crate) mod lanes;
pub(crate) mod latency;
pub(crate) mod memory;
pub(crate) mod prefill;
pub(crate) mod soak;
pub(crate) mod startup;
pub(crate) mod train;
