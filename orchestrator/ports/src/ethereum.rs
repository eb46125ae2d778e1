//! The chain as the orchestrator sees it: blocks, logs of the market, and transactions of one wallet whose key never
//! leaves the port.
//!
//! Every call ends within a timeout with an answer or a typed error. A malformed answer is an error too, never a panic
//! and never taken for a fact. Nothing here retries: the next run of the stage is the retry.

use std::time::Duration;

use alloy::{
    primitives::{Address, B256, Bytes, LogData, U256},
    sol_types::SolCall,
};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A block's header, reduced to what is needed. `time` is Unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    pub number: u64,
    pub hash: B256,
    pub parent: B256,
    pub time: u64,
}

/// A log as the node returns it. Only `address` says that it is the market's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    pub block: u64,
    pub block_hash: B256,
    /// Its index in the block.
    pub index: u64,
    /// The block's time, from nodes that report it.
    pub time: Option<u64>,
    pub transaction: B256,
    pub address: Address,
    pub data: LogData,
}

/// A call to make or to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub to: Address,
    pub data: Bytes,
    /// Wei.
    pub value: U256,
}

/// Wei per gas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fees {
    /// The most that is paid in all.
    pub max: u128,
    /// The part of it that goes to the block's proposer.
    pub priority: u128,
}

/// A signed transaction, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    pub hash: B256,
    pub raw: Bytes,
}

/// A node's answer to a signed transaction. None of these is final; only a receipt is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendOutcome {
    Accepted,
    /// The node already has it.
    Known,
    /// Its nonce is used: by itself, by another attempt, or by a foreign transaction.
    NonceUsed,
    /// Its fee is too low, by itself or to replace another of the same nonce.
    Underpriced,
    /// The wallet cannot pay for it.
    Unfunded,
}

/// A transaction in a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    pub transaction: B256,
    pub block: u64,
    pub block_hash: B256,
    /// False when the contract reverted it.
    pub success: bool,
    pub gas_used: u64,
}

/// What a node reports of a transaction: `block` is none while it is pending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransactionState {
    pub block: Option<(u64, B256)>,
}

/// What can fail between us and a node. No message repeats the URL, which may carry a secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the RPC URL is none of ws://, wss://, http:// and https://")]
    Url,
    #[error("the RPC endpoint does not answer ({method}): check that the node runs and that the RPC URL is right")]
    Unreachable { method: &'static str, source: Detail },
    #[error("the RPC endpoint did not answer {method} within {after:?}: check the node's load and the network")]
    Timeout { method: &'static str, after: Duration },
    #[error("the RPC endpoint's answer to {method} is not Ethereum's: check that the RPC URL is an Ethereum node's")]
    Garbage { method: &'static str, source: Detail },
    #[error("the node refused {method}: {message} (code {code})")]
    Refused { method: &'static str, code: i64, message: String },
    /// The contract would refuse the call; the reason is its custom error.
    #[error("the contract refuses: {0}")]
    Reverted(String),
    #[error("this orchestrator has no wallet: give it a keystore")]
    NoWallet,
    #[error("the transaction could not be signed")]
    Sign(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The text of a foreign error, without the URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Detail(pub String);

impl Error {
    /// The name of the contract's custom error, when the contract reverted.
    pub fn custom_error(&self) -> Option<&str> {
        match self {
            Self::Reverted(reason) => reason.split(['(', ' ']).next(),
            _ => None,
        }
    }
}

/// One chain, one market on it, at most one wallet.
#[async_trait::async_trait]
pub trait Ethereum: Send + Sync + 'static {
    async fn chain_id(&self) -> Result<u64>;

    /// The newest block.
    async fn head(&self) -> Result<Block>;

    /// `None` when the chain is not that long.
    async fn block(&self, number: u64) -> Result<Option<Block>>;

    /// The market's logs in blocks `from..=to`, in the order of the chain. A range that is too large for the node is
    /// requested in parts.
    async fn logs(&self, from: u64, to: u64) -> Result<Vec<Log>>;

    /// The market's logs in one block, named by its hash so that a reorg between two calls cannot go unnoticed.
    async fn logs_of(&self, block: B256) -> Result<Vec<Log>>;

    /// The market's logs about one lease (or another first topic) in blocks `from..=to`.
    async fn logs_about(&self, subject: B256, from: u64, to: u64) -> Result<Vec<Log>>;

    /// Returns when there may be something new: a new head, or after a few seconds. It carries no data, so missing one
    /// is harmless. For one listener.
    async fn changed(&self);

    /// The wallet's address; none without a wallet.
    fn wallet(&self) -> Option<Address>;

    /// The account's transactions in blocks up to `block`, or up to the newest: its next nonce.
    async fn nonce(&self, account: Address, block: Option<u64>) -> Result<u64>;

    /// The same, including those pending at the node.
    async fn pending_nonce(&self, account: Address) -> Result<u64>;

    /// Wei.
    async fn balance(&self, account: Address) -> Result<U256>;

    /// The fees that a transaction should offer now.
    async fn fees(&self) -> Result<Fees>;

    /// Gas that the wallet's call would use now.
    ///
    /// # Errors
    /// [`Error::Reverted`] when the call would revert.
    async fn estimate(&self, call: &Call) -> Result<u64>;

    /// Signs with the wallet. Sends nothing to the node.
    fn sign(&self, call: &Call, nonce: u64, gas: u64, fees: Fees) -> Result<Signed>;

    async fn send_raw(&self, raw: &Bytes) -> Result<SendOutcome>;

    /// `None` while the transaction is in no block.
    async fn receipt(&self, transaction: B256) -> Result<Option<Receipt>>;

    /// All receipts of a block; `None` when the node does not know it.
    async fn receipts(&self, block: u64) -> Result<Option<Vec<Receipt>>>;

    /// `None` when the node does not know the transaction, or no longer does.
    async fn transaction(&self, hash: B256) -> Result<Option<TransactionState>>;

    /// Executes a call without sending it, as the wallet, at a block or at the newest.
    ///
    /// # Errors
    /// [`Error::Reverted`] when the contract refuses.
    async fn call(&self, call: &Call, block: Option<u64>) -> Result<Bytes>;
}

/// Calls a view function of a contract.
pub async fn view<C: SolCall>(ethereum: &dyn Ethereum, to: Address, call: &C) -> Result<C::Return> {
    let answer = ethereum.call(&Call { to, data: call.abi_encode().into(), value: U256::ZERO }, None).await?;
    C::abi_decode_returns(&answer)
        .map_err(|error| Error::Garbage { method: "eth_call", source: Detail(error.to_string()) })
}
