//! One file for each foreign world, and no other file imports its crate.

pub mod clock;
pub mod docker;
pub mod ethereum;
