//! The rules of ARCHITECTURE.md that Cargo cannot hold.
//!
//! Cargo holds who may import whom between crates: a crate can name only what its manifest lists. The rules here hold what
//! happens inside a crate (which module may name which) and what no file may contain. They work on parsed syntax
//! ([`source`]), so neither formatting nor a test module in the middle of a file hides an import. `tests/rules.rs` applies
//! each rule to the tree; `tests/planted.rs` plants a violation of each and sees it refused.

pub mod dependencies;
pub mod rules;
pub mod source;

use std::path::{Path, PathBuf};

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).map(Path::to_owned).unwrap_or_default()
}
