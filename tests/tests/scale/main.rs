//! Scaling: the steps that the contract grants, and a whole orchestrator that follows a load.
#![allow(clippy::unwrap_used)]

mod load;
mod proven_steps;
