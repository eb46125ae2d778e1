//! A cursor in the chain's events, as cursors and the ids of streams say it.

use std::fmt;

use alloy::primitives::B256;

use crate::error::{Error, Result};
use store::{BlockRef, EventRow};

/// Behind all of a block's events.
const END: u64 = u64::MAX;

/// Up to where all was told: `BLOCK.LOG`, or `BLOCK.LOG.HASH` with the beginning of the block's hash; `-` for a log means
/// the block's end. Ordered as the chain is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cursor {
    pub(super) block: u64,
    /// The log's cursor in its block.
    pub(super) index: u64,
    /// Of the block, as far as it is known.
    pub(super) mark: Option<u64>,
}

impl Cursor {
    pub(super) fn read(text: &str) -> Result<Self> {
        let bad = || Error::BadRequest(format!("{text:?} is not a cursor: BLOCK.LOG, as an event's cursor says it"));
        let mut parts = text.split('.');
        let (block, index, mark) = (parts.next(), parts.next().ok_or_else(bad)?, parts.next());
        let block = block.and_then(|block| block.parse().ok()).ok_or_else(bad)?;
        let index = if index == "-" { END } else { index.parse().map_err(|_| bad())? };
        let mark = mark.map(|mark| u64::from_str_radix(mark, 16).map_err(|_| bad())).transpose()?;
        if parts.next().is_some() {
            return Err(bad());
        }
        Ok(Self { block, index, mark })
    }

    /// Where an event stands, on a chain of which the newest blocks are given.
    pub(super) fn of(event: &EventRow, kept: &[BlockRef]) -> Self {
        let block = kept.iter().find(|block| block.number == event.block);
        Self { block: event.block, index: event.log_index, mark: block.map(|block| mark(block.hash)) }
    }

    /// Behind everything of a block.
    pub(super) fn after(head: BlockRef) -> Self {
        Self { block: head.number, index: END, mark: Some(mark(head.hash)) }
    }

    /// Before everything of a block.
    pub(super) fn before(block: u64) -> Self {
        Self { block: block.saturating_sub(1), index: END, mark: None }
    }

    pub(super) fn is_before(&self, other: &Self) -> bool {
        (self.block, self.index) < (other.block, other.index)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.", self.block)?;
        if self.index == END {
            f.write_str("-")?
        } else {
            write!(f, "{}", self.index)?
        }
        self.mark.map_or(Ok(()), |mark| write!(f, ".{mark:016x}"))
    }
}

/// The first eight bytes of a block's hash.
fn mark(hash: B256) -> u64 {
    u64::from_be_bytes(std::array::from_fn(|i| hash[i]))
}

/// Whether a cursor stands on a chain, of which the newest blocks are given, oldest first. Of a cursor without a mark, or
/// older than those blocks, it is believed.
pub(super) fn stands(cursor: &Cursor, kept: &[BlockRef]) -> bool {
    let block = kept.iter().find(|block| block.number == cursor.block);
    match (cursor.mark, block) {
        (None, _) => true,
        (Some(said), Some(block)) => said == mark(block.hash),
        (Some(_), None) => kept.first().is_some_and(|oldest| cursor.block < oldest.number),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_as_it_is_written() {
        let head = BlockRef { number: 7, hash: B256::repeat_byte(0xab), time: 0 };
        for cursor in [Cursor::after(head), Cursor { block: 0, index: 3, mark: Some(5) }, Cursor::before(9)] {
            assert_eq!(Cursor::read(&cursor.to_string()).unwrap(), cursor);
        }
        assert_eq!(Cursor::after(head).to_string(), "7.-.abababababababab");
        assert_eq!(Cursor::read("12.4").unwrap(), Cursor { block: 12, index: 4, mark: None });
        for bad in ["", "7", "7.", ".1", "7.x", "7.1.zz", "7.1.0.0", "-1.0", "latest"] {
            assert!(Cursor::read(bad).is_err(), "{bad}");
        }
    }
}
