//! What a client of the explorer's server is answered.

mod client;
// The same small models that the views are tested on.
#[path = "../../../explorer/tests/it/models.rs"]
mod models;
mod server;
