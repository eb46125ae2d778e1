//! What happened to the chain, as a type: committed, reverted or reorged; and what applying it did.

use std::collections::BTreeSet;

use alloy::primitives::B256;

use super::{BlockRef, EventRow};

/// A range of the chain that follows the cursor.
#[derive(Debug, Clone, Default)]
pub struct Segment {
    /// Its newest blocks, oldest first. The cursor moves to the last one. Never empty.
    pub blocks: Vec<BlockRef>,
    /// In the order of the chain. Duplicates are skipped.
    pub events: Vec<EventRow>,
}

/// What happened to the chain since the cursor.
#[derive(Debug, Clone)]
pub enum ChainChange {
    /// Blocks were added.
    Committed(Segment),
    /// Blocks after `to` were removed; nothing has replaced them yet.
    Reverted { to: BlockRef },
    /// Blocks after `to` were replaced.
    Reorged { to: BlockRef, segment: Segment },
}

/// What applying a change did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    pub events: u64,
    pub duplicates: u64,
    /// Events that were undone.
    pub reverted: u64,
    /// Leases that changed.
    pub leases: BTreeSet<B256>,
    /// Whether offers, providers or roots changed.
    pub market: bool,
}
