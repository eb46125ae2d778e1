//! The ports over real systems: the only crate that knows an RPC provider, Docker's client and the system.

pub mod cgroup;
pub mod clock;
pub mod docker;
pub mod ethereum;
pub mod firewall;
pub mod interfaces;
pub mod pricer;
