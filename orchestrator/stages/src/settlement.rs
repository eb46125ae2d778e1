//! settlement: the outbox of transactions, and the claims of matured statements.
//!
//! *Wakes*: every 500 ms, at every new block, and when another stage prepared an intent.
//! *Owns*: the state of `intents` from `prepared` on, `sendings`, `wallet`; prepares the intents `settle:…`, `close:…` and
//! `fill:…`.
//! *Notifies*: no stage. The chain stage reads the effects from the chain.
//!
//! # The outbox
//!
//! Only this stage signs with the provider's key, so it owns the nonces. A run first observes, then acts:
//!
//! 1. `confirm`: intents in a block that is deep enough become final; intents whose block a reorg removed are open again;
//!    open intents whose nonce the chain has used are matched with the receipts of all their sendings.
//! 2. Sendings that no node has acknowledged yet are sent.
//! 3. `replace`: what waits too long is signed again with a higher fee under the same nonce; a nonce gap is filled.
//! 4. `signing`: prepared intents are simulated, given nonces in order, signed, *recorded*, and only then sent.
//!
//! A node's answer to a sending is a hint. Only a receipt says what happened.
//!
//! # Claims
//!
//! `claim` prepares one `settleBatch` for up to a hundred matured statements of an epoch, as often as the setting says,
//! and at once where money waits for it: a lease was closed, or was topped up after its funds ran out. A disputed lease pays
//! nothing and is skipped until its dispute ends. `close` closes leases that stay without funds.
//!
//! # When the process dies
//!
//! Signed bytes are recorded before they are sent, so the next run finds them and sends the same ones. A nonce is used
//! once, so an intent takes effect at most once, however often it is sent. An intent is signed under a new nonce only after
//! a foreign transaction has used the old one for good. What the stage caches is rebuilt; losing it costs a few requests.

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
use ports::ethereum::{Block, Ethereum, SendOutcome};
use store::{OpenIntent, Store};

/// Requests to the node at a time.
const PIPELINE: usize = 64;

/// The settlement stage.
pub struct SettlementStage {
    pub store: Arc<Store>,
    pub ethereum: Arc<dyn Ethereum>,
    pub clock: Arc<dyn Clock>,
    /// The account that signs: the wallet's address.
    pub provider: Address,
    pub market: Address,
    pub chain_id: u64,
    pub parameters: Parameters,
    pub claim_every: Duration,
    /// How long an exhausted lease is kept before it is closed.
    pub grace: Duration,
    /// Blocks after which a transaction is final.
    pub confirmations: u64,
    pub replace_after: Duration,
    pub gas_per_hour: u64,
    pub cache: Mutex<SettlementCache>,
}

/// Saves requests and queries. A new process starts without it.
#[derive(Debug, Default)]
pub struct SettlementCache {
    /// Sendings that a node has acknowledged since they were last due.
    answered: HashSet<B256>,
    /// The newest matured epoch whose claims were prepared.
    matured: u64,
    /// The head at which top-ups were last checked.
    head: Option<B256>,
    /// The head at which exhausted leases were last checked.
    exhausted: Option<B256>,
    /// When the wallet's balance was last recorded.
    wallet: Option<Instant>,
}

/// How often the wallet's balance is recorded, for the provider's account view.
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

    /// Sends the transactions that no node has acknowledged yet. The hashes are in the order of their nonces.
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
            let counted = match answer? {
                SendOutcome::Accepted => "accepted",
                SendOutcome::Known => "known",
                SendOutcome::NonceUsed => "nonce_used",
                SendOutcome::Underpriced => "underpriced",
                SendOutcome::Unfunded => {
                    bail!("the wallet {} cannot pay for gas: send it the chain's coin", self.provider)
                }
            };
            self.cache().answered.insert(hash);
            add(counts, counted, 1);
        }
        Ok(())
    }
}

/// The newest sending of each intent: the one with the highest fee.
fn newest(open: &[OpenIntent]) -> Vec<B256> {
    open.iter().filter_map(|open| open.sendings.last()).map(|sending| sending.tx).collect()
}

fn add(counts: &mut Counts, what: &'static str, many: u64) {
    *counts.entry(what).or_default() += many;
}

/// The newest final block; `None` while the chain is shorter than the confirmations.
fn finalized(head: &Block, confirmations: u64) -> Option<u64> {
    head.number.checked_sub(confirmations)
}
