//! A process that dies between two calls: a chain that answers so many times and then never again.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use alloy::primitives::{Address, B256, Bytes, U256};
use ports::ethereum::{Block, Call, Error, Ethereum, Fees, Log, Receipt, Result, Seen, Sent, Signed};

/// What happens to the last call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Death {
    /// It never leaves.
    Before,
    /// It has its effect, and its answer is never heard.
    After,
}

/// Answers `left` calls; the next dies its death, and so do all after it.
pub struct Mortal {
    inner: Arc<dyn Ethereum>,
    left: AtomicI64,
    death: Death,
}

impl Mortal {
    pub fn new(inner: Arc<dyn Ethereum>, calls: i64, death: Death) -> Self {
        Self { inner, left: AtomicI64::new(calls), death }
    }

    /// Whether it came to die.
    pub fn died(&self) -> bool {
        self.left.load(Ordering::SeqCst) < 0
    }

    async fn live<T>(&self, call: impl Future<Output = Result<T>>) -> Result<T> {
        let left = self.left.fetch_sub(1, Ordering::SeqCst);
        if left > 0 {
            return call.await;
        }
        if left == 0 && self.death == Death::After {
            drop(call.await);
        }
        Err(Error::Timeout { method: "the call that death cut short", after: std::time::Duration::ZERO })
    }
}

#[async_trait::async_trait]
impl Ethereum for Mortal {
    async fn chain_id(&self) -> Result<u64> {
        self.live(self.inner.chain_id()).await
    }
    async fn head(&self) -> Result<Block> {
        self.live(self.inner.head()).await
    }
    async fn block(&self, number: u64) -> Result<Option<Block>> {
        self.live(self.inner.block(number)).await
    }
    async fn logs(&self, from: u64, to: u64) -> Result<Vec<Log>> {
        self.live(self.inner.logs(from, to)).await
    }
    async fn logs_of(&self, block: B256) -> Result<Vec<Log>> {
        self.live(self.inner.logs_of(block)).await
    }
    async fn logs_about(&self, subject: B256, from: u64, to: u64) -> Result<Vec<Log>> {
        self.live(self.inner.logs_about(subject, from, to)).await
    }
    async fn changed(&self) {
        self.inner.changed().await;
    }
    fn wallet(&self) -> Option<Address> {
        self.inner.wallet()
    }
    async fn nonce(&self, account: Address, block: Option<u64>) -> Result<u64> {
        self.live(self.inner.nonce(account, block)).await
    }
    async fn pending_nonce(&self, account: Address) -> Result<u64> {
        self.live(self.inner.pending_nonce(account)).await
    }
    async fn balance(&self, account: Address) -> Result<U256> {
        self.live(self.inner.balance(account)).await
    }
    async fn fees(&self) -> Result<Fees> {
        self.live(self.inner.fees()).await
    }
    async fn estimate(&self, call: &Call) -> Result<u64> {
        self.live(self.inner.estimate(call)).await
    }
    fn sign(&self, call: &Call, nonce: u64, gas: u64, fees: Fees) -> Result<Signed> {
        self.inner.sign(call, nonce, gas, fees)
    }
    async fn send_raw(&self, raw: &Bytes) -> Result<Sent> {
        self.live(self.inner.send_raw(raw)).await
    }
    async fn receipt(&self, transaction: B256) -> Result<Option<Receipt>> {
        self.live(self.inner.receipt(transaction)).await
    }
    async fn receipts(&self, block: u64) -> Result<Option<Vec<Receipt>>> {
        self.live(self.inner.receipts(block)).await
    }
    async fn transaction(&self, hash: B256) -> Result<Option<Seen>> {
        self.live(self.inner.transaction(hash)).await
    }
    async fn call(&self, call: &Call, block: Option<u64>) -> Result<Bytes> {
        self.live(self.inner.call(call, block)).await
    }
}
