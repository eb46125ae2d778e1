//! chain: follows blocks. Reverted ones are undone first, then committed logs are applied, and the cursor moves with them.
//!
//! Nothing that a node pushes is believed; a push only means "look". Each run asks for the newest block and compares the
//! cursor's hash with the chain. If the chain has another block there, the kept blocks are walked back to where both
//! agree, and everything after it is undone in the same transaction that applies what replaced it. So duplicates, missed
//! heads and a process that died in the middle all end in the same rows.
//!
//! A node that is behind the cursor without contradicting it is only behind: nothing is undone. A chain that has another
//! block where the deployment stood is another chain: that is an error, and nothing is undone either.

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

/// Ranges that are read ahead while one is written.
const AHEAD: usize = 3;
/// Blocks of one range when far behind, at most and at least.
const WIDEST: u64 = 2_000;
const NARROWEST: u64 = 32;

/// What may be set about following a chain.
#[derive(Debug, Clone, Copy)]
pub struct ChainSettings {
    /// The longest pause between two looks at the chain.
    pub period: Duration,
    /// Blocks that are kept to find the way back after a reorg.
    pub keep: u64,
    /// How often open leases are compared with the contract.
    pub reconcile_every: Duration,
    /// How long the chain may stand still before that is worth a warning.
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
    /// Rung when an event was applied or taken back.
    changed: Vec<Wakeup>,
    /// Rung at every new block: the chain's clock.
    ticked: Vec<Wakeup>,
    cache: Mutex<ChainCache>,
}

/// What only this process cares about.
#[derive(Debug, Default)]
struct ChainCache {
    /// Whether the node was found to be on the deployment's chain.
    anchored: bool,
    /// The newest block, and since when it has been that.
    tip: Option<(u64, Instant)>,
    reconciled: Option<Instant>,
}

/// Where the cursor stands to the chain.
enum CursorPosition {
    /// The chain goes on from the cursor.
    Extended,
    /// The node has not reached the cursor and does not contradict it.
    Behind,
    /// The chain left us after this block.
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

    /// Wakeups of stages that look at leases, and of stages that live by the chain's clock.
    pub fn waking(mut self, changed: Vec<Wakeup>, ticked: Vec<Wakeup>) -> Self {
        self.changed = changed;
        self.ticked = ticked;
        self
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, ChainCache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes sure that the node is on the chain that we know.
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

    /// The newest block on which we and the chain agree.
    async fn fork(&self, tip: Block) -> anyhow::Result<BlockRef> {
        for kept in self.store.blocks().await?.into_iter().filter(|kept| kept.number <= tip.number) {
            if self.ethereum.block(kept.number).await?.is_some_and(|block| block.hash == kept.hash) {
                return Ok(kept);
            }
        }
        tracing::warn!(keep = self.settings.keep, "a reorg reaches deeper than the kept blocks; reading all again");
        self.anchor().await
    }

    /// Counts a chain that stands still. It is no error: what runs goes on running.
    fn stalled(&self, tip: Block) -> u64 {
        let mut cache = self.cache();
        match cache.tip {
            Some((number, since)) if number == tip.number => {
                let stalled = since.elapsed() >= self.settings.stalled_after;
                if stalled {
                    tracing::warn!(block = number, seconds = since.elapsed().as_secs(), "the chain stands still");
                }
                u64::from(stalled)
            }
            _ => {
                cache.tip = Some((tip.number, Instant::now()));
                0
            }
        }
    }

    /// Reads blocks `from..=tip` and writes them, what `undo` takes back first.
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
                // The chain changed while it was read. What is not written is no harm; the next run looks again.
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
        // The chain became shorter, and nothing has replaced what it lost yet.
        if let Some(to) = undo {
            self.apply(cursor, &ChainChange::Reverted { to }, counts).await?;
        }
        Ok(())
    }

    /// False when somebody else moved the cursor meanwhile.
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
                // Deep reorgs and swapped chains look alike until the deployment's block is compared.
                self.anchor().await?;
                self.follow(cursor, Some(to), tip, &mut counts).await?;
            }
        }
        self.reconcile(&mut counts).await?;
        Ok(counts)
    }
}

/// Notifies the chain stage's wakeup whenever there may be something new, until the shutdown.
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

/// Zero is not worth a name on the board.
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
