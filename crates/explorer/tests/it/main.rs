//! The explorer on small models: what its views say, and what its server
//! answers to whoever asks.

mod client;
mod models;
mod server;
mod views;
