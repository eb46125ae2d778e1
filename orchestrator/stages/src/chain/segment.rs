//! Reads a range of blocks and decodes the market's logs in it.
//!
//! A node can answer from different forks within one range. A range is therefore accepted only when its tip is the same
//! before and after, and when each log names the hash of the block that it is in.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use alloy::primitives::Address;
use anyhow::{Context, bail};
use futures::{StreamExt, TryStreamExt, stream};

use super::head;
use ports::ethereum::{Block, Ethereum, Log};
use store::{EventRow, Segment};

/// Headers that are requested at a time.
const HEADERS: usize = 32;

/// Reads ranges of the chain.
#[derive(Clone)]
pub(super) struct SegmentReader {
    pub ethereum: Arc<dyn Ethereum>,
    pub market: Address,
    /// How many blocks below the tip the store keeps: only those need headers.
    pub keep: u64,
}

/// A range, and how many logs in it were not events of the market.
pub(super) struct ReadSegment {
    pub segment: Segment,
    pub foreign: u64,
}

impl SegmentReader {
    /// Reads blocks `from..=to` as ancestors of `tip`; `None` when `tip` was reorged away meanwhile.
    pub(super) async fn read(&self, from: u64, to: u64, tip: Block) -> anyhow::Result<Option<ReadSegment>> {
        if from == tip.number {
            // A block that is requested by its hash cannot change between two requests.
            let logs = self.ethereum.logs_of(tip.hash).await?;
            return self.segment(logs, BTreeMap::from([(tip.number, tip)]), tip).await;
        }
        let logs = self.ethereum.logs(from, to).await?;
        // Below the kept blocks only the last header is needed: the cursor moves there.
        let first_kept = tip.number.saturating_sub(self.keep).max(from);
        let wanted: BTreeSet<u64> = (first_kept..=to).chain([to]).collect();
        let headers = self.headers(wanted, tip).await?;
        // The same tip before and after means that everything read belongs to its chain.
        let still = self.ethereum.block(tip.number).await?;
        let (Some(headers), true) = (headers, still.is_some_and(|block| block.hash == tip.hash)) else {
            return Ok(None);
        };
        self.segment(logs, headers, tip).await
    }

    /// `None` when the node no longer has one of the blocks.
    async fn headers(&self, numbers: BTreeSet<u64>, tip: Block) -> anyhow::Result<Option<BTreeMap<u64, Block>>> {
        let blocks: Vec<Option<Block>> = stream::iter(numbers)
            .map(|number| async move {
                if number == tip.number { Ok(Some(tip)) } else { self.ethereum.block(number).await }
            })
            .buffered(HEADERS)
            .try_collect()
            .await?;
        Ok(blocks.into_iter().map(|block| block.map(|block| (block.number, block))).collect())
    }

    async fn segment(
        &self,
        logs: Vec<Log>,
        headers: BTreeMap<u64, Block>,
        tip: Block,
    ) -> anyhow::Result<Option<ReadSegment>> {
        // Some nodes put the block's time into each log; for the others each block is requested once.
        let untimed: BTreeSet<u64> = logs
            .iter()
            .filter(|log| log.time.is_none() && !headers.contains_key(&log.block))
            .map(|log| log.block)
            .collect();
        let Some(others) = self.headers(untimed, tip).await? else { return Ok(None) };
        let mut events = Vec::with_capacity(logs.len());
        let mut foreign = 0;
        for log in logs {
            if headers.get(&log.block).is_some_and(|block| block.hash != log.block_hash) {
                return Ok(None);
            }
            // The request filters by address, but a faulty or hostile node may send other logs.
            if log.address != self.market {
                foreign += 1;
                continue;
            }
            let header = headers.get(&log.block).or_else(|| others.get(&log.block));
            let time = log.time.or_else(|| header.map(|block| block.time)).context("a log without a block")?;
            match EventRow::decode(log.block, log.index, time, log.transaction, log.data) {
                Some(event) => events.push(event),
                None => foreign += 1,
            }
        }
        let blocks: Vec<_> = headers.into_values().map(head).collect();
        if let (Some(first), Some(last)) = (events.first(), blocks.last())
            && events.iter().any(|event| event.block > last.number || event.block < first.block)
        {
            bail!("the node answered with logs of blocks that were not asked for");
        }
        if foreign > 0 {
            tracing::warn!(foreign, "logs that are not the market's events are ignored");
        }
        Ok(Some(ReadSegment { segment: Segment { blocks, events }, foreign }))
    }
}
