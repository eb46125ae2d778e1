//! chain: follows the market's events from block to block and keeps the rows that are derived from them.
//!
//! *Wakes*: every 2 s, and whenever the node announces a new head (`listen`).
//! *Owns*: `head` (the cursor), `blocks`, `events`, `roots`, `leases`, `orders`, `offers`, `providers`, and the anchor in
//! `deployment`.
//! *Notifies*: the stages that read leases after every applied or reverted event, and those that run by the chain's time
//! after every block.
//!
//! # Theory of operation
//!
//! A run reads the node's newest block and compares the cursor's hash with the chain:
//!
//! - the chain continues from the cursor: the stage reads the new blocks and applies their events;
//! - the chain has another block at the cursor's height: a reorg. The kept blocks are searched backwards for the newest one
//!   that is still canonical. Everything after it is undone and the replacement applied in the same transaction;
//! - the node is behind the cursor and does not contradict it: nothing is undone. A node that syncs is not a reorg.
//!
//! The node's pushes carry no data: a push only starts a run. So duplicate logs, missed heads and reconnects all lead to
//! the same rows.
//!
//! The hash of the deployment's block is the anchor. A node with another block there is on another chain, which is an
//! error: nothing is undone. The contract's parameters are compared at the same time.
//!
//! Every ten minutes the stage also compares each open lease with the contract's storage (`reconcile.rs`) and replays a
//! lease that differs, in case a node ever withheld a log.
//!
//! # When the process dies
//!
//! The rows and the cursor move in one transaction that is conditional on the old cursor: either all of a range is
//! applied or none of it. The next run starts from the cursor. Two runs that race for the same cursor are safe for the
//! same reason: the loser writes nothing and counts `lost`.

mod reconcile;
mod segment;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use alloy::primitives::Address;
use anyhow::{Context, bail, ensure};
use futures::{StreamExt, TryStreamExt, stream};
use solidity::{Market::parametersCall, deploy::Deployment};
use tokio::{sync::watch, time::Instant};

use driver::{Counts, Stage, Wakeup};
use ports::ethereum::{Block, Ethereum, view};
use segment::SegmentReader;
use store::{BlockRef, ChainChange, Store};

/// Block ranges that are read ahead while one is written.
const AHEAD: usize = 3;
/// Blocks of one range when far behind, at most and at least.
const WIDEST: u64 = 2_000;
const NARROWEST: u64 = 32;

/// Settings of the chain stage.
#[derive(Debug, Clone, Copy)]
pub struct ChainSettings {
    /// The longest pause between two runs.
    pub period: Duration,
    /// How many blocks are kept: the deepest reorg that can be undone without reading everything again.
    pub keep: u64,
    /// How often open leases are compared with the contract.
    pub reconcile_every: Duration,
    /// Age of the newest block, as observed here, from which on the stage warns.
    pub stalled_after: Duration,
}

impl Default for ChainSettings {
    fn default() -> Self {
        Self {
            period: Duration::from_secs(2),
            keep: 128,
            reconcile_every: Duration::from_secs(600),
            stalled_after: Duration::from_secs(120),
        }
    }
}

pub struct ChainStage {
    store: Arc<Store>,
    ethereum: Arc<dyn Ethereum>,
    deployment: Deployment,
    provider: Address,
    settings: ChainSettings,
    /// Notified when an event was applied or reverted.
    changed: Vec<Wakeup>,
    /// Notified at every new block: the chain's clock.
    ticked: Vec<Wakeup>,
    cache: Mutex<ChainCache>,
}

/// State of this process only; a new process starts without it.
#[derive(Debug, Default)]
struct ChainCache {
    /// Whether this process has checked that the node is on the deployment's chain.
    anchored: bool,
    /// The newest block, and since when it has been the newest.
    tip: Option<(u64, Instant)>,
    reconciled: Option<Instant>,
}

/// The cursor compared with the node's chain.
enum CursorPosition {
    /// The chain continues from the cursor.
    Extended,
    /// The node has not reached the cursor and does not contradict it.
    Behind,
    /// A reorg: the chains agree up to this block.
    Forked(BlockRef),
}

impl ChainStage {
    pub fn new(
        store: Arc<Store>,
        ethereum: Arc<dyn Ethereum>,
        deployment: Deployment,
        provider: Address,
        settings: ChainSettings,
    ) -> Self {
        let cache = Mutex::default();
        Self { store, ethereum, deployment, provider, settings, changed: Vec::new(), ticked: Vec::new(), cache }
    }

    /// The wakeups of the stages that read leases, and of those that run by the chain's time.
    pub fn waking(mut self, changed: Vec<Wakeup>, ticked: Vec<Wakeup>) -> Self {
        self.changed = changed;
        self.ticked = ticked;
        self
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, ChainCache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Checks that the node is on the deployment's chain, and returns the deployment's block.
    async fn anchor(&self) -> anyhow::Result<BlockRef> {
        let number = self.deployment.block;
        let block = self.ethereum.block(number).await?;
        let block = block.with_context(|| format!("the node has not reached block {number}, where the market is"))?;
        match self.store.anchor().await? {
            None => self.store.set_anchor(block.hash).await?,
            Some(known) => ensure!(
                known == block.hash,
                "the node is on another chain: its block {number} is not the one of the deployment that this database \
                 follows; check the RPC URL, or use a fresh database with a fresh chain"
            ),
        }
        let parameters = view(self.ethereum.as_ref(), self.deployment.market, &parametersCall {}).await?;
        ensure!(
            parameters == self.deployment.parameters,
            "the contract at {} has other parameters than the deployment says: correct TIDEMARK_DEPLOYMENT",
            self.deployment.market
        );
        self.cache().anchored = true;
        Ok(head(block))
    }

    async fn position(&self, cursor: BlockRef, tip: Block) -> anyhow::Result<CursorPosition> {
        let same = if tip.number == cursor.number {
            tip.hash == cursor.hash
        } else if tip.number == cursor.number + 1 && tip.parent == cursor.hash {
            true
        } else if tip.number > cursor.number {
            match self.ethereum.block(cursor.number).await? {
                Some(block) => block.hash == cursor.hash,
                None => bail!("the node knows block {} but not {}", tip.number, cursor.number),
            }
        } else {
            let kept = self.store.blocks().await?.into_iter().find(|block| block.number == tip.number);
            if kept.is_none_or(|kept| kept.hash == tip.hash) {
                return Ok(CursorPosition::Behind);
            }
            false
        };
        if same { Ok(CursorPosition::Extended) } else { self.fork(tip).await.map(CursorPosition::Forked) }
    }

    /// The newest kept block that is still canonical.
    async fn fork(&self, tip: Block) -> anyhow::Result<BlockRef> {
        for kept in self.store.blocks().await?.into_iter().filter(|kept| kept.number <= tip.number) {
            if self.ethereum.block(kept.number).await?.is_some_and(|block| block.hash == kept.hash) {
                return Ok(kept);
            }
        }
        tracing::warn!(keep = self.settings.keep, "a reorg reaches deeper than the kept blocks; reading all again");
        self.anchor().await
    }

    /// 1 when the chain has produced no block for `stalled_after`. It is no error: running leases keep running.
    fn stalled(&self, tip: Block) -> u64 {
        let mut cache = self.cache();
        match cache.tip {
            Some((number, since)) if number == tip.number => {
                let stalled = since.elapsed() >= self.settings.stalled_after;
                if stalled {
                    tracing::warn!(
                        block = number,
                        seconds = since.elapsed().as_secs(),
                        "the chain has produced no block for a while"
                    );
                }
                u64::from(stalled)
            }
            _ => {
                cache.tip = Some((tip.number, Instant::now()));
                0
            }
        }
    }

    /// Undoes everything after `undo`, then reads and applies the blocks up to `tip`.
    async fn follow(
        &self,
        mut cursor: Option<BlockRef>,
        mut undo: Option<BlockRef>,
        tip: Block,
        counts: &mut Counts,
    ) -> anyhow::Result<()> {
        let from = undo.or(cursor).map_or(self.deployment.block, |head| head.number + 1);
        let source =
            SegmentReader { ethereum: self.ethereum.clone(), market: self.deployment.market, keep: self.settings.keep };
        let mut segments = stream::iter(ranges(from, tip.number))
            .map(|(from, to)| {
                let source = source.clone();
                // Tasks of their own, so that decoding one range and writing another can use two cores.
                tokio::spawn(async move { source.read(from, to, tip).await })
            })
            .buffered(AHEAD)
            .map(|read| read.context("reading a range of blocks ended early")?);
        while let Some(read) = segments.try_next().await? {
            let Some(read) = read else {
                // The chain changed while it was read. Nothing of this range was written; the next run reads it again.
                count(counts, "moved", 1);
                return Ok(());
            };
            count(counts, "foreign", read.foreign);
            let Some(last) = read.segment.blocks.last().copied() else { continue };
            let change = match undo.take() {
                Some(to) => ChainChange::Reorged { to, segment: read.segment },
                None => ChainChange::Committed(read.segment),
            };
            if !self.apply(cursor, &change, counts).await? {
                return Ok(());
            }
            cursor = Some(last);
        }
        // The chain became shorter, and nothing has replaced the removed blocks yet.
        if let Some(to) = undo {
            self.apply(cursor, &ChainChange::Reverted { to }, counts).await?;
        }
        Ok(())
    }

    /// False when another run moved the cursor meanwhile.
    async fn apply(&self, cursor: Option<BlockRef>, change: &ChainChange, counts: &mut Counts) -> anyhow::Result<bool> {
        let Some(applied) = self.store.apply(cursor, change, self.settings.keep).await? else {
            count(counts, "lost", 1);
            return Ok(false);
        };
        if let ChainChange::Reorged { to, .. } | ChainChange::Reverted { to } = change {
            tracing::warn!(to = to.number, events = applied.reverted, "the chain was reorganized; undone to there");
            count(counts, "reorgs", 1);
        }
        count(counts, "applied", applied.events);
        count(counts, "duplicates", applied.duplicates);
        count(counts, "reverted", applied.reverted);
        count(counts, "leases", applied.leases.len() as u64);
        self.ticked.iter().for_each(Wakeup::notify);
        if applied.events + applied.reverted > 0 {
            self.changed.iter().for_each(Wakeup::notify);
        }
        Ok(true)
    }
}

#[async_trait::async_trait]
impl Stage for ChainStage {
    fn name(&self) -> &'static str {
        "chain"
    }

    fn period(&self) -> Duration {
        self.settings.period
    }

    async fn run(&self) -> anyhow::Result<Counts> {
        let mut counts = Counts::new();
        let anchored = self.cache().anchored;
        if !anchored {
            self.anchor().await?;
        }
        let tip = self.ethereum.head().await?;
        count(&mut counts, "stalled", self.stalled(tip));
        let cursor = self.store.head().await?;
        let position = match cursor {
            Some(cursor) => self.position(cursor, tip).await?,
            None => CursorPosition::Extended,
        };
        match position {
            CursorPosition::Behind => count(&mut counts, "behind", 1),
            CursorPosition::Extended if cursor.is_some_and(|cursor| cursor.hash == tip.hash) => {}
            CursorPosition::Extended => self.follow(cursor, None, tip, &mut counts).await?,
            CursorPosition::Forked(to) => {
                // A deep reorg and another chain cannot be distinguished until the anchor is compared.
                self.anchor().await?;
                self.follow(cursor, Some(to), tip, &mut counts).await?;
            }
        }
        self.reconcile(&mut counts).await?;
        Ok(counts)
    }
}

/// Notifies the chain stage whenever the node may have a new block, until the shutdown.
pub async fn listen(ethereum: Arc<dyn Ethereum>, wakeup: Wakeup, mut shutdown: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            _ = shutdown.wait_for(|stop| *stop) => return,
            () = ethereum.changed() => wakeup.notify(),
        }
    }
}

fn head(block: Block) -> BlockRef {
    BlockRef { number: block.number, hash: block.hash, time: block.time }
}

/// Counts of zero are left out of the stage's status.
fn count(counts: &mut Counts, what: &'static str, by: u64) {
    if by > 0 {
        *counts.entry(what).or_default() += by;
    }
}

/// Splits `from..=to` so that reading and writing can overlap.
fn ranges(from: u64, to: u64) -> impl Iterator<Item = (u64, u64)> {
    let blocks = (to + 1).saturating_sub(from);
    let width = (blocks / 16).clamp(NARROWEST, WIDEST);
    (0..blocks.div_ceil(width)).map(move |i| (from + i * width, (from + (i + 1) * width - 1).min(to)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_cover_every_block_once() {
        for (from, to) in [(0, 0), (5, 4), (1, 32), (1, 33), (7, 100_000)] {
            let mut next = from;
            for (first, last) in ranges(from, to) {
                assert_eq!(first, next);
                assert!(last >= first && last - first < WIDEST);
                next = last + 1;
            }
            assert_eq!(next, to + 1);
        }
    }
}
