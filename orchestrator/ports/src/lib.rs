//! The traits through which stages, API and gateway reach what is outside the process: the chain, the container engine,
//! the kernel's counters, the clock, the gateway, a pricer. Each has a file of its own.
//!
//! This crate may name the types of those traits and the error that each returns; it may not implement them and has no
//! I/O. The crate `adapters` implements them over real systems; tests use the fakes behind the feature `testing`.
//!
//! # Invariants
//!
//! - An error says whether the other side is unreachable or refused: unreachable is not gone, and no caller may tear
//!   anything down because of it.
//! - Every call ends in bounded time, and nothing in a port retries.

pub mod cgroup;
pub mod clock;
pub mod container_io;
pub mod demand;
pub mod engine;
pub mod ethereum;
pub mod pricer;
pub mod signature;
pub mod subnet;
#[cfg(feature = "testing")]
pub mod testing;
