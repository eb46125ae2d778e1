//! One file for each foreign world, and no other file imports its crate.

pub mod cgroup;
pub mod clock;
pub mod docker;
pub mod ethereum;
pub mod firewall;
pub mod gate;
pub mod inside;
pub mod pricer;
pub mod signature;
pub mod traffic;
