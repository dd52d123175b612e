//! The explorer on small models: what its views say, and what it answers.

mod models;
mod questions;
mod tour;
mod views;
mod written;
