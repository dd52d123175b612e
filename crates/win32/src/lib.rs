//! Calls of Windows that no kept-up library has without unsafe code; empty elsewhere.
//!
//! Owns: named pipes that one user's processes alone can connect to, and what Windows knows
//! of a process. Must not know: what goes through a pipe, or what a process is for.

#[cfg(windows)]
pub mod pipe;
#[cfg(windows)]
pub mod process;
