//! Capacity follows demand: what the contract grants, and what a whole orchestrator makes of it.
#![allow(clippy::unwrap_used)]

mod load;
mod proven_steps;
