//! Nothing: the crates are fetched, not built.
