//! The ports over real systems: an Ethereum node, Docker Engine, the kernel's control groups and interfaces, the
//! firewall, the clock, a pricer.
//!
//! The only crate of the orchestrator that may name an RPC provider, a transport, Docker's client or a system call. It
//! depends on no store and no stage; it decides nothing about a lease.
//!
//! # Invariants
//!
//! - Every call ends within a timeout, and none is retried here.
//! - An unreachable system is reported as unreachable, never as an empty result.
//! - No error or log line contains an RPC URL or another secret.
//! - Every container, network and volume that is created carries all of our labels; an object without them is never
//!   changed.

pub mod cgroup;
pub mod clock;
pub mod docker;
pub mod ethereum;
pub mod firewall;
pub mod interfaces;
pub mod pricer;
