//! One file for each foreign world, and no other file imports its crate.

pub mod ethereum;
