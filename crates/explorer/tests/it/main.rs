//! The explorer on small models: what its views say, and what its server
//! answers to a client.

mod client;
mod models;
mod server;
mod views;
