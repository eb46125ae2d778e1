//! An Ethereum connection that stops working after a number of calls, as if the process had been killed at that point.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use alloy::primitives::{Address, B256, Bytes, U256};
use ports::ethereum::{
    Block, Call, Error, Ethereum, Fees, Log, Receipt, Result, SendOutcome, Signed, TransactionState,
};

/// What happens to the call at which the process is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastCall {
    /// It is not sent.
    NotSent,
    /// It has its effect on the chain, but its answer is lost.
    NotAnswered,
}

/// Answers a number of calls; the next one and all after it fail.
pub struct KillableEthereum {
    inner: Arc<dyn Ethereum>,
    /// Calls that still succeed; negative once the process is killed.
    left: AtomicI64,
    last_call: LastCall,
}

impl KillableEthereum {
    pub fn new(inner: Arc<dyn Ethereum>, calls: i64, last_call: LastCall) -> Self {
        Self { inner, left: AtomicI64::new(calls), last_call }
    }

    /// Whether the process made more calls than it was allowed.
    pub fn was_killed(&self) -> bool {
        self.left.load(Ordering::SeqCst) < 0
    }

    async fn count<T>(&self, call: impl Future<Output = Result<T>>) -> Result<T> {
        let left = self.left.fetch_sub(1, Ordering::SeqCst);
        if left > 0 {
            return call.await;
        }
        if left == 0 && self.last_call == LastCall::NotAnswered {
            drop(call.await);
        }
        Err(Error::Timeout { method: "the call at which the process was killed", after: std::time::Duration::ZERO })
    }
}

#[async_trait::async_trait]
impl Ethereum for KillableEthereum {
    async fn chain_id(&self) -> Result<u64> {
        self.count(self.inner.chain_id()).await
    }
    async fn head(&self) -> Result<Block> {
        self.count(self.inner.head()).await
    }
    async fn block(&self, number: u64) -> Result<Option<Block>> {
        self.count(self.inner.block(number)).await
    }
    async fn logs(&self, from: u64, to: u64) -> Result<Vec<Log>> {
        self.count(self.inner.logs(from, to)).await
    }
    async fn logs_of(&self, block: B256) -> Result<Vec<Log>> {
        self.count(self.inner.logs_of(block)).await
    }
    async fn logs_about(&self, subject: B256, from: u64, to: u64) -> Result<Vec<Log>> {
        self.count(self.inner.logs_about(subject, from, to)).await
    }
    async fn changed(&self) {
        self.inner.changed().await;
    }
    fn wallet(&self) -> Option<Address> {
        self.inner.wallet()
    }
    async fn nonce(&self, account: Address, block: Option<u64>) -> Result<u64> {
        self.count(self.inner.nonce(account, block)).await
    }
    async fn pending_nonce(&self, account: Address) -> Result<u64> {
        self.count(self.inner.pending_nonce(account)).await
    }
    async fn balance(&self, account: Address) -> Result<U256> {
        self.count(self.inner.balance(account)).await
    }
    async fn fees(&self) -> Result<Fees> {
        self.count(self.inner.fees()).await
    }
    async fn estimate(&self, call: &Call) -> Result<u64> {
        self.count(self.inner.estimate(call)).await
    }
    fn sign(&self, call: &Call, nonce: u64, gas: u64, fees: Fees) -> Result<Signed> {
        self.inner.sign(call, nonce, gas, fees)
    }
    async fn send_raw(&self, raw: &Bytes) -> Result<SendOutcome> {
        self.count(self.inner.send_raw(raw)).await
    }
    async fn receipt(&self, transaction: B256) -> Result<Option<Receipt>> {
        self.count(self.inner.receipt(transaction)).await
    }
    async fn receipts(&self, block: u64) -> Result<Option<Vec<Receipt>>> {
        self.count(self.inner.receipts(block)).await
    }
    async fn transaction(&self, hash: B256) -> Result<Option<TransactionState>> {
        self.count(self.inner.transaction(hash)).await
    }
    async fn call(&self, call: &Call, block: Option<u64>) -> Result<Bytes> {
        self.count(self.inner.call(call, block)).await
    }
}
