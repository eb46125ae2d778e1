//! settlement: the outbox, and the claims of matured statements.
//!
//! # The outbox
//!
//! It alone signs with the provider's key, so it owns the nonces. A run looks at what happened first and acts afterwards:
//!
//! 1. [`confirm`]: blocks that are deep enough finish their intents; intents whose block a reorg took back are open again;
//!    open intents whose nonce the chain has used are looked up by all their sendings.
//! 2. [`signing`]: prepared intents are tried out, given nonces in order, signed and *written down*; only then are they
//!    sent, many at a time.
//! 3. [`replace`]: what waits too long is signed again with a higher fee under the same nonce; a nonce that nobody uses any
//!    more is filled.
//!
//! A process that dies anywhere finds the signed bytes again and sends the same ones: a nonce is used once, so an intent
//! has its effect at most once. It is signed under a new nonce only when a foreign transaction has used the old one for
//! good. What a node answers to a sending is never the last word; receipts are.
//!
//! # Claims
//!
//! [`claim`] wants one `settleBatch` for up to a hundred matured statements of an epoch, whenever the setting says so, and
//! at once when money waits for it: a lease is closed, or was topped up after its funds ran out. A disputed lease pays nothing
//! and is left alone until its dispute ends. [`close`] wants a lease closed that stays without money.

mod claim;
mod close;
mod confirm;
mod replace;
mod signing;

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use alloy::primitives::{Address, B256};
use anyhow::{bail, ensure};
use futures::{StreamExt, stream};
use solidity::Parameters;

use tokio::time::Instant;

use driver::{Counts, Stage};
use ports::clock::Clock;
use ports::ethereum::{Block, Ethereum, Sent};
use store::{OpenIntent, Store};

/// Requests under way at once.
const PIPELINE: usize = 64;

pub struct SettlementStage {
    pub store: Arc<Store>,
    pub ethereum: Arc<dyn Ethereum>,
    pub clock: Arc<dyn Clock>,
    /// Whose nonces these are: the wallet's address.
    pub provider: Address,
    pub market: Address,
    pub chain_id: u64,
    pub parameters: Parameters,
    pub claim_every: Duration,
    /// How long an exhausted lease is waited for.
    pub grace: Duration,
    /// Blocks after which a transaction is final.
    pub confirmations: u64,
    pub replace_after: Duration,
    pub gas_per_hour: u64,
    pub cache: Mutex<SettlementCache>,
}

/// What spares the stage work. It is rebuilt after a restart.
#[derive(Debug, Default)]
pub struct SettlementCache {
    /// Sendings that a node has answered to since they were last due.
    answered: HashSet<B256>,
    /// The newest matured epoch that was looked at for claims.
    matured: u64,
    /// The head at which top-ups were last looked for.
    head: Option<B256>,
    /// The head at which exhausted leases were last looked for.
    exhausted: Option<B256>,
    /// When the wallet was last looked into.
    wallet: Option<Instant>,
}

/// How often the wallet is looked into, for the books.
const WALLET_EVERY: Duration = Duration::from_secs(30);

#[async_trait::async_trait]
impl Stage for SettlementStage {
    fn name(&self) -> &'static str {
        "settlement"
    }

    fn period(&self) -> Duration {
        Duration::from_millis(500)
    }

    async fn run(&self) -> anyhow::Result<Counts> {
        ensure!(
            self.ethereum.wallet() == Some(self.provider),
            "the wallet is not the provider's: give the orchestrator the keystore of {}",
            self.provider
        );
        let mut counts = Counts::new();
        self.claim(&mut counts).await?;
        self.close_exhausted(&mut counts).await?;
        let head = self.ethereum.head().await?;
        self.finish(&head, &mut counts).await?;
        let nonce = self.ethereum.nonce(self.provider, None).await?;
        self.confirm(&head, nonce, &mut counts).await?;
        let open = self.store.open_intents().await?;
        self.cache().answered.retain(|hash| open.iter().flat_map(|open| &open.sendings).any(|sent| sent.tx == *hash));
        self.send(&newest(&open), &mut counts).await?;
        self.replace_stuck(&open, nonce, &mut counts).await?;
        self.sign_prepared(open.len(), &mut counts).await?;
        self.record_wallet_balance().await?;
        counts.retain(|_, count| *count > 0);
        Ok(counts)
    }
}

impl SettlementStage {
    fn cache(&self) -> MutexGuard<'_, SettlementCache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn record_wallet_balance(&self) -> anyhow::Result<()> {
        if self.cache().wallet.is_some_and(|at| at.elapsed() < WALLET_EVERY) {
            return Ok(());
        }
        let balance = self.ethereum.balance(self.provider).await?;
        self.store.set_wallet(balance, self.clock.now_ms()).await?;
        self.cache().wallet = Some(Instant::now());
        Ok(())
    }

    /// Sends what no node has answered to yet, by its hashes in the order of nonces.
    async fn send(&self, hashes: &[B256], counts: &mut Counts) -> anyhow::Result<()> {
        let due: Vec<_> = {
            let cache = self.cache();
            hashes.iter().copied().filter(|hash| !cache.answered.contains(hash)).collect()
        };
        let raw = self.store.raw(&due).await?;
        let mut answers = stream::iter(raw)
            .map(|(hash, raw)| async move { (hash, self.ethereum.send_raw(&raw).await) })
            .buffered(PIPELINE);
        while let Some((hash, answer)) = answers.next().await {
            let word = match answer? {
                Sent::Accepted => "accepted",
                Sent::Known => "known",
                Sent::NonceUsed => "nonce_used",
                Sent::Underpriced => "underpriced",
                Sent::Unfunded => {
                    bail!("the wallet {} cannot pay for gas: send it the chain's coin", self.provider)
                }
            };
            self.cache().answered.insert(hash);
            add(counts, word, 1);
        }
        Ok(())
    }
}

/// The newest sending of each: the one with the best chance.
fn newest(open: &[OpenIntent]) -> Vec<B256> {
    open.iter().filter_map(|open| open.sendings.last()).map(|sending| sending.tx).collect()
}

fn add(counts: &mut Counts, what: &'static str, many: u64) {
    *counts.entry(what).or_default() += many;
}

/// The block that no reorg is expected to take back; none while the chain is shorter.
fn settled(head: &Block, confirmations: u64) -> Option<u64> {
    head.number.checked_sub(confirmations)
}
