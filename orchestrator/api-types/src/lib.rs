//! The shapes that the API gives and the command line reads. Addresses, hashes and ids are 0x hex; money is a decimal
//! string of base units, because JSON numbers end at 2^53; rates are base units × 1e12 per second; times are Unix seconds
//! of the chain unless a name says otherwise.

pub mod access;
pub mod arguments;
pub mod error;
pub mod events;
pub mod leases;
pub mod logs;
pub mod manifest_check;
pub mod market;
pub mod orders;
pub mod origin;
pub mod page_config;
pub mod proofs;
pub mod proposals;
pub mod provider_account;
pub mod providers;
pub mod scaling;
pub mod schema;
pub mod usage;
