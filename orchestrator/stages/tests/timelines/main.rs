//! Timelines of the stages on fakes: one scenario a test, with exact outcomes in exact seconds. No Docker, no node.
//!
//! `world::World` explains what happens in a second. Read a stage's file here to learn what the stage does; its module
//! documentation says why.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod clearing;
mod container;
mod proof;
mod scale;
mod settlement;
mod world;

use alloy::primitives::B256;
use lease::intent::IntentKey;

/// An intent key from its text, or for a test's own name of at most 32 bytes; such keys sort as their names do.
pub fn named(name: &str) -> IntentKey {
    name.parse().unwrap_or_else(|_| IntentKey::Close { lease: B256::right_padding_from(name.as_bytes()) })
}
